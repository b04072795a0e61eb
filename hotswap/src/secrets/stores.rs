//! The stores of one configuration, and what they gave.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use super::{
    SecretProvider,
    fetch::fetch,
    known::{Accepted, Secrets},
    reference::scheme,
    schemes::Schemes,
    table::Table,
};
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    keys::Keys,
    sync::lock,
};

/// What the program chose about its stores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// For all stores together, each time.
    pub(crate) timeout: Duration,
    /// How often what has no lease is fetched again.
    pub(crate) refresh: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), refresh: Duration::from_secs(60) }
    }
}

/// Who resolves references, and what is known.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    schemes: Arc<Schemes>,
    pub(crate) settings: Settings,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// What the current version stands on.
    accepted: Accepted,
}

impl Stores {
    /// Puts a provider in the place of whoever had the scheme. Before anything is fetched.
    pub(crate) fn give(&mut self, scheme: &str, provider: Arc<dyn SecretProvider>) {
        if let Some(schemes) = Arc::get_mut(&mut self.schemes) {
            schemes.give(scheme, provider);
        }
    }

    /// Who resolves which references.
    pub(crate) fn schemes(&self) -> &Arc<Schemes> {
        &self.schemes
    }

    /// Schemes that no reference can have.
    pub(crate) fn mistakes(&self) -> Vec<Issue> {
        let malformed = self.schemes.given().filter(|name| scheme(&format!("{name}:x")) != Some(*name));
        let issue = |name: &str| {
            let message = format!("no reference can have the scheme {name:?}");
            Issue::new(IssueKind::Setup, Keys::root(), message)
                .with_help("write it with lower-case letters, digits and `-`, beginning with a letter")
        };
        malformed.map(issue).collect()
    }

    /// What a load looks secrets up in.
    pub(crate) fn secrets(&self, accepted: Accepted) -> Secrets {
        Secrets::new(Arc::clone(&self.schemes), accepted, Instant::now())
    }

    /// Runs `attempt` until it asks for nothing that was not fetched. To be called without a lock, since stores may be
    /// slow.
    pub(crate) fn resolve<R>(
        &self,
        known: Accepted,
        mut attempt: impl FnMut(&Secrets) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut secrets = self.secrets(known);
        loop {
            let result = attempt(&secrets);
            let wanted = secrets.take_wanted();
            if wanted.is_empty() {
                return result;
            }
            secrets.extend(fetch(&self.schemes, &wanted, self.settings.timeout));
        }
    }

    /// The newest secrets of all that the current version uses.
    pub(crate) fn known(&self) -> Arc<Table> {
        Arc::clone(&lock(&self.book).accepted.table)
    }

    /// What the current version stands on.
    pub(crate) fn accepted(&self) -> Accepted {
        lock(&self.book).accepted.clone()
    }

    /// A version that stands on these was published.
    pub(crate) fn adopt(&self, accepted: &Accepted) {
        lock(&self.book).accepted = accepted.clone();
    }
}
