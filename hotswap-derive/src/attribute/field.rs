//! `#[hot(..)]` on a field.

use proc_macro2::Span;
use syn::{Attribute, Expr, Ident, LitStr, Path, ext::IdentExt};

use super::{
    item::{self, Item, ItemValue},
    keys::{FIELD, Place, RULE, STRUCTURE, known},
    literal::Literal,
    merge::Merge,
    reference::{self, Secret},
    rule::{self, Rule},
};
use crate::diagnostics::Diagnostics;

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldKeys {
    pub(crate) nested: Option<Nested>,
    pub(crate) default: Option<Literal>,
    pub(crate) env: Option<LitStr>,
    pub(crate) getter: Option<Ident>,
    pub(crate) copy: Option<Span>,
    pub(crate) scalar: Option<Span>,
    pub(crate) restart: Option<Span>,
    pub(crate) readonly: Option<Span>,
    pub(crate) secret: Option<Secret>,
    pub(crate) not_secret: Option<Span>,
    pub(crate) deprecated: Option<LitStr>,
    pub(crate) unit: Option<LitStr>,
    pub(crate) merge: Option<Merge>,
    pub(crate) rules: Vec<Rule>,
    /// The first key of any kind.
    pub(crate) first: Option<Span>,
}

/// `nested` or `nested = path::to::Struct`.
pub(crate) struct Nested {
    pub(crate) path: Option<Path>,
}

const PLACE: Place =
    Place { what: "a field", tables: &[FIELD, RULE], elsewhere: &[STRUCTURE], other: "the struct" };

pub(crate) fn read(attrs: &[Attribute], diagnostics: &mut Diagnostics) -> FieldKeys {
    let items = known(item::read(attrs, "hot", diagnostics), &PLACE, diagnostics);
    let mut keys = FieldKeys { first: items.first().map(Item::span), ..FieldKeys::default() };
    for item in items {
        if RULE.iter().any(|(name, _)| item.key == name) {
            keys.rules.extend(rule::read(&item, diagnostics));
        } else {
            diagnostics.record(keys.take(&item));
        }
    }
    keys
}

impl FieldKeys {
    fn take(&mut self, item: &Item) -> syn::Result<()> {
        let usage = PLACE.usage(&item.name());
        match item.name().as_str() {
            "nested" => self.nested = Some(nested(item, usage)?),
            "default" => self.default = Some(Literal::read(&item.value::<Expr>(usage)?)?),
            "env" => self.env = Some(variable(item.text(usage)?)?),
            "getter" => self.getter = Some(getter(&item.text(usage)?, usage)?),
            "copy" => self.copy = Some(item.flag(usage)?),
            "scalar" => self.scalar = Some(item.flag(usage)?),
            "restart" => self.restart = Some(item.flag(usage)?),
            "readonly" => self.readonly = Some(item.flag(usage)?),
            "deprecated" => self.deprecated = Some(item.text(usage)?),
            "unit" => self.unit = Some(item.text(usage)?),
            "merge" => self.merge = Some(Merge::read(item, usage)?),
            "not_secret" => self.not_secret = Some(item.flag(usage)?),
            _ => self.secret = Some(reference::read(item, usage)?),
        }
        Ok(())
    }
}

fn nested(item: &Item, usage: &str) -> syn::Result<Nested> {
    let path = match item.given {
        ItemValue::Nothing => None,
        _ => Some(item.path(usage)?),
    };
    Ok(Nested { path })
}

fn variable(name: LitStr) -> syn::Result<LitStr> {
    match name.value().contains(['=', '\0']) {
        true => Err(syn::Error::new_spanned(name, "a variable's name has no `=` and no NUL")),
        false => Ok(name),
    }
}

fn getter(name: &LitStr, usage: &str) -> syn::Result<Ident> {
    name.parse_with(Ident::parse_any)
        .ok()
        .filter(|ident| ident != "_" && !ident.to_string().starts_with("r#"))
        .ok_or_else(|| {
            syn::Error::new_spanned(name, format!("write {usage} with a name that a method can have"))
        })
}
