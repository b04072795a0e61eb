//! From a field as user code names it to its place in the configuration.

use crate::{
    keys::{Key, Keys},
    shape::{FieldShape, Shape},
};

/// The place that user code names, below a struct of this shape; what the shape does not know is taken as it
/// stands.
pub(super) fn placed(shape: Option<&'static Shape>, named: &[Key]) -> Keys {
    let mut shape = shape;
    let mut place = Keys::root();
    for key in named {
        let field = shape.and_then(|shape| field(shape, key));
        place = field.map_or_else(|| place.with(key.clone()), |field| field.keys(&place));
        shape = field.and_then(FieldShape::inner);
    }
    place
}

/// By the serde name first: it is what reports and files say.
fn field(shape: &'static Shape, key: &Key) -> Option<&'static FieldShape> {
    let Key::Name(name) = key else { return None };
    let named =
        |key: fn(&FieldShape) -> &'static str| shape.fields.iter().find(|field| key(field) == name.as_ref());
    named(|field| field.key).or_else(|| named(|field| field.name))
}

/// `pool.size`, `servers[3].port`.
pub(super) fn parsed(path: &str) -> Vec<Key> {
    let segments = path.split('.').flat_map(|segment| segment.split_inclusive('['));
    segments.filter_map(|part| key(part.trim_end_matches('['))).collect()
}

fn key(part: &str) -> Option<Key> {
    let index = part.strip_suffix(']').and_then(|index| index.parse().ok());
    match index {
        Some(index) => Some(Key::Index(index)),
        None if part.is_empty() => None,
        None => Some(Key::Name(part.into())),
    }
}
