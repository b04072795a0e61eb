//! The operations of the runtime on each field.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{rule, shape};
use crate::model::{Encode, Field, Kind, Leaf, Model, Read};

pub(super) fn expand(model: &Model) -> Vec<TokenStream> {
    model.fields.iter().filter(|_| model.sound).map(|field| of_field(model, field)).collect()
}

fn of_field(model: &Model, field: &Field) -> TokenStream {
    let index = Literal::usize_unsuffixed(field.index);
    let private = model.private_at(field.ty.span());
    let (kind, ty) = match &field.kind {
        Kind::Leaf(leaf) => return of_leaf(model, field, leaf),
        Kind::Nested(nested) => ("Nested", &nested.ty),
        Kind::Optional(nested) => ("Optional", &nested.ty),
    };
    let kind = Ident::new(kind, Span::call_site());
    let member = quote_spanned!(ty.span()=> #private::#kind::<#index, #ty>);
    match shape::absent_value(model, field) {
        Some(value) => quote!(&#member { absent: ::core::option::Option::Some(|| #value) }),
        None => quote_spanned!(ty.span()=> &#member::NEW),
    }
}

/// With the span of the type, so that a missing bound is reported there.
fn of_leaf(model: &Model, field: &Field, leaf: &Leaf) -> TokenStream {
    let (private, ty) = (model.private_at(field.ty.span()), &field.ty);
    let index = Literal::usize_unsuffixed(field.index);
    let kind = quote_spanned!(ty.span()=> #private::Leaf::<#index, #ty>);
    if leaf.is_plain_scalar() && !leaf.marked_secret {
        return quote_spanned!(ty.span()=> &#kind::SCALAR);
    }
    let encode = encode(model, field, leaf);
    let bits = bits(model, field, leaf);
    let rules = rules(model, leaf);
    let rest = match &leaf.decode {
        None => quote_spanned!(ty.span()=> #kind::PLAIN),
        Some(function) => quote!(#kind::with(|decoder| #function(decoder))),
    };
    let rest = match leaf.marked_secret {
        true => quote_spanned!(ty.span()=> #private::secret(#rest)),
        false => rest,
    };
    quote_spanned!(ty.span()=> &#kind { encode: #encode, #bits #rules ..#rest })
}

/// How a leaf is encoded, if it can be.
fn encode(model: &Model, field: &Field, leaf: &Leaf) -> TokenStream {
    let (krate, ty) = (&model.krate, &field.ty);
    match &leaf.encode {
        Encode::Own => quote!(#krate::__private::Probe::<#ty>::ENCODE),
        Encode::With(_) => {
            let function = encode_function(model, field, leaf);
            quote!(::core::option::Option::Some(#function))
        }
        Encode::Never => quote!(::core::option::Option::None),
    }
}

/// The function that encodes a leaf. A leaf without one was refused where it is needed.
pub(super) fn encode_function(model: &Model, field: &Field, leaf: &Leaf) -> TokenStream {
    let (krate, ty) = (&model.krate, &field.ty);
    match &leaf.encode {
        Encode::With(function) => quote! {
            |value| #krate::__private::encode_with(|encoder| #function(value, encoder))
        },
        Encode::Own | Encode::Never => {
            let private = model.private_at(ty.span());
            quote_spanned!(ty.span()=> #private::encode::<#ty>)
        }
    }
}

fn bits(model: &Model, field: &Field, leaf: &Leaf) -> TokenStream {
    let (private, ty) = (model.private_at(field.ty.span()), &field.ty);
    match leaf.read {
        Read::Scalar(_) => quote_spanned! {ty.span()=>
            bits: ::core::option::Option::Some(#private::bits::<#ty>),
        },
        _ => TokenStream::new(),
    }
}

fn rules(model: &Model, leaf: &Leaf) -> TokenStream {
    if leaf.rules.is_empty() {
        return TokenStream::new();
    }
    let rules = leaf.rules.iter().map(|rule| rule::expand(model, rule));
    quote!(rules: &[#(#rules),*],)
}
