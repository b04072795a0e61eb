//! Converts the name of a field in user code to its path in the configuration.

use crate::{
    keys::{Key, Keys},
    shape::{FieldShape, Shape},
};

/// The path that user code names, below a struct of this shape. Names that the shape does not know stay
/// unchanged.
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

/// The serde name is tried first, because reports and files use it.
fn field(shape: &'static Shape, key: &Key) -> Option<&'static FieldShape> {
    let Key::Name(name) = key else { return None };
    let named =
        |key: fn(&FieldShape) -> &'static str| shape.fields.iter().find(|field| key(field) == name.as_ref());
    named(|field| field.key).or_else(|| named(|field| field.name))
}

/// `pool.size`, `servers[3].port`, `limits."a.b"`.
pub(super) fn parsed(path: &str) -> Vec<Key> {
    Keys::parse(path).0
}
