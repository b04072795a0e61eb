//! Reports refusals of sources, secrets and expiries, and warnings, to the log, the status and subscribers. Observers
//! receive the refusals of all attempts, with their authors: see [`Core::attempt`].

use std::{collections::BTreeSet, fmt, time::Instant};

use super::{
    Core,
    observers::AttemptOutcome,
    refused::{self, Retried},
};
use crate::{
    error::Error, history::Record, issue::Issue, panics::catch_panic, snapshot::Cause, subscribe::Topic,
};

impl Core {
    /// Whether the last refusal of this kind was the same except for counters and similar text.
    pub(super) fn is_known(&self, what: Retried, error: &Error) -> bool {
        self.shared_status().last_refusals.is_known(what, error)
    }

    /// Reports a refusal of a change that the engine retries, once for each distinct content.
    pub(super) fn refuse(&self, what: Retried, error: &Error) {
        self.refuse_content(what, error, false);
    }

    fn refuse_content(&self, what: Retried, error: &Error, is_new: bool) {
        self.shared_status().last_refusals.put(what, error, is_new);
        self.announce(error);
    }

    /// Clears the refusal of this kind: the status no longer shows it, and the next refusal is reported even if it is
    /// the same.
    pub(super) fn forgive(&self, what: Retried) {
        let mut shared_status = self.shared_status();
        let is_shown = |(_, error): &(_, Error)| shared_status.last_refusals.is_known(what, error);
        let was_shown = shared_status.last_error.as_ref().is_some_and(is_shown);
        shared_status.last_refusals.clear(what);
        if was_shown {
            shared_status.last_error = shared_status.last_refusals.last();
        }
    }

    /// Reports a refusal of the sources, and shows it in the status of each of them.
    pub(super) fn refuse_sources(&self, error: &Error, changed: &BTreeSet<String>) {
        {
            let mut shared_status = self.shared_status();
            shared_status.refused += 1;
            shared_status.refused_sources = refused::sources(error, changed, &shared_status.refused_sources);
        }
        self.refuse_content(Retried::Reload, error, !changed.is_empty());
    }

    /// Logs a refusal, and shows it in the status and to subscribers.
    pub(super) fn announce(&self, error: &Error) {
        log_warning(error);
        self.shared_status().last_error = Some((Instant::now(), error.clone()));
        self.errors.put(error.clone());
        self.notifier.announce([Topic::ReloadError]);
    }

    /// Reports that the configuration runs, but without the content of its sources; also to later subscribers.
    pub(crate) fn refuse_start(&self, error: &Error, sources: &BTreeSet<String>) {
        self.refuse_sources(error, sources);
        self.errors.mark_standing();
    }

    /// Starts the threads, and reports the first version, and the problems if the sources were refused. No event is
    /// delivered for a start that fails, and no later version comes before the first one.
    pub(crate) fn begin(
        &self,
        record: Record,
        refused: Option<&Error>,
        began: Instant,
        start: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let writing = self.writer.enter()?;
        start()?;
        self.observers.record(AttemptOutcome::Published { record });
        if let Some(error) = refused {
            let _ = self.attempt_since(began, &Cause::Start, None, || Err::<(), _>(error.clone()));
        }
        drop(writing);
        self.observers.deliver();
        Ok(())
    }

    /// Reports the new warnings.
    pub(crate) fn warn(&self, warnings: Vec<Issue>) {
        let new = self.set_warnings(warnings);
        self.tell_warnings(new);
    }

    /// Shows warnings in the status. Returns the new ones.
    pub(super) fn set_warnings(&self, warnings: Vec<Issue>) -> Vec<Issue> {
        let mut shared_status = self.shared_status();
        let new = warnings.iter().filter(|issue| !shared_status.warnings.contains(issue)).cloned().collect();
        shared_status.warnings = warnings;
        new
    }

    /// Calls the logger, which is code of the program, so no lock may be held.
    pub(super) fn tell_warnings(&self, new: Vec<Issue>) {
        if !new.is_empty() {
            self.report_warning(Error::warnings(new));
        }
    }

    /// Reports a warning that does not concern the sources.
    pub(super) fn report_warning(&self, report: Error) {
        log_warning(&report);
        self.warnings.put(report);
        self.notifier.announce([Topic::Warning]);
    }
}

/// A panic of the logger must neither undo a change nor end a thread.
pub(super) fn log_warning(report: &dyn fmt::Display) {
    let _ = catch_panic(|| log::warn!(target: "hotswap", "hotswap: {report}"));
}
