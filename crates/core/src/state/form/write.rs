//! From what is in force to what is written.

use std::time::SystemTime;

use super::{
    ActForm, BackForm, EditForm, HeldForm, HistoryForm, HoldForm, LayerForm, NamedForm, OldLayerForm,
    OldPinForm, OverridesForm, Path, PinForm, PlacesForm, RecordForm, SourceForm, Time, UnknownKeysForm,
    VersionForm,
};
use crate::{
    history::{
        Record, Version,
        content::{Back, Content, OldLayer, OldPin},
        delta::{Act, Edit},
    },
    issue::Origin,
    keys::Keys,
    pins::{Pin, Pins},
    secret::MASK,
    shape::Shape,
    snapshot::Cause,
    source::{Layer, Named, Places, UnknownKeys},
    state::{Veil, tree::Tree},
    suppressions::Holds,
    value::Value,
};

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

    pub(in crate::state) fn version(&self, version: &Version) -> VersionForm {
        let replaced = version.replaced.and_then(|at| SystemTime::now().checked_sub(at.elapsed()));
        VersionForm {
            record: RecordForm::of(&version.record, self.veil),
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
}

impl RecordForm {
    fn of(record: &Record, veil: &Veil) -> Self {
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
                .map(|change| {
                    // A null says that there was nothing.
                    let hidden = veil.hides_change(change.path());
                    let shown = |value: &serde_json::Value| match hidden && !value.is_null() {
                        true => MASK.into(),
                        false => value.clone(),
                    };
                    (change.path().to_owned(), shown(change.old()), shown(change.new()))
                })
                .collect(),
            nanoseconds: record.duration.as_nanos().try_into().unwrap_or(u64::MAX),
        }
    }
}
