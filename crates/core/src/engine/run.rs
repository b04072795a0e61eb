//! The engine's thread: turns hints, polls and requests into reads, and reads into versions.

use std::{
    sync::{
        Arc, Weak,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    Core,
    collect::{Collector, ReadResult},
    expiry::Expiries,
    propose::{contained, panicked},
    refused::Retried,
    reload::{ByHand, Refusal},
};
use crate::{
    backoff::RetryTimer,
    error::Error,
    overrides::WriteOptions,
    panics::catch_panic,
    watch::{
        Watcher,
        debounce::{Debounce, ReadPermit},
        hint::Hint,
    },
};

/// The approximate maximum pause before spawning a thread is retried.
const THREADS: Duration = Duration::from_secs(5);

/// A request to the engine.
pub(crate) enum Command {
    /// Something may have changed on disk.
    Hint(Hint),
    /// A custom source signalled a change.
    Source(usize),
    /// Read everything again and send the outcome.
    Reload {
        reply: Reply,
        /// The author of the request.
        by: Option<Arc<str>>,
    },
    /// A refused change may be accepted now, although no source changed.
    Reconsider,
    /// An override with an expiry was set.
    Expiry,
    /// Secrets changed in their stores.
    Secrets,
    /// A thread could not be spawned, and is still needed.
    Threads,
    /// End.
    Stop,
}

pub(crate) type Reply = Sender<Result<u64, Error>>;

/// The state of the engine's thread.
pub(crate) struct Engine {
    pub(crate) core: Weak<Core>,
    pub(crate) inbox: Receiver<Command>,
    pub(crate) collector: Collector,
    /// `None` if nothing is watched: then only requests are served.
    pub(crate) watcher: Option<Watcher>,
    pub(crate) debounce: Debounce,
    /// Requests that arrived during a cycle, for the next one.
    pub(crate) later: Wakeup,
    /// Dropped when the engine thread exits; this closes the channel that `join` waits on.
    pub(crate) _end: Sender<()>,
}

/// The reasons for a reload cycle.
#[derive(Default)]
pub(crate) struct Wakeup {
    permit: Option<ReadPermit>,
    requests: ReloadRequests,
    source: bool,
    /// Overrides that could not be removed may be removable now.
    expiry: bool,
    /// Secrets changed.
    secrets: bool,
    /// A thread must be spawned.
    threads: bool,
    stop: bool,
}

/// Loads that are requested even if no source changed.
#[derive(Default)]
struct ReloadRequests {
    replies: Vec<Reply>,
    /// The authors of the requests, each once.
    by: Vec<Arc<str>>,
    /// Something other than a source changed, which may remove the reason of a refusal.
    reconsider: bool,
}

impl ReloadRequests {
    fn any(&self) -> bool {
        self.reconsider || !self.replies.is_empty()
    }

    fn add(&mut self, more: Self) {
        self.replies.extend(more.replies);
        more.by.into_iter().for_each(|by| self.add_author(by));
        self.reconsider |= more.reconsider;
    }

    fn add_author(&mut self, by: Arc<str>) {
        if !self.by.contains(&by) {
            self.by.push(by);
        }
    }

    /// The parameters of the load, if a caller requested it.
    fn by_hand(&self, core: &Core) -> Option<ByHand> {
        let options = |by: String| Arc::new(WriteOptions { by: Some(by.into()), ..WriteOptions::default() });
        let author = (!self.by.is_empty()).then(|| options(self.by.join(", ")));
        (!self.replies.is_empty()).then(|| ByHand { limit: core.secret_manager.limit_by_hand(), author })
    }

    fn answer(&mut self, result: &Result<u64, Error>) {
        for reply in std::mem::take(self).replies {
            // The caller may have given up.
            let _ = reply.send(result.clone());
        }
    }
}

/// Schedules loads of refused content after other changes: immediately, but with pauses while the reason of
/// the refusal varies.
#[derive(Default)]
struct Reconsideration {
    is_requested: bool,
    pace: RetryTimer,
}

impl Reconsideration {
    /// The time of the next load, if it has to wait.
    fn at(&self) -> Option<Instant> {
        self.pace.at().filter(|_| self.is_requested)
    }

    /// Whether to load now.
    fn admits(&mut self, is_requested: bool, core: &Core, now: Instant) -> bool {
        self.is_requested |= is_requested;
        let is_paced = core.shared_status().last_refusals.varies(Retried::Reload);
        if !is_paced {
            self.pace.record(true, now);
        }
        let is_admitted = self.is_requested && (!is_paced || self.pace.is_due(now));
        if is_paced && (is_admitted || self.pace.at().is_none()) {
            self.pace.record(false, now);
        }
        self.is_requested &= !is_admitted;
        is_admitted
    }
}

impl Engine {
    pub(crate) fn start(self) -> std::io::Result<JoinHandle<()>> {
        thread::Builder::new().name("hotswap-engine".into()).spawn(move || self.run())
    }

    fn run(mut self) {
        // When a missing file counts as removed.
        let mut awaited: Option<Instant> = None;
        let mut requests = ReloadRequests::default();
        let (mut expiries, mut rotation) = (Expiries::default(), RetryTimer::default());
        let mut threads = RetryTimer::within(THREADS);
        let mut reconsideration = Reconsideration::default();
        loop {
            let expiry = self.core.upgrade().and_then(|core| expiries.next(&core));
            let deadlines = [awaited, expiry, rotation.at(), threads.at(), reconsideration.at()];
            let mut wakeup = self.wait(deadlines.into_iter().flatten().min());
            let Some(core) = self.core.upgrade().filter(|_| !wakeup.stop) else { return };
            let now = Instant::now();
            if expiries.are_due(&core, now, wakeup.expiry) {
                expiries.record(run_and_report(&core, Retried::Expiry, || core.expire(now)), now);
            }
            if wakeup.secrets || rotation.is_due(now) {
                rotation.record(run_and_report(&core, Retried::Rotation, || core.rotate(None)), now);
            }
            if wakeup.threads || threads.is_due(now) {
                threads.record(core.start_threads(), now);
                // A hook whose thread could not be spawned did not really refuse the change.
                wakeup.requests.reconsider |= core.hooks.take_starved() && self.watcher.is_some();
            }
            let reconsider = &mut wakeup.requests.reconsider;
            *reconsider = reconsideration.admits(*reconsider, &core, now);
            let over = awaited.is_some_and(|at| now >= at);
            let wanted = wakeup.source || over || wakeup.requests.any();
            requests.add(wakeup.requests);
            let Some(permit) = wakeup.permit.or_else(|| wanted.then(|| ReadPermit::now(now))) else {
                continue;
            };
            awaited = self.reload_cycle(&core, permit, &mut requests);
            if core.hooks.is_starved() {
                threads.record(false, now);
            }
        }
    }

    /// Sleeps until there is work.
    fn wait(&mut self, awaited: Option<Instant>) -> Wakeup {
        let mut wakeup = std::mem::take(&mut self.later);
        if wakeup.stop
            || wakeup.source
            || wakeup.expiry
            || wakeup.secrets
            || wakeup.threads
            || wakeup.requests.any()
        {
            wakeup.permit = self.debounce.is_pending().then(|| self.debounce.fire(Instant::now())).flatten();
            return wakeup;
        }
        let due = self.watcher.is_some() || self.debounce.is_pending();
        let deadline = awaited.into_iter().chain(due.then(|| self.debounce.next_deadline())).min();
        let first = match deadline {
            Some(deadline) => self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match first {
            Ok(command) => self.apply_command(command, &mut wakeup),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => wakeup.stop = true,
        }
        // Requests that have arrived by now are answered by the same cycle, because its reads start
        // later.
        while let Ok(command) = self.inbox.try_recv() {
            self.apply_command(command, &mut wakeup);
        }
        if due || self.debounce.is_pending() {
            wakeup.permit = self.debounce.fire(Instant::now());
        }
        wakeup
    }

    fn apply_command(&mut self, command: Command, wakeup: &mut Wakeup) {
        match command {
            Command::Hint(hint) => self.debounce.on_hint(Instant::now(), &hint),
            Command::Source(index) => {
                self.collector.wake(index);
                wakeup.source = true;
            }
            Command::Reload { reply, by } => {
                wakeup.requests.replies.push(reply);
                by.into_iter().for_each(|by| wakeup.requests.add_author(by));
            }
            // If watching is off, files are read only on request.
            Command::Reconsider => wakeup.requests.reconsider = self.watcher.is_some(),
            Command::Expiry => wakeup.expiry = true,
            Command::Secrets => wakeup.secrets = true,
            Command::Threads => wakeup.threads = true,
            Command::Stop => wakeup.stop = true,
        }
    }

    /// Reads, loads, and publishes or refuses. Returns when to check a missing file again.
    fn reload_cycle(
        &mut self,
        core: &Arc<Core>,
        permit: ReadPermit,
        requests: &mut ReloadRequests,
    ) -> Option<Instant> {
        // Watches are set before the read, so that a later change produces a hint.
        if let Some(watcher) = &mut self.watcher {
            watcher.arm(&self.collector.targets());
        }
        let heard = self.drain_inbox();
        if (!heard || self.debounce.is_writing()) && self.debounce.defer(Instant::now(), permit) {
            return None;
        }
        let thorough = permit.poll || !requests.replies.is_empty();
        let collected = self.collector.read(permit.last_try, thorough);
        self.report(core);
        let heard = self.drain_inbox();
        let unfinished = !heard || collected.write_in_progress || self.debounce.was_written();
        if unfinished && self.debounce.defer(Instant::now(), permit) {
            return collected.recheck_at;
        }
        if permit.poll && collected.changed {
            // If no event reports the end of a write, only a second read after a pause can detect it.
            self.debounce.on_hint(Instant::now(), &Hint::Changed);
            return collected.recheck_at;
        }
        self.collector.mark_consumed();
        let result = if collected.changed || requests.any() {
            self.accept(core, &collected, requests.by_hand(core).as_ref())
        } else {
            Ok(core.current.version())
        };
        requests.answer(&result);
        let recheck_at = collected.recheck_at;
        // Dropped first, so that the secrets have no other owner and can be overwritten in place.
        drop(collected);
        self.collector.add_known_secrets(&core.current.load().hidden());
        recheck_at
    }

    /// Receives all pending commands; requests are left to the next cycle. Returns `false` if more events
    /// may follow.
    fn drain_inbox(&mut self) -> bool {
        let heard = self.watcher.as_mut().is_none_or(Watcher::flush);
        let mut later = std::mem::take(&mut self.later);
        while let Ok(command) = self.inbox.try_recv() {
            self.apply_command(command, &mut later);
        }
        self.later = later;
        heard
    }

    fn accept(
        &mut self,
        core: &Arc<Core>,
        collected: &ReadResult,
        by_hand: Option<&ByHand>,
    ) -> Result<u64, Error> {
        core.shared_status().reloads += 1;
        let unfetched = by_hand.map(|by_hand| core.secret_manager.refresh(by_hand.limit)).unwrap_or_default();
        let result = catch_panic(|| core.accept(collected, by_hand))
            .unwrap_or_else(|| Err(Refusal::Sources(panicked())));
        let refused = result.as_ref().err().filter(|_| !core.is_closed());
        // On request, unchanged content is tried again, but the same refusal is not reported again.
        match refused {
            Some(Refusal::Sources(error)) if collected.changed || !core.is_known(Retried::Reload, error) => {
                core.refuse_sources(error, &collected.changed_sources);
            }
            Some(Refusal::Secrets(error)) if !core.is_known(Retried::Rotation, error) => {
                core.refuse(Retried::Rotation, error);
            }
            _ => {}
        }
        core.with_unfetched(result.map_err(|refusal| refusal.error().clone()), &unfetched)
    }

    pub(crate) fn report(&self, core: &Core) {
        core.sources.store(Arc::new(self.collector.statuses()));
        if let Some(watcher) = &self.watcher {
            core.shared_status().watcher = Some(watcher.health());
        }
    }
}

/// Publishes a change that does not come from a source, and reports a refusal. Returns whether it was
/// accepted.
fn run_and_report<T>(core: &Core, what: Retried, work: impl FnOnce() -> Result<T, Error>) -> bool {
    let result = contained(work);
    let refused = result.err().filter(|_| !core.is_closed());
    match &refused {
        Some(error) if core.is_known(what, error) => {}
        Some(error) => core.refuse(what, error),
        None if what == Retried::Expiry => core.forgive(what),
        None => core.shared_status().last_refusals.clear(what),
    }
    refused.is_none()
}
