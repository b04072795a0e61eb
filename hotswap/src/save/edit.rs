//! What is to change in the text of a file.

use std::sync::Arc;

use crate::{
    keys::{Key, Keys},
    load::unknown::normalise,
    shape::Shape,
    value::Value,
};

/// A value to be written, or to be taken out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    /// From the root of the file, as it is or would be written there.
    pub(crate) path: Vec<Arc<str>>,
    pub(crate) value: Option<Value>,
}

/// Edits by the names that the file uses: a value that stands under an alias stays there.
pub(crate) fn as_written(
    edits: impl IntoIterator<Item = (Keys, Option<Value>)>,
    tree: &Value,
    shape: &'static Shape,
) -> Vec<Edit> {
    let renamed = normalise(tree, shape).renamed;
    let edits = edits.into_iter().map(|(keys, value)| {
        let spelled =
            renamed.iter().filter(|(own, _)| keys.starts_with(own)).max_by_key(|(own, _)| own.0.len());
        let keys = match spelled {
            Some((own, written)) => written.join(&Keys(keys.0[own.0.len()..].to_vec())),
            None => keys,
        };
        Edit { path: keys.0.into_iter().filter_map(name).collect(), value }
    });
    edits.collect()
}

/// Leaves stand below names only.
fn name(key: Key) -> Option<Arc<str>> {
    match key {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// The text of a string as a file must have it, so that no variable is put in when it is read.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}
