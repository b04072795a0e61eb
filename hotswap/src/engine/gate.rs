//! What may hold a change back: fields that need a restart.

use std::fmt;

use serde::Serialize;

use super::commit::{changed, frozen};
use crate::{
    error::Error,
    load::{self, Input, Loaded, Model},
    root::Root,
    secret::MASK,
    shape::Leaf,
    snapshot::Published,
    value::Value,
};

/// A field whose new value waits for the next start of the program; from
/// [`Handle::pending_restart`](crate::Handle::pending_restart), which has an example.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PendingRestart {
    /// The dotted path.
    pub path: String,
    /// The value that is running; `"***"` for a secret.
    pub running: serde_json::Value,
    /// The value that a restart would take; `"***"` for a secret.
    pub waiting: serde_json::Value,
}

impl fmt::Display for PendingRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, running, waiting } = self;
        write!(f, "{path} stays {running} until a restart, then it is {waiting}")
    }
}

/// Keeps the running value of fields that need a restart, and lets the rest through.
///
/// `loaded` is what a restart would boot, and is valid; the mix that goes live is validated too.
pub(super) fn hold_back(
    model: Model,
    current: &Published,
    loaded: Loaded,
    input: &Input<'_>,
) -> Result<(Loaded, Vec<PendingRestart>), Error> {
    let mut held: Vec<Leaf> = model.shape.leaves().into_iter().filter(Leaf::restart).collect();
    // To compare two configurations is not free: only for those who need to know.
    if !held.is_empty() {
        let differing = changed(current, &loaded);
        held.retain(|leaf| differing.contains(&leaf.slot));
    }
    if held.is_empty() {
        return Ok((loaded, Vec::new()));
    }
    let mut pins = input.pins.clone();
    pins.extend(frozen(current, held.iter().map(|leaf| leaf.slot)));
    let mix = Input { pins: &pins, unread: Vec::new(), ..*input };
    let live = load::load(model, &mix)?;
    let pending = held.iter().map(|leaf| pending(leaf, current, &loaded)).collect();
    Ok((live, pending))
}

fn pending(leaf: &Leaf, current: &Published, loaded: &Loaded) -> PendingRestart {
    let secret = current.hides(leaf) || loaded.secrets.contains(&leaf.keys);
    let shown = |root: &dyn Root, tree| shown(leaf, secret, root, tree);
    PendingRestart {
        path: leaf.keys.to_string(),
        running: shown(&*current.root, &current.tree),
        waiting: shown(&*loaded.root, &loaded.tree),
    }
}

/// As the field's type writes it, so that a number is a number in whichever way a source spells it; as the source
/// gave it where the type cannot be written.
fn shown(leaf: &Leaf, secret: bool, root: &dyn Root, tree: &Value) -> serde_json::Value {
    let given = leaf.keys.find(tree);
    if secret {
        return given.map_or(serde_json::Value::Null, |_| MASK.into());
    }
    let typed = root.encode(leaf.slot).ok();
    typed.as_ref().or(given).map_or(serde_json::Value::Null, Value::to_json)
}

/// Those that have a new value waiting.
pub(super) fn news(before: &[PendingRestart], now: &[PendingRestart]) -> Vec<PendingRestart> {
    now.iter().filter(|field| !before.contains(field)).cloned().collect()
}

/// Says which values wait for the next start of the program.
pub(super) fn tell(fields: &[PendingRestart]) {
    for field in fields {
        log::warn!("hotswap: {field}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(path: &str, waiting: u32) -> PendingRestart {
        PendingRestart { path: path.to_owned(), running: 1.into(), waiting: waiting.into() }
    }

    #[test]
    fn what_waited_before_is_no_news() {
        assert_eq!(news(&[pending("a", 2)], &[pending("a", 2), pending("b", 2)]), [pending("b", 2)]);
    }

    #[test]
    fn another_value_is_news() {
        assert_eq!(news(&[pending("a", 2)], &[pending("a", 3)]), [pending("a", 3)]);
    }
}
