//! What the struct's attributes say about sources.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let krate = &model.krate;
    quote!(#krate::__private::Setup::NONE)
}
