//! The derive macro of hotswap.

mod attribute;
mod check;
mod claims;
mod diagnostics;
mod expand;
mod input;
mod model;
mod names;
mod scalar;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use crate::{diagnostics::Diagnostics, input::Input};

/// The macro comes from the crate `hotswap-derive`; `hotswap::HotConfig` is where its attributes are described.
#[proc_macro_derive(HotConfig, attributes(hot))]
pub fn derive_hot_config(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let written = Input::read(parse_macro_input!(input as DeriveInput), &mut diagnostics);
    let checked = check::check(written, &mut diagnostics);
    // What is right is there even beside mistakes, so that nothing else is reported on account of them.
    let mut code = checked.as_ref().map(expand::expand).unwrap_or_default();
    code.extend(diagnostics.into_tokens());
    code.into()
}

/// For generated code: takes the fields of a nested struct and goes on to the next.
#[doc(hidden)]
#[proc_macro]
pub fn flatten(input: TokenStream) -> TokenStream {
    expand::flatten(input.into()).into()
}
