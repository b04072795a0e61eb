//! From what was written to what may be in force again.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    ActForm, BackForm, EditForm, HeldForm, LayerForm, NamedForm, OldLayerForm, OldPinForm, PinForm,
    PlacesForm, RecordForm, SourceForm, Time, UnknownKeysForm, VersionForm,
};
use crate::{
    history::{
        Record, Version,
        content::{Back, OldLayer, OldPin},
        delta::{Act, Edit},
    },
    issue::Origin,
    keys::Keys,
    pins::{Pin, Until},
    source::{Layer, Named, Places, UnknownKeys},
    state::tree::Tree,
    subscribe::{FieldChange, Shown},
    value::Value,
};

impl PinForm {
    pub(in crate::state) fn pin(self) -> Pin {
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
    pub(in crate::state) fn held(self) -> (Keys, Option<Option<Value>>) {
        (self.path.keys(), self.held.then(|| self.value.map(|Tree(value)| value)))
    }
}

impl VersionForm {
    pub(in crate::state) fn version(self) -> Version {
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
    fn record(self) -> Record {
        let version = self.version;
        let change = |(path, old, new)| FieldChange::of(path, Shown::json(old), Shown::json(new), version);
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
