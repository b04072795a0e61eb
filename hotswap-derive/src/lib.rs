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

/// The macro is defined in the crate `hotswap-derive`; its attributes are documented at `hotswap::HotConfig`.
#[proc_macro_derive(HotConfig, attributes(hot))]
pub fn derive_hot_config(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let written = Input::read(parse_macro_input!(input as DeriveInput), &mut diagnostics);
    let checked = check::check(written, &mut diagnostics);
    // The valid parts are generated even if there are mistakes, so that no follow-up errors are reported.
    let mut code = checked.as_ref().map(expand::expand).unwrap_or_default();
    code.extend(diagnostics.into_tokens());
    code.into()
}

/// For generated code: receives the fields of a nested struct and continues with the next one.
#[doc(hidden)]
#[proc_macro]
pub fn flatten(input: TokenStream) -> TokenStream {
    expand::flatten(input.into()).into()
}
