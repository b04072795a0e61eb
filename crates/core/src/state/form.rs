//! The serialized form of the files.

mod read;
mod write;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize};

use super::tree::Tree;
use crate::{
    keys::{Key, Keys},
    snapshot::Cause,
    source::SourceId,
    value::Value,
};
pub(crate) use write::Writer;

/// `overrides.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct OverridesForm {
    pub(super) version: u64,
    /// The name is that of the file format: state directories with it exist.
    #[serde(rename = "pins")]
    pub(super) overrides: Vec<OverrideForm>,
    /// The paths of secret overrides, which are not written.
    pub(super) withheld: Vec<String>,
}

/// `history.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct HistoryForm {
    pub(super) layers: Vec<LayerForm>,
    /// The names of this field, of `held` and of `holds` are those of the file format, as above.
    #[serde(rename = "pins")]
    pub(super) overrides: Vec<OverrideForm>,
    #[serde(rename = "held")]
    pub(super) deferred: Vec<DeferredForm>,
    #[serde(rename = "holds")]
    pub(super) suppressions: Vec<SuppressionForm>,
    /// The paths whose values are not written.
    pub(super) secrets: Vec<Path>,
    /// Oldest first.
    pub(super) versions: Vec<VersionForm>,
}

impl HistoryForm {
    /// Every source id, so that it can be mapped to the current sources.
    pub(super) fn sources_mut(&mut self) -> impl Iterator<Item = &mut SourceForm> {
        let layers = self.layers.iter_mut().map(|layer| &mut layer.source);
        let suppressions = self.suppressions.iter_mut().flat_map(|suppression| {
            let layers =
                suppression.refused.iter_mut().chain(&mut suppression.used).map(|layer| &mut layer.source);
            layers.chain([&mut suppression.source])
        });
        let backs = self.versions.iter_mut().filter_map(|version| version.back.as_mut());
        let old = backs.flat_map(|back| &mut back.layers).flat_map(|(source, old)| {
            let head = old.as_mut().and_then(|old| old.head.as_mut());
            head.map(|head| &mut head.source).into_iter().chain([source])
        });
        layers.chain(suppressions).chain(old)
    }
}

impl HistoryForm {
    /// The newest version in the form.
    pub(super) fn newest(&self) -> u64 {
        let recorded = self.versions.iter().map(|version| version.record.version);
        recorded.chain(self.suppressions.iter().map(|suppression| suppression.version)).max().unwrap_or(0)
    }

    /// Drops matching overrides, including old ones. Returns the paths of those that were in force.
    pub(super) fn drop_overrides(&mut self, is_dropped: impl Fn(&Keys, Option<&Value>) -> bool) -> Vec<Keys> {
        let drops = |entry: &OverrideForm| entry.values().any(|value| is_dropped(&entry.path.keys(), value));
        let dropped =
            self.overrides.iter().filter(|entry| drops(entry)).map(|entry| entry.path.keys()).collect();
        self.overrides.retain(|entry| !drops(entry));
        let backs = self.versions.iter_mut().filter_map(|version| version.back.as_mut());
        // The absence of an override is also a difference from the next version.
        let old = backs.flat_map(|back| &mut back.overrides).map(|(_, old)| old);
        old.filter(|old| old.as_ref().is_some_and(|old| drops(&old.entry))).for_each(|old| *old = None);
        dropped
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Path(Vec<Step>);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Step {
    Index(usize),
    Name(String),
}

#[derive(Serialize, Deserialize)]
pub(super) struct OverrideForm {
    pub(super) path: Path,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    value: Option<Tree>,
    by: Option<String>,
    at: Time,
    until: Option<Time>,
    /// The override that follows the expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    below: Option<Box<OverrideForm>>,
}

impl OverrideForm {
    /// The values that it has, now or after its expiry.
    fn values(&self) -> impl Iterator<Item = Option<&Value>> {
        [Some(self), self.below.as_deref()]
            .into_iter()
            .flatten()
            .map(|form| form.value.as_ref().map(|Tree(value)| value))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct LayerForm {
    source: SourceForm,
    places: OriginIndexForm,
    unknown_keys: UnknownKeysForm,
    tree: Tree,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct SourceForm {
    pub(super) rank: usize,
    pub(super) name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OriginIndexForm {
    File(String),
    Variables(Vec<NamedForm>),
    Source(String),
}

#[derive(Serialize, Deserialize)]
struct NamedForm {
    path: Path,
    name: String,
    file: Option<String>,
    verbatim: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UnknownKeysForm {
    Deny,
    Warn,
    Allow,
}

/// A running value that is kept instead of a pending one.
#[derive(Serialize, Deserialize)]
pub(super) struct DeferredForm {
    path: Path,
    held: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    value: Option<Tree>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SuppressionForm {
    pub(super) source: SourceForm,
    pub(super) refused: Option<LayerForm>,
    pub(super) used: Option<LayerForm>,
    pub(super) version: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VersionForm {
    record: RecordForm,
    back: Option<ReverseDeltaForm>,
    replaced: Option<Time>,
    /// The leaves in which a secret was read; all that are secret, if it was written before there was this field.
    #[serde(default)]
    secrets: Option<Vec<Path>>,
}

#[derive(Serialize, Deserialize)]
struct RecordForm {
    version: u64,
    at: Time,
    cause: Cause,
    by: Option<String>,
    changed: Vec<String>,
    changes: Vec<(String, serde_json::Value, serde_json::Value)>,
    nanoseconds: u64,
}

#[derive(Serialize, Deserialize)]
struct ReverseDeltaForm {
    layers: Vec<(SourceForm, Option<OldLayerForm>)>,
    /// The names of this field and of `held` are those of the file format, as above.
    #[serde(rename = "pins")]
    overrides: Vec<(Path, Option<OldOverrideForm>)>,
    #[serde(rename = "held")]
    deferred: Vec<DeferredForm>,
}

#[derive(Serialize, Deserialize)]
struct OldLayerForm {
    head: Option<LayerForm>,
    edits: Vec<EditForm>,
}

#[derive(Serialize, Deserialize)]
struct OldOverrideForm {
    #[serde(rename = "pin")]
    entry: OverrideForm,
    edits: Option<Vec<EditForm>>,
}

#[derive(Serialize, Deserialize)]
struct EditForm {
    path: Path,
    act: ActForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActForm {
    Put(Tree),
    Remove,
    Splice { at: usize, removed: usize, items: Vec<Tree> },
}

/// By the system clock, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Time(u64);

/// An explicit null differs from a missing value.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Tree>, D::Error> {
    Tree::deserialize(deserializer).map(Some)
}

impl Time {
    fn new(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(since.as_nanos().try_into().unwrap_or(u64::MAX))
    }

    fn time(self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_nanos(self.0)).unwrap_or(UNIX_EPOCH)
    }
}

impl Path {
    fn new(keys: &Keys) -> Self {
        let step = |key: &Key| match key {
            Key::Name(name) => Step::Name(name.to_string()),
            Key::Index(index) => Step::Index(*index),
        };
        Self(keys.0.iter().map(step).collect())
    }

    pub(super) fn keys(&self) -> Keys {
        let key = |step: &Step| match step {
            Step::Name(name) => Key::Name(name.as_str().into()),
            Step::Index(index) => Key::Index(*index),
        };
        Keys(self.0.iter().map(key).collect())
    }
}

impl SourceForm {
    fn new(source: &SourceId) -> Self {
        Self { rank: source.rank, name: source.name.to_string() }
    }

    pub(super) fn id(&self) -> SourceId {
        SourceId { rank: self.rank, name: self.name.as_str().into() }
    }
}
