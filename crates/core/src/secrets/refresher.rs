//! Keeps secrets fresh, on a thread of its own: renews, fetches again, and says when something changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, mpsc::channel},
    thread,
    time::Instant,
};

use super::{
    Location,
    book::{News, Work},
    fetch::{Limit, fetch, renew},
    reference::Place,
    stores::Stores,
    table::Table,
};
use crate::{panics::contain, source::Changed};

/// What the refresher tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Secrets in use changed, or may not be used any more.
    Changed,
    /// Something is there for want of which a load was refused.
    Found,
    /// The refresher's thread could not be started; [`Stores::keep_fresh`] is to be tried again.
    NoThread,
}

impl Stores {
    /// Starts the refresher, if it does not run and anything is in use.
    pub(crate) fn keep_fresh(self: &Arc<Self>) -> io::Result<()> {
        if !self.needs_refresher() {
            return Ok(());
        }
        let (end, ended) = channel::<()>();
        let stores = Arc::clone(self);
        let run = move || {
            stores.run();
            drop(stores);
            drop(end);
        };
        let thread = thread::Builder::new().name("hotswap-secrets".into()).spawn(run);
        let thread = thread.inspect_err(|_| self.refresher_failed())?;
        self.thread.adopt(thread, ended);
        Ok(())
    }

    fn run(self: &Arc<Self>) {
        while let Some(work) = self.wait() {
            self.watch(&work.watch);
            let mut news = News { changed: work.over, found: false };
            let mut places = work.fetch.clone();
            if !work.renew.is_empty() {
                let asked = Instant::now();
                let renewals = renew(self.schemes(), &work.renew, Limit::of(self.settings.timeout));
                places.extend(self.note_renewals(renewals, asked));
            }
            news = news.and(self.fetch_again(&places));
            self.tell(news);
            self.revoke_discarded();
        }
        let watched = self.book.lock().book.let_go();
        self.watch(&watched);
    }

    /// Sleeps until something is due; `None` at the end.
    fn wait(&self) -> Option<Work> {
        let mut state = self.book.lock();
        loop {
            if state.closed {
                return None;
            }
            let now = Instant::now();
            let work = state.book.work(now, self.rhythm());
            if !work.is_empty() {
                return Some(work);
            }
            let bound = state.book.next(now).map(|at| at.saturating_duration_since(now));
            state = self.book.wait(state, bound);
        }
    }

    /// Tells providers what to watch: without a lock, since it is code of the program.
    fn watch(self: &Arc<Self>, watch: &BTreeMap<Arc<str>, BTreeSet<Location>>) {
        for (scheme, locations) in watch {
            let Ok(provider) = self.schemes().provider(scheme) else { continue };
            let (stores, name) = (Arc::downgrade(self), Arc::clone(scheme));
            let changed = Changed::new(move || {
                stores.upgrade().iter().for_each(|stores| stores.hint(&name));
            });
            let locations: Vec<_> = locations.iter().cloned().collect();
            if contain(|| provider.watch(&locations, changed)).is_none() {
                log::error!(
                    target: "hotswap",
                    "hotswap: the provider of `{scheme}` panicked; its changes are found at intervals"
                );
            }
        }
    }

    /// Fetches these again, and takes what comes of it.
    fn fetch_again(&self, places: &BTreeSet<Place>) -> News {
        if places.is_empty() {
            return News::default();
        }
        self.note_fetched(fetch(self.schemes(), places, Limit::of(self.settings.timeout)))
    }

    /// Takes what stores gave, and logs why others did not.
    pub(super) fn note_fetched(&self, table: Table) -> News {
        let mut state = self.book.lock();
        let failed = table.iter().filter_map(|(place, answer)| Some((place, answer.as_ref().err()?)));
        let failed = failed.filter(|(place, error)| !state.book.is_known(place, error));
        let told: Vec<_> = failed
            .map(|(place, error)| format!("the secret `{place}` cannot be fetched again: {error}"))
            .collect();
        let news = state.book.note(table, Instant::now(), self.rhythm());
        drop(state);
        told.iter().for_each(|line| log::warn!(target: "hotswap", "hotswap: {line}"));
        news
    }

    /// Gives back what was fetched, refused, and replaced without ever being used.
    fn revoke_discarded(&self) {
        let discarded = self.book.lock().book.take_discarded();
        if !discarded.is_empty() {
            self.revoke(discarded, self.settings.timeout);
        }
    }
}

impl News {
    pub(super) fn and(self, other: Self) -> Self {
        Self { changed: self.changed || other.changed, found: self.found || other.found }
    }
}
