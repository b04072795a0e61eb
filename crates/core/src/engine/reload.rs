//! Turns the content of the sources into a proposal.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::Instant,
};

use super::{
    Core, Request,
    basis::Basis,
    collect::{ENVIRONMENT, ReadResult},
    propose::{Proposal, Sources, contained},
    refused::Retried,
    run::Command,
    shut_down,
};
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    overrides::WriteOptions,
    secrets::{
        fetch::Limit,
        lookup::{SecretLookup, SecretSet},
        refusals::Newest,
        table::Table,
    },
    snapshot::Cause,
    suppressions::{EffectiveSources, Suppressions},
};

/// A load that a caller requested.
pub(super) struct ByHand {
    /// How long the stores of secrets may take.
    pub(super) limit: Limit,
    /// The author of the request.
    pub(super) author: Option<Arc<WriteOptions>>,
}

/// The reason for which a load of the sources was refused.
pub(super) enum Refusal {
    /// The content of sources.
    Sources(Error),
    /// A new secret, although the sources are accepted.
    Secrets(Error),
}

impl Refusal {
    /// The problems of both.
    fn and(self, error: Error) -> Self {
        match self {
            Self::Sources(own) => Self::Sources(own.and(error)),
            Self::Secrets(own) => Self::Secrets(own.and(error)),
        }
    }

    pub(super) fn error(&self) -> &Error {
        let (Self::Sources(error) | Self::Secrets(error)) = self;
        error
    }
}

impl Core {
    /// Reads every source again, and waits for the outcome. `permitted` is the refusal of a handle that does not support reloads.
    pub(crate) fn reload(
        &self,
        permitted: Result<(), Error>,
        options: Option<&Arc<WriteOptions>>,
    ) -> Result<u64, Error> {
        let suppressed = !self.in_force().basis.suppressions.is_empty();
        let request = || {
            permitted?;
            self.request_reload(options)
        };
        // What the engine's thread refuses is reported there.
        let requested = self.attempt(&Cause::Reload, options, request)?;
        let Some(answer) = requested else { return Ok(self.current.version()) };
        let version = answer.recv().map_err(|_| shut_down())??;
        if let Some(state_writer) = self.state_writer.as_ref().filter(|_| suppressed) {
            // The caller asked to lift all suppressions, so that must survive a crash.
            // A failure shows in the status.
            let _ = state_writer.flush();
        }
        Ok(version)
    }

    /// Asks the engine's thread for a load of every source; `None` without sources.
    fn request_reload(
        &self,
        options: Option<&Arc<WriteOptions>>,
    ) -> Result<Option<Receiver<Result<u64, Error>>>, Error> {
        self.open()?;
        if self.writer.is_mine() || self.thread.is_me() {
            let message = "a reload from inside a write, a source or a rule";
            let help = "return first; a source that has something new says so by `Changed::notify`";
            return Err(Issue::new(IssueKind::Write, Keys::root(), message).with_help(help).into());
        }
        let Some(commands) = &self.commands else { return Ok(None) };
        let (reply, answer) = channel();
        let by = options.and_then(|options| options.by.clone());
        commands.send(Command::Reload { reply, by }).map_err(|_| shut_down())?;
        Ok(Some(answer))
    }

    /// Proposes the current content of the sources. A refusal has no effect apart from its report.
    ///
    /// Suppressed content stays suppressed, unless a caller requested this load. A refused rotated
    /// secret does not delay the rest: the secret in force is used instead.
    pub(super) fn accept(&self, collected: &ReadResult, by_hand: Option<&ByHand>) -> Result<u64, Refusal> {
        let newest = self.secret_manager.newest();
        let cause = self.cause_of(collected, by_hand.is_some());
        let author = by_hand.and_then(|by_hand| by_hand.author.as_ref());
        // In a retry after another change, the same refusal causes no event.
        let is_known =
            |error: &Error| by_hand.is_none() && !collected.changed && self.is_known(Retried::Reload, error);
        let work = || self.accept_sources(collected, by_hand, &newest);
        let accepted = self.attempt_unless(is_known, Instant::now(), &cause, author, work);
        let is_tried = by_hand.is_some() || !newest.refused_before;
        match accepted {
            Ok((version, true)) => {
                self.forgive_secrets();
                Ok(version)
            }
            Ok((_, false)) if is_tried => self.rotate(by_hand).map_err(Refusal::Secrets),
            Ok((version, false)) => Ok(version),
            Err(error) => {
                // Fetched secrets go live even if the sources are refused.
                let fetched = by_hand.is_some() && !newest.candidates.is_empty();
                let rotated = if fetched { self.rotate(by_hand).err() } else { None };
                Err(rotated.into_iter().fold(Refusal::Sources(error), Refusal::and))
            }
        }
    }

    /// Loads the sources with the newest secrets, or with those in force. Returns the new current version, and whether
    /// the newest secrets are in force.
    fn accept_sources(
        &self,
        collected: &ReadResult,
        by_hand: Option<&ByHand>,
        newest: &Newest,
    ) -> Result<(u64, bool), Error> {
        let load = |table: &Arc<Table>| {
            let known = SecretSet { table: Arc::clone(table), variables: Arc::clone(&collected.variables) };
            let accept = |secrets: &SecretLookup| contained(|| self.accept_with(collected, by_hand, secrets));
            self.secret_manager.resolve_or_await(known, by_hand.map(|by_hand| by_hand.limit), accept)
        };
        if newest.refused_before && by_hand.is_none() && !newest.candidates.is_empty() {
            // The refresher retries the refused secrets; here they are used only if the load is invalid
            // without them.
            let version = load(&newest.in_force).or_else(|error| load(&newest.table).map_err(|_| error))?;
            return Ok((version, false));
        }
        match load(&newest.table) {
            Ok(version) => Ok((version, true)),
            Err(error) if newest.candidates.is_empty() => Err(error),
            Err(_) => Ok((load(&newest.in_force)?, false)),
        }
    }

    fn accept_with(
        &self,
        collected: &ReadResult,
        by_hand: Option<&ByHand>,
        secrets: &SecretLookup,
    ) -> Result<u64, Error> {
        let writing = self.writer.enter()?;
        self.open()?;
        let none = Suppressions::default();
        let suppressions = if by_hand.is_some() { &none } else { &writing.basis.suppressions };
        let EffectiveSources { layers, variables, suppressions } =
            suppressions.apply(&collected.layers, &collected.variables);
        let basis = Basis { layers, variables, suppressions, ..writing.basis.clone() };
        let sources =
            Sources { names: &collected.names, unread: collected.unread.clone(), changed: collected.changed };
        let author = by_hand.and_then(|by_hand| by_hand.author.clone());
        let cause = self.cause_of(collected, by_hand.is_some());
        let request = Request { options: author, ..Request::new(cause) };
        self.propose(writing, Proposal::of_sources(basis, secrets, sources, &request))
    }

    /// Sources that did not change can differ from the state in force if they were refused, or if they were rolled
    /// back and a caller requests a reload.
    pub(super) fn cause_of(&self, collected: &ReadResult, by_hand: bool) -> Cause {
        if collected.changed {
            return collected.cause.clone();
        }
        let mut sources: BTreeSet<_> = self.shared_status().refused_sources.keys().cloned().collect();
        if by_hand && sources.is_empty() {
            sources = suppressed(&self.in_force().basis.suppressions);
        }
        collected.cause_of(&sources)
    }
}

/// The names of the sources that were rolled back; the environment, if only variables were.
fn suppressed(suppressions: &Suppressions) -> BTreeSet<String> {
    let sources: BTreeSet<String> = suppressions.sources().map(|(name, _)| name.to_owned()).collect();
    let environment = (sources.is_empty() && suppressions.have_variables()).then(|| ENVIRONMENT.to_owned());
    sources.into_iter().chain(environment).collect()
}
