//! Sources of the program: figment providers and implementations of `Source`.

use std::sync::Arc;

use super::{Settings, SourceOutput, SourceStatus};
use crate::{
    error::Error,
    excerpt,
    health::Health,
    issue::{Issue, Origin, gist},
    panics::catch_panic,
    secret::marker::SecretMarker,
    source::{
        Layer, OriginIndex, Reading, Source, SourceError,
        masked::masked,
        parsed_layer::{ParsedLayer, SourceKind},
        redacted_text::RedactedText,
    },
    value::Value,
};

/// A source of the program, and its last output.
pub(crate) struct CustomEntry {
    source: Box<dyn Source>,
    /// The name as the source returned it, which its messages may contain.
    given_name: String,
    /// The name as it is displayed.
    name: String,
    kept: Option<(Value, Arc<Layer>)>,
    failing: Option<Vec<Issue>>,
    /// Whether it signalled a change, or was never read.
    due: bool,
}

impl CustomEntry {
    pub(crate) fn new(source: Box<dyn Source>) -> Self {
        let given_name = source.name();
        let name = masked(&given_name);
        Self { source, given_name, name, kept: None, failing: None, due: true }
    }

    pub(crate) fn source(&mut self) -> &mut dyn Source {
        &mut *self.source
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn wake(&mut self) {
        self.due = true;
    }

    pub(super) fn produce(&mut self, settings: &Settings, thorough: bool) -> SourceOutput {
        let mut given = SourceOutput::default();
        if std::mem::take(&mut self.due) || thorough {
            match self.read() {
                Ok(reading) => given.changed = self.accept(reading, settings),
                Err(SourceError(report)) => given.changed = self.fail(&report),
            }
        }
        match (&self.kept, &self.failing) {
            // Its last output stays in force, and does not hold back changes of other sources.
            (Some((_, layer)), _) => given.layers.push(Arc::clone(layer)),
            (None, Some(issues)) => given.issues.extend(issues.iter().cloned()),
            (None, None) => {}
        }
        given
    }

    /// A panic is a failure of this source only: the output of the others must not be lost.
    fn read(&mut self) -> Result<Reading, SourceError> {
        catch_panic(|| self.source.read()).unwrap_or_else(|| Err(SourceError::from("reading it panicked")))
    }

    /// Stores the read error. Returns whether the load must be informed.
    fn fail(&mut self, report: &Error) -> bool {
        let issues: Vec<Issue> = report.issues().map(|issue| self.placed(issue)).collect();
        let news =
            self.failing.as_ref().is_none_or(|known| !known.iter().map(said).eq(issues.iter().map(said)));
        if news {
            let first = issues.first().map_or("", Issue::message);
            log::warn!(target: "hotswap", "hotswap: {} cannot be read: {first}", excerpt::name(&self.name));
        }
        self.failing = Some(issues);
        news && self.kept.is_none()
    }

    /// Adds the name of the source, unless the problem has another origin.
    fn placed(&self, issue: &Issue) -> Issue {
        let origin = match issue.origin() {
            None => Origin::Source { name: self.name.clone() },
            Some(Origin::Source { name }) => Origin::Source { name: masked(name) },
            Some(Origin::File { path, line, column }) if path.as_os_str().is_empty() => {
                Origin::File { path: self.name.clone().into(), line: *line, column: *column }
            }
            Some(Origin::File { path, line, column }) => {
                Origin::File { path: masked(&path.to_string_lossy()).into(), line: *line, column: *column }
            }
            Some(elsewhere) => elsewhere.clone(),
        };
        issue.clone().calling(&self.given_name, &self.name).at(origin)
    }

    fn accept(&mut self, reading: Reading, settings: &Settings) -> bool {
        if self.failing.take().is_some() {
            log::info!(target: "hotswap", "hotswap: {} is read again", excerpt::name(&self.name));
        }
        let given = ParsedLayer::new(reading.tree, settings.secret_marker());
        if self.kept.as_ref().is_some_and(|(tree, _)| *tree == given.tree) {
            return false;
        }
        let places = match reading.text {
            Some((format, text)) => {
                let text = RedactedText::new(format, &text, &given.tree, &given.secret_sites());
                OriginIndex::Text { path: self.name.clone().into(), format, text: Arc::new(text) }
            }
            None => OriginIndex::Named(self.name.clone()),
        };
        let layer = Layer::new(places, &given, &settings.layer_options(SourceKind::Program));
        self.kept = Some((given.tree, Arc::new(layer.with_source(settings.source(&self.name)))));
        true
    }

    pub(super) fn add_known_secrets(&mut self, marker: SecretMarker<'_>) {
        if let Some((tree, layer)) = &mut self.kept {
            marker.mark(tree);
            Arc::make_mut(layer).add_known_secrets(marker);
        }
    }

    pub(super) fn status(&self) -> SourceStatus {
        let health = if self.failing.is_some() { Health::Failing } else { Health::Ok };
        let first = self.failing.as_ref().and_then(|issues| issues.first());
        let message = first.map(|issue| issue.message().to_owned());
        SourceStatus::new(&self.name, health, message)
    }
}

/// Identifies a problem. A source may count its attempts in the message.
fn said(issue: &Issue) -> String {
    gist(&issue.to_string())
}
