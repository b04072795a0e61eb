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
    collect::{Collected, Collector},
    expiry::Expiries,
    propose::{contained, panicked},
    refused::Retried,
    reload::{ByHand, Refusal},
};
use crate::{
    backoff::Again,
    error::Error,
    panics::contain,
    pins::WriteOptions,
    watch::{
        Watcher,
        debounce::{Debounce, Fired},
        hint::Hint,
    },
};

/// About the longest pause before a thread that could not be started is tried again.
const THREADS: Duration = Duration::from_secs(5);

/// What the engine is asked to do.
pub(crate) enum Command {
    /// Something may have changed on disk.
    Hint(Hint),
    /// A custom source has something new.
    Source(usize),
    /// Read everything again and say what came of it.
    Reload {
        reply: Reply,
        /// Who asked for it.
        by: Option<Arc<str>>,
    },
    /// What was refused may be accepted now, though no source changed.
    Reconsider,
    /// Values were set that go by themselves.
    Expiry,
    /// Secrets changed in their stores.
    Secrets,
    /// A thread could not be started, and is still needed.
    Threads,
    /// End.
    Stop,
}

pub(crate) type Reply = Sender<Result<u64, Error>>;

/// What the engine's thread owns.
pub(crate) struct Engine {
    pub(crate) core: Weak<Core>,
    pub(crate) inbox: Receiver<Command>,
    pub(crate) collector: Collector,
    /// `None` when nothing is watched: only requests are served then.
    pub(crate) watcher: Option<Watcher>,
    pub(crate) debounce: Debounce,
    /// What came in during a pass, for the next one.
    pub(crate) later: Demand,
    /// Dropped with everything else at the very end, which whoever waits for that hears.
    pub(crate) _end: Sender<()>,
}

/// Why a pass runs.
#[derive(Default)]
pub(crate) struct Demand {
    fired: Option<Fired>,
    asked: Asked,
    source: bool,
    /// What could not go may be able to now.
    expiry: bool,
    /// There are other secrets.
    secrets: bool,
    /// A thread is needed.
    threads: bool,
    stop: bool,
}

/// A load that is wanted whether or not a source changed.
#[derive(Default)]
struct Asked {
    replies: Vec<Reply>,
    /// Who asked for it, each once.
    by: Vec<Arc<str>>,
    /// Something else than a source changed, that may have been what a refusal was about.
    reconsider: bool,
}

impl Asked {
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

    /// How the load is done, if somebody asked for it.
    fn by_hand(&self, core: &Core) -> Option<ByHand> {
        let options = |by: String| Arc::new(WriteOptions { by: Some(by.into()), ..WriteOptions::default() });
        let author = (!self.by.is_empty()).then(|| options(self.by.join(", ")));
        (!self.replies.is_empty()).then(|| ByHand { limit: core.stores.limit_by_hand(), author })
    }

    fn answer(&mut self, result: &Result<u64, Error>) {
        for reply in std::mem::take(self).replies {
            // Who asked may have gone.
            let _ = reply.send(result.clone());
        }
    }
}

impl Engine {
    pub(crate) fn start(self) -> std::io::Result<JoinHandle<()>> {
        thread::Builder::new().name("hotswap-engine".into()).spawn(move || self.run())
    }

    fn run(mut self) {
        // When a file that is away counts as gone.
        let mut awaited: Option<Instant> = None;
        let mut asked = Asked::default();
        let (mut expiries, mut rotation) = (Expiries::default(), Again::default());
        let mut threads = Again::within(THREADS);
        loop {
            let expiry = self.core.upgrade().and_then(|core| expiries.next(&core));
            let mut demand =
                self.wait([awaited, expiry, rotation.at(), threads.at()].into_iter().flatten().min());
            let Some(core) = self.core.upgrade().filter(|_| !demand.stop) else { return };
            let now = Instant::now();
            if expiries.are_due(&core, now, demand.expiry) {
                expiries.note(attempt(&core, Retried::Expiry, || core.expire(now)), now);
            }
            if demand.secrets || rotation.is_due(now) {
                rotation.note(attempt(&core, Retried::Rotation, || core.rotate(None)), now);
            }
            if demand.threads || threads.is_due(now) {
                threads.note(core.start_threads(), now);
                // A hook that had no thread to run on did not refuse anything.
                demand.asked.reconsider |= core.hooks.take_starved() && self.watcher.is_some();
            }
            let over = awaited.is_some_and(|at| now >= at);
            let wanted = demand.source || over || demand.asked.any();
            asked.add(demand.asked);
            let Some(fired) = demand.fired.or_else(|| wanted.then(|| Fired::now(now))) else { continue };
            awaited = self.pass(&core, fired, &mut asked);
            if core.hooks.is_starved() {
                threads.note(false, now);
            }
        }
    }

    /// Sleeps until something is to be done.
    fn wait(&mut self, awaited: Option<Instant>) -> Demand {
        let mut demand = std::mem::take(&mut self.later);
        if demand.stop
            || demand.source
            || demand.expiry
            || demand.secrets
            || demand.threads
            || demand.asked.any()
        {
            demand.fired = self.debounce.is_pending().then(|| self.debounce.fire(Instant::now())).flatten();
            return demand;
        }
        let due = self.watcher.is_some() || self.debounce.is_pending();
        let deadline = awaited.into_iter().chain(due.then(|| self.debounce.next_deadline())).min();
        let first = match deadline {
            Some(deadline) => self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match first {
            Ok(command) => self.take(command, &mut demand),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => demand.stop = true,
        }
        // Whatever came in meanwhile is answered by the same pass: its reads start after all of it.
        while let Ok(command) = self.inbox.try_recv() {
            self.take(command, &mut demand);
        }
        if due || self.debounce.is_pending() {
            demand.fired = self.debounce.fire(Instant::now());
        }
        demand
    }

    fn take(&mut self, command: Command, demand: &mut Demand) {
        match command {
            Command::Hint(hint) => self.debounce.on_hint(Instant::now(), &hint),
            Command::Source(index) => {
                self.collector.wake(index);
                demand.source = true;
            }
            Command::Reload { reply, by } => {
                demand.asked.replies.push(reply);
                by.into_iter().for_each(|by| demand.asked.add_author(by));
            }
            // Who watches nothing reads files only when told to.
            Command::Reconsider => demand.asked.reconsider = self.watcher.is_some(),
            Command::Expiry => demand.expiry = true,
            Command::Secrets => demand.secrets = true,
            Command::Threads => demand.threads = true,
            Command::Stop => demand.stop = true,
        }
    }

    /// Reads, loads, commits or refuses. Returns when to look again for a file that is away.
    fn pass(&mut self, core: &Arc<Core>, fired: Fired, asked: &mut Asked) -> Option<Instant> {
        // Watches come before the read, so that a change after it gives a hint.
        if let Some(watcher) = &mut self.watcher {
            watcher.arm(&self.collector.targets());
        }
        let heard = self.listen();
        if (!heard || self.debounce.is_writing()) && self.debounce.hold(Instant::now(), fired) {
            return None;
        }
        let thorough = fired.poll || !asked.replies.is_empty();
        let collected = self.collector.collect(fired.last_try, thorough);
        self.report(core);
        let heard = self.listen();
        let unfinished = !heard || collected.unsettled || self.debounce.was_written();
        if unfinished && self.debounce.hold(Instant::now(), fired) {
            return collected.look_again;
        }
        if fired.poll && collected.changed {
            // Where no event tells that a write has ended, only a second look after a pause can.
            self.debounce.on_hint(Instant::now(), &Hint::Changed);
            return collected.look_again;
        }
        self.collector.seen();
        let result = if collected.changed || asked.any() {
            self.accept(core, &collected, asked.by_hand(core).as_ref())
        } else {
            Ok(core.current.version())
        };
        asked.answer(&result);
        let look_again = collected.look_again;
        // What nobody else has can be overwritten where it stands.
        drop(collected);
        self.collector.learn(&core.current.load().hidden());
        look_again
    }

    /// Takes in everything that happened up to now; requests are left to the next pass. Says `false` if more may be
    /// on its way.
    fn listen(&mut self) -> bool {
        let heard = self.watcher.as_mut().is_none_or(Watcher::flush);
        let mut later = std::mem::take(&mut self.later);
        while let Ok(command) = self.inbox.try_recv() {
            self.take(command, &mut later);
        }
        self.later = later;
        heard
    }

    fn accept(
        &mut self,
        core: &Arc<Core>,
        collected: &Collected,
        by_hand: Option<&ByHand>,
    ) -> Result<u64, Error> {
        core.board().reloads += 1;
        let unfetched = by_hand.map(|by_hand| core.stores.refresh(by_hand.limit)).unwrap_or_default();
        let result =
            contain(|| core.accept(collected, by_hand)).unwrap_or_else(|| Err(Refusal::Sources(panicked())));
        let refused = result.as_ref().err().filter(|_| !core.is_closed());
        // Asked for by hand, unchanged content is tried again, but the same is not reported again.
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
            core.board().watcher = Some(watcher.health());
        }
    }
}

/// Publishes what no source changed, and tells why if it is refused. Says whether it is done.
fn attempt<T>(core: &Core, what: Retried, work: impl FnOnce() -> Result<T, Error>) -> bool {
    let result = contained(work);
    let refused = result.err().filter(|_| !core.is_closed());
    match &refused {
        Some(error) if core.is_known(what, error) => {}
        Some(error) => core.refuse(what, error),
        None => core.board().last_refusals.clear(what),
    }
    refused.is_none()
}
