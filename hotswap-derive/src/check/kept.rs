//! Checks a default against the rules of its field, if both are literals. The rest is left to the test of
//! the struct.

use syn::Type;

use super::pattern;
use crate::{
    attribute::{
        literal::{Content, Literal},
        rule::{Kind, Rule},
    },
    diagnostics::Diagnostics,
    scalar,
};

/// Each rule that the default breaks is reported at the default.
pub(super) fn check(rules: &[Rule], value: &Literal, ty: &Type, diagnostics: &mut Diagnostics) {
    let ty = scalar::inside_option(ty).unwrap_or(ty);
    for rule in rules {
        match (&rule.kind, &value.content, scalar::element(ty)) {
            (Kind::Each(rules), Content::List(items), Some(element)) => {
                items.iter().for_each(|item| check(rules, item, element, diagnostics));
            }
            (kind, ..) => {
                if let Some((name, broken)) = broken(kind, value, ty) {
                    diagnostics.at(value.span, format!("the default breaks `{name}`: {broken}"));
                }
            }
        }
    }
}

/// The name and the message of a broken rule; `None` also if only the type could decide.
fn broken(rule: &Kind, value: &Literal, ty: &Type) -> Option<(&'static str, String)> {
    let text = text(value, ty);
    match rule {
        Kind::Range(bounds) => Some(("range", out_of(bounds, value)?)),
        Kind::Length(bounds) => Some(("length", measured(bounds, length(value, ty)?)?)),
        Kind::NonEmpty => (length(value, ty)? == 0).then(|| ("non_empty", "the value is empty".to_owned())),
        Kind::Ip => text?.parse::<std::net::IpAddr>().is_err().then(|| ("ip", not(text, "an IP address"))),
        Kind::Email => (!text?.contains('@')).then(|| ("email", not(text, "an email address"))),
        Kind::Url => (!has_scheme(text?)).then(|| ("url", not(text, "a URL, which starts with its scheme"))),
        Kind::Regex(regex) => {
            let (pattern, text) = (regex.value(), text?);
            let missed = !pattern::matches(&pattern::parse(&pattern).ok()?, text);
            missed.then(|| ("regex", format!("{text:?} does not match the pattern `{pattern}`")))
        }
        Kind::Contains(needle) => Some(("contains", lacks(needle, value, ty)?)),
        Kind::OneOf(choices) => Some(("one_of", not_among(choices, value, ty)?)),
        Kind::Custom(_) | Kind::Validate | Kind::Each(_) => None,
    }
}

/// The text of a value whose field is text for every rule.
fn text<'v>(value: &'v Literal, ty: &Type) -> Option<&'v str> {
    match &value.content {
        Content::Text(text) if scalar::is_text(ty) => Some(text),
        _ => None,
    }
}

fn not(text: Option<&str>, what: &str) -> String {
    format!("{:?} is not {what}", text.unwrap_or_default())
}

/// Whether the text starts with a scheme, without which it cannot be a URL.
fn has_scheme(text: &str) -> bool {
    text.trim()
        .split_once(':')
        .is_some_and(|(scheme, _)| scheme.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Numeric bounds apply only to numbers, so the type need not be known.
fn out_of(bounds: &[(&'static str, Literal)], value: &Literal) -> Option<String> {
    bounds.iter().find_map(|(name, bound)| {
        let order = compare(value, bound)?;
        let (kept, words) = match *name {
            "min" => (order.is_ge(), "less than the minimum"),
            "exclusive_min" => (order.is_gt(), "not greater than the exclusive minimum"),
            "max" => (order.is_le(), "greater than the maximum"),
            _ => (order.is_lt(), "not less than the exclusive maximum"),
        };
        (!kept).then(|| format!("{value} is {words} {bound}"))
    })
}

fn compare(value: &Literal, bound: &Literal) -> Option<std::cmp::Ordering> {
    match (&value.content, &bound.content) {
        (Content::Int(value), Content::Int(bound)) => Some(value.cmp(bound)),
        (Content::Float(value), Content::Float(bound)) => value.partial_cmp(bound),
        (Content::Int(value), Content::Float(bound)) => (*value as f64).partial_cmp(bound),
        (Content::Float(value), Content::Int(bound)) => value.partial_cmp(&(*bound as f64)),
        _ => None,
    }
}

/// Characters of a text, elements of a list. A set may hold fewer than the list that it is made of.
fn length(value: &Literal, ty: &Type) -> Option<i128> {
    let list = || scalar::plain_path(ty).and_then(scalar::last_name);
    match &value.content {
        Content::Text(_) => text(value, ty)?.chars().count().try_into().ok(),
        Content::List(items) if items.is_empty() => Some(0),
        Content::List(items) => {
            list().filter(|(name, _)| matches!(name.as_str(), "Vec" | "VecDeque"))?;
            items.len().try_into().ok()
        }
        _ => None,
    }
}

fn measured(bounds: &[(&'static str, Literal)], length: i128) -> Option<String> {
    bounds.iter().find_map(|(name, bound)| {
        let Content::Int(bound) = bound.content else { return None };
        let (kept, words) = match *name {
            "min" => (length >= bound, "less than the minimum"),
            "max" => (length <= bound, "greater than the maximum"),
            _ => (length == bound, "not"),
        };
        (!kept).then(|| format!("the length {length} is {words} {bound}"))
    })
}

fn lacks(needle: &Literal, value: &Literal, ty: &Type) -> Option<String> {
    let Content::Text(part) = &needle.content else { return None };
    let held = match &value.content {
        Content::List(items) => {
            let element = scalar::element(ty)?;
            items.iter().map(|item| text(item, element)).collect::<Option<Vec<_>>>()?.contains(&part.as_str())
        }
        _ => text(value, ty)?.contains(part.as_str()),
    };
    (!held).then(|| format!("{value} does not contain {part:?}"))
}

fn not_among(choices: &[Literal], value: &Literal, ty: &Type) -> Option<String> {
    let same = |choice: &Literal| match (&choice.content, &value.content) {
        (Content::Text(choice), Content::Text(_)) => Some(choice == text(value, ty)?),
        (Content::Char(choice), Content::Char(value)) => Some(choice == value),
        (Content::Bool(choice), Content::Bool(value)) => Some(choice == value),
        _ => compare(value, choice).map(std::cmp::Ordering::is_eq),
    };
    let known: Option<Vec<bool>> = choices.iter().map(same).collect();
    let listed: Vec<String> = choices.iter().map(ToString::to_string).collect();
    known
        .filter(|known| !known.contains(&true))
        .map(|_| format!("{value} is not one of {}", listed.join(", ")))
}
