//! Converts state to the serialized form.

use std::time::SystemTime;

use super::{
    ActForm, DeferredForm, EditForm, HistoryForm, LayerForm, NamedForm, OldLayerForm, OldOverrideForm,
    OriginIndexForm, OverrideForm, OverridesForm, Path, RecordForm, ReverseDeltaForm, SourceForm,
    SuppressionForm, Time, UnknownKeysForm, VersionForm,
};
use crate::{
    history::{
        Record, Version,
        content::{OldLayer, OldOverride, ReverseDelta, VersionContent},
        delta::{Act, Edit},
    },
    issue::Origin,
    keys::Keys,
    overrides::{OverrideEntry, Overrides},
    secret::MASK,
    shape::Shape,
    snapshot::Cause,
    source::{Layer, Named, OriginIndex, UnknownKeys},
    state::{SecretFilter, tree::Tree},
    suppressions::Suppressions,
    value::Value,
};

/// The context of the conversion.
pub(crate) struct Writer<'w> {
    pub(crate) secret_filter: &'w SecretFilter,
    pub(crate) shape: &'static Shape,
}

impl Writer<'_> {
    pub(crate) fn overrides(&self, version: u64, overrides: &Overrides) -> OverridesForm {
        let is_withheld = |keys: &Keys, entry: &OverrideEntry| match self.override_form(keys, entry) {
            Some(form) => form.below.is_none() && entry.below.is_some(),
            None => true,
        };
        let withheld = overrides.iter().filter(|(keys, entry)| is_withheld(keys, entry));
        let withheld = withheld.map(|(keys, _)| keys.to_string()).collect();
        OverridesForm { version, overrides: self.override_forms(overrides), withheld }
    }

    pub(crate) fn history(
        &self,
        content: &VersionContent,
        suppressions: &Suppressions,
        versions: &[Version],
    ) -> HistoryForm {
        HistoryForm {
            layers: content.layers.iter().map(|layer| self.layer(layer)).collect(),
            overrides: self.override_forms(&content.overrides),
            deferred: content
                .deferred
                .iter()
                .filter_map(|(keys, value)| self.deferred(keys, Some(value.as_ref())))
                .collect(),
            suppressions: suppressions
                .each()
                .map(|(source, refused, used, version)| SuppressionForm {
                    source: SourceForm::new(source),
                    refused: refused.map(|layer| self.layer(layer)),
                    used: used.map(|layer| self.layer(layer)),
                    version,
                })
                .collect(),
            secrets: self.secret_filter.places().map(Path::new).collect(),
            versions: versions.iter().map(|version| self.version(version)).collect(),
        }
    }

    fn override_forms(&self, overrides: &Overrides) -> Vec<OverrideForm> {
        overrides.iter().filter_map(|(keys, entry)| self.override_form(keys, entry)).collect()
    }

    /// `None` if it is wholly or partly secret.
    fn override_form(&self, keys: &Keys, entry: &OverrideEntry) -> Option<OverrideForm> {
        let value = match &entry.value {
            None => None,
            Some(value) => Some(Tree(self.secret_filter.redact(keys, value).filter(|shown| shown == value)?)),
        };
        let below = entry.below.as_deref().and_then(|below| self.override_form(keys, below));
        Some(OverrideForm { below: below.map(Box::new), ..OverrideForm::new(keys, entry, value) })
    }

    fn deferred(&self, keys: &Keys, deferred: Option<Option<&Value>>) -> Option<DeferredForm> {
        let value = match deferred.flatten() {
            None => None,
            Some(value) => Some(Tree(self.secret_filter.redact(keys, value)?)),
        };
        Some(DeferredForm { path: Path::new(keys), held: deferred.is_some(), value })
    }

    fn layer(&self, layer: &Layer) -> LayerForm {
        let file = |path: &std::path::Path| path.to_string_lossy().into_owned();
        let named = |(keys, named): (&Keys, &Named)| NamedForm {
            path: Path::new(keys),
            name: named.name.clone(),
            file: match &named.origin {
                Origin::File { path, .. } => Some(file(path)),
                _ => None,
            },
            verbatim: named.verbatim,
        };
        LayerForm {
            source: SourceForm::new(layer.source()),
            places: match layer.places() {
                OriginIndex::Text { path, .. } | OriginIndex::Past(path) => OriginIndexForm::File(file(path)),
                OriginIndex::Each(each) => OriginIndexForm::Variables(each.iter().map(named).collect()),
                OriginIndex::Named(name) => OriginIndexForm::Source(name.clone()),
            },
            unknown_keys: match layer.unknown_keys() {
                UnknownKeys::Deny => UnknownKeysForm::Deny,
                UnknownKeys::Warn => UnknownKeysForm::Warn,
                UnknownKeys::Allow => UnknownKeysForm::Allow,
            },
            tree: Tree(match layer.is_sealed() {
                // The whole content of an encrypted file is secret.
                true => Value::empty(),
                false => self.secret_filter.tree(layer.tree(), self.shape),
            }),
        }
    }

    pub(in crate::state) fn version(&self, version: &Version) -> VersionForm {
        let secret_filter = &self.secret_filter.of_version(self.shape, &version.secrets);
        let of_version = Writer { secret_filter, shape: self.shape };
        let replaced = version.replaced.and_then(|at| SystemTime::now().checked_sub(at.elapsed()));
        VersionForm {
            record: RecordForm::new(&version.record, self.secret_filter),
            back: version.back.as_deref().map(|back| of_version.back(back)),
            replaced: replaced.map(Time::new),
            secrets: Some(version.secrets.iter().map(Path::new).collect()),
        }
    }

    fn back(&self, back: &ReverseDelta) -> ReverseDeltaForm {
        let layer = |old: &OldLayer| OldLayerForm {
            head: old.head.as_deref().map(|head| self.layer(head)),
            edits: self.edits(&Keys::root(), &old.edits),
        };
        ReverseDeltaForm {
            layers: back
                .layers
                .iter()
                .map(|(source, old)| (SourceForm::new(source), old.as_ref().map(layer)))
                .collect(),
            overrides: back
                .overrides
                .iter()
                .filter_map(|(keys, old)| match old {
                    None => Some((Path::new(keys), None)),
                    // Without its value, the version has that of the next one, as for every secret.
                    Some(old) => Some((Path::new(keys), Some(self.old_override(keys, old)?))),
                })
                .collect(),
            deferred: back
                .deferred
                .iter()
                .filter_map(|(keys, deferred)| self.deferred(keys, deferred.as_ref().map(Option::as_ref)))
                .collect(),
        }
    }

    fn old_override(&self, keys: &Keys, old: &OldOverride) -> Option<OldOverrideForm> {
        let edits = old.edits.as_ref().map(|edits| self.edits(keys, edits));
        // Part of a leaf would be a different value.
        let whole = old.edits.as_ref().map(Vec::len) == edits.as_ref().map(Vec::len);
        whole.then_some(OldOverrideForm { entry: self.override_form(keys, &old.entry)?, edits })
    }

    fn edits(&self, above: &Keys, edits: &[Edit]) -> Vec<EditForm> {
        let form = |edit: &Edit| {
            let at = above.join(&edit.keys);
            let show = |value: &Value| self.secret_filter.redact(&at, value).map(Tree);
            let act = match &edit.act {
                Act::Put(value) => ActForm::Put(show(value)?),
                Act::Remove => ActForm::Remove,
                Act::Splice { at, removed, items } => ActForm::Splice {
                    at: *at,
                    removed: *removed,
                    items: items.iter().map(show).collect::<Option<_>>()?,
                },
            };
            Some(EditForm { path: Path::new(&edit.keys), act })
        };
        edits.iter().filter_map(form).collect()
    }
}

impl OverrideForm {
    fn new(keys: &Keys, entry: &OverrideEntry, value: Option<Tree>) -> Self {
        Self {
            path: Path::new(keys),
            value,
            by: entry.by.as_deref().map(str::to_owned),
            at: Time::new(entry.at),
            until: entry.until.map(|until| Time::new(until.shown)),
            below: None,
        }
    }
}

impl RecordForm {
    fn new(record: &Record, secret_filter: &SecretFilter) -> Self {
        let lossy = |path: &std::path::PathBuf| path.to_string_lossy().into_owned().into();
        Self {
            version: record.version,
            at: Time::new(record.at),
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
                    // A null shows that there was no value.
                    let hidden = secret_filter.hides_change(change.path());
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
