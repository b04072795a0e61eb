//! Converts the serialized form to state.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    ActForm, DeferredForm, EditForm, LayerForm, NamedForm, OldLayerForm, OldOverrideForm, OriginIndexForm,
    OverrideForm, Path, RecordForm, ReverseDeltaForm, SourceForm, Time, UnknownKeysForm, VersionForm,
};
use crate::{
    history::{
        Record, Version,
        content::{OldLayer, OldOverride, ReverseDelta},
        delta::{Act, Edit},
    },
    issue::Origin,
    keys::Keys,
    overrides::{Expiry, OverrideEntry},
    source::{Layer, Named, OriginIndex, UnknownKeys},
    state::tree::Tree,
    subscribe::{FieldChange, Shown},
    value::Value,
};

impl OverrideForm {
    pub(in crate::state) fn entry(self) -> OverrideEntry {
        let at = self.at.time();
        OverrideEntry {
            value: self.value.map(|Tree(value)| value),
            by: self.by.map(Arc::from),
            at,
            until: self.until.and_then(|until| Expiry::after_restart(at, until.time())),
            below: self.below.map(|below| Arc::new(below.entry())),
        }
    }
}

impl LayerForm {
    pub(in crate::state) fn source(&self) -> &SourceForm {
        &self.source
    }

    pub(in crate::state) fn layer(self) -> Layer {
        let origin = |named: &NamedForm| match &named.file {
            Some(path) => Origin::file(path),
            None => Origin::env(&named.name),
        };
        let named = |form: NamedForm| {
            let origin = origin(&form);
            (form.path.keys(), Named { name: form.name, origin, verbatim: form.verbatim })
        };
        let places = match self.places {
            OriginIndexForm::File(path) => OriginIndex::Past(path.into()),
            OriginIndexForm::Variables(each) => OriginIndex::Each(each.into_iter().map(named).collect()),
            OriginIndexForm::Source(name) => OriginIndex::Named(name),
        };
        let unknown_keys = match self.unknown_keys {
            UnknownKeysForm::Deny => UnknownKeys::Deny,
            UnknownKeysForm::Warn => UnknownKeys::Warn,
            UnknownKeysForm::Allow => UnknownKeys::Allow,
        };
        Layer::resumed(self.source.id(), places, self.tree.0, unknown_keys)
    }
}

impl DeferredForm {
    pub(in crate::state) fn deferred(self) -> (Keys, Option<Option<Value>>) {
        (self.path.keys(), self.held.then(|| self.value.map(|Tree(value)| value)))
    }
}

impl VersionForm {
    /// `hidden` are the paths of all secrets.
    pub(in crate::state) fn version(self, hidden: &[Keys]) -> Version {
        let gone = |at: Time| SystemTime::now().duration_since(at.time()).unwrap_or_default();
        let now = std::time::Instant::now();
        Version {
            record: self.record.record(),
            back: self.back.map(|back| Arc::new(back.back())),
            // If the monotonic clock does not reach back that far, the version counts as younger.
            replaced: self.replaced.map(|at| now.checked_sub(gone(at)).unwrap_or(now)),
            secrets: match self.secrets {
                Some(secrets) => secrets.iter().map(Path::keys).collect(),
                None => hidden.iter().cloned().collect(),
            },
        }
    }
}

impl RecordForm {
    fn record(self) -> Record {
        let version = self.version;
        let change =
            |(path, old, new)| FieldChange::between(path, Shown::json(old), Shown::json(new), version);
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

impl ReverseDeltaForm {
    fn back(self) -> ReverseDelta {
        let layer = |form: OldLayerForm| OldLayer {
            head: form.head.map(|head| Arc::new(head.layer())),
            edits: edits(form.edits),
        };
        let entry =
            |form: OldOverrideForm| OldOverride { entry: form.entry.entry(), edits: form.edits.map(edits) };
        ReverseDelta {
            layers: self.layers.into_iter().map(|(source, old)| (source.id(), old.map(layer))).collect(),
            variables: Vec::new(),
            overrides: self.overrides.into_iter().map(|(path, old)| (path.keys(), old.map(entry))).collect(),
            deferred: self.deferred.into_iter().map(DeferredForm::deferred).collect(),
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
