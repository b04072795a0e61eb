//! The sources in the attributes of the struct.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    attribute::structure::{Source, SourceKind},
    model::Model,
};

pub(super) fn expand(model: &Model) -> TokenStream {
    let krate = &model.krate;
    let files = model.sources.iter().map(|source| of_source(model, source));
    let (env, profile) = (option(model.env.as_deref()), option(model.profile.as_deref()));
    quote! {
        #krate::__private::Setup {
            files: &[#(#files),*],
            env: #env,
            profile: #profile,
            stores: #krate::__private::STORES,
        }
    }
}

fn of_source(model: &Model, source: &Source) -> TokenStream {
    let krate = &model.krate;
    let Source { kind, path, optional } = source;
    let kind = match kind {
        SourceKind::File => quote!(File),
        SourceKind::Dir => quote!(Dir),
        SourceKind::Dotenv => quote!(Dotenv),
    };
    quote! {
        #krate::__private::FileSetup { path: #path, optional: #optional, kind: #krate::__private::PathKind::#kind }
    }
}

fn option(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}
