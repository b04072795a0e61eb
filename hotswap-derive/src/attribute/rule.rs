//! Rules on values, as written.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, LitStr, Path};

use super::{
    item::{self, Item},
    keys::{Place, RULE, known, usage},
    literal::{Content, Literal},
};
use crate::diagnostics::Diagnostics;

/// One rule and its span.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Range(Vec<(&'static str, Literal)>),
    Length(Vec<(&'static str, Literal)>),
    NonEmpty,
    Email,
    Url,
    Ip,
    Regex(LitStr),
    Contains(Literal),
    OneOf(Vec<Literal>),
    Custom(Path),
    Each(Vec<Rule>),
    Validate,
}

const ELEMENT: Place =
    Place { what: "an element", tables: &[RULE], elsewhere: &[super::keys::FIELD], other: "a field" };

/// Reads an item whose key is one of the rules.
pub(crate) fn read(item: &Item, diagnostics: &mut Diagnostics) -> Option<Rule> {
    let usage = usage(&item.name(), &[RULE]);
    let kind = match item.name().as_str() {
        "each" => match item.list(usage) {
            Ok(tokens) if tokens.is_empty() => Err(item.usage(usage)),
            list => list.map(|tokens| Kind::Each(each(tokens, diagnostics))),
        },
        "range" => {
            bounds(item, &["min", "max", "exclusive_min", "exclusive_max"], diagnostics).map(Kind::Range)
        }
        "length" => bounds(item, &["min", "max", "equal"], diagnostics).map(Kind::Length),
        "one_of" => one_of(item, usage, diagnostics).map(Kind::OneOf),
        _ => simple(item, usage),
    };
    Some(Rule { span: item.span(), kind: diagnostics.record(kind)? })
}

fn simple(item: &Item, usage: &str) -> syn::Result<Kind> {
    let kind = match item.name().as_str() {
        "regex" => return item.text(usage).map(Kind::Regex),
        "contains" => {
            return item.value::<Expr>(usage).and_then(|expr| Literal::read(&expr)).map(Kind::Contains);
        }
        "custom" => return item.path(usage).map(Kind::Custom),
        "non_empty" => Kind::NonEmpty,
        "email" => Kind::Email,
        "url" => Kind::Url,
        "ip" => Kind::Ip,
        _ => Kind::Validate,
    };
    item.flag(usage).map(|_| kind)
}

fn each(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let items = item::parse(tokens, diagnostics);
    known(items, &ELEMENT, diagnostics).iter().filter_map(|item| read(item, diagnostics)).collect()
}

/// `min = 1, max = 10`, each name at most once, at least one of them.
fn bounds(
    item: &Item,
    names: &[&'static str],
    diagnostics: &mut Diagnostics,
) -> syn::Result<Vec<(&'static str, Literal)>> {
    let usage = usage(&item.name(), &[RULE]);
    let given = item::parse(item.list(usage)?, diagnostics);
    if given.is_empty() {
        return Err(item.usage(usage));
    }
    let mut bounds: Vec<(&'static str, Literal)> = Vec::new();
    for bound in given {
        let Some(name) = names.iter().copied().find(|name| bound.key == name) else {
            diagnostics.on(&bound.key, format!("unknown bound `{}`, write {usage}", bound.key));
            continue;
        };
        let value = bound.value::<Expr>(usage).and_then(|expr| Literal::read(&expr));
        match diagnostics.record(value) {
            _ if bounds.iter().any(|(other, _)| *other == name) => {
                diagnostics.on(&bound.key, format!("`{name}` is given twice, keep one"));
            }
            value => bounds.extend(value.map(|value| (name, value))),
        }
    }
    Ok(bounds)
}

fn one_of(item: &Item, usage: &str, diagnostics: &mut Diagnostics) -> syn::Result<Vec<Literal>> {
    let parts = item::split(item.list(usage)?);
    if parts.is_empty() {
        return Err(item.usage(usage));
    }
    let values = parts.into_iter().filter_map(|tokens| {
        let value = syn::parse2::<Expr>(tokens.into_iter().collect()).and_then(|expr| Literal::read(&expr));
        let value = diagnostics.record(value)?;
        if let Content::List(_) = value.content {
            diagnostics.at(value.span, format!("write {usage}"));
        }
        Some(value)
    });
    Ok(values.collect())
}
