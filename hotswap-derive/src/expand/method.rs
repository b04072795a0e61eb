//! The three methods of a field on a handle: getter, subscription, setter.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, Visibility, spanned::Spanned};

use crate::{model::Read, names};

/// A field as a handle reaches it.
pub(crate) struct Method<'m> {
    pub(crate) krate: &'m Path,
    /// The struct of the handle.
    pub(crate) root: &'m TokenStream,
    pub(crate) vis: &'m Visibility,
    /// What the methods are named after.
    pub(crate) getter: &'m str,
    pub(crate) span: Span,
    pub(crate) docs: &'m str,
    /// The type of the value; one of the parameters where it cannot be spelled.
    pub(crate) ty: &'m TokenStream,
    /// Type parameters of each method, in angle brackets, with the traits that tell them from each other.
    pub(crate) parameters: &'m TokenStream,
    pub(crate) bounds: &'m TokenStream,
    pub(crate) slot: &'m TokenStream,
    /// A function from the struct of the handle to the field.
    pub(crate) get: &'m TokenStream,
    pub(crate) kind: MethodKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MethodKind {
    Leaf(Read),
    Nested,
}

impl Method<'_> {
    pub(crate) fn expand(&self) -> TokenStream {
        let (getter, change, set) = (self.getter(), self.on_change(), self.set());
        quote!(#getter #change #set)
    }

    fn getter(&self) -> TokenStream {
        let Self { krate, root, vis, ty, parameters, bounds, slot, get, .. } = self;
        let name = names::ident(self.getter, self.span);
        let docs = match self.docs {
            "" => format!("The current `{}`.", self.getter),
            docs => docs.to_owned(),
        };
        let (output, body) = match self.kind {
            MethodKind::Leaf(Read::Scalar(_)) => (quote!(#ty), quote!(self.0.__scalar::<#ty>(#slot))),
            MethodKind::Leaf(Read::Copy(_)) => {
                let place = ty.span();
                (
                    quote!(#ty),
                    quote_spanned!(place=> #krate::__private::copied::<#root, #ty>(self.0.__get(#get))),
                )
            }
            MethodKind::Leaf(Read::Guard) => (quote!(#krate::Ref<#root, #ty>), quote!(self.0.__get(#get))),
            MethodKind::Nested => {
                (quote!(<#ty as #krate::HotConfig>::Handle), quote!(self.0.__nested::<#ty>(#slot)))
            }
        };
        quote! {
            #[doc = #docs]
            #[inline]
            #vis fn #name #parameters(&self) -> #output #bounds { #body }
        }
    }

    fn on_change(&self) -> TokenStream {
        let Self { krate, vis, ty, parameters, bounds, slot, .. } = self;
        let name = self.named(format_ident!("on_{}_change", self.getter));
        let docs = format!("Calls `f` with the old and the new `{}` after each change.", self.getter);
        quote! {
            #[doc = #docs]
            #vis fn #name #parameters(
                &self,
                f: impl ::core::ops::Fn(&#ty, &#ty) + ::core::marker::Send + ::core::marker::Sync + 'static,
            ) -> #krate::Subscription #bounds {
                self.0.__on_change::<#ty>(#slot, f)
            }
        }
    }

    fn set(&self) -> TokenStream {
        let Self { krate, vis, ty, parameters, bounds, slot, .. } = self;
        let name = self.named(format_ident!("set_{}", self.getter));
        let docs = format!("Sets `{}`: validated, published, and kept over reloads.", self.getter);
        quote! {
            #[doc = #docs]
            #vis fn #name #parameters(
                &self,
                value: #ty,
            ) -> ::core::result::Result<::core::primitive::u64, #krate::Error> #bounds {
                #krate::__private::set_at(&self.0, #slot, value)
            }
        }
    }

    fn named(&self, mut name: Ident) -> Ident {
        name.set_span(self.span);
        name
    }
}
