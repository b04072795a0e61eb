//! Queries all stores in parallel, with one deadline.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::pin,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use super::{
    FetchError, FetchErrorKind, Lease, Location, SecretProvider,
    reference::SecretKey,
    registry::ProviderRegistry,
    table::{Answer, CachedSecret, Table},
};
use crate::panics::catch_panic;

/// Fetches the secret of each location, or the error.
///
/// Each store is queried on a thread of its own, once for all of its locations. A thread that does not return
/// in time is abandoned.
pub(crate) fn fetch(providers: &ProviderRegistry, secret_keys: &BTreeSet<SecretKey>, limit: Limit) -> Table {
    let mut batches: BTreeMap<Arc<str>, Vec<Location>> = BTreeMap::new();
    let mut table = Table::new();
    for secret_key in secret_keys {
        if let Some(refusal) = providers.refusal(secret_key) {
            table.insert(secret_key.clone(), Err(refusal));
            continue;
        }
        batches.entry(Arc::clone(&secret_key.scheme)).or_default().push(secret_key.location.clone());
    }
    let (tell, told) = channel();
    for (scheme, locations) in batches {
        let asked =
            providers.provider(&scheme).and_then(|provider| ask(provider, &scheme, &locations, limit, &tell));
        if let Err(error) = asked {
            table.extend(
                locations.into_iter().map(|location| {
                    (SecretKey { scheme: Arc::clone(&scheme), location }, Err(error.clone()))
                }),
            );
        }
    }
    drop(tell);
    while let Ok(part) = told.recv_timeout(limit.deadline.saturating_duration_since(Instant::now()) + GRACE) {
        table.extend(part);
    }
    for secret_key in secret_keys {
        table.entry(secret_key.clone()).or_insert_with(|| Err(late(limit.timeout)));
    }
    table
}

/// How long stores may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    timeout: Duration,
    deadline: Instant,
}

impl Limit {
    pub(crate) fn new(timeout: Duration) -> Self {
        let now = Instant::now();
        // Longer than any caller waits, and short enough for the clock.
        let deadline = now.checked_add(timeout).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
        Self { timeout, deadline }
    }
}

/// Extra time for the response of a store that is stopped at the deadline.
const GRACE: Duration = Duration::from_millis(100);

fn ask(
    provider: Arc<dyn SecretProvider>,
    scheme: &Arc<str>,
    locations: &[Location],
    limit: Limit,
    tell: &Sender<Table>,
) -> Result<(), FetchError> {
    let (scheme, locations) = (Arc::clone(scheme), locations.to_vec());
    run_on_thread(tell, move || {
        let asked = Instant::now();
        let answers = catch_panic(|| block_on(provider.fetch(&locations), limit.deadline));
        let answers = answers.unwrap_or_else(|| Some(vec![Err(panicked()); locations.len()]));
        let mut answers =
            answers.unwrap_or_else(|| vec![Err(late(limit.timeout)); locations.len()]).into_iter();
        let answer = |location| {
            let answer =
                answers.next().unwrap_or_else(|| Err(FetchError::invalid("the provider gave no answer")));
            let answer: Answer = answer.map(|fetched| Arc::new(CachedSecret::new(fetched, asked)));
            (SecretKey { scheme: Arc::clone(&scheme), location }, answer)
        };
        locations.into_iter().map(answer).collect()
    })
}

/// The results of renewing leases.
pub(super) type Renewals = BTreeMap<SecretKey, Result<Lease, FetchError>>;

/// Renews leases, one after the other within each store.
pub(super) fn renew(
    providers: &ProviderRegistry,
    leases: &BTreeMap<SecretKey, Lease>,
    limit: Limit,
) -> Renewals {
    let (tell, told) = channel();
    let secret_manager: BTreeSet<_> = leases.keys().map(|secret_key| &secret_key.scheme).collect();
    for scheme in secret_manager {
        let Ok(provider) = providers.provider(scheme) else { continue };
        let of_store = leases.iter().filter(|(secret_key, _)| secret_key.scheme == *scheme);
        let leases: Vec<_> =
            of_store.map(|(secret_key, lease)| (secret_key.clone(), lease.clone())).collect();
        let tell_each = tell.clone();
        // Without a thread it counts as no answer.
        let _ = run_on_thread(&tell, move || {
            for (secret_key, lease) in leases {
                let answer = catch_panic(|| block_on(provider.renew(&lease), limit.deadline));
                let answer = answer.unwrap_or_else(|| Some(Err(panicked())));
                let answer = answer.unwrap_or_else(|| Err(late(limit.timeout)));
                let _ = tell_each.send(Renewals::from([(secret_key, answer)]));
            }
            Renewals::new()
        });
    }
    drop(tell);
    let mut renewals = Renewals::new();
    while let Ok(part) = told.recv_timeout(limit.deadline.saturating_duration_since(Instant::now()) + GRACE) {
        renewals.extend(part);
    }
    for secret_key in leases.keys() {
        renewals.entry(secret_key.clone()).or_insert_with(|| Err(late(limit.timeout)));
    }
    renewals
}

/// Fetches and renews at the same time.
pub(super) fn both(
    providers: &ProviderRegistry,
    secret_keys: &BTreeSet<SecretKey>,
    leases: &BTreeMap<SecretKey, Lease>,
    limit: Limit,
) -> (Table, Renewals) {
    thread::scope(|scope| {
        let renewing = || renew(providers, leases, limit);
        let thread = thread::Builder::new().name("hotswap-fetch".into()).spawn_scoped(scope, renewing);
        let table = fetch(providers, secret_keys, limit);
        // Without a thread it is done afterwards.
        let renewals = thread.map_or_else(|_| renewing(), |thread| thread.join().unwrap_or_default());
        (table, renewals)
    })
}

/// Revokes leases, and returns the stores for which that failed.
pub(super) fn revoke(
    providers: &ProviderRegistry,
    leases: BTreeMap<Arc<str>, Vec<Lease>>,
    timeout: Duration,
) -> BTreeMap<Arc<str>, FetchError> {
    let limit = Limit::new(timeout);
    let (tell, told) = channel();
    let unheard = || FetchError::new(FetchErrorKind::TimedOut, "the store did not answer in time");
    let mut failures: BTreeMap<_, _> = leases.keys().map(|scheme| (Arc::clone(scheme), unheard())).collect();
    for (scheme, leases) in leases {
        let Ok(provider) = providers.provider(&scheme) else { continue };
        let work = move || {
            let answer = catch_panic(|| block_on(provider.revoke(&leases), limit.deadline));
            (scheme, answer.unwrap_or_else(|| Some(Err(panicked()))))
        };
        // Without a thread it counts as no answer.
        let _ = run_on_thread(&tell, work);
    }
    drop(tell);
    while let Ok((scheme, answer)) =
        told.recv_timeout(limit.deadline.saturating_duration_since(Instant::now()))
    {
        match answer {
            Some(Ok(())) => drop(failures.remove(&scheme)),
            Some(Err(error)) => drop(failures.insert(scheme, error)),
            None => {}
        }
    }
    failures
}

/// Runs work on a thread of its own.
fn run_on_thread<T: Send + 'static>(
    tell: &Sender<T>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(), FetchError> {
    let tell = tell.clone();
    let thread = thread::Builder::new().name("hotswap-fetch".into());
    // The caller may have stopped waiting.
    let thread = thread.spawn(move || drop(tell.send(work())));
    thread.map(drop).map_err(|error| {
        FetchError::unreachable(format!("the system gives no thread: {error}"))
            .with_help("raise the limit of threads")
    })
}

fn late(timeout: Duration) -> FetchError {
    let timeout = humantime::format_duration(Duration::from_millis(timeout.as_millis() as u64));
    FetchError::new(FetchErrorKind::TimedOut, format!("no answer within {timeout}"))
        .with_help("see whether the store can be reached, or raise `secret_timeout`")
}

fn panicked() -> FetchError {
    FetchError::invalid("the provider panicked")
}

/// Runs a future on this thread; `None` if it is not complete in time and so was dropped.
pub(super) fn block_on<F: Future>(future: F, deadline: Instant) -> Option<F::Output> {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        thread::park_timeout(left);
    }
}
