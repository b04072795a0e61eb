//! Checks `#[hot(merge = ..)]` against the type of its field, as far as the tokens show it.

use syn::Type;

use crate::{
    attribute::merge::Way,
    diagnostics::Diagnostics,
    input,
    scalar::{self, Scalar},
};

pub(super) fn check(field: &input::Field, ty: &Type, diagnostics: &mut Diagnostics) {
    let Some(merge) = &field.hot.merge else { return };
    let ty = scalar::inside_option(ty).unwrap_or(ty);
    let list_wise = !matches!(merge.way, Way::Replace | Way::Deep);
    let problem = match (&merge.way, shape(field, ty)) {
        (_, Shape::Single) => {
            "only lists and tables can be merged, any other value is always replaced: remove `merge`"
        }
        (_, Shape::Struct | Shape::Map) if list_wise => {
            "this way to merge is for lists, and tables meet key by key unless told otherwise: remove `merge`, or write \
             `merge = \"replace\"`"
        }
        (Way::Deep, Shape::List { .. }) => {
            "`deep` is for tables: a list takes `append`, `union`, `replace` or `key(\"name\")`"
        }
        (Way::Key(_), Shape::List { of_singles: true }) => {
            "`key(..)` tells tables in a list apart, but the elements are none: write `merge = \"union\"`"
        }
        _ => return,
    };
    diagnostics.at(merge.span, problem);
}

enum Shape {
    /// Neither a list nor a table.
    Single,
    List {
        of_singles: bool,
    },
    Map,
    Struct,
    Unknown,
}

fn shape(field: &input::Field, ty: &Type) -> Shape {
    if field.hot.nested.is_some() {
        return Shape::Struct;
    }
    if is_single(ty) {
        return Shape::Single;
    }
    match scalar::plain_path(ty).and_then(scalar::last_name) {
        Some((name, element)) if scalar::is_list(&name) => {
            Shape::List { of_singles: element.is_some_and(is_single) }
        }
        Some((name, _)) if matches!(name.as_str(), "HashMap" | "BTreeMap" | "IndexMap") => Shape::Map,
        _ => Shape::Unknown,
    }
}

fn is_single(ty: &Type) -> bool {
    let one_word =
        |path: &syn::Path| ["String", "PathBuf", "Duration"].iter().any(|name| path.is_ident(name));
    Scalar::new(ty).is_some() || scalar::plain_path(ty).is_some_and(one_word)
}
