//! Checks `#[hot(default = ..)]` against the type of its field, as far as the tokens show it.

use syn::Type;

use crate::{
    attribute::literal::{Content, Literal},
    diagnostics::Diagnostics,
    input,
    scalar::{self, Scalar},
};

pub(super) fn check(field: &input::Field, ty: &Type, diagnostics: &mut Diagnostics) {
    let Some(value) = &field.hot.default else { return };
    match (&field.serde.deserialize_with, &field.serde.serialize_with) {
        (None, _) => fits(value, ty, diagnostics),
        (Some(_), None) if matches!(value.content, Content::Path(_)) => diagnostics.at(
            value.span,
            "nothing says how this value is written: use `#[serde(with = \"..\")]`, or a literal as files have it",
        ),
        // A literal is read by the function, like the text of a file.
        _ => {}
    }
}

/// An integer for a float field is a float.
pub(super) fn for_type(mut value: Literal, ty: &Type) -> Literal {
    let ty = scalar::inside_option(ty).unwrap_or(ty);
    if let (Content::Int(int), true) = (&value.content, Scalar::new(ty).is_some_and(Scalar::is_float)) {
        value.content = Content::Float(*int as f64);
    }
    value
}

pub(super) fn fits(value: &Literal, ty: &Type, diagnostics: &mut Diagnostics) {
    if let Content::Path(_) = value.content {
        return;
    }
    if let Some(scalar) = Scalar::new(ty) {
        fits_scalar(value, scalar, diagnostics);
        return;
    }
    match scalar::plain_path(ty).and_then(scalar::last_name) {
        Some((name, Some(inner))) if name == "Option" => fits(value, inner, diagnostics),
        Some((name, Some(inner))) if scalar::is_list(&name) => fits_list(value, &name, inner, diagnostics),
        Some((name, None)) if name == "String" => fits_string(value, diagnostics),
        _ => {}
    }
}

fn fits_list(value: &Literal, name: &str, inner: &Type, diagnostics: &mut Diagnostics) {
    match &value.content {
        Content::List(items) => items.iter().for_each(|item| fits(item, inner, diagnostics)),
        _ => diagnostics
            .at(value.span, format!("the field is a `{name}`, but this is {}: write `[..]`", value.kind())),
    }
}

fn fits_string(value: &Literal, diagnostics: &mut Diagnostics) {
    if !matches!(value.content, Content::Text(_)) {
        let message = format!("the field is a `String`, but this is {}: write `\"..\"`", value.kind());
        diagnostics.at(value.span, message);
    }
}

fn fits_scalar(value: &Literal, scalar: Scalar, diagnostics: &mut Diagnostics) {
    let name = scalar.name();
    let wanted = match (&value.content, name) {
        (Content::Int(int), _) if scalar.range().is_some() => {
            return fits_range(*int, value, scalar, diagnostics);
        }
        (Content::Int(_) | Content::Float(_), "f32" | "f64") => return,
        (Content::Bool(_), "bool") | (Content::Char(_), "char") => return,
        (_, "bool") => "`true` or `false`",
        (_, "char") => "a char such as `'a'`",
        (_, "f32" | "f64") => "a number such as `1.5`",
        _ => "an integer such as `1`",
    };
    diagnostics
        .at(value.span, format!("the field is a `{name}`, but this is {}: write {wanted}", value.kind()));
}

fn fits_range(int: i128, value: &Literal, scalar: Scalar, diagnostics: &mut Diagnostics) {
    let name = scalar.name();
    match scalar.range() {
        Some((least, greatest)) if int < least || int > greatest => {
            diagnostics
                .at(value.span, format!("{int} is out of the range of `{name}`, {least} to {greatest}"));
        }
        _ => {}
    }
}
