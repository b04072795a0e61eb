//! Checks rules for consistency and against types, as far as the tokens show them.

use syn::{LitStr, Type, parse_quote};

use super::{default, pattern};
use crate::{
    attribute::{
        literal::{Content, Literal},
        rule::{Kind, Rule},
    },
    diagnostics::Diagnostics,
    scalar::{self, Scalar},
};

pub(super) fn check_all(rules: &[Rule], ty: &Type, diagnostics: &mut Diagnostics) {
    for rule in rules {
        match &rule.kind {
            Kind::Range(bounds) | Kind::Length(bounds) => check_bounds(rule, bounds, diagnostics),
            Kind::Regex(regex) => check_pattern(regex, diagnostics),
            Kind::Each(rules) => {
                let unknown = parse_quote!(_);
                check_all(rules, scalar::element(ty).unwrap_or(&unknown), diagnostics);
            }
            _ => {}
        }
        check_type(rule, ty, diagnostics);
    }
}

/// Integers among the bounds of a float are floats.
pub(super) fn for_type(mut rules: Vec<Rule>, ty: &Type) -> Vec<Rule> {
    for rule in &mut rules {
        if let Kind::Range(bounds) = &mut rule.kind {
            bounds.iter_mut().for_each(|(_, value)| *value = default::for_type(value.clone(), ty));
        }
    }
    rules
}

fn check_bounds(rule: &Rule, bounds: &[(&str, Literal)], diagnostics: &mut Diagnostics) {
    let bound = |name: &str| bounds.iter().find(|(given, _)| *given == name).map(|(_, value)| value);
    for (one, other) in
        [("min", "exclusive_min"), ("max", "exclusive_max"), ("equal", "min"), ("equal", "max")]
    {
        if let (Some(_), Some(value)) = (bound(one), bound(other)) {
            diagnostics.at(value.span, format!("`{one}` and `{other}` exclude each other, keep one"));
        }
    }
    let low = bound("min").or(bound("exclusive_min"));
    let high = bound("max").or(bound("exclusive_max"));
    if let (Some(low), Some(high)) = (low.and_then(number), high.and_then(number)) {
        let empty =
            low > high || (low == high && bounds.iter().any(|(name, _)| name.starts_with("exclusive")));
        if empty {
            diagnostics
                .at(rule.span, format!("no value lies between {low} and {high}, swap or change the bounds"));
        }
    }
}

fn check_pattern(regex: &LitStr, diagnostics: &mut Diagnostics) {
    if let Err(reason) = pattern::parse(&regex.value()) {
        diagnostics.on(regex, reason);
    }
}

fn number(value: &Literal) -> Option<f64> {
    match value.content {
        Content::Int(int) => Some(int as f64),
        Content::Float(float) => Some(float),
        _ => None,
    }
}

/// Reports in terms of the attribute what rustc would report for the rule's trait.
fn check_type(rule: &Rule, ty: &Type, diagnostics: &mut Diagnostics) {
    let ty = scalar::inside_option(ty).unwrap_or(ty);
    let scalar = Scalar::new(ty).map(Scalar::name);
    let text = scalar::plain_path(ty).is_some_and(|path| path.is_ident("String"));
    let problem = match (&rule.kind, scalar) {
        (Kind::Range(bounds), Some(_)) if !matches!(scalar, Some("bool" | "char")) => {
            return bounds.iter().for_each(|(_, value)| default::fits(value, ty, diagnostics));
        }
        (Kind::OneOf(choices), _) if text || scalar.is_some() => {
            return choices.iter().for_each(|value| default::fits(value, ty, diagnostics));
        }
        (Kind::Range(_), _) if text => {
            "`range` is for numbers: for text there is `length(min = 1, max = 10)`"
        }
        (Kind::Range(_), Some("bool" | "char")) => "`range` is for numbers: remove it",
        (Kind::Each(_), _) if text => {
            "`each` is for the elements of a list or a map: write its rules on the field itself"
        }
        (Kind::Each(_), Some(_)) => {
            "`each` is for the elements of a list or a map: write its rules on the field itself"
        }
        (Kind::Length(_) | Kind::NonEmpty, Some(_)) => {
            "only text and collections have a length: for numbers there is `range(min = 1, max = 10)`"
        }
        (Kind::Email | Kind::Url | Kind::Ip | Kind::Regex(_) | Kind::Contains(_), Some(_)) => {
            "this rule is for text: remove it"
        }
        _ => return,
    };
    diagnostics.at(rule.span, problem);
}
