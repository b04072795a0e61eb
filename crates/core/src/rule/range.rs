//! `range(min = .., max = .., exclusive_min = .., exclusive_max = ..)`.

use std::{cmp::Ordering, fmt::Debug, marker::PhantomData};

use super::{
    Findings, Literal, Requirement, Rule,
    subject::{Holds, Way},
};

/// Requires a value between bounds.
#[doc(hidden)]
pub struct Range<T, M> {
    pub min: Option<T>,
    pub max: Option<T>,
    pub exclusive_min: Option<T>,
    pub exclusive_max: Option<T>,
    pub way: Way<M>,
}

/// A type that can be used in a range. `Debug` and not `Display`, because a `Duration` implements
/// only the former.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`range` needs values that can be compared and shown, but `{Self}` cannot",
    label = "this type has no order or no `Debug`",
    note = "derive `PartialOrd` and `Debug` for it, or use `custom = ..`"
)]
pub trait Ordered: PartialOrd + Debug + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: PartialOrd + Debug + Sync + 'static> Ordered for T {}

impl<T, M> Range<T, M> {
    /// No bounds.
    pub const ANY: Self =
        Self { min: None, max: None, exclusive_min: None, exclusive_max: None, way: PhantomData };
}

impl<T: Ordered, M> Range<T, M> {
    /// The message for the first bound that the value violates.
    fn broken(&self, value: &T) -> Option<String> {
        use Ordering::{Equal, Greater, Less};
        let bounds: [(_, _, &[Ordering]); 4] = [
            (&self.min, "less than the minimum", &[Greater, Equal]),
            (&self.exclusive_min, "not greater than the exclusive minimum", &[Greater]),
            (&self.max, "greater than the maximum", &[Less, Equal]),
            (&self.exclusive_max, "not less than the exclusive maximum", &[Less]),
        ];
        bounds.iter().find_map(|(bound, words, kept)| {
            let bound = bound.as_ref()?;
            let order = value.partial_cmp(bound);
            (!order.is_some_and(|order| kept.contains(&order))).then(|| match order {
                Some(_) => format!("{words} {bound:?}"),
                None => IN_NO_RANGE.to_owned(),
            })
        })
    }
}

const IN_NO_RANGE: &str = "in no range";

/// NaN is in no range, not even in one without bounds; `validator`'s own comparison lets it pass.
impl<F: Holds<T, M>, T: Ordered, M> Rule<F> for Range<T, M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        let Some(value) = value.held() else { return };
        let unordered = value.partial_cmp(value).is_none().then(|| IN_NO_RANGE.to_owned());
        if let Some(broken) = unordered.or_else(|| self.broken(value)) {
            let subject = findings.subject(value);
            findings.fail(format!("{subject} is {broken}"));
        }
    }

    fn describe(&self) -> Requirement {
        let literal = |bound: &Option<T>| bound.as_ref().map(Literal::new);
        Requirement::Range {
            min: literal(&self.min),
            max: literal(&self.max),
            exclusive_min: literal(&self.exclusive_min),
            exclusive_max: literal(&self.exclusive_max),
        }
    }
}
