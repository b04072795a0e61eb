//! Generates code for a checked struct: data, and one-line calls. This stage cannot fail.

mod all_fields;
mod callback;
mod config;
mod constant;
mod entry;
mod field_of;
mod flat;
mod handle;
mod member;
mod method;
mod paths;
mod root;
mod rule;
mod setup;
mod shape;
mod slot;
mod test;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::model::Model;

pub(crate) use flat::flatten;

/// Everything that the derive adds next to the struct.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let names = Names::new(model);
    let krate = &model.krate;
    let config = config::expand(model, &names);
    let fields = field_of::expand(model);
    let (handle, handle_impls) = handle::expand(model, &names);
    let (paths, paths_impls) = paths::expand(model, &names);
    let constants = constant::expand(model);
    let callback = flat::start(model, &names);
    let test = test::expand(model);
    quote! {
        #handle
        #paths
        #[doc(hidden)]
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private::{NoEncode as _, NotOption as _};
            #config
            #fields
            #handle_impls
            #paths_impls
            #constants
        };
        #callback
        #test
    }
}

/// The generated types of a struct.
pub(crate) struct Names {
    pub(crate) handle: Ident,
    pub(crate) paths: Ident,
}

impl Names {
    fn new(model: &Model) -> Self {
        let ident = &model.ident;
        Self { handle: format_ident!("{ident}Handle"), paths: format_ident!("{ident}Paths") }
    }
}
