//! Checks `#[hot(secret)]` and `#[hot(not_secret)]` against the other attributes and the type of the field.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

use crate::{diagnostics::Diagnostics, input};

pub(super) fn check(field: &input::Field, ty: &Type, diagnostics: &mut Diagnostics) {
    let secret = field.hot.secret.as_ref();
    let reference = secret.and_then(|secret| secret.reference.as_ref());
    if let (Some(reference), Some(_)) = (reference, &field.hot.default) {
        diagnostics.on(reference, "the reference is the default: remove `default`, or the reference");
    }
    if let (Some(reference), true) = (reference, field.serde.flatten.is_some()) {
        diagnostics.on(reference, "the keys of a flattened field are given one by one: remove the reference");
    }
    let Some(span) = field.hot.not_secret else { return };
    if secret.is_some() {
        diagnostics.at(span, "the field is marked as secret: remove `not_secret`, or `secret`");
    } else if is_named_in(ty.to_token_stream()) {
        diagnostics.at(span, "a `Secret` is secret whatever the field says: remove `not_secret`");
    }
}

/// Whether `Secret` occurs anywhere in the type. A secret behind an alias or inside a struct is found by the
/// decoder.
pub(super) fn is_named_in(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "Secret",
        TokenTree::Group(group) => is_named_in(group.stream()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::is_named_in;

    #[test]
    fn a_secret_is_known_by_its_whole_name() {
        let named = |ty: &str| is_named_in(ty.parse().unwrap());
        for ty in ["Secret<String>", "Vec<hotswap::Secret<u8>>", "Option<[::hotswap::Secret<String>; 2]>"] {
            assert!(named(ty), "{ty}");
        }
        for ty in ["SecretaryName", "NotSecretAtAll", "Vec<TopSecret>", "secret::Name", "Secrets"] {
            assert!(!named(ty), "{ty}");
        }
    }
}
