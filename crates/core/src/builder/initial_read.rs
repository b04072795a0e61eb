//! The first read, which waits for writers up to a limit.

use std::{
    fs,
    sync::mpsc::Receiver,
    thread,
    time::{Duration, Instant, SystemTime},
};

use crate::{
    engine::{
        collect::{Collector, ReadResult},
        run::Command,
    },
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    watch::{
        Watcher,
        debounce::{Debounce, ReadPermit, Timing},
    },
};

/// The longest delay of a start because a file was written to recently.
const UNREST: Duration = Duration::from_millis(50);

/// The inputs of the first read.
pub(super) struct InitialRead<'a> {
    pub(super) collector: &'a mut Collector,
    pub(super) watcher: &'a mut Option<Watcher>,
    pub(super) inbox: &'a Receiver<Command>,
    pub(super) debounce: &'a mut Debounce,
    pub(super) timing: Timing,
}

impl InitialRead<'_> {
    /// Reads until no file seems to be in the middle of a write, or the limit is reached. The limit is needed for
    /// a file that is rewritten all the time: a program must start, or report why it does not.
    pub(super) fn run(mut self) -> ReadResult {
        if let Some(watcher) = self.watcher {
            watcher.arm(&self.collector.targets());
            thread::sleep(self.unrest());
        }
        let patience = self.timing.max_wait.saturating_add(self.timing.write_wait).saturating_mul(2);
        let limit = Instant::now().checked_add(patience);
        let mut permit = ReadPermit::now(Instant::now());
        loop {
            let (mut collected, heard) = self.read(permit);
            let unfinished = !heard || collected.write_in_progress || self.debounce.was_written();
            if !unfinished || !self.debounce.defer(Instant::now(), permit) {
                self.collector.mark_consumed();
                return collected;
            }
            let Some(again) = self.wait(limit) else {
                collected.unread.push(never_still(self.debounce));
                return collected;
            };
            permit = again;
        }
    }

    /// Also returns whether all events during the read were seen.
    fn read(&mut self, permit: ReadPermit) -> (ReadResult, bool) {
        if let Some(watcher) = self.watcher {
            watcher.arm(&self.collector.targets());
            watcher.flush();
        }
        let collected = self.collector.read(permit.last_try, true);
        let heard = self.watcher.as_mut().is_none_or(Watcher::flush);
        self.inbox.try_iter().for_each(|command| apply_command(self.debounce, command));
        (collected, heard)
    }

    /// Sleeps until the debounce permits a read, or until the limit.
    fn wait(&mut self, limit: Option<Instant>) -> Option<ReadPermit> {
        loop {
            let now = Instant::now();
            if limit.is_some_and(|limit| now >= limit) {
                return None;
            }
            if let Some(permit) = self.debounce.fire(now) {
                return Some(permit);
            }
            let due = limit.into_iter().chain([self.debounce.next_deadline()]).min().unwrap_or(now);
            if let Ok(command) = self.inbox.recv_timeout(due.saturating_duration_since(now)) {
                apply_command(self.debounce, command);
            }
        }
    }

    /// The remaining time until the file that was modified last counts as quiet. A write that began before the
    /// watch causes no event, but a quiet file is not in the middle of a write, unless the write is slow.
    fn unrest(&self) -> Duration {
        let paths = self.collector.paths();
        let written = paths.iter().filter_map(|path| fs::metadata(path).ok()?.modified().ok());
        let age = |at: SystemTime| SystemTime::now().duration_since(at).ok();
        let youngest = written.filter_map(age).min().unwrap_or(UNREST);
        UNREST.min(self.timing.quiet).saturating_sub(youngest)
    }
}

/// There are no requests before there is a handle, and every source is read anyway.
fn apply_command(debounce: &mut Debounce, command: Command) {
    if let Command::Hint(hint) = command {
        debounce.on_hint(Instant::now(), &hint);
    }
}

fn never_still(debounce: &Debounce) -> Issue {
    let message = "it is rewritten without a pause: there was no moment to read it whole";
    Issue::new(IssueKind::Unreadable, Keys::root(), message)
        .at(debounce.written().map(Origin::file))
        .with_help("write to another file and rename it over this one")
}
