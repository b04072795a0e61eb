//! The implementation of `HotConfig`.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Names, member, setup, shape, slot::Slots};
use crate::model::{Kind, Model};

pub(super) fn expand(model: &Model, names: &Names) -> TokenStream {
    let krate = &model.krate;
    let owner = model.self_type();
    let (parameters, arguments, bounds) = model.generics.split_for_impl();
    let (handle, paths) = (&names.handle, super::paths::with_root(model, names));
    let slots = Slots::new(model);
    let width = &slots.width;
    let shape = shape::expand(model, &slots);
    let members = member::expand(model);
    let checks: Vec<TokenStream> = checks(model).filter(|_| model.sound).collect();
    let setup = setup::expand(model);
    let (clone, field_mut, swap_skipped) = (clone(model), field_mut(model), swap_skipped(model));
    quote! {
        impl #parameters #krate::HotConfig for #owner #bounds {
            type Handle = #handle #arguments;
            type Paths<__R: #krate::HotConfig> = #paths;
        }

        impl #parameters #krate::__private::Schema for #owner #bounds {
            const SHAPE: &'static #krate::__private::Shape = #shape;
            const MEMBERS: &'static [&'static dyn #krate::__private::Member<Self>] = &[#(#members),*];
            const SLOTS: ::core::primitive::usize = #width;
            const CHECKS: &'static [&'static dyn #krate::__private::Rule<Self>] = &[#(#checks),*];
            const SETUP: #krate::__private::Setup = #setup;
            fn __clone(&self) -> Self {
                #clone
            }
            fn __field_mut(
                &mut self,
                index: ::core::primitive::usize,
            ) -> ::core::option::Option<&mut dyn ::core::any::Any> {
                #field_mut
            }
            #swap_skipped
        }
    }
}

/// The closure converts the error of the function to the error type of the runtime.
fn checks(model: &Model) -> impl Iterator<Item = TokenStream> {
    model.checks.iter().map(move |function| {
        let hidden = model.private_at(function.span());
        let name = shape::written(function);
        quote_spanned! {function.span()=>
            &#hidden::Check { name: #name, check: |config| #hidden::blaming(#function(config)), shape: Self::SHAPE }
        }
    })
}

/// Field by field, so that neither the struct nor a nested one needs `Clone`.
fn clone(model: &Model) -> TokenStream {
    if !model.sound {
        return quote!(::core::unimplemented!());
    }
    // A `self` with the span of the type would be another one where a macro was given the fields as tokens.
    let (krate, this) = (&model.krate, quote!(self));
    let fields = model.fields.iter().map(|field| {
        let ident = &field.ident;
        match &field.kind {
            Kind::Leaf(_) => {
                quote_spanned!(field.ty.span()=> #ident: ::core::clone::Clone::clone(&#this.#ident))
            }
            Kind::Nested(_) => quote!(#ident: #krate::__private::Schema::__clone(&self.#ident)),
            Kind::Optional(_) => quote! {
                #ident: ::core::option::Option::map(
                    ::core::option::Option::as_ref(&self.#ident), #krate::__private::Schema::__clone)
            },
        }
    });
    let skipped = &model.skipped;
    quote! {
        Self {
            #(#fields,)*
            #(#skipped: ::core::clone::Clone::clone(&self.#skipped),)*
        }
    }
}

/// Swaps skipped fields. The trait has a default method without effect for structs without such fields.
fn swap_skipped(model: &Model) -> TokenStream {
    let (krate, skipped) = (&model.krate, &model.skipped);
    let nested = model.fields.iter().filter_map(|field| {
        let ident = &field.ident;
        match &field.kind {
            Kind::Leaf(_) => None,
            Kind::Nested(_) => {
                Some(quote!(#krate::__private::Schema::__swap_skipped(&mut self.#ident, &mut other.#ident);))
            }
            Kind::Optional(_) => {
                Some(quote!(#krate::__private::swap_skipped(&mut self.#ident, &mut other.#ident);))
            }
        }
    });
    let nested: Vec<_> = nested.collect();
    if !model.sound || skipped.is_empty() && nested.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn __swap_skipped(&mut self, other: &mut Self) {
            #(::core::mem::swap(&mut self.#skipped, &mut other.#skipped);)*
            #(#nested)*
        }
    }
}

/// Fields by their index.
fn field_mut(model: &Model) -> TokenStream {
    let none = quote!(::core::option::Option::None);
    if !model.sound || model.fields.is_empty() {
        return quote! {
            let _ = index;
            #none
        };
    }
    let arms = model.fields.iter().map(|field| {
        let (index, ident) = (Literal::usize_unsuffixed(field.index), &field.ident);
        quote!(#index => &mut self.#ident,)
    });
    quote! {
        ::core::option::Option::Some(match index {
            #(#arms)*
            _ => return #none,
        })
    }
}
