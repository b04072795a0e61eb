//! `length(min = .., max = .., equal = ..)` and `non_empty`.

use std::{marker::PhantomData, sync::Arc};

use validator::ValidateLength;

use super::{
    Findings, Requirement, Rule,
    subject::{Behind, Exposed, Itself, Way, Within},
};
use crate::secret::{Secret, SecretValue};

/// Limits the number of characters of a text, or of elements of a collection.
#[doc(hidden)]
pub struct Length<M> {
    pub min: Option<usize>,
    pub max: Option<usize>,
    pub equal: Option<usize>,
    pub way: Way<M>,
}

/// Requires at least one character or element.
#[doc(hidden)]
pub struct NonEmpty<M> {
    pub way: Way<M>,
}

/// A field that has a length, or may have one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`length` and `non_empty` are for text and collections, but the field is a `{Self}`",
    label = "this type has no length",
    note = "a type of your own has one if it implements `validator::ValidateLength<u64>`; a number takes `range(..)`"
)]
pub trait Measured<M> {
    /// `None` passes every rule.
    fn measure(&self) -> Option<u64>;

    /// Whether messages must not show the length.
    fn is_secret(&self) -> bool {
        false
    }
}

#[diagnostic::do_not_recommend]
impl<F: ValidateLength<u64>> Measured<Itself> for F {
    fn measure(&self) -> Option<u64> {
        self.length()
    }
}

/// Pointers to unsized values, which `validator` does not support.
macro_rules! measured_behind {
    ($($pointer:ty $(, $element:ident)?;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl $(<$element>)? Measured<Behind> for $pointer {
            fn measure(&self) -> Option<u64> {
                (**self).length()
            }
        }

        #[diagnostic::do_not_recommend]
        impl $(<$element>)? Measured<Behind> for Option<$pointer> {
            fn measure(&self) -> Option<u64> {
                self.as_ref().and_then(Measured::measure)
            }
        }
    )* };
}

measured_behind! {
    Arc<str>;
    Box<str>;
    Arc<[T]>, T;
    Box<[T]>, T;
}

/// Types that are secret, or may be.
macro_rules! measured_secret {
    ($([$($option:tt)*] $field:ty, $exposed:expr;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<F: SecretValue + Measured<M>, M> Measured<$($option)*<M>> for $field {
            fn measure(&self) -> Option<u64> {
                let exposed: fn(&Self) -> Option<&F> = $exposed;
                exposed(self).and_then(F::measure)
            }

            fn is_secret(&self) -> bool {
                true
            }
        }
    )* };
}

measured_secret! {
    [Exposed] Secret<F>, |field| Some(field.expose());
    [Within] Option<Secret<F>>, |field| field.as_ref().map(Secret::expose);
}

impl<M> Length<M> {
    /// No bounds.
    pub const ANY: Self = Self { min: None, max: None, equal: None, way: PhantomData };

    /// The message for the first bound that the length violates.
    fn broken(&self, length: u64) -> Option<String> {
        let bound = |bound: Option<usize>| bound.map(|bound| bound as u64);
        if let Some(equal) = bound(self.equal).filter(|equal| length != *equal) {
            return Some(format!("is not {equal}"));
        }
        if let Some(min) = bound(self.min).filter(|min| length < *min) {
            return Some(format!("is less than the minimum {min}"));
        }
        bound(self.max).filter(|max| length > *max).map(|max| format!("is greater than the maximum {max}"))
    }
}

impl<M> NonEmpty<M> {
    /// The rule.
    pub const RULE: Self = Self { way: PhantomData };
}

impl<F: Measured<M>, M> Rule<F> for Length<M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        let Some(length) = value.measure() else { return };
        if let Some(broken) = self.broken(length) {
            // The length of a secret reveals something about it.
            let shown =
                if findings.secret || value.is_secret() { String::new() } else { format!(" {length}") };
            findings.fail(format!("the length{shown} {broken}"));
        }
    }

    fn describe(&self) -> Requirement {
        let (min, max) = (self.equal.or(self.min), self.equal.or(self.max));
        Requirement::Length { min, max, distinct: is_set::<F>() }
    }
}

impl<F: Measured<M>, M> Rule<F> for NonEmpty<M> {
    fn check(&self, value: &F, findings: &mut Findings) {
        if value.measure() == Some(0) {
            findings.fail("the value is empty");
        }
    }

    fn describe(&self) -> Requirement {
        Requirement::Length { min: Some(1), max: None, distinct: is_set::<F>() }
    }
}

/// Whether equal elements count once. Such a type from another crate is treated as a list, whose schema is
/// slightly stricter.
fn is_set<F>() -> bool {
    let name = std::any::type_name::<F>();
    ["std::collections::hash::set::HashSet<", "alloc::collections::btree::set::BTreeSet<"]
        .iter()
        .any(|set| name.trim_start_matches("core::option::Option<").starts_with(set))
}
