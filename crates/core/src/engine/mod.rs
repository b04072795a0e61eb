//! Owns every write: which changes become the current configuration, in which order, and which observers are
//! notified.
//!
//! Writers take the writer lock, run the pure pipeline over the last accepted layers, pass the gate and commit.
//! The engine's thread ([`run`]) is the writer for everything that sources do; sources are read before the lock
//! is taken, so a slow source does not block other writers.

mod basis;
mod clear;
pub(crate) mod collect;
mod conflict;
pub(crate) mod core_ref;
mod effects;
mod expiry;
mod gate;
pub(crate) mod health;
mod lock;
pub(crate) mod observers;
pub(crate) mod offload;
mod patch;
pub(crate) mod prepare;
mod probation;
mod problems;
mod propose;
mod publish;
mod refused;
mod reload;
mod report;
mod rollback;
mod rotate;
pub(crate) mod run;
mod save;
pub(crate) mod state_writer;
mod unfetched;
mod write;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::Sender,
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
pub(crate) use basis::{Basis, State};
pub use conflict::OverrideConflict;
pub(crate) use conflict::load_resolving_conflicts;
pub use gate::{PendingRestart, Restart};
pub(crate) use publish::{changed, record, whole_leaves};
pub(crate) use rollback::Target;
pub(crate) use write::Request;

use crate::{
    error::Error,
    history::{History, Limits},
    issue::{Issue, IssueKind},
    keys::Keys,
    load::{ConfigType, ReferencePaths},
    process::Process,
    revision::Revision,
    secrets::secret_manager::SecretManager,
    snapshot::Current,
    source::names::Names,
    subscribe::{LatestReport, Notifier},
    sync::lock_within,
    watch::WatcherHealth,
    worker::WorkerThread,
};
use health::HealthWatch;
use lock::WriterLock;
use observers::Observers;
use prepare::Hooks;
use refused::LastRefusals;
pub(crate) use refused::RefusedSources;
use run::Command;
use state_writer::StateWriter;

/// How long a shutdown waits for threads; a thread that is inside user code then ends later by itself.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a shutdown waits for stores to revoke leases.
const REVOKE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a reader in a forked process waits for another thread of that process.
const FORK_LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// The size limit of files unless the program sets another one.
pub(crate) const DEFAULT_MAX_FILE_SIZE: u64 = 16 * 1024 * 1024;

/// The settings of the program apart from its sources.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) history: Limits,
    /// How long one prepare hook may take.
    pub(crate) prepare_timeout: Duration,
    pub(crate) restart: Restart,
    pub(crate) conflict: OverrideConflict,
    pub(crate) health: Option<Arc<HealthWatch>>,
    /// The size in bytes up to which files are read, and therefore written.
    pub(crate) max_file_size: u64,
}

impl Default for Policy {
    fn default() -> Self {
        let history = Limits { versions: 32, age: None };
        Self {
            history,
            prepare_timeout: Duration::from_secs(5),
            restart: Restart::Report,
            conflict: OverrideConflict::Refuse,
            health: None,
            max_file_size: DEFAULT_MAX_FILE_SIZE,
        }
    }
}

/// The state that `status()` reports next to the snapshot.
pub(crate) struct SharedStatus {
    pub(crate) watcher: Option<WatcherHealth>,
    pub(crate) last_error: Option<(Instant, Error)>,
    /// The problems for which rotated secrets were refused since the last successful rotation.
    pub(crate) refused_secrets: Option<Error>,
    /// The last refusals of changes that are retried.
    pub(crate) last_refusals: LastRefusals,
    /// The sources whose content the last reload refused; empty once a reload is accepted.
    pub(crate) refused_sources: RefusedSources,
    pub(crate) warnings: Vec<Issue>,
    /// Fields not marked secret in which the decoder found a `Secret`; also masked in the data shown here.
    pub(crate) secrets: BTreeSet<Keys>,
    /// The references of the secrets in the current version.
    pub(crate) references: ReferencePaths,
    pub(crate) history: History,
    pub(crate) reloads: u64,
    pub(crate) refused: u64,
}

impl SharedStatus {
    fn new(history: History) -> Self {
        Self {
            watcher: None,
            last_error: None,
            refused_secrets: None,
            last_refusals: LastRefusals::default(),
            refused_sources: RefusedSources::new(),
            warnings: Vec::new(),
            secrets: BTreeSet::new(),
            references: ReferencePaths::new(),
            history,
            reloads: 0,
            refused: 0,
        }
    }
}

/// The state that all handles of one configuration share.
pub(crate) struct Core {
    /// The process whose threads serve this configuration.
    pub(crate) process: Process,
    pub(crate) config_type: ConfigType,
    pub(crate) current: Arc<Current>,
    pub(crate) notifier: Notifier,
    pub(crate) errors: Arc<LatestReport>,
    pub(crate) warnings: Arc<LatestReport>,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) shared_status: Mutex<SharedStatus>,
    /// A copy of what the current version is computed from. Readers take no lock for it, so they never wait for a
    /// writer, and a writer that held the lock during a fork does not block the child.
    in_force: ArcSwap<State>,
    /// The status of each source. Readers take no lock for it, for the same reason.
    pub(crate) sources: ArcSwap<Vec<collect::SourceStatus>>,
    pub(crate) policy: Policy,
    pub(crate) secret_manager: Arc<SecretManager>,
    writer: WriterLock<State>,
    /// One save at a time: the values to save, the text of the file and its replacement belong together. Not the
    /// writer lock, so that setting a value does not wait for the disk. A save that needs both takes the writer lock
    /// first.
    saves: Mutex<()>,
    /// The names of variables; `None` for a handle without sources.
    names: Option<Arc<Names>>,
    /// The precedence of files among the sources.
    files: Vec<collect::FilePlace>,
    /// `None` for a handle without sources.
    commands: Option<Sender<Command>>,
    /// Writes the state directory.
    pub(crate) state_writer: Option<Arc<StateWriter>>,
    pub(crate) observers: Observers,
    pub(crate) thread: WorkerThread,
    closed: AtomicBool,
    /// The number of [`CoreRef`](core_ref::CoreRef)s.
    core_refs: AtomicUsize,
}

impl Core {
    pub(crate) fn new(
        config_type: ConfigType,
        current: Current,
        state: State,
        commands: Option<Sender<Command>>,
        policy: Policy,
        secret_manager: Arc<SecretManager>,
        history: History,
    ) -> Self {
        let state = State { revision: Revision::of_version(current.version()), ..state };
        secret_manager.adopt(&state.basis.secrets);
        let notifier = Notifier::new();
        if let Some(commands) = commands.clone() {
            // The engine may have ended.
            notifier.on_starved(move || drop(commands.send(Command::Threads)));
        }
        Self {
            process: Process::current(),
            config_type,
            current: Arc::new(current),
            notifier,
            errors: Arc::default(),
            warnings: Arc::default(),
            hooks: Hooks::new(policy.prepare_timeout),
            policy,
            secret_manager,
            shared_status: Mutex::new(SharedStatus::new(history)),
            in_force: ArcSwap::from_pointee(state.clone()),
            sources: ArcSwap::default(),
            writer: WriterLock::new(state),
            saves: Mutex::default(),
            names: None,
            files: Vec::new(),
            commands,
            state_writer: None,
            observers: Observers::default(),
            thread: WorkerThread::default(),
            closed: AtomicBool::new(false),
            core_refs: AtomicUsize::new(0),
        }
    }

    pub(crate) fn with_names(mut self, names: Arc<Names>) -> Self {
        self.names = Some(names);
        self
    }

    pub(crate) fn reading(mut self, files: Vec<collect::FilePlace>) -> Self {
        self.files = files;
        self
    }

    pub(crate) fn with_state_writer(mut self, state_writer: Option<Arc<StateWriter>>) -> Self {
        self.state_writer = state_writer;
        self
    }

    pub(crate) fn with_observers(mut self, observers: Observers) -> Self {
        self.observers = observers;
        self
    }

    pub(crate) fn shared_status(&self) -> MutexGuard<'_, SharedStatus> {
        self.shared_status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for a reader. In a fork of the process it is `None` if a thread of the parent held the lock, which is
    /// then never released.
    pub(crate) fn readable_shared_status(&self) -> Option<MutexGuard<'_, SharedStatus>> {
        if self.process.is_current() {
            Some(self.shared_status())
        } else {
            lock_within(&self.shared_status, FORK_LOCK_TIMEOUT)
        }
    }

    /// The state from which the current version is computed.
    pub(crate) fn in_force(&self) -> Arc<State> {
        self.in_force.load_full()
    }

    /// The number of accepted changes. During a publish this is the revision of the previous version, because a reader
    /// still finds its values; a write that expects it is then refused.
    pub(crate) fn revision(&self) -> Revision {
        let version = self.current.version();
        let revision = self.in_force().revision;
        if revision.version() > version { Revision::of_version(version) } else { revision }
    }

    /// Shows readers the state from which the current version is computed. Called with the shared status locked, so
    /// that a reader that locks it finds both for the same version.
    fn set_in_force(&self, state: &State) {
        self.in_force.store(Arc::new(state.clone()));
    }

    /// Whether there are sources to read again.
    pub(crate) fn has_sources(&self) -> bool {
        self.commands.is_some()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn open(&self) -> Result<(), Error> {
        self.process.ensure_current()?;
        if self.is_closed() { Err(shut_down()) } else { Ok(()) }
    }

    /// Starts the threads that could not be started before. Returns whether all threads run.
    pub(super) fn start_threads(&self) -> bool {
        let (subscribers, secrets) = (self.notifier.retry(), self.secret_manager.keep_fresh());
        subscribers && secrets.is_ok()
    }

    /// The same as [`shut_down`](Self::shut_down), and revokes leases. Only for an explicit shutdown, because dropping
    /// a handle should not wait for stores.
    ///
    /// # Errors
    /// This is a fork of the process: the leases belong to the parent.
    pub(crate) fn shut_down_in_order(&self) -> Result<(), Error> {
        self.process.ensure_current()?;
        self.shut_down();
        self.secret_manager.give_back(REVOKE_TIMEOUT);
        Ok(())
    }

    /// Stops watching and callbacks; the last version stays readable.
    pub(crate) fn shut_down(&self) {
        self.closed.store(true, Ordering::Release);
        if !self.process.is_current() {
            // The threads are in the parent, and a lock may be held forever.
            return;
        }
        self.notifier.close();
        self.hooks.close();
        self.policy.health.iter().for_each(|health| health.close());
        self.secret_manager.close();
        if let Some(commands) = &self.commands {
            // The thread may have ended already.
            let _ = commands.send(Command::Stop);
        }
        let start = Instant::now();
        // Inside a write, the engine may be waiting for this thread.
        if !self.writer.is_mine() {
            self.thread.join(SHUTDOWN_TIMEOUT);
            let left = SHUTDOWN_TIMEOUT.saturating_sub(start.elapsed());
            self.policy.health.iter().for_each(|health| health.join(left));
            self.secret_manager.join(SHUTDOWN_TIMEOUT.saturating_sub(start.elapsed()));
            // The writes that were still accepted must be saved.
            self.writer.wait_idle(SHUTDOWN_TIMEOUT.saturating_sub(start.elapsed()));
        }
        // Nothing is published any more. Within one more second, the last changes are saved and delivered to
        // observers.
        let start = Instant::now();
        if let Some(state_writer) = &self.state_writer {
            state_writer.close();
        }
        self.observers.close();
        if let Some(state_writer) = &self.state_writer {
            state_writer.join(SHUTDOWN_TIMEOUT);
        }
        self.observers.join(SHUTDOWN_TIMEOUT.saturating_sub(start.elapsed()));
        self.notifier.join(SHUTDOWN_TIMEOUT.saturating_sub(start.elapsed()));
    }
}

fn shut_down() -> Error {
    Issue::new(IssueKind::Write, Keys::root(), "the configuration is shut down").into()
}

impl Drop for Core {
    /// For a configuration that never had a handle; otherwise the last handle has shut it down.
    fn drop(&mut self) {
        if !self.is_closed() {
            self.shut_down();
        }
    }
}
