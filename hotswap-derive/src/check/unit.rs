//! Checks `#[hot(unit = "..")]` against the type of its field, as far as the tokens show it.

use quote::ToTokens;
use syn::Type;

use crate::{
    diagnostics::Diagnostics,
    input,
    scalar::{self, Scalar},
};

pub(super) fn check(field: &input::Field, ty: &Type, diagnostics: &mut Diagnostics) {
    let Some(unit) = &field.hot.unit else { return };
    if field.hot.nested.is_some() {
        diagnostics.on(unit, "a nested struct has no unit: put `unit` on the numbers inside");
        return;
    }
    let ty = scalar::inside_option(ty).unwrap_or(ty);
    let text = scalar::plain_path(ty).is_some_and(|path| path.is_ident("String"));
    let uncountable = Scalar::new(ty).is_some_and(|scalar| !scalar.is_number());
    if text || uncountable {
        let ty = ty.to_token_stream();
        diagnostics
            .on(unit, format!("`unit` says what a number counts, but the field is a `{ty}`: remove `unit`"));
    }
}
