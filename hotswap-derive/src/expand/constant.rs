//! Compile-time checks of ranges and defaults that contain constants, whose values only rustc
//! knows.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;

use crate::{
    attribute::{
        literal::{Content, Literal},
        rule,
    },
    model::{Field, Kind, Leaf, Model},
    scalar::Scalar,
};

/// Empty for a generic struct, whose constants may depend on its parameters.
pub(super) fn expand(model: &Model) -> TokenStream {
    if !model.sound || !model.generics.params.is_empty() {
        return TokenStream::new();
    }
    model.fields.iter().filter_map(|field| of_field(model, field)).collect()
}

fn of_field(model: &Model, field: &Field) -> Option<TokenStream> {
    let Kind::Leaf(leaf) = &field.kind else { return None };
    let ty = Scalar::new(&field.ty).filter(|scalar| scalar.is_number())?;
    let value = leaf.default.as_ref().filter(|_| leaf.decode.is_none())?;
    Some(bounds(leaf).filter_map(|(name, bound)| assertion(model, ty, value, name, bound)).collect())
}

fn bounds(leaf: &Leaf) -> impl Iterator<Item = (&'static str, &Literal)> {
    let bounds = leaf.rules.iter().filter_map(|rule| match &rule.kind {
        rule::Kind::Range(bounds) => Some(bounds),
        _ => None,
    });
    bounds.flatten().map(|(name, bound)| (*name, bound))
}

fn assertion(model: &Model, ty: Scalar, value: &Literal, name: &str, bound: &Literal) -> Option<TokenStream> {
    let (operator, words) = match name {
        "min" => (quote!(>=), "less than the minimum"),
        "exclusive_min" => (quote!(>), "not greater than the exclusive minimum"),
        "max" => (quote!(<=), "greater than the maximum"),
        _ => (quote!(<), "not less than the exclusive maximum"),
    };
    let literal = |value: &Literal| !matches!(value.content, Content::Path(_));
    if literal(value) && literal(bound) {
        return None;
    }
    let message = format!("the default breaks `range`: {value} is {words} {bound}");
    let (left, right) = (operand(model, ty, value)?, operand(model, ty, bound)?);
    Some(quote_spanned! {value.span=>
        const _: () = ::core::assert!(#left #operator #right, #message);
    })
}

/// `None` for a function, which is distinguished from a constant by its name.
fn operand(model: &Model, ty: Scalar, value: &Literal) -> Option<TokenStream> {
    let Content::Path(path) = &value.content else { return Some(quote!(#value)) };
    let name = path.segments.last()?.ident.to_string();
    if name.contains(char::is_lowercase) {
        return None;
    }
    let (path, ty) = (outside(model, path), ty.ident());
    // A default may have any type that converts; between numbers this is lossless.
    Some(quote!((#path as ::core::primitive::#ty)))
}

/// The path in a form that is valid where `Self` is not.
fn outside(model: &Model, path: &Path) -> TokenStream {
    match path.segments.first() {
        Some(first) if first.ident == "Self" => {
            let (owner, rest) = (model.self_type(), path.segments.iter().skip(1));
            quote!(#owner #(:: #rest)*)
        }
        _ => quote!(#path),
    }
}
