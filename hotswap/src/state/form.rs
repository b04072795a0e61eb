//! What stands in the files, as it is written there.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize};

use super::{Veil, tree::Tree};
use crate::{
    engine::Holds,
    history::{
        Record, Version,
        content::{Back, Content, OldLayer, OldPin},
        delta::{Act, Edit},
    },
    issue::Origin,
    keys::{Key, Keys},
    pins::{Pin, Pins, Until},
    shape::Shape,
    snapshot::Cause,
    source::{Layer, Named, Places, SourceId, UnknownKeys},
    subscribe::FieldChange,
    value::Value,
};

/// `overrides.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct OverridesForm {
    pub(super) version: u64,
    pub(super) pins: Vec<PinForm>,
    /// The places of those that are secret, and not here.
    pub(super) withheld: Vec<String>,
}

/// `history.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct HistoryForm {
    pub(super) layers: Vec<LayerForm>,
    pub(super) pins: Vec<PinForm>,
    pub(super) held: Vec<HeldForm>,
    pub(super) holds: Vec<HoldForm>,
    /// The places whose values are not here.
    pub(super) secrets: Vec<Path>,
    /// Oldest first.
    pub(super) versions: Vec<VersionForm>,
}

impl HistoryForm {
    /// Every mention of a source, to be called as it is called today.
    pub(super) fn sources_mut(&mut self) -> impl Iterator<Item = &mut SourceForm> {
        let layers = self.layers.iter_mut().map(|layer| &mut layer.source);
        let holds = self.holds.iter_mut().flat_map(|hold| {
            let layers = hold.refused.iter_mut().chain(&mut hold.used).map(|layer| &mut layer.source);
            layers.chain([&mut hold.source])
        });
        let backs = self.versions.iter_mut().filter_map(|version| version.back.as_mut());
        let old = backs.flat_map(|back| &mut back.layers).flat_map(|(source, old)| {
            let head = old.as_mut().and_then(|old| old.head.as_mut());
            head.map(|head| &mut head.source).into_iter().chain([source])
        });
        layers.chain(holds).chain(old)
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
pub(super) struct PinForm {
    pub(super) path: Path,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    value: Option<Tree>,
    by: Option<String>,
    at: Time,
    until: Option<Time>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct LayerForm {
    source: SourceForm,
    places: PlacesForm,
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
enum PlacesForm {
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

/// A running value in the place of one that waits.
#[derive(Serialize, Deserialize)]
pub(super) struct HeldForm {
    path: Path,
    held: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    value: Option<Tree>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct HoldForm {
    pub(super) source: SourceForm,
    pub(super) refused: Option<LayerForm>,
    pub(super) used: Option<LayerForm>,
    pub(super) version: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VersionForm {
    record: RecordForm,
    back: Option<BackForm>,
    replaced: Option<Time>,
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
struct BackForm {
    layers: Vec<(SourceForm, Option<OldLayerForm>)>,
    pins: Vec<(Path, Option<OldPinForm>)>,
    held: Vec<HeldForm>,
}

#[derive(Serialize, Deserialize)]
struct OldLayerForm {
    head: Option<LayerForm>,
    edits: Vec<EditForm>,
}

#[derive(Serialize, Deserialize)]
struct OldPinForm {
    pin: PinForm,
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

/// By the system's clock, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Time(u64);

/// An explicit null is not the same as nothing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Tree>, D::Error> {
    Tree::deserialize(deserializer).map(Some)
}

impl Time {
    fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(since.as_nanos().try_into().unwrap_or(u64::MAX))
    }

    fn time(self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_nanos(self.0)).unwrap_or(UNIX_EPOCH)
    }
}

impl Path {
    fn of(keys: &Keys) -> Self {
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
    fn of(source: &SourceId) -> Self {
        Self { rank: source.rank, name: source.name.to_string() }
    }

    pub(super) fn id(&self) -> SourceId {
        SourceId { rank: self.rank, name: self.name.as_str().into() }
    }
}

/// What decides how things are written.
pub(crate) struct Writer<'w> {
    pub(crate) veil: &'w Veil,
    pub(crate) shape: &'static Shape,
}

impl Writer<'_> {
    pub(crate) fn overrides(&self, version: u64, pins: &Pins) -> OverridesForm {
        let withheld = pins.iter().filter(|(keys, pin)| self.pin(keys, pin).is_none());
        let withheld = withheld.map(|(keys, _)| keys.to_string()).collect();
        OverridesForm { version, pins: self.pins(pins), withheld }
    }

    pub(crate) fn history(&self, content: &Content, holds: &Holds, versions: &[Version]) -> HistoryForm {
        HistoryForm {
            layers: content.layers.iter().map(|layer| self.layer(layer)).collect(),
            pins: self.pins(&content.pins),
            held: content
                .held
                .iter()
                .filter_map(|(keys, value)| self.held(keys, Some(value.as_ref())))
                .collect(),
            holds: holds
                .each()
                .map(|(source, refused, used, version)| HoldForm {
                    source: SourceForm::of(source),
                    refused: refused.map(|layer| self.layer(layer)),
                    used: used.map(|layer| self.layer(layer)),
                    version,
                })
                .collect(),
            secrets: self.veil.places().map(Path::of).collect(),
            versions: versions.iter().map(|version| self.version(version)).collect(),
        }
    }

    fn pins(&self, pins: &Pins) -> Vec<PinForm> {
        pins.iter().filter_map(|(keys, pin)| self.pin(keys, pin)).collect()
    }

    /// `None` for one that is secret as a whole, or in a part.
    fn pin(&self, keys: &Keys, pin: &Pin) -> Option<PinForm> {
        let value = match &pin.value {
            None => None,
            Some(value) => Some(Tree(self.veil.show(keys, value).filter(|shown| shown == value)?)),
        };
        Some(PinForm::of(keys, pin, value))
    }

    fn held(&self, keys: &Keys, held: Option<Option<&Value>>) -> Option<HeldForm> {
        let value = match held.flatten() {
            None => None,
            Some(value) => Some(Tree(self.veil.show(keys, value)?)),
        };
        Some(HeldForm { path: Path::of(keys), held: held.is_some(), value })
    }

    fn layer(&self, layer: &Layer) -> LayerForm {
        let file = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let named = |(keys, named): (&Keys, &Named)| NamedForm {
            path: Path::of(keys),
            name: named.name.clone(),
            file: match &named.origin {
                Origin::File { path, .. } => Some(file(path)),
                _ => None,
            },
            verbatim: named.verbatim,
        };
        LayerForm {
            source: SourceForm::of(layer.source()),
            places: match layer.places() {
                Places::Text { path, .. } | Places::Past(path) => PlacesForm::File(file(path)),
                Places::Each(each) => PlacesForm::Variables(each.iter().map(named).collect()),
                Places::Named(name) => PlacesForm::Source(name.clone()),
            },
            unknown_keys: match layer.unknown_keys() {
                UnknownKeys::Deny => UnknownKeysForm::Deny,
                UnknownKeys::Warn => UnknownKeysForm::Warn,
                UnknownKeys::Allow => UnknownKeysForm::Allow,
            },
            tree: Tree(match layer.is_sealed() {
                // All of an encrypted file is secret.
                true => Value::empty(),
                false => self.veil.tree(layer.tree(), self.shape),
            }),
        }
    }

    fn version(&self, version: &Version) -> VersionForm {
        let replaced = version.replaced.and_then(|at| SystemTime::now().checked_sub(at.elapsed()));
        VersionForm {
            record: RecordForm::of(&version.record),
            back: version.back.as_deref().map(|back| self.back(back)),
            replaced: replaced.map(Time::of),
        }
    }

    fn back(&self, back: &Back) -> BackForm {
        let layer = |old: &OldLayer| OldLayerForm {
            head: old.head.as_deref().map(|head| self.layer(head)),
            edits: self.edits(&Keys::root(), &old.edits),
        };
        BackForm {
            layers: back
                .layers
                .iter()
                .map(|(source, old)| (SourceForm::of(source), old.as_ref().map(layer)))
                .collect(),
            pins: back
                .pins
                .iter()
                .map(|(keys, old)| (Path::of(keys), old.as_ref().and_then(|old| self.old_pin(keys, old))))
                .collect(),
            held: back
                .held
                .iter()
                .filter_map(|(keys, held)| self.held(keys, held.as_ref().map(Option::as_ref)))
                .collect(),
        }
    }

    fn old_pin(&self, keys: &Keys, old: &OldPin) -> Option<OldPinForm> {
        let edits = old.edits.as_ref().map(|edits| self.edits(keys, edits));
        // A part of a leaf would be another value.
        let whole = old.edits.as_ref().map(Vec::len) == edits.as_ref().map(Vec::len);
        whole.then_some(OldPinForm { pin: self.pin(keys, &old.pin)?, edits })
    }

    fn edits(&self, above: &Keys, edits: &[Edit]) -> Vec<EditForm> {
        let form = |edit: &Edit| {
            let at = above.join(&edit.keys);
            let show = |value: &Value| self.veil.show(&at, value).map(Tree);
            let act = match &edit.act {
                Act::Put(value) => ActForm::Put(show(value)?),
                Act::Remove => ActForm::Remove,
                Act::Splice { at, removed, items } => ActForm::Splice {
                    at: *at,
                    removed: *removed,
                    items: items.iter().map(show).collect::<Option<_>>()?,
                },
            };
            Some(EditForm { path: Path::of(&edit.keys), act })
        };
        edits.iter().filter_map(form).collect()
    }
}

impl PinForm {
    fn of(keys: &Keys, pin: &Pin, value: Option<Tree>) -> Self {
        Self {
            path: Path::of(keys),
            value,
            by: pin.by.as_deref().map(str::to_owned),
            at: Time::of(pin.at),
            until: pin.until.map(|until| Time::of(until.shown)),
        }
    }

    pub(super) fn pin(self) -> Pin {
        let at = self.at.time();
        Pin {
            value: self.value.map(|Tree(value)| value),
            by: self.by.map(Arc::from),
            at,
            until: self.until.and_then(|until| Until::again(at, until.time())),
        }
    }
}

impl LayerForm {
    pub(super) fn source(&self) -> &SourceForm {
        &self.source
    }

    pub(super) fn layer(self) -> Layer {
        let origin = |named: &NamedForm| match &named.file {
            Some(path) => Origin::file(path),
            None => Origin::env(&named.name),
        };
        let named = |form: NamedForm| {
            let origin = origin(&form);
            (form.path.keys(), Named { name: form.name, origin, verbatim: form.verbatim })
        };
        let places = match self.places {
            PlacesForm::File(path) => Places::Past(path.into()),
            PlacesForm::Variables(each) => Places::Each(each.into_iter().map(named).collect()),
            PlacesForm::Source(name) => Places::Named(name),
        };
        let unknown_keys = match self.unknown_keys {
            UnknownKeysForm::Deny => UnknownKeys::Deny,
            UnknownKeysForm::Warn => UnknownKeys::Warn,
            UnknownKeysForm::Allow => UnknownKeys::Allow,
        };
        Layer::resumed(self.source.id(), places, self.tree.0, unknown_keys)
    }
}

impl HeldForm {
    pub(super) fn held(self) -> (Keys, Option<Option<Value>>) {
        (self.path.keys(), self.held.then(|| self.value.map(|Tree(value)| value)))
    }
}

impl VersionForm {
    pub(super) fn version(self) -> Version {
        let gone = |at: Time| SystemTime::now().duration_since(at.time()).unwrap_or_default();
        let now = std::time::Instant::now();
        Version {
            record: self.record.record(),
            back: self.back.map(|back| Arc::new(back.back())),
            // A clock that does not reach back so far makes it younger than it is.
            replaced: self.replaced.map(|at| now.checked_sub(gone(at)).unwrap_or(now)),
        }
    }
}

impl RecordForm {
    fn of(record: &Record) -> Self {
        let lossy = |path: &std::path::PathBuf| path.to_string_lossy().into_owned().into();
        Self {
            version: record.version,
            at: Time::of(record.at),
            cause: match &record.cause {
                Cause::Files(paths) => Cause::Files(paths.iter().map(lossy).collect()),
                other => other.clone(),
            },
            by: record.by.clone(),
            changed: record.changed.clone(),
            changes: record
                .changes
                .iter()
                .map(|change| (change.path().to_owned(), change.old().clone(), change.new().clone()))
                .collect(),
            nanoseconds: record.duration.as_nanos().try_into().unwrap_or(u64::MAX),
        }
    }

    fn record(self) -> Record {
        let version = self.version;
        let change = |(path, old, new)| FieldChange::of(path, old, new, version);
        Record {
            version,
            at: self.at.time(),
            cause: self.cause,
            by: self.by,
            changed: self.changed,
            changes: self.changes.into_iter().map(change).collect(),
            duration: Duration::from_nanos(self.nanoseconds),
        }
    }
}

impl BackForm {
    fn back(self) -> Back {
        let layer = |form: OldLayerForm| OldLayer {
            head: form.head.map(|head| Arc::new(head.layer())),
            edits: edits(form.edits),
        };
        let pin = |form: OldPinForm| OldPin { pin: form.pin.pin(), edits: form.edits.map(edits) };
        Back {
            layers: self.layers.into_iter().map(|(source, old)| (source.id(), old.map(layer))).collect(),
            variables: Vec::new(),
            pins: self.pins.into_iter().map(|(path, old)| (path.keys(), old.map(pin))).collect(),
            held: self.held.into_iter().map(HeldForm::held).collect(),
            value: None,
        }
    }
}

fn edits(forms: Vec<EditForm>) -> Vec<Edit> {
    let edit = |form: EditForm| Edit {
        keys: form.path.keys(),
        act: match form.act {
            ActForm::Put(Tree(value)) => Act::Put(value),
            ActForm::Remove => Act::Remove,
            ActForm::Splice { at, removed, items } => {
                Act::Splice { at, removed, items: items.into_iter().map(|Tree(value)| value).collect() }
            }
        },
    };
    forms.into_iter().map(edit).collect()
}
