//! The entry of a struct's hidden macro for one field, its own or a nested one.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{LitInt, LitStr, Result, bracketed, ext::IdentExt, parse::Parse, parse::ParseStream};

use crate::{
    claims::Claim,
    model::{Field, Kind, Read},
    names,
    scalar::Scalar,
};

/// A field as seen from an enclosing struct.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The name in its methods.
    pub(crate) getter: String,
    pub(crate) span: Span,
    pub(crate) kind: EntryKind,
    /// The index of a field in each struct on the path.
    pub(crate) path: Vec<usize>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) docs: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Leaf(Read),
    Nested,
    /// A leaf inside an `Option`: it has no methods, but reads its variables.
    Hidden,
}

impl Entry {
    pub(crate) fn new(field: &Field) -> Self {
        Self {
            getter: field.getter.clone(),
            span: field.ident.span(),
            kind: match &field.kind {
                Kind::Leaf(leaf) => EntryKind::Leaf(leaf.read),
                Kind::Nested(_) => EntryKind::Nested,
                Kind::Optional(_) => EntryKind::Leaf(Read::Guard),
            },
            path: vec![field.index],
            claims: field.claims(),
            docs: field.docs.clone(),
        }
    }

    /// The same field, seen from the enclosing struct. The steps are the names of the nested field in
    /// variables; a flattened field has none.
    pub(crate) fn below(&self, outer: &Entry, steps: &[String], optional: bool) -> Self {
        let claims = match steps {
            [] => self.claims.clone(),
            steps => {
                steps.iter().flat_map(|step| self.claims.iter().map(|claim| claim.below(step))).collect()
            }
        };
        Self {
            getter: format!("{}_{}", outer.getter, self.getter),
            span: self.span,
            kind: if optional { EntryKind::Hidden } else { self.kind },
            path: [&outer.path[..], &self.path].concat(),
            claims,
            docs: self.docs.clone(),
        }
    }
}

impl ToTokens for EntryKind {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (word, scalar) = match self {
            Self::Leaf(Read::Scalar(scalar)) => ("scalar", *scalar),
            Self::Leaf(Read::Copy(scalar)) => ("copy", *scalar),
            Self::Leaf(Read::Guard) => ("guard", None),
            Self::Nested => ("nested", None),
            Self::Hidden => ("hidden", None),
        };
        let (word, scalar) = (Ident::new(word, Span::call_site()), scalar.map(Scalar::ident));
        tokens.extend(quote!(#word #scalar));
    }
}

impl Parse for EntryKind {
    fn parse(input: ParseStream) -> Result<Self> {
        let word = input.call(Ident::parse_any)?.to_string();
        let scalar = match input.peek(syn::Ident) {
            true => Scalar::named(&input.parse::<Ident>()?.to_string()),
            false => None,
        };
        Ok(match word.as_str() {
            "scalar" => Self::Leaf(Read::Scalar(scalar)),
            "copy" => Self::Leaf(Read::Copy(scalar)),
            "guard" => Self::Leaf(Read::Guard),
            "nested" => Self::Nested,
            _ => Self::Hidden,
        })
    }
}

/// `getter kind [path] [claims] "docs"`; an exact variable follows `=`.
impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let getter = names::ident(&self.getter, self.span);
        let kind = &self.kind;
        let path = self.path.iter().map(|index| Literal::usize_unsuffixed(*index));
        let claims = self.claims.iter().map(|claim| match claim.exact {
            true => format!("={}", claim.name),
            false => claim.name.clone(),
        });
        let docs = &self.docs;
        tokens.extend(quote!({ #getter #kind [#(#path)*] [#(#claims)*] #docs }));
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> Result<Self> {
        let content;
        syn::braced!(content in input);
        let input = &content;
        let getter = input.call(Ident::parse_any)?;
        let kind = input.parse()?;
        let (path, claims);
        bracketed!(path in input);
        bracketed!(claims in input);
        Ok(Self {
            getter: names::plain(&getter),
            span: getter.span(),
            kind,
            path: all(&path, |index: LitInt| index.base10_parse())?,
            claims: all(&claims, |name: LitStr| Ok(claim(&name.value())))?,
            docs: input.parse::<LitStr>()?.value(),
        })
    }
}

fn claim(text: &str) -> Claim {
    match text.strip_prefix('=') {
        Some(name) => Claim::exact(name),
        None => Claim::below_prefix(text.to_owned()),
    }
}

/// Parses everything up to the end.
pub(crate) fn all<T: Parse, U>(input: ParseStream, mut each: impl FnMut(T) -> Result<U>) -> Result<Vec<U>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(each(input.parse()?)?);
    }
    Ok(items)
}
