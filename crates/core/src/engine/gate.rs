//! The gate for fields that need a restart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;
use serde_json::Value as Json;

use super::{publish::changed, report::log_warning};
use crate::{
    erased_config::ErasedConfig,
    error::Error,
    excerpt,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    load::{self, ConfigType, Input, Loaded},
    overrides::{OverrideEntry, Overrides},
    secret::MASK,
    snapshot::Published,
    template,
    value::Value,
};

/// How a new value for a field marked `#[hot(restart)]` is handled; for
/// [`Builder::restart`](crate::Builder::restart), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restart {
    /// It stays pending, and [`Handle::pending_restart`](crate::Handle::pending_restart) lists it. The rest of the
    /// change goes live.
    #[default]
    Report,
    /// The whole change is refused.
    Refuse,
    /// It goes live like any other value, for a program that follows every change.
    Apply,
}

/// A field whose new value waits for the next start of the program; from
/// [`Handle::pending_restart`](crate::Handle::pending_restart), which has an example.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PendingRestart {
    /// The dotted path. Of a flattened field it is that of the key that differs, or ends with the name of the field if several
    /// keys differ.
    pub path: String,
    /// The running value; `"***"` for a secret.
    pub running: serde_json::Value,
    /// The value after a restart; `"***"` for a secret.
    pub waiting: serde_json::Value,
    /// The origin of the pending value.
    pub origin: Origin,
    #[serde(skip)]
    pub(super) slot: usize,
}

impl PendingRestart {
    /// Whether the same value is pending, whatever its origin.
    fn repeats(&self, other: &Self) -> bool {
        (&self.path, &self.running, &self.waiting) == (&other.path, &other.running, &other.waiting)
    }
}

impl fmt::Display for PendingRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            let Self { path, running, waiting, origin, .. } = self;
            write!(f, "{path} stays {running} until a restart, then it is {waiting} {origin}")
        })
    }
}

/// A value that needs a restart and is about to change.
struct Waiting {
    keys: Keys,
    /// What users see. A flattened leaf has the place of its struct.
    path: Keys,
    slot: usize,
    running: Json,
    waiting: Json,
}

/// The paths of the fields whose pending values differ.
pub(super) fn differing<'p>(
    before: &'p [PendingRestart],
    now: &'p [PendingRestart],
) -> impl Iterator<Item = &'p str> {
    let lacks =
        |fields: &[PendingRestart], field: &PendingRestart| !fields.iter().any(|other| other.repeats(field));
    let gone = before.iter().filter(move |field| lacks(now, field));
    let new = now.iter().filter(move |field| lacks(before, field));
    gone.chain(new).map(|field| &*field.path)
}

/// Applies the policy to fields that need a restart, and lets the rest through.
///
/// `loaded` is the configuration after a restart, and is valid; the mix that goes live is validated too.
pub(super) fn defer(
    config_type: ConfigType,
    policy: Restart,
    current: &Published,
    loaded: Loaded,
    input: &Input<'_>,
) -> Result<(Loaded, Vec<PendingRestart>), Error> {
    let waiting = if policy == Restart::Apply { Vec::new() } else { waiting(config_type, current, &loaded) };
    if waiting.is_empty() {
        return Ok((loaded, Vec::new()));
    }
    let issues =
        load::placed(waiting.iter().map(Waiting::refusal).collect(), config_type, input, &loaded.secrets);
    if policy == Restart::Refuse {
        return Err(Error::new(issues));
    }
    let mut overrides = input.overrides.clone();
    overrides.extend(frozen(current, waiting.iter().map(|field| field.slot), &loaded.tree));
    let mix = Input { overrides: &overrides, unread: Vec::new(), ..*input };
    let pending = waiting.into_iter().zip(&issues).map(|(field, issue)| field.pending(issue.origin()));
    Ok((load::load(config_type, &mix)?, pending.collect()))
}

/// Overrides that keep the values of these numbers as in the current version.
fn frozen(current: &Published, slots: impl Iterator<Item = usize>, waiting: &Value) -> Overrides {
    let deferred = slots.flat_map(|slot| load::hold(&*current.root, &current.tree, slot, waiting));
    deferred.map(|(keys, value)| (keys, OverrideEntry::new(value, None))).collect()
}

/// The values that need a restart and differ.
fn waiting(config_type: ConfigType, current: &Published, loaded: &Loaded) -> Vec<Waiting> {
    let leaves = config_type.shape.leaves().into_iter();
    let mut marked: Vec<_> = leaves.filter_map(|leaf| Some((leaf.restart_keys()?, leaf))).collect();
    // Comparing two configurations has a cost, so it is done only if needed.
    if !marked.is_empty() {
        let differing = changed(current, loaded);
        marked.retain(|(keys, leaf)| {
            differing.contains(&leaf.slot) && keys.find(&current.tree) != keys.find(&loaded.tree)
        });
    }
    let mut values = BTreeMap::new();
    for (keys, leaf) in marked {
        // Flattened leaves share one path.
        let secret = values.entry((keys, leaf.slot)).or_insert(false);
        *secret |= current.hides(&leaf) || loaded.secrets.contains(&leaf.keys);
    }
    let field = |((keys, slot), secret): ((Keys, usize), bool)| {
        let running = shown(&keys, slot, secret, &*current.root, &current.tree);
        let waiting = shown(&keys, slot, secret, &*loaded.root, &loaded.tree);
        let field = config_type.shape.trail(slot).last().copied().filter(|field| field.flatten);
        match field {
            Some(field) => flattened(field.key, keys, slot, running, waiting),
            None => Waiting { path: keys.clone(), keys, slot, running, waiting },
        }
    };
    values.into_iter().map(field).collect()
}

/// A flattened leaf: the one key that differs, or all of its keys under the name of the field.
fn flattened(name: &str, keys: Keys, slot: usize, running: Json, waiting: Json) -> Waiting {
    let part = |value: &Json, name: &str| value.get(name).cloned().unwrap_or_default();
    let names = |value: &Json| -> Vec<String> {
        value.as_object().map_or(Vec::new(), |table| table.keys().cloned().collect())
    };
    let all: BTreeSet<String> = names(&running).into_iter().chain(names(&waiting)).collect();
    let differing: Vec<_> = all.into_iter().filter(|name| running.get(name) != waiting.get(name)).collect();
    match &*differing {
        [key] => {
            let (running, waiting) = (part(&running, key), part(&waiting, key));
            Waiting { path: keys.name(key), keys, slot, running, waiting }
        }
        _ => Waiting { path: keys.name(name), keys, slot, running, waiting },
    }
}

/// As the field's type writes it, so that a number is a number in whichever way a source spells it; as the source
/// gave it where the type cannot be written.
fn shown(keys: &Keys, slot: usize, secret: bool, root: &dyn ErasedConfig, tree: &Value) -> Json {
    let given = keys.find(tree);
    if secret {
        return given.map_or(Json::Null, |_| MASK.into());
    }
    let whole = template::shown(root, tree, slot);
    let above = root.shape().keys_of(slot).0.len();
    let typed = whole.as_ref().and_then(|whole| Keys(keys.0[above..].to_vec()).find(whole));
    typed.or(given).map_or(Json::Null, Value::to_json)
}

impl Waiting {
    fn refusal(&self) -> Issue {
        let message = format!("it cannot change from {} to {} without a restart", self.running, self.waiting);
        Issue::new(IssueKind::Restart, self.keys.clone(), message)
            .with_help("take the change back, or make it with a restart")
    }

    fn pending(self, origin: Option<&Origin>) -> PendingRestart {
        PendingRestart {
            path: self.path.to_string(),
            running: self.running,
            waiting: self.waiting,
            origin: origin.cloned().unwrap_or(Origin::Default),
            slot: self.slot,
        }
    }
}

/// The fields with a new pending value.
pub(super) fn news(before: &[PendingRestart], now: &[PendingRestart]) -> Vec<PendingRestart> {
    let known = |field: &&PendingRestart| before.iter().any(|known| known.repeats(field));
    now.iter().filter(|field| !known(field)).cloned().collect()
}

/// Logs the values that wait for the next start of the program.
pub(super) fn log_pending(fields: &[PendingRestart]) {
    for field in fields {
        log_warning(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(path: &str, waiting: u32) -> PendingRestart {
        PendingRestart {
            path: path.to_owned(),
            running: 1.into(),
            waiting: waiting.into(),
            origin: Origin::Default,
            slot: 1,
        }
    }

    #[test]
    fn what_waited_before_is_no_news() {
        assert_eq!(news(&[pending("a", 2)], &[pending("a", 2), pending("b", 2)]), [pending("b", 2)]);
    }

    #[test]
    fn another_value_is_news() {
        assert_eq!(news(&[pending("a", 2)], &[pending("a", 3)]), [pending("a", 3)]);
    }

    #[test]
    fn the_same_value_on_another_line_is_no_news() {
        let moved = PendingRestart { origin: Origin::Override, ..pending("a", 2) };
        assert_eq!(news(&[pending("a", 2)], &[moved]), []);
    }
}
