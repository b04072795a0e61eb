//! Layers from variables of the process and of dotenv files.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Settings, SourceOutput, SourceStatus, profile::ineffective};
use crate::{
    health::Health,
    issue::Origin,
    keys::Keys,
    secret::{Private, marker::SecretMarker},
    shape::Leaf,
    source::{
        Layer, Named, OriginIndex, UnknownKeys,
        dotenv::{self, Variable},
        env::{self, Found},
        parsed_layer::{ParsedLayer, SourceKind},
        read::read,
    },
    variables::Variables,
};

pub(in crate::engine) const ENVIRONMENT: &str = "environment";

/// The environment of the process, and its last layer.
#[derive(Default)]
pub(crate) struct EnvEntry {
    kept: Option<(Variables, Arc<Layer>)>,
}

impl EnvEntry {
    pub(super) fn produce(&mut self, process: &Variables, settings: &Settings) -> SourceOutput {
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
            let layer =
                layer(found, OriginIndex::Each(places), settings).with_source(settings.source(ENVIRONMENT));
            self.kept = Some((ours, Arc::new(layer)));
        }
        let layers = self.kept.iter().map(|(_, layer)| Arc::clone(layer)).collect();
        SourceOutput { layers, changed, ..SourceOutput::default() }
    }

    pub(super) fn add_known_secrets(&mut self, marker: SecretMarker<'_>) {
        if let Some((_, layer)) = &mut self.kept {
            Arc::make_mut(layer).add_known_secrets(marker);
        }
    }

    pub(super) fn status(&self) -> SourceStatus {
        SourceStatus::new(ENVIRONMENT, Health::Ok, None)
    }
}

fn layer(found: Found, places: OriginIndex, settings: &Settings) -> Layer {
    let given = ParsedLayer::new(found.tree, settings.secret_marker());
    Layer::new(places, &given, &settings.layer_options(SourceKind::Variables))
        .with_diagnostics(settings.unknown_in_env, found.unknown)
        .with_diagnostics(UnknownKeys::Deny, found.issues)
}

/// The variables that a dotenv file may refer to: those of the process, and of the dotenv files before it.
pub(super) struct DotenvScope<'s> {
    settings: &'s Settings,
    asked: RefCell<DotenvLookups>,
    guarded: OnceCell<BTreeSet<Keys>>,
}

/// The variables that a dotenv file looked up.
#[derive(Default)]
pub(super) struct DotenvLookups {
    /// By name, its value in the process and in the files before it.
    names: BTreeMap<String, [Option<Private>; 2]>,
    /// Whether a file before it gave no variables.
    incomplete: bool,
}

impl<'s> DotenvScope<'s> {
    pub(super) fn new(settings: &'s Settings) -> Self {
        let asked = DotenvLookups { incomplete: settings.dotenv_incomplete, ..DotenvLookups::default() };
        Self { settings, asked: RefCell::new(asked), guarded: OnceCell::new() }
    }

    pub(super) fn into_asked(self) -> DotenvLookups {
        self.asked.into_inner()
    }

    fn ask(&self, name: &str) -> [Option<Private>; 2] {
        let found = stand_for(name, self.settings);
        self.asked.borrow_mut().names.insert(name.to_owned(), found.clone());
        found
    }
}

fn stand_for(name: &str, settings: &Settings) -> [Option<Private>; 2] {
    let of = |variables: &Variables| variables.get(OsStr::new(name)).cloned();
    [of(&settings.process), of(&settings.dotenv)]
}

/// Whether every name still has the same value.
pub(super) fn unchanged(asked: &DotenvLookups, settings: &Settings) -> bool {
    asked.incomplete == settings.dotenv_incomplete
        && asked.names.iter().all(|(name, before)| *before == stand_for(name, settings))
}

impl dotenv::Outside for DotenvScope<'_> {
    fn of_process(&self, name: &str) -> Option<Private> {
        let [of_process, _] = self.ask(name);
        of_process
    }

    fn of_files(&self, name: &str) -> Option<Private> {
        let [_, of_files] = self.ask(name);
        of_files
    }

    fn is_incomplete(&self) -> bool {
        self.settings.dotenv_incomplete
    }

    fn is_secret(&self, name: &str) -> bool {
        let hidden = &self.settings.secrets.hidden;
        let leaf = self.settings.names.find(name);
        leaf.is_some_and(|leaf| leaf.secret() || hidden.contains(&leaf.keys))
    }

    fn is_open(&self, name: &str) -> bool {
        let guarded = |leaf: &Leaf| self.guarded.get_or_init(self.settings.guarded).contains(&leaf.keys);
        // A variable that matches no field may be used in a secret.
        let is_open = |leaf: &Leaf| !self.is_secret(name) && !guarded(leaf);
        self.settings.names.find(name).is_some_and(is_open)
    }
}

/// The variables of dotenv files, each with its file, before there is a collector. A file that cannot be read gives no
/// variables here; its problem is reported when the sources are read.
pub(crate) fn dotenv_variables(settings: &Settings, paths: &[&Path]) -> Vec<(Variable, PathBuf)> {
    let mut settings = settings.clone();
    let mut found = Vec::new();
    for path in paths {
        let Ok(content) = read(path, settings.max_file_size) else { continue };
        let variables = dotenv::parse(&content.text, &DotenvScope::new(&settings)).unwrap_or_default();
        let earlier = Arc::make_mut(&mut settings.dotenv);
        earlier
            .extend(variables.iter().map(|variable| (variable.name.clone().into(), variable.value.clone())));
        found.extend(variables.into_iter().map(|variable| (variable, path.to_path_buf())));
    }
    found
}

/// The layer of a dotenv file; each value has the position of its line.
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
    let pairs = lines.iter().map(|line| (OsString::from(&line.name), line.value.clone()));
    let mut found = env::collect(&settings.names, pairs);
    found.keep_templates(|name| by_name.get(name)?.raw.as_ref());
    let places = found.names.iter().map(|(keys, name)| (keys.clone(), named(name))).collect();
    for issue in found.unknown.iter_mut().chain(&mut found.issues) {
        if let Some(Origin::Env { name }) = issue.origin() {
            let place = origin(name);
            *issue = issue.clone().at(place);
        }
    }
    layer(found, OriginIndex::Each(places), settings)
        .with_diagnostics(UnknownKeys::Warn, ineffective(shown, lines, settings, &origin))
        .with_source(settings.source(shown.display()))
}
