//! Blocking work for async code, on a thread of its own, so that no runtime is needed and none is blocked.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    thread,
};

use super::lock::Held;
use crate::{error::Error, process::Process, sync::lock};

type OffloadResult<T> = thread::Result<Result<T, Error>>;

struct OffloadState<T> {
    outcome: Option<OffloadResult<T>>,
    waker: Option<Waker>,
}

/// The outcome of work that runs on another thread from the first poll on. Dropping it after that does not
/// stop the work.
pub(crate) struct Offload<T, W> {
    process: Process,
    /// Not started yet.
    work: Option<W>,
    slot: Arc<Mutex<OffloadState<T>>>,
}

/// Runs `work` on a thread of its own when polled, or on the polling thread if no thread can be spawned.
pub(crate) fn offload<T, W>(work: W) -> Offload<T, W>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, Error> + Send + 'static,
{
    let process = Process::current();
    Offload {
        process,
        work: Some(work),
        slot: Arc::new(Mutex::new(OffloadState { outcome: None, waker: None })),
    }
}

fn start<T, W>(work: W, slot: &Arc<Mutex<OffloadState<T>>>)
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, Error> + Send + 'static,
{
    let slot = Arc::clone(slot);
    // Shared, because the closure is lost if the thread cannot be spawned.
    let work = Arc::new(Mutex::new(Some((work, Held::here()))));
    let run = move || {
        let work = lock(&work).take();
        if let Some((work, held)) = work {
            // A caller that waits for this inside a write must not wait for its own lock.
            held.adopt();
            finish(&slot, catch_unwind(AssertUnwindSafe(work)));
        }
    };
    if thread::Builder::new().name("hotswap-call".into()).spawn(run.clone()).is_err() {
        run();
    }
}

fn finish<T>(slot: &Mutex<OffloadState<T>>, outcome: OffloadResult<T>) {
    let waker = {
        let mut slot = lock(slot);
        slot.outcome = Some(outcome);
        slot.waker.take()
    };
    waker.into_iter().for_each(Waker::wake);
}

impl<T, W> Future for Offload<T, W>
where
    T: Send + 'static,
    W: FnOnce() -> Result<T, Error> + Send + 'static,
{
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.work.is_none() {
            // The thread does not exist in a fork of the process.
            self.process.ensure_current()?;
        }
        // Wakers run code of the async runtime, so they are cloned and dropped with no lock held.
        let mut waker = Some(context.waker().clone());
        if let Some(work) = self.work.take() {
            start(work, &self.slot);
        }
        let outcome = {
            let mut slot = lock(&self.slot);
            if slot.outcome.is_none() {
                std::mem::swap(&mut slot.waker, &mut waker);
            }
            slot.outcome.take()
        };
        match outcome {
            Some(outcome) => Poll::Ready(outcome.unwrap_or_else(|panic| resume_unwind(panic))),
            None => Poll::Pending,
        }
    }
}

// Nothing is pinned: the work moves to its thread.
impl<T, W> Unpin for Offload<T, W> {}

#[cfg(test)]
mod tests {
    use std::task::Wake;

    use super::*;

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut future = std::pin::pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => return value,
                Poll::Pending => thread::park(),
            }
        }
    }

    #[test]
    fn gives_what_the_work_gave() {
        assert_eq!(block_on(offload(|| Ok(7))).unwrap(), 7);
    }

    #[test]
    fn does_nothing_until_it_is_polled() {
        let (tell, heard) = std::sync::mpsc::channel();
        drop(offload(move || Ok(tell.send(()))));
        assert!(heard.recv().is_err());
    }

    #[test]
    fn passes_a_panic_on() {
        let outcome = catch_unwind(|| block_on(offload(|| -> Result<(), Error> { panic!("as planned") })));
        assert!(outcome.is_err());
    }
}
