//! Prepare hooks: code of the program that may refuse a change before it is published.
//!
//! Every hook that a change concerns is called, in the order of registration. If one refuses, the hooks that agreed
//! are notified. Each call has a thread of its own, so that a hung hook blocks the writer only for a bounded time;
//! the thread counts as the writer's, so that a write from a hook is an error and not a deadlock.

mod call;

use std::{
    sync::{
        Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    panics::{catch_panic, drop_quietly},
    snapshot::Published,
    subscribe::Prepared,
    sync::{Arc, Mutex, lock},
};
use call::{Silence, call};

type Ask = dyn Fn(&Published, &Published) -> Result<(), String> + Send + Sync;
type Abort = dyn Fn() + Send + Sync;

/// All prepare hooks.
pub(crate) struct Hooks {
    timeout: Duration,
    /// Whether a hook refused only because its thread could not be spawned.
    starved: AtomicBool,
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    hooks: Vec<Arc<Hook>>,
    registered: u64,
    closed: bool,
}

/// The struct of a hook's handle.
pub(crate) struct HookScope {
    pub(crate) slot: usize,
    pub(crate) keys: Keys,
    pub(crate) name: &'static str,
}

pub(crate) struct Hook {
    hooks: Weak<Hooks>,
    place: HookScope,
    /// From 1, in the order of registration.
    number: u64,
    ask: Box<Ask>,
    on_abort: Mutex<Option<Arc<Abort>>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    removed: bool,
    /// Whether a thread is inside it.
    busy: bool,
}

impl Hooks {
    pub(crate) fn new(timeout: Duration) -> Arc<Self> {
        Arc::new(Self { timeout, starved: AtomicBool::new(false), members: Mutex::default() })
    }

    /// `None` once the configuration is shut down; the hook is dropped then.
    pub(crate) fn add(self: &Arc<Self>, place: HookScope, ask: Box<Ask>) -> Option<Arc<Hook>> {
        let mut members = lock(&self.members);
        if members.closed {
            // Not under the lock: dropping the hook may run code of the program.
            drop(members);
            return None;
        }
        members.registered += 1;
        let hook = Arc::new(Hook {
            hooks: Arc::downgrade(self),
            place,
            number: members.registered,
            ask,
            on_abort: Mutex::default(),
            state: Mutex::default(),
        });
        members.hooks.push(Arc::clone(&hook));
        Some(hook)
    }

    /// Whether a hook refused because its thread could not be spawned.
    pub(super) fn is_starved(&self) -> bool {
        self.starved.load(Ordering::Relaxed)
    }

    /// The same, and resets it.
    pub(super) fn take_starved(&self) -> bool {
        self.starved.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.members).hooks.len()
    }

    /// No hook is called after this, and the hooks are dropped.
    pub(super) fn close(&self) {
        let everybody = {
            let mut members = lock(&self.members);
            members.closed = true;
            std::mem::take(&mut members.hooks)
        };
        everybody.iter().for_each(|hook| lock(&hook.state).removed = true);
        everybody.into_iter().for_each(drop_quietly);
    }

    /// Calls every hook whose struct is about to change. Returns the hooks that agreed.
    ///
    /// # Errors
    /// The messages of all hooks that refused; the hooks that agreed have been notified.
    pub(super) fn ask(
        &self,
        old: &Arc<Published>,
        new: &Arc<Published>,
        changed: &[usize],
    ) -> Result<Agreed, Error> {
        let concerned = |hook: &&Arc<Hook>| changed.contains(&hook.place.slot);
        let hooks: Vec<_> = lock(&self.members).hooks.iter().filter(concerned).cloned().collect();
        let mut agreed = Agreed { hooks: Vec::new(), timeout: self.timeout };
        let mut issues = Vec::new();
        for hook in hooks {
            match hook.agrees(self.timeout, old, new) {
                Ok(()) => agreed.hooks.push(hook),
                Err(refusal) => {
                    self.starved.fetch_or(refusal.starved, Ordering::Relaxed);
                    issues.push(refusal.issue);
                }
            }
        }
        if issues.is_empty() {
            return Ok(agreed);
        }
        agreed.abort();
        Err(Error::new(issues))
    }
}

/// The reason for which a hook did not agree.
struct Refusal {
    issue: Issue,
    /// Whether its thread could not be spawned.
    starved: bool,
}

/// The hooks that agreed to a change.
#[must_use = "they must be told if the change does not come"]
pub(super) struct Agreed {
    hooks: Vec<Arc<Hook>>,
    timeout: Duration,
}

impl Agreed {
    /// Notifies them that the change was refused, the last one first.
    pub(super) fn abort(self) {
        for hook in self.hooks.into_iter().rev() {
            if lock(&hook.on_abort).is_none() {
                continue;
            }
            let told = call(&hook, self.timeout, Hook::abort, |_, ()| {});
            if let Err(silence) = told {
                silence.log(&hook, self.timeout);
            }
        }
    }
}

impl Hook {
    fn agrees(
        self: &Arc<Self>,
        timeout: Duration,
        old: &Arc<Published>,
        new: &Arc<Published>,
    ) -> Result<(), Box<Refusal>> {
        let (old, new) = (Arc::clone(old), Arc::clone(new));
        let ask = move |hook: &Self| (hook.ask)(&old, &new);
        // The change was refused in the meantime, so the hook must abort.
        let late = |hook: &Self, answer: Result<(), String>| {
            if answer.is_ok() && !lock(&hook.state).removed {
                let _ = catch_panic(|| hook.abort());
            }
        };
        match call(self, timeout, ask, late) {
            Ok(Ok(())) | Err(Silence::Removed) => Ok(()),
            Ok(Err(reason)) => {
                let issue = self.issue(&format!("refused: {reason}"));
                Err(Box::new(Refusal { issue, starved: false }))
            }
            Err(silence) => {
                let starved = matches!(silence, Silence::NoThread(_));
                Err(Box::new(Refusal { issue: silence.issue(self, timeout), starved }))
            }
        }
    }

    fn abort(&self) {
        let told = lock(&self.on_abort).clone();
        told.iter().for_each(|told| told());
    }

    fn issue(&self, what: &str) -> Issue {
        let HookScope { keys, name, .. } = &self.place;
        let message = format!("prepare hook {} of `{name}` {what}", self.number);
        Issue::new(IssueKind::Prepare, keys.clone(), message)
    }
}

impl Prepared for Hook {
    fn leave(&self) {
        lock(&self.state).removed = true;
        let Some(hooks) = self.hooks.upgrade() else { return };
        let removed: Vec<_> =
            lock(&hooks.members).hooks.extract_if(.., |hook| hook.number == self.number).collect();
        // It may own anything, even a handle, so it is dropped with no lock held.
        drop(removed);
    }

    fn on_abort(&self, told: Arc<Abort>) {
        *lock(&self.on_abort) = Some(told);
    }
}
