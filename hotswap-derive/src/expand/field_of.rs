//! `FieldOf`: the position of a field in its struct, with its type as a parameter.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::slot::Slots;
use crate::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let slots = Slots::new(model);
    let krate = &model.krate;
    let owner = model.self_type();
    let (parameters, _, bounds) = model.generics.split_for_impl();
    let impls = model.fields.iter().map(|field| {
        let slot = slots.definition(field).into_iter();
        let (ident, ty) = (&field.ident, &field.ty);
        let index = Literal::usize_unsuffixed(field.index);
        quote! {
            impl #parameters #krate::__private::FieldOf<#index, #ty> for #owner #bounds {
                #(const SLOT: ::core::primitive::usize = #slot;)*
                #[inline]
                fn get(&self) -> &#ty {
                    &self.#ident
                }
            }
        }
    });
    quote!(#(#impls)*)
}
