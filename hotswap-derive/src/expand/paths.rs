//! The generated typed paths.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, parse_quote};

use super::{Names, slot::Slots};
use crate::{
    model::{Field, Kind, Model},
    names,
};

/// The type with `__R` as its root, for the struct with its own parameters.
pub(super) fn with_root(model: &Model, names: &Names) -> TokenStream {
    let paths = &names.paths;
    let generics = generics(model);
    let (_, arguments, _) = generics.split_for_impl();
    quote!(#paths #arguments)
}

/// The type, and its implementations.
pub(super) fn expand(model: &Model, names: &Names) -> (TokenStream, TokenStream) {
    let (krate, owner) = (&model.krate, model.self_type());
    let generics = generics(model);
    let (parameters, _, bounds) = generics.split_for_impl();
    let paths = with_root(model, names);
    let methods = methods(model);
    let impls = quote! {
        #[allow(dead_code, non_snake_case)]
        impl #parameters #paths #bounds {
            #krate::__private::paths! { #methods }
        }
        #[automatically_derived]
        impl #parameters ::core::clone::Clone for #paths #bounds {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl #parameters ::core::marker::Copy for #paths #bounds {}
        impl #parameters ::core::ops::Deref for #paths #bounds {
            type Target = #krate::Path<__R, #owner>;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
        impl #parameters ::core::convert::From<#krate::Path<__R, #owner>> for #paths #bounds {
            fn from(path: #krate::Path<__R, #owner>) -> Self {
                Self(path)
            }
        }
        impl #parameters #krate::AsPath for #paths #bounds {
            type Root = __R;
            type Value = #owner;
            fn as_path(&self) -> #krate::Path<__R, #owner> {
                self.0
            }
        }
    };
    (definition(model, names, &generics), impls)
}

fn definition(model: &Model, names: &Names, generics: &Generics) -> TokenStream {
    let (vis, krate, owner, paths) = (&model.vis, &model.krate, model.self_type(), &names.paths);
    let docs = format!("Typed paths to the fields of [`{}`], counted from a root.", model.ident);
    let bounds = &generics.where_clause;
    quote! {
        #[doc = #docs]
        #vis struct #paths #generics(#krate::Path<__R, #owner>) #bounds;
    }
}

/// The parameters of the struct after the root.
fn generics(model: &Model) -> Generics {
    let krate = &model.krate;
    let mut generics = model.generics.clone();
    let root: GenericParam = parse_quote!(__R: #krate::HotConfig);
    generics.params.insert(0, root);
    generics
}

fn methods(model: &Model) -> TokenStream {
    let slots = Slots::new(model);
    model.fields.iter().map(|field| of_field(model, field, &slots)).collect()
}

fn of_field(model: &Model, field: &Field, slots: &Slots) -> TokenStream {
    let (krate, vis, ty) = (&model.krate, &field.vis, &field.ty);
    let name = names::ident(&field.getter, field.ident.span());
    let slot = slots.of_field(model, field);
    let docs = format!("The path of `{}`.", field.getter);
    let (output, function) = match field.kind {
        Kind::Nested(_) => (quote!(<#ty as #krate::HotConfig>::Paths<__R>), quote!(__children::<#ty>)),
        _ => (quote!(#krate::Path<__R, #ty>), quote!(__child)),
    };
    quote!({ #vis #name #docs [#output] [#function] [#slot] })
}
