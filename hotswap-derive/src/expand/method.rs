//! The three methods of a field on a handle: getter, subscription, setter.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, Visibility, spanned::Spanned};

use crate::{model::Read, names};

/// A field as seen from a handle.
pub(crate) struct Method<'m> {
    pub(crate) krate: &'m Path,
    /// The struct of the handle.
    pub(crate) root: &'m TokenStream,
    pub(crate) vis: &'m Visibility,
    /// The name in the methods.
    pub(crate) getter: &'m str,
    pub(crate) span: Span,
    pub(crate) docs: &'m str,
    /// The type of the value; a type parameter if it cannot be written.
    pub(crate) ty: &'m TokenStream,
    /// Type parameters of each method, in angle brackets, with the bounds that determine them.
    pub(crate) parameters: &'m TokenStream,
    pub(crate) bounds: &'m TokenStream,
    pub(crate) slot: &'m TokenStream,
    /// A function from the struct of the handle to the field, for a getter that needs one.
    pub(crate) get: &'m TokenStream,
    pub(crate) kind: MethodKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MethodKind {
    Leaf(Read),
    Nested,
}

impl Method<'_> {
    /// An entry of `methods!`.
    pub(crate) fn expand(&self) -> TokenStream {
        let Self { vis, ty, parameters, bounds, slot, .. } = self;
        let name = names::ident(self.getter, self.span);
        let docs = match self.docs {
            "" => format!("The current `{}`.", self.getter),
            docs => docs.to_owned(),
        };
        let (output, function, argument) = self.read();
        let change = self.named(format_ident!("on_{}_change", self.getter));
        let changes = format!("Calls `f` with the old and the new `{}` after each change.", self.getter);
        let set = self.named(format_ident!("set_{}", self.getter));
        let sets = format!("Sets `{}`: validated, published, and kept over reloads.", self.getter);
        quote! {
            {
                #vis #name #docs [#parameters] [#output] [#bounds] [#function] [#argument]
                #change #changes #set #sets [#ty] [#slot]
            }
        }
    }

    /// The return type of the getter, and its implementation.
    fn read(&self) -> (TokenStream, TokenStream, &TokenStream) {
        let Self { krate, root, ty, slot, get, .. } = self;
        match self.kind {
            MethodKind::Leaf(Read::Scalar(_)) => (quote!(#ty), quote!(__scalar::<#ty>), slot),
            MethodKind::Leaf(Read::Copy(_)) => {
                (quote!(#ty), quote_spanned!(ty.span()=> __copied::<#ty>), get)
            }
            MethodKind::Leaf(Read::Guard) => (quote!(#krate::Ref<#root, #ty>), quote!(__get), get),
            MethodKind::Nested => (quote!(<#ty as #krate::HotConfig>::Handle), quote!(__nested::<#ty>), slot),
        }
    }

    fn named(&self, mut name: Ident) -> Ident {
        name.set_span(self.span);
        name
    }
}
