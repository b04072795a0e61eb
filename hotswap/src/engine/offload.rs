//! Blocking work for async code, on a thread of its own, so that no runtime is needed and none is blocked.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    thread,
};

type Outcome<T> = thread::Result<T>;

struct Slot<T> {
    outcome: Option<Outcome<T>>,
    waker: Option<Waker>,
}

/// The outcome of work that runs elsewhere. Dropping it does not stop the work.
pub(crate) struct Offload<T>(Arc<Mutex<Slot<T>>>);

/// Starts `work` on a thread of its own; here and now if the system has none to give.
pub(crate) fn offload<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Offload<T> {
    let slot = Arc::new(Mutex::new(Slot { outcome: None, waker: None }));
    let work = Arc::new(Mutex::new(Some(work)));
    let run = {
        let (slot, work) = (Arc::clone(&slot), Arc::clone(&work));
        move || {
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(work) = work {
                finish(&slot, catch_unwind(AssertUnwindSafe(work)));
            }
        }
    };
    if thread::Builder::new().name("hotswap-call".into()).spawn(run.clone()).is_err() {
        run();
    }
    Offload(slot)
}

fn finish<T>(slot: &Mutex<Slot<T>>, outcome: Outcome<T>) {
    let waker = {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.outcome = Some(outcome);
        slot.waker.take()
    };
    waker.into_iter().for_each(Waker::wake);
}

impl<T> Future for Offload<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.outcome.take() {
            Some(Ok(value)) => Poll::Ready(value),
            Some(Err(panic)) => {
                drop(slot);
                resume_unwind(panic)
            }
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

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
        assert_eq!(block_on(offload(|| 7)), 7);
    }

    #[test]
    fn passes_a_panic_on() {
        let outcome = catch_unwind(|| block_on(offload(|| panic!("as planned"))));
        assert!(outcome.is_err());
    }
}
