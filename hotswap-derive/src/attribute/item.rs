//! One item of an attribute: a key and its value.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::{
    Attribute, LitStr, Meta, Path,
    parse::{Parse, Parser},
};

use crate::diagnostics::Diagnostics;

/// `key`, `key = value` or `key(list)`.
pub(crate) struct Item {
    pub(crate) key: Ident,
    pub(crate) given: ItemValue,
}

/// The value of a key.
pub(crate) enum ItemValue {
    Nothing,
    Value(TokenStream),
    List(TokenStream),
}

/// All items of the attributes with this name, in order.
pub(crate) fn read(attrs: &[Attribute], name: &str, diagnostics: &mut Diagnostics) -> Vec<Item> {
    let mut items = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        match &attr.meta {
            Meta::List(list) => items.extend(parse(list.tokens.clone(), diagnostics)),
            meta => diagnostics.on(meta, format!("write `#[{name}(..)]` with the keys in parentheses")),
        }
    }
    items
}

/// The items of a list. Invalid items are reported and left out.
pub(crate) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<Item> {
    split(tokens).into_iter().filter_map(|tokens| diagnostics.record(Item::parse(tokens))).collect()
}

/// The parts between the commas; those inside `<..>` separate type arguments.
pub(crate) fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    let mut angles = 0_usize;
    for token in tokens {
        match punct(&token) {
            Some(',') if angles == 0 => {
                parts.push(Vec::new());
                continue;
            }
            Some('<') => angles += 1,
            Some('>') => angles = angles.saturating_sub(1),
            _ => {}
        }
        parts.last_mut().into_iter().for_each(|part: &mut Vec<_>| part.push(token.clone()));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn punct(token: &TokenTree) -> Option<char> {
    match token {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        _ => None,
    }
}

impl Item {
    fn parse(tokens: Vec<TokenTree>) -> syn::Result<Self> {
        let all: TokenStream = tokens.iter().cloned().collect();
        let mut tokens = tokens.into_iter();
        let Some(TokenTree::Ident(key)) = tokens.next() else {
            return Err(syn::Error::new_spanned(
                all,
                "expected a key, as in `key`, `key = value` or `key(..)`",
            ));
        };
        let given = match tokens.next() {
            None => ItemValue::Nothing,
            Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => {
                ItemValue::Value(tokens.by_ref().collect())
            }
            Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Parenthesis => {
                ItemValue::List(list.stream())
            }
            Some(other) => return Err(syn::Error::new_spanned(other, after_key(&key))),
        };
        match tokens.next() {
            None => Ok(Self { key, given }),
            Some(other) => Err(syn::Error::new_spanned(other, after_key(&key))),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }

    pub(crate) fn name(&self) -> String {
        self.key.to_string()
    }

    /// Requires a key without a value.
    pub(crate) fn flag(&self, usage: &str) -> syn::Result<Span> {
        match &self.given {
            ItemValue::Nothing => Ok(self.span()),
            _ => Err(syn::Error::new(self.span(), format!("`{}` stands alone: write {usage}", self.key))),
        }
    }

    /// The part after the equals sign.
    pub(crate) fn value<T: Parse>(&self, usage: &str) -> syn::Result<T> {
        match &self.given {
            ItemValue::Value(tokens) => {
                parse_all(tokens.clone()).map_err(|place| self.usage_at(place, usage))
            }
            _ => Err(self.usage(usage)),
        }
    }

    /// A string that is not empty.
    pub(crate) fn text(&self, usage: &str) -> syn::Result<LitStr> {
        let text: LitStr = self.value(usage)?;
        if text.value().is_empty() {
            return Err(syn::Error::new_spanned(text, format!("`{}` must not be empty", self.key)));
        }
        Ok(text)
    }

    /// A path, as tokens or inside a string.
    pub(crate) fn path(&self, usage: &str) -> syn::Result<Path> {
        if let Ok(text) = self.value::<LitStr>(usage) {
            return text.parse_with(Path::parse_mod_style).map_err(|_| self.usage_at(text.span(), usage));
        }
        self.value(usage)
    }

    /// The part in the parentheses.
    pub(crate) fn list(&self, usage: &str) -> syn::Result<TokenStream> {
        match &self.given {
            ItemValue::List(tokens) => Ok(tokens.clone()),
            _ => Err(self.usage(usage)),
        }
    }

    pub(crate) fn usage(&self, usage: &str) -> syn::Error {
        self.usage_at(self.span(), usage)
    }

    fn usage_at(&self, span: Span, usage: &str) -> syn::Error {
        syn::Error::new(span, format!("write {usage}"))
    }
}

fn after_key(key: &Ident) -> String {
    format!("expected `=`, `(` or `,` after `{key}`")
}

/// Parses all the tokens. The error contains only their span, because the caller knows what is
/// expected.
fn parse_all<T: Parse>(tokens: TokenStream) -> Result<T, Span> {
    let place = tokens.clone();
    T::parse.parse2(tokens).map_err(|_| syn::Error::new_spanned(place, "").span())
}
