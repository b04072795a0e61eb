//! Variables as layers: those of the process, and those of dotenv files.

use std::{collections::BTreeMap, ffi::OsString, path::Path, sync::Arc};

use super::{Health, Settings, SourceStatus, Variables, Yield};
use crate::{
    issue::Origin,
    secret::{Private, taint::Taint},
    source::{
        Layer, Named, Places, UnknownKeys,
        dotenv::Variable,
        env::{self, Found},
        given::{Given, Medium},
    },
};

const ENVIRONMENT: &str = "environment";

/// The environment of the process, and the layer that it gave last.
#[derive(Default)]
pub(crate) struct EnvSlot {
    kept: Option<(Variables, Arc<Layer>)>,
}

impl EnvSlot {
    pub(super) fn step(&mut self, process: &Variables, settings: &Settings) -> Yield {
        let ours: Variables = process
            .iter()
            .filter(|(name, _)| settings.concerns(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let changed = self.kept.as_ref().is_none_or(|(kept, _)| *kept != ours);
        if changed {
            let found = env::collect(&settings.names, ours.clone());
            let named =
                |name: &String| Named { name: name.clone(), origin: Origin::env(name), verbatim: true };
            let places = found.names.iter().map(|(keys, name)| (keys.clone(), named(name))).collect();
            let layer = layer(found, Places::Each(places), settings).of(settings.source(ENVIRONMENT));
            self.kept = Some((ours, Arc::new(layer)));
        }
        let layers = self.kept.iter().map(|(_, layer)| Arc::clone(layer)).collect();
        Yield { layers, changed, ..Yield::default() }
    }

    pub(super) fn learn(&mut self, taint: Taint<'_>) {
        if let Some((_, layer)) = &mut self.kept {
            Arc::make_mut(layer).learn(taint);
        }
    }

    pub(super) fn status(&self) -> SourceStatus {
        SourceStatus::new(ENVIRONMENT, Health::Ok, None)
    }
}

fn layer(found: Found, places: Places, settings: &Settings) -> Layer {
    let given = Given::new(found.tree, settings.taint());
    Layer::new(places, &given, &settings.terms(Medium::Variables))
        .complain(settings.unknown_in_env, found.unknown)
        .complain(UnknownKeys::Deny, found.issues)
}

/// The layer of a dotenv file; each value stands in its line.
pub(super) fn dotenv_layer(shown: &Path, lines: &[Variable], settings: &Settings) -> Layer {
    let by_name: BTreeMap<&str, &Variable> = lines.iter().map(|line| (line.name.as_str(), line)).collect();
    let origin = |name: &str| Origin::File {
        path: shown.to_owned(),
        line: by_name.get(name).map(|variable| variable.line),
        column: by_name.get(name).map(|_| 1),
    };
    let named = |name: &String| Named {
        name: name.clone(),
        origin: origin(name),
        verbatim: by_name.get(name.as_str()).is_some_and(|variable| variable.verbatim),
    };
    let pairs = lines.iter().map(|line| (OsString::from(&line.name), Private::from(line.value.as_str())));
    let mut found = env::collect(&settings.names, pairs);
    let places = found.names.iter().map(|(keys, name)| (keys.clone(), named(name))).collect();
    for issue in found.unknown.iter_mut().chain(&mut found.issues) {
        if let Some(Origin::Env { name }) = issue.origin() {
            let place = origin(name);
            *issue = issue.clone().at(place);
        }
    }
    layer(found, Places::Each(places), settings).of(settings.source(shown.display()))
}
