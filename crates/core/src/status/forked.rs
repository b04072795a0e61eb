//! What a forked process says of a configuration that its parent loaded.

use std::sync::Arc;

use crate::{
    engine::{Board, Core, RefusedSources, keeper::Keeper},
    health::Health,
    pins::Override,
    process::{FORKED, LOAD_AGAIN},
    secrets::SecretStatus,
    status::{Counts, SourceStatus, StateStatus, Status},
    suppressions::Holds,
};

/// A lock that another thread held during the fork is never released here. What it guards is left out then.
pub(super) fn status(core: &Core) -> Status {
    let current = core.current.load_full();
    let (board, in_force) = (core.readable_board(), core.in_force());
    let board = board.as_deref();
    let state = |keeper: &Arc<Keeper>| StateStatus {
        path: keeper.path().to_owned(),
        saved: None,
        problem: Some(FORKED.to_owned()),
        found: Vec::new(),
    };
    Status {
        version: current.version,
        forked: true,
        age: current.at.elapsed(),
        cause: current.cause.clone(),
        sources: sources(core, &in_force.basis.holds),
        secrets: secrets(core),
        watcher: None,
        last_error: Some(format!("{FORKED}; {LOAD_AGAIN}")),
        probation: None,
        warnings: board.map(warnings).unwrap_or_default(),
        pending_restart: in_force.pending.clone(),
        overrides: Override::all(&current, &in_force.basis.pins),
        state: core.keeper.as_ref().map(state),
        observers: Vec::new(),
        counts: Counts {
            reloads: board.map_or(0, |board| board.reloads),
            refused: board.map_or(0, |board| board.refused),
            subscribers: 0,
            callback_panics: core.notifier.panics(),
        },
    }
}

fn warnings(board: &Board) -> Vec<String> {
    board.warnings.iter().map(ToString::to_string).collect()
}

/// Nobody reads them here.
fn sources(core: &Core, holds: &Holds) -> Vec<SourceStatus> {
    let unread = |source: SourceStatus| SourceStatus {
        health: Health::Failing,
        message: Some(FORKED.to_owned()),
        ..source
    };
    super::sources(&core.sources.load(), &RefusedSources::new(), holds).into_iter().map(unread).collect()
}

/// Nobody renews or fetches them here.
fn secrets(core: &Core) -> Vec<SecretStatus> {
    let mut secrets = core.stores.try_statuses().unwrap_or_default();
    for secret in &mut secrets {
        (secret.health, secret.message) = (Health::Failing, Some(FORKED.to_owned()));
    }
    secrets
}
