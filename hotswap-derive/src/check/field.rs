//! Converts a parsed field to a checked field.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

use super::{default, kept, merge, nested, rule, secret, unit};
use crate::{
    diagnostics::Diagnostics,
    input::{self, Input},
    model::{Absent, Encode, Field, Kind, Leaf, Read},
    names,
    scalar::Scalar,
};

#[derive(Default)]
pub(super) struct Fields {
    pub(super) taking_part: Vec<Field>,
    pub(super) skipped: Vec<Ident>,
}

pub(super) fn check_all(input: &Input, diagnostics: &mut Diagnostics) -> Fields {
    let mut fields = Fields::default();
    for field in input.fields.iter().flatten() {
        if field.serde.skip {
            refuse_keys_of_skipped(field, diagnostics);
            fields.skipped.push(field.ident.clone());
        } else {
            let index = fields.taking_part.len();
            fields.taking_part.push(check(index, field, input, diagnostics));
        }
    }
    fields
}

fn refuse_keys_of_skipped(field: &input::Field, diagnostics: &mut Diagnostics) {
    if let Some(span) = field.hot.first {
        diagnostics
            .at(span, "serde skips this field, so nothing can be said about it here: remove one of the two");
    }
}

fn check(index: usize, field: &input::Field, input: &Input, diagnostics: &mut Diagnostics) -> Field {
    let name = names::plain(&field.ident);
    let ty = without_self(&field.ty, input);
    merge::check(field, &ty, diagnostics);
    unit::check(field, &ty, diagnostics);
    let kind = nested::check(field, &ty, input, diagnostics)
        .unwrap_or_else(|| Kind::Leaf(Box::new(leaf(field, &ty, diagnostics))));
    Field {
        index,
        ident: field.ident.clone(),
        vis: field.vis.clone(),
        docs: field.docs.clone(),
        key: field
            .serde
            .rename
            .clone()
            .unwrap_or_else(|| names::rename(input.serde.rename_all.as_deref(), &name)),
        aliases: field.serde.aliases.clone(),
        getter: field.hot.getter.as_ref().map_or(name, Ident::to_string),
        flatten: field.serde.flatten.is_some(),
        serde_default: field.serde.default.is_some() || input.serde.default.is_some(),
        absent: absent(field, input),
        restart: field.hot.restart.is_some(),
        readonly: field.hot.readonly.is_some(),
        deprecated: field.hot.deprecated.as_ref().map(syn::LitStr::value),
        unit: field.hot.unit.as_ref().map(syn::LitStr::value),
        merge: field.hot.merge.as_ref().map(|merge| merge.way.clone()),
        kind,
        ty,
    }
}

fn leaf(field: &input::Field, ty: &Type, diagnostics: &mut Diagnostics) -> Leaf {
    if let (Some(copy), Some(_)) = (field.hot.copy, field.hot.scalar) {
        diagnostics.at(copy, "`scalar` already hands the value out by value: remove `copy`");
    }
    default::check(field, ty, diagnostics);
    secret::check(field, ty, diagnostics);
    rule::check_all(&field.hot.rules, ty, diagnostics);
    // A value that a function reads may have any form.
    if let (Some(value), None) = (&field.hot.default, &field.serde.deserialize_with) {
        kept::check(&field.hot.rules, value, ty, diagnostics);
    }
    Leaf {
        read: read(field, ty),
        default: field.hot.default.clone().map(|value| default::for_type(value, ty)),
        env: field.hot.env.as_ref().map(syn::LitStr::value),
        secret: field.hot.secret.is_some() || secret::is_named_in(ty.to_token_stream()),
        marked_secret: field.hot.secret.is_some(),
        reference: field.hot.secret.as_ref().and_then(|secret| Some(secret.reference.as_ref()?.value())),
        not_secret: field.hot.not_secret.is_some(),
        rules: rule::for_type(field.hot.rules.clone(), ty),
        decode: field.serde.deserialize_with.clone(),
        encode: encode(field),
    }
}

/// The serde default of a nested struct that no file mentions. A flattened one is always read, so serde never uses its
/// default.
fn absent(field: &input::Field, input: &Input) -> Option<Absent> {
    if field.serde.flatten.is_some() {
        return None;
    }
    let own = field.serde.default.clone().map(Absent::Own);
    own.or_else(|| input.serde.default.clone().map(Absent::OfStruct))
}

fn read(field: &input::Field, ty: &Type) -> Read {
    let token = Scalar::new(ty);
    if field.hot.scalar.is_some() || token.is_some_and(Scalar::has_cell) {
        Read::Scalar(token)
    } else if field.hot.copy.is_some() || token.is_some() {
        Read::Copy(token)
    } else {
        Read::Guard
    }
}

fn encode(field: &input::Field) -> Encode {
    match (&field.serde.serialize_with, &field.serde.deserialize_with) {
        (Some(function), _) => Encode::With(function.clone()),
        (None, Some(_)) => Encode::Never,
        (None, None) => Encode::Own,
    }
}

/// The type in a form that is valid in every impl block: in that of the handle, `Self` means another type.
fn without_self(ty: &Type, input: &Input) -> Type {
    let ident = &input.ident;
    let (_, parameters, _) = input.generics.split_for_impl();
    let tokens = replace_self(ty.to_token_stream(), &quote::quote!(#ident #parameters));
    tokens.and_then(|tokens| syn::parse2(tokens).ok()).unwrap_or_else(|| ty.clone())
}

/// `None` if there is no `Self`.
fn replace_self(tokens: TokenStream, with: &TokenStream) -> Option<TokenStream> {
    let mut found = false;
    let mut replaced = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                found = true;
                replaced.extend(with.clone());
            }
            TokenTree::Group(group) => {
                let inner = replace_self(group.stream(), with);
                found |= inner.is_some();
                let stream = inner.unwrap_or_else(|| group.stream());
                replaced.extend([TokenTree::Group(proc_macro2::Group::new(group.delimiter(), stream))]);
            }
            token => replaced.extend([token]),
        }
    }
    found.then_some(replaced)
}
