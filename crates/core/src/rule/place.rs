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

/// `pool.size`, `servers[3].port`, `limits."a.b"`.
pub(super) fn parsed(path: &str) -> Vec<Key> {
    Keys::parse(path).0
}
