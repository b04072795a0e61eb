//! The generated handle.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{
    Names,
    method::{Method, MethodKind},
    slot::Slots,
};
use crate::model::{Field, Kind, Model, Read};

/// The type, and its implementations.
pub(super) fn expand(model: &Model, names: &Names) -> (TokenStream, TokenStream) {
    let methods = methods(model);
    let (krate, handle, owner) = (&model.krate, &names.handle, model.self_type());
    let (parameters, arguments, bounds) = model.generics.split_for_impl();
    let definition = definition(model, names);
    let impls = quote! {
        #[allow(dead_code, non_snake_case)]
        impl #parameters #handle #arguments #bounds {
            #krate::__private::methods! { #methods }
        }
        #[automatically_derived]
        impl #parameters ::core::clone::Clone for #handle #arguments #bounds {
            fn clone(&self) -> Self {
                Self(::core::clone::Clone::clone(&self.0))
            }
        }
        impl #parameters ::core::fmt::Debug for #handle #arguments #bounds {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl #parameters ::core::ops::Deref for #handle #arguments #bounds {
            type Target = #krate::Handle<#owner>;
            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
        impl #parameters ::core::convert::From<#krate::Handle<#owner>> for #handle #arguments #bounds {
            #[inline]
            fn from(handle: #krate::Handle<#owner>) -> Self {
                Self(handle)
            }
        }
    };
    (definition, impls)
}

fn definition(model: &Model, names: &Names) -> TokenStream {
    let (vis, krate, handle, owner) = (&model.vis, &model.krate, &names.handle, model.self_type());
    let generics = &model.generics;
    let bounds = &generics.where_clause;
    let docs = format!(
        "The handle of [`{}`]: reads, subscribes and sets field by field; everything else is on [`Handle`]({}::Handle).",
        model.ident,
        quote!(#krate).to_string().replace(' ', "")
    );
    quote! {
        #[doc = #docs]
        #vis struct #handle #generics(#krate::Handle<#owner>) #bounds;
    }
}

fn methods(model: &Model) -> TokenStream {
    let slots = Slots::new(model);
    let root = model.self_type();
    model.fields.iter().map(|field| of_field(model, field, &slots, &root)).collect()
}

fn of_field(model: &Model, field: &Field, slots: &Slots, root: &TokenStream) -> TokenStream {
    let (krate, ty) = (&model.krate, &field.ty);
    let kind = match &field.kind {
        Kind::Leaf(leaf) => MethodKind::Leaf(leaf.read),
        Kind::Nested(_) => MethodKind::Nested,
        Kind::Optional(_) => MethodKind::Leaf(Read::Guard),
    };
    let get = match kind {
        MethodKind::Leaf(Read::Guard | Read::Copy(_)) => {
            let index = Literal::usize_unsuffixed(field.index);
            quote!(<#root as #krate::__private::FieldOf<#index, #ty>>::get)
        }
        _ => TokenStream::new(),
    };
    Method {
        krate,
        root,
        vis: &field.vis,
        getter: &field.getter,
        span: field.ident.span(),
        docs: &field.docs,
        ty: &quote!(#ty),
        parameters: &TokenStream::new(),
        bounds: &TokenStream::new(),
        slot: &slots.of_field(model, field),
        get: &get,
        kind,
    }
    .expand()
}
