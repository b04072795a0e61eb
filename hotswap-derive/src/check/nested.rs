//! Checks `#[hot(nested)]`: the types that can be nested, and the keys that it excludes.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Path, PathArguments, Type, spanned::Spanned};

use crate::{
    diagnostics::Diagnostics,
    input::{self, Input},
    model::{Kind, Nested},
    scalar::{self, Scalar},
};

/// `None` for a leaf, and for a type that cannot be nested.
pub(super) fn check(
    field: &input::Field,
    ty: &Type,
    input: &Input,
    diagnostics: &mut Diagnostics,
) -> Option<Kind> {
    let nested = field.hot.nested.as_ref()?;
    refuse_keys_of_leaves(field, diagnostics);
    let (optional, inner) = match scalar::inside_option(ty) {
        Some(inner) => (true, inner),
        None => (false, ty),
    };
    let named = nested.path.clone().map_or_else(|| macro_path(inner, input), Ok);
    let path = named.map_err(|message| diagnostics.on(inner, message)).ok()?;
    let nested = Nested { ty: inner.clone(), path };
    Some(if optional { Kind::Optional(nested) } else { Kind::Nested(nested) })
}

fn refuse_keys_of_leaves(field: &input::Field, diagnostics: &mut Diagnostics) {
    let hot = &field.hot;
    let inside = |key: &str| format!("a nested struct takes no `{key}`: put it on the fields inside");
    let refused: [(Option<Span>, String); 8] = [
        (hot.default.as_ref().map(|value| value.span), inside("default")),
        (hot.env.as_ref().map(Spanned::span), inside("env")),
        (hot.secret.as_ref().map(|secret| secret.span), inside("secret")),
        (hot.not_secret, inside("not_secret")),
        (hot.copy, "a nested struct is read through its own handle: remove `copy`".to_owned()),
        (hot.scalar, "a nested struct is read through its own handle: remove `scalar`".to_owned()),
        (
            hot.rules.first().map(|rule| rule.span),
            "a nested struct takes no rules: put them on the fields inside, or write \
             `#[hot(check = path::to::function)]` on the struct"
                .to_owned(),
        ),
        (
            field.serde.deserialize_with.as_ref().or(field.serde.serialize_with.as_ref()).map(Spanned::span),
            "a nested struct is read field by field, so serde cannot use a function: remove one of the two"
                .to_owned(),
        ),
    ];
    for (span, message) in refused {
        span.into_iter().for_each(|span| diagnostics.at(span, &message));
    }
}

/// The path of the hidden macro, which equals that of the type; or the reason why the type has no such macro.
fn macro_path(ty: &Type, input: &Input) -> Result<Path, String> {
    const NO_STRUCT: &str =
        "only a struct that derives `HotConfig`, or an `Option` of one, can be nested: remove `nested`";
    let path = scalar::plain_path(ty).ok_or(NO_STRUCT)?;
    if Scalar::new(ty).is_some() {
        return Err(NO_STRUCT.to_owned());
    }
    if input.generics.type_params().any(|parameter| path.is_ident(&parameter.ident)) {
        return Err(
            "a type parameter names no struct whose fields could be listed: remove `nested`".to_owned()
        );
    }
    refuse_container(path)?;
    let mut path = path.clone();
    path.segments.iter_mut().for_each(|segment| segment.arguments = PathArguments::None);
    Ok(path)
}

/// Refuses well-known containers. A struct with such a name counts as a container only if it has a type
/// parameter.
fn refuse_container(path: &Path) -> Result<(), String> {
    let Some(last) = path.segments.last() else { return Ok(()) };
    let name = last.ident.to_string();
    match name.as_str() {
        "String" | "PathBuf" | "Duration" if path.segments.len() == 1 => {
            Err(format!("`{name}` is a leaf: remove `nested`"))
        }
        _ if last.arguments.is_none() => Ok(()),
        "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "IndexMap" | "HashSet" | "BTreeSet" => Err(format!(
            "the elements of a `{name}` have no fixed paths, so they cannot be nested: remove `nested`, the whole \
             `{name}` is then one value"
        )),
        "Box" | "Arc" | "Rc" => {
            Err(format!("write the struct without the `{name}` around it, or remove `nested`"))
        }
        "Option" => Err(format!("`{}` cannot be nested: write one `Option`", shown(path))),
        _ => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
