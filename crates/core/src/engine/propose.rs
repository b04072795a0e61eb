//! The only way to a new version: load, defer, gates, publish, observers.
//!
//! Every entrance (a setter, a closure, a patch, a rollback, a reload, an expiry, a rotation, a failed probation) builds a
//! [`Proposal`] under the writer lock and passes it to [`Core::propose`]. [`Core::attempt`] surrounds an entrance and reports
//! its refusal: outside of `propose`, since a load is repeated when it turns out to need secrets that nobody has fetched yet.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Instant,
};

use super::{
    Core, Request, State, basis::Basis, conflict, gate, lock::Writing, observers::AttemptOutcome, rotate,
};
use crate::{
    erased_config::ErasedConfig,
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{self, Input, Loaded},
    overrides::{Overrides, WriteOptions},
    panics::catch_panic,
    secrets::lookup::SecretLookup,
    snapshot::{Cause, Published},
    source::names::Names,
};

/// A basis for the next version, the origin of its values, and the request.
pub(super) struct Proposal<'p> {
    basis: Basis,
    request: &'p Request,
    content: ProposedContent<'p>,
    /// The configuration whose leaves with these numbers the load must give.
    expected: Option<(&'p dyn ErasedConfig, &'p [usize])>,
}

enum ProposedContent<'p> {
    /// The layers, with the secrets of the basis.
    Layers(&'p SecretLookup),
    /// The layers, with secrets that were fetched for them and replace those of the basis.
    Resolved(&'p SecretLookup, Option<Sources<'p>>),
    /// A value, for a configuration without sources.
    Memory(Loaded),
}

/// The additional inputs of a load of sources.
pub(super) struct Sources<'p> {
    /// The names of variables, for advice.
    pub(super) names: &'p Names,
    /// The problems of sources without a layer.
    pub(super) unread: Vec<Issue>,
    /// Whether a source changed, and not only a secret.
    pub(super) changed: bool,
}

/// A loaded, validated configuration that is not published yet.
pub(super) struct Candidate {
    pub(super) state: State,
    pub(super) loaded: Loaded,
    pub(super) cause: Cause,
    /// Whether it is the current content of the sources.
    pub(super) of_sources: bool,
}

impl<'p> Proposal<'p> {
    pub(super) fn of_layers(basis: Basis, secrets: &'p SecretLookup, request: &'p Request) -> Self {
        Self { basis, request, content: ProposedContent::Layers(secrets), expected: None }
    }

    pub(super) fn resolved(basis: Basis, secrets: &'p SecretLookup, request: &'p Request) -> Self {
        Self { basis, request, content: ProposedContent::Resolved(secrets, None), expected: None }
    }

    pub(super) fn of_sources(
        basis: Basis,
        secrets: &'p SecretLookup,
        sources: Sources<'p>,
        request: &'p Request,
    ) -> Self {
        Self { basis, request, content: ProposedContent::Resolved(secrets, Some(sources)), expected: None }
    }

    /// The same; the load must give the values of `copy` for these leaves.
    pub(super) fn expecting(self, copy: &'p dyn ErasedConfig, slots: &'p [usize]) -> Self {
        Self { expected: Some((copy, slots)), ..self }
    }

    pub(super) fn of_memory(basis: Basis, value: Loaded, request: &'p Request) -> Self {
        Self { basis, request, content: ProposedContent::Memory(value), expected: None }
    }
}

impl Core {
    /// Publishes the result of a proposal if it differs from the current version. Returns the new current
    /// version.
    ///
    /// # Errors
    /// The load, a field that needs a restart, or a prepare hook refuses; or there is no further version number.
    /// Nothing is changed.
    pub(super) fn propose(&self, writing: Writing<'_, State>, proposal: Proposal<'_>) -> Result<u64, Error> {
        let (current, request) = (self.current.load_full(), proposal.request);
        let candidate = self.candidate(&writing, &current, proposal)?;
        let ticket = self.ask_gates(&writing, &current, candidate, request)?;
        let published = self.publish(writing, current, ticket);
        self.observers.deliver();
        Ok(self.after_publish(published))
    }

    /// Loads the basis, and defers values that need a restart.
    fn candidate(
        &self,
        accepted: &State,
        current: &Published,
        proposal: Proposal<'_>,
    ) -> Result<Candidate, Error> {
        let Proposal { basis, request: Request { cause, .. }, content, expected } = proposal;
        let (secrets, sources, resolved) = match content {
            ProposedContent::Layers(secrets) => (secrets, None, false),
            ProposedContent::Resolved(secrets, sources) => (secrets, sources, true),
            ProposedContent::Memory(loaded) => {
                let state = accepted.with(basis, accepted.pending.clone());
                return Ok(Candidate { state, loaded, cause: cause.clone(), of_sources: false });
            }
        };
        let variables = |name: &str| basis.variable(name);
        let unread = sources.as_ref().map(|sources| sources.unread.clone()).unwrap_or_default();
        let names = sources.as_ref().map(|sources| sources.names);
        let (layers, overrides) = (&basis.layers, &basis.overrides);
        let input = Input { layers, overrides, names, variables: &variables, unread, secrets };
        let (loaded, overrides) = self.load_resolving_conflicts(&input)?;
        if let Some((copy, slots)) = expected {
            reads_back(&loaded, copy, slots)?;
        }
        let input = Input { overrides: &overrides, unread: Vec::new(), ..input };
        let (loaded, pending) = gate::defer(self.config_type, self.policy.restart, current, loaded, &input)?;
        let known = if resolved { secrets.accepted() } else { basis.secrets.clone() };
        let rotated = rotate::changed(&accepted.basis.secrets, &known);
        let of_sources = sources.is_some();
        let cause = match cause {
            Cause::Secrets(_) => Cause::Secrets(rotated),
            _ if sources.is_some_and(|sources| !sources.changed) && !rotated.is_empty() => {
                Cause::Secrets(rotated)
            }
            cause => cause.clone(),
        };
        let basis = Basis { overrides, secrets: known, ..basis };
        Ok(Candidate { state: accepted.with(basis, pending), loaded, cause, of_sources })
    }

    /// Loads. A load of the sources may drop conflicting overrides, a write never does.
    fn load_resolving_conflicts(&self, input: &Input<'_>) -> Result<(Loaded, Overrides), Error> {
        match input.names {
            Some(_) => conflict::load_resolving_conflicts(self.config_type, self.policy.conflict, input),
            None => Ok((load::load(self.config_type, input)?, input.overrides.clone())),
        }
    }

    /// Runs one attempt to change the configuration, and reports its refusal to observers, including a panic of the
    /// program's code. Successes are reported as they are published.
    pub(super) fn attempt<R>(
        &self,
        cause: &Cause,
        by: Option<&Arc<WriteOptions>>,
        work: impl FnOnce() -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.attempt_since(Instant::now(), cause, by, work)
    }

    /// The same for an attempt that began earlier.
    pub(super) fn attempt_since<R>(
        &self,
        began: Instant,
        cause: &Cause,
        by: Option<&Arc<WriteOptions>>,
        work: impl FnOnce() -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.attempt_unless(|_| false, began, cause, by, work)
    }

    /// The same for an automatic retry: a refusal for which `is_known` is true causes no event.
    pub(super) fn attempt_unless<R>(
        &self,
        is_known: impl FnOnce(&Error) -> bool,
        began: Instant,
        cause: &Cause,
        by: Option<&Arc<WriteOptions>>,
        work: impl FnOnce() -> Result<R, Error>,
    ) -> Result<R, Error> {
        let report = |error: &Error| {
            if !is_known(error) {
                self.report_refused(cause.clone(), by, error, began);
            }
        };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => result.inspect_err(report),
            Err(panic) => {
                report(&panicked());
                resume_unwind(panic)
            }
        }
    }

    /// Reports a refused attempt to observers.
    fn report_refused(&self, cause: Cause, by: Option<&Arc<WriteOptions>>, error: &Error, began: Instant) {
        if !self.process.is_current() {
            return;
        }
        let by = by.and_then(|options| options.by.clone());
        // Numbers are assigned under the writer lock, which this thread already holds inside another write.
        let writing = self.writer.enter();
        let (error, duration, version) = (error.clone(), began.elapsed(), self.current.version());
        self.observers.record(AttemptOutcome::Refused { cause, by, error, duration, version });
        if writing.is_err() {
            return self.observers.deliver_later();
        }
        drop(writing);
        self.observers.deliver();
    }
}

/// Runs one try; a panic of the program's code is an error like any other.
pub(super) fn contained<R>(work: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
    catch_panic(work).unwrap_or_else(|| Err(panicked()))
}

pub(super) fn panicked() -> Error {
    let help = "look for a panic in a `Deserialize`, `Serialize`, `PartialEq` or `Clone`, or in the closure of an update";
    let issue =
        Issue::new(IssueKind::Setup, Keys::root(), "code of the program panicked, and nothing changed");
    issue.with_help(help).into()
}

/// Refuses a value that its type does not read back as it writes it: the program would run with a value that was never
/// set.
///
/// A value counts as the same if it is equal or has the same encoded form: a NaN differs from itself, and a field that
/// serde skips is not kept.
fn reads_back(loaded: &Loaded, copy: &dyn ErasedConfig, slots: &[usize]) -> Result<(), Error> {
    let is_same = |slot: usize| {
        let kept = copy.clone_at(slot);
        kept.is_some_and(|kept| loaded.root.equals_at(slot, &*kept))
            || matches!((copy.encode(slot), loaded.root.encode(slot)), (Ok(set), Ok(read)) if set == read)
    };
    let issue = |slot: &usize| {
        let message = "the value is not what its type reads again after it has written it";
        Issue::new(IssueKind::Write, copy.shape().shown_keys(*slot), message)
            .with_help("make `Serialize` and `Deserialize` of the type agree, or set another value")
    };
    let issues: Vec<_> = slots.iter().filter(|slot| !is_same(**slot)).map(issue).collect();
    if issues.is_empty() { Ok(()) } else { Err(Error::new(issues)) }
}
