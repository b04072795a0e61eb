//! The status of a configuration in a fork of the process that loaded it.

use std::sync::Arc;

use crate::{
    engine::{Core, RefusedSources, SharedStatus, state_writer::StateWriter},
    health::Health,
    overrides::Override,
    process::{FORKED, LOAD_AGAIN},
    secrets::SecretStatus,
    status::{Counts, SourceStatus, StateStatus, Status},
    suppressions::Suppressions,
};

/// A lock that another thread held during the fork is never released here. The data behind it is then left
/// out.
pub(super) fn status(core: &Core) -> Status {
    let current = core.current.load_full();
    let (shared_status, in_force) = (core.readable_shared_status(), core.in_force());
    let shared_status = shared_status.as_deref();
    let state = |state_writer: &Arc<StateWriter>| StateStatus {
        path: state_writer.path().to_owned(),
        saved: None,
        problem: Some(FORKED.to_owned()),
        found: Vec::new(),
    };
    Status {
        version: current.version,
        forked: true,
        age: current.at.elapsed(),
        cause: current.cause.clone(),
        sources: sources(core, &in_force.basis.suppressions),
        secrets: secrets(core),
        watcher: None,
        last_error: Some(format!("{FORKED}; {LOAD_AGAIN}")),
        probation: None,
        warnings: shared_status.map(warnings).unwrap_or_default(),
        pending_restart: in_force.pending.clone(),
        overrides: Override::all(&current, &in_force.basis.overrides),
        state: core.state_writer.as_ref().map(state),
        observers: Vec::new(),
        counts: Counts {
            reloads: shared_status.map_or(0, |shared_status| shared_status.reloads),
            refused: shared_status.map_or(0, |shared_status| shared_status.refused),
            subscribers: 0,
            callback_panics: core.notifier.panics(),
        },
    }
}

fn warnings(shared_status: &SharedStatus) -> Vec<String> {
    shared_status.warnings.iter().map(ToString::to_string).collect()
}

/// Sources are not read here.
fn sources(core: &Core, suppressions: &Suppressions) -> Vec<SourceStatus> {
    let unread = |source: SourceStatus| SourceStatus {
        health: Health::Failing,
        message: Some(FORKED.to_owned()),
        ..source
    };
    super::sources(&core.sources.load(), &RefusedSources::new(), suppressions)
        .into_iter()
        .map(unread)
        .collect()
}

/// Secrets are neither renewed nor fetched here.
fn secrets(core: &Core) -> Vec<SecretStatus> {
    let mut secrets = core.secret_manager.try_statuses().unwrap_or_default();
    for secret in &mut secrets {
        (secret.health, secret.message) = (Health::Failing, Some(FORKED.to_owned()));
    }
    secrets
}
