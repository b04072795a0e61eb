//! Sources of the program: figment providers and implementations of `Source`.

use std::sync::Arc;

use super::{Health, Settings, SourceStatus, Yield};
use crate::{
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    panics::contain,
    source::{Layer, Places, Reading, Source, SourceError},
    value::Value,
};

/// A source of the program, and what it gave last.
pub(crate) struct CustomSlot {
    source: Box<dyn Source>,
    name: String,
    kept: Option<(Value, Arc<Layer>)>,
    failing: Option<String>,
    /// It said that it has something new, or was never read.
    due: bool,
}

impl CustomSlot {
    pub(crate) fn new(source: Box<dyn Source>) -> Self {
        let name = source.name();
        Self { source, name, kept: None, failing: None, due: true }
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

    pub(super) fn step(&mut self, settings: &Settings, thorough: bool) -> Yield {
        let mut given = Yield::default();
        if std::mem::take(&mut self.due) || thorough {
            match self.read() {
                Ok(reading) => given.changed = self.keep(reading, settings),
                Err(SourceError(message)) => {
                    given.changed = self.kept.is_none() && self.failing.as_ref() != Some(&message);
                    if self.failing.as_ref() != Some(&message) {
                        log::warn!("hotswap: {} cannot be read: {message}", self.name);
                    }
                    self.failing = Some(message);
                }
            }
        }
        match (&self.kept, &self.failing) {
            // What it gave last stays in force, and does not keep changes of other sources back.
            (Some((_, layer)), _) => given.layers.push(Arc::clone(layer)),
            (None, Some(message)) => given.issues.push(
                Issue::new(IssueKind::Unreadable, Keys::root(), message.clone())
                    .at(Origin::Source { name: self.name.clone() }),
            ),
            (None, None) => {}
        }
        given
    }

    /// A panic is one source's failure: what the others gave in the same pass must not be lost over it.
    fn read(&mut self) -> Result<Reading, SourceError> {
        contain(|| self.source.read()).unwrap_or_else(|| Err(SourceError("reading it panicked".to_owned())))
    }

    fn keep(&mut self, reading: Reading, settings: &Settings) -> bool {
        self.failing = None;
        if self.kept.as_ref().is_some_and(|(tree, _)| *tree == reading.tree) {
            return false;
        }
        let places = match reading.text {
            Some((format, text)) => Places::Text { path: self.name.clone().into(), format, text },
            None => Places::Named(self.name.clone()),
        };
        let layer = Layer::new(places, &reading.tree, settings.shape, settings.unknown_in_files);
        self.kept = Some((reading.tree, Arc::new(layer)));
        true
    }

    pub(super) fn status(&self) -> SourceStatus {
        let health = if self.failing.is_some() { Health::Failing } else { Health::Ok };
        SourceStatus { name: self.name.clone(), health, message: self.failing.clone() }
    }
}
