//! `#[hot(..)]` on a struct.

use proc_macro2::{Ident, Span, TokenTree};
use syn::{Attribute, LitStr, Path};

use super::{
    item::{self, Item, ItemValue},
    keys::{FIELD, Place, RULE, STRUCTURE, known},
};
use crate::diagnostics::Diagnostics;

/// The attributes of a struct.
#[derive(Default)]
pub(crate) struct Structure {
    /// In the order of the attributes, which is their priority.
    pub(crate) sources: Vec<Source>,
    pub(crate) env: Option<LitStr>,
    pub(crate) profile: Option<LitStr>,
    pub(crate) checks: Vec<Path>,
    pub(crate) krate: Option<Path>,
    pub(crate) test: Option<Span>,
}

pub(crate) struct Source {
    pub(crate) kind: SourceKind,
    pub(crate) path: LitStr,
    pub(crate) optional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    File,
    Dir,
    Dotenv,
}

const PLACE: Place =
    Place { what: "a struct", tables: &[STRUCTURE], elsewhere: &[FIELD, RULE], other: "a field" };

pub(crate) fn read(attrs: &[Attribute], diagnostics: &mut Diagnostics) -> Structure {
    let items = item::read(attrs, "hot", diagnostics);
    let mut structure = Structure::default();
    for item in known(items, &PLACE, diagnostics) {
        diagnostics.record(structure.take(&item));
    }
    structure
}

impl Structure {
    fn take(&mut self, item: &Item) -> syn::Result<()> {
        let usage = PLACE.usage(&item.name());
        match item.name().as_str() {
            "file" => self.sources.push(source(SourceKind::File, item, usage)?),
            "dotenv" => self.sources.push(source(SourceKind::Dotenv, item, usage)?),
            "dir" => {
                self.sources.push(Source { kind: SourceKind::Dir, path: item.text(usage)?, optional: false });
            }
            "env" => self.env = Some(item.text(usage)?),
            "profile" => self.profile = Some(profile(item.text(usage)?)?),
            "test" => self.test = Some(item.flag(usage)?),
            "check" => self.checks.push(item.path(usage)?),
            _ => self.krate = Some(item.path(usage)?),
        }
        Ok(())
    }
}

fn profile(name: LitStr) -> syn::Result<LitStr> {
    match name.value().chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        true => Ok(name),
        false => Err(syn::Error::new_spanned(name, "a profile's name has only letters, digits, `_` and `-`")),
    }
}

/// `file = "path"` or `file("path", optional)`.
fn source(kind: SourceKind, item: &Item, usage: &str) -> syn::Result<Source> {
    let ItemValue::List(tokens) = &item.given else {
        return Ok(Source { kind, path: item.text(usage)?, optional: false });
    };
    let parts = item::split(tokens.clone());
    let mut parts = parts.into_iter();
    let path = parts.next().ok_or_else(|| item.usage(usage))?;
    let path: LitStr = syn::parse2(path.into_iter().collect()).map_err(|_| item.usage(usage))?;
    if path.value().is_empty() {
        return Err(syn::Error::new_spanned(path, format!("`{}` must not be empty", item.key)));
    }
    match (parts.next(), parts.next()) {
        (None, _) => Ok(Source { kind, path, optional: false }),
        (Some(word), None) if is_optional(&word) => Ok(Source { kind, path, optional: true }),
        (Some(word), _) => Err(syn::Error::new(first_span(&word), format!("write {usage}"))),
    }
}

fn is_optional(word: &[TokenTree]) -> bool {
    matches!(word, [TokenTree::Ident(word)] if *word == Ident::new("optional", Span::call_site()))
}

fn first_span(tokens: &[TokenTree]) -> Span {
    tokens.first().map_or_else(Span::call_site, TokenTree::span)
}
