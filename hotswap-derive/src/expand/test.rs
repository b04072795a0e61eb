//! `#[hot(test)]`: a test of the struct's defaults.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{model::Model, names};

/// Next to the struct and not inside a block, where the test harness does not find tests.
pub(super) fn expand(model: &Model) -> TokenStream {
    if !model.test || !model.sound {
        return TokenStream::new();
    }
    let (krate, owner) = (&model.krate, model.self_type());
    let name = names::variable(&names::plain(&model.ident)).to_lowercase();
    let name = format_ident!("{name}_defaults");
    quote! {
        #[::core::prelude::v1::test]
        fn #name() {
            #krate::__private::test_defaults::<#owner>()
        }
    }
}
