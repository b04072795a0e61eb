//! The async runtime of the clients of stores, so that the program needs none.
//!
//! One thread drives all clients. It starts with the first fetch and ends with the last client. The runtime is only
//! used on that thread, because dropping it inside async code of the program would panic.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex, Weak, mpsc},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use hotswap_core::{
    secrets::{FetchError, FetchErrorKind},
    support::store::{Process, lock_within},
};
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

/// The runtime of the existing clients.
static SHARED: Mutex<Weak<Runtime>> = Mutex::new(Weak::new());

/// How long another thread may take to start it.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(2);

/// Stops its thread when it is dropped.
#[derive(Debug)]
pub struct Runtime {
    /// The process of its thread; a fork needs another runtime.
    process: Process,
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

impl Runtime {
    /// The existing runtime, or a new one.
    pub fn shared() -> Result<Arc<Self>, FetchError> {
        // A thread of the parent may have held the lock during the fork of this process; then the new runtime is not
        // shared.
        let mut shared = lock_within(&SHARED, STARTUP_TIMEOUT);
        let running = shared.as_ref().and_then(|shared| shared.upgrade());
        if let Some(running) = running.filter(|running| running.process.is_current()) {
            return Ok(running);
        }
        let started = Arc::new(Self::start().map_err(|error| {
            FetchError::unreachable(format!("no thread can be started for the client: {error}"))
        })?);
        shared.iter_mut().for_each(|shared| **shared = Arc::downgrade(&started));
        Ok(started)
    }

    fn start() -> io::Result<Self> {
        let (started, starts) = mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new().name("hotswap-clients".into()).spawn(move || drive(&started, stopped))?;
        let handle = starts.recv().map_err(|_| io::Error::other("it ended at once"))??;
        Ok(Self { process: Process::current(), handle, _stop: stop })
    }

    /// Runs the work on the runtime's thread. Dropping the result cancels the work.
    pub fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Task<T> {
        Task(self.handle.spawn(work))
    }
}

fn drive(started: &mpsc::SyncSender<io::Result<Handle>>, stopped: oneshot::Receiver<()>) {
    match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            // If the receiver is gone, so is the sender of the stop signal.
            let _ = started.send(Ok(runtime.handle().clone()));
            // An error means that the sender was dropped, which is the stop signal.
            let _ = runtime.block_on(stopped);
            // A lookup of a host name may hang in a thread of the runtime.
            runtime.shutdown_background();
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    }
}

/// Work on the runtime's thread.
#[derive(Debug)]
pub struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = Result<T, FetchError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let ended =
            |_| FetchError::new(FetchErrorKind::Unreachable, "the client ended before it had an answer");
        Pin::new(&mut self.0).poll(context).map_err(ended)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs `work` on all items concurrently. Results are in the order of the items; `None` for a task that panicked.
pub async fn together<T, O, F>(items: Vec<T>, work: impl Fn(T) -> F) -> Vec<Option<O>>
where
    O: Send + 'static,
    F: Future<Output = O> + Send + 'static,
{
    let mut outcomes: Vec<Option<O>> = items.iter().map(|_| None).collect();
    let mut tasks = JoinSet::new();
    for (index, item) in items.into_iter().enumerate() {
        let work = work(item);
        tasks.spawn(async move { (index, work.await) });
    }
    while let Some(ended) = tasks.join_next().await {
        if let Ok((index, outcome)) = ended {
            outcomes[index] = Some(outcome);
        }
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        task::{Context, Waker},
        thread,
        time::{Duration, Instant},
    };

    use super::Runtime;

    #[test]
    fn users_share_one_that_ends_with_the_last() {
        let (one, two) = (Runtime::shared().unwrap(), Runtime::shared().unwrap());
        assert!(Arc::ptr_eq(&one, &two));
        let ended = one.run(std::future::pending::<()>());
        drop((one, two));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !ended.0.is_finished() {
            assert!(Instant::now() < deadline, "the thread goes on");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn work_that_nobody_waits_for_ends() {
        let runtime = Runtime::shared().unwrap();
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let mut task = Box::pin(runtime.run(async move {
            let _inside = inside;
            std::future::pending::<()>().await;
        }));
        assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(task);
        let deadline = Instant::now() + Duration::from_secs(60);
        while Arc::strong_count(&held) > 1 {
            assert!(Instant::now() < deadline, "the work goes on");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_may_end_inside_another_runtime() {
        let other = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let sum = other.block_on(async {
            let runtime = Runtime::shared().unwrap();
            let sum = runtime.run(async { 1 + 1 }).await;
            drop(runtime);
            sum
        });
        assert_eq!(sum.unwrap(), 2);
    }
}
