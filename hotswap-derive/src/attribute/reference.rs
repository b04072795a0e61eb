//! `secret`, and `secret = "scheme:location#key"`.

use proc_macro2::Span;
use syn::LitStr;

use super::item::{Item, ItemValue};

/// The span of the key, and the reference from which the value is fetched.
pub(crate) struct Secret {
    pub(crate) span: Span,
    pub(crate) reference: Option<LitStr>,
}

pub(super) fn read(item: &Item, usage: &str) -> syn::Result<Secret> {
    let reference = match item.given {
        ItemValue::Nothing => None,
        _ => Some(checked(item.text(usage)?)?),
    };
    Ok(Secret { span: item.span(), reference })
}

/// The known schemes depend on the run time, so any scheme is accepted.
fn checked(reference: LitStr) -> syn::Result<LitStr> {
    let text = reference.value();
    let (scheme, rest) = text.split_once(':').unwrap_or(("", &text));
    let wrong = if !is_scheme(scheme) {
        "a reference begins with the scheme of its store: write `vault:secret/app#key`, `file:/run/secrets/key`, \
         `env:VARIABLE` or another `scheme:location`; what is secret itself does not stand in the program"
    } else if rest.is_empty() || rest.starts_with('#') {
        "the reference names no location: write `scheme:location`, or `scheme:location#key`"
    } else if rest.ends_with('#') {
        "no key stands behind the `#`: write one, or remove the `#`"
    } else {
        return Ok(reference);
    };
    Err(syn::Error::new_spanned(reference, wrong))
}

fn is_scheme(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(letter)
}
