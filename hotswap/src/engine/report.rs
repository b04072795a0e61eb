//! Makes refusals and warnings known: to the log, the status and subscribers.

use std::{collections::BTreeSet, time::Instant};

use super::{Core, refused};
use crate::{
    error::Error,
    issue::{Issue, gist},
    snapshot::Cause,
    subscribe::Topic,
};

impl Core {
    /// Whether the last refusal said the same, but for counters and the like.
    pub(super) fn is_known(&self, error: &Error) -> bool {
        let said = |error: &Error| gist(&error.to_string());
        self.board().last_error.as_ref().is_some_and(|(_, last)| said(last) == said(error))
    }

    /// Makes a refusal known: once for each distinct content.
    pub(super) fn refuse(&self, error: &Error) {
        log::warn!("hotswap: {error}");
        {
            let mut board = self.board();
            board.refused += 1;
            board.last_error = Some((Instant::now(), error.clone()));
        }
        self.errors.put(error.clone());
        self.notifier.announce([Topic::ReloadError]);
    }

    /// Makes a refusal of what the sources say known, and lets the status say so of each of them.
    pub(super) fn refuse_sources(&self, error: &Error, changed: &BTreeSet<String>) {
        {
            let mut board = self.board();
            board.refused_sources = refused::sources(error, changed, &board.refused_sources);
        }
        self.refuse(error);
    }

    /// Makes known that the configuration runs, but not as its sources have it: to those too who subscribe later.
    pub(crate) fn refuse_start(&self, error: &Error, began: Instant) {
        self.report_refused(Cause::Start, None, error, began);
        self.refuse_sources(error, &BTreeSet::new());
        self.errors.stand();
    }

    /// Makes warnings known that were not there before.
    pub(crate) fn warn(&self, warnings: Vec<Issue>) {
        let new: Vec<_> = {
            let mut board = self.board();
            let new = warnings.iter().filter(|issue| !board.warnings.contains(issue)).cloned().collect();
            board.warnings = warnings;
            new
        };
        if new.is_empty() {
            return;
        }
        self.tell(Error::warnings(new));
    }

    /// Makes known what is no fault of the sources.
    pub(super) fn tell(&self, report: Error) {
        log::warn!("hotswap: {report}");
        self.warnings.put(report);
        self.notifier.announce([Topic::Warning]);
    }
}
