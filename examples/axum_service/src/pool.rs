//! Workers whose number follows the configuration.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    runtime::Handle,
    sync::{AcquireError, Semaphore, SemaphorePermit},
};

use crate::settings::WorkersHandle;

/// Limits the number of concurrent requests to that in the settings.
pub struct Pool {
    settings: WorkersHandle,
    free: Arc<Semaphore>,
    size: Mutex<u16>,
    runtime: Handle,
}

impl Pool {
    /// A pool without workers; [`fit`](Self::fit) adds them. `runtime` runs the task that waits for busy ones.
    pub fn new(settings: WorkersHandle, runtime: Handle) -> Self {
        Self { settings, free: Arc::new(Semaphore::new(0)), size: Mutex::new(0), runtime }
    }

    /// Waits for a free worker.
    pub async fn worker(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.free.acquire().await
    }

    /// Adds or removes workers to match the settings. Does not wait for busy ones.
    pub fn fit(&self) {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that the second of two concurrent calls never uses the older size.
        let wanted = self.settings.size();
        match wanted.checked_sub(*size) {
            Some(more) => self.free.add_permits(more.into()),
            None => self.dismiss(*size - wanted),
        }
        *size = wanted;
    }

    fn dismiss(&self, workers: u16) {
        let free = Arc::clone(&self.free);
        self.runtime.spawn(async move {
            // The pool is never closed.
            if let Ok(dismissed) = free.acquire_many(workers.into()).await {
                dismissed.forget();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hotswap::HotConfig;
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::settings::Workers;

    fn pool(size: u16) -> Pool {
        let pool = Pool::new(Workers::hot_fixed(Workers { size }), Handle::current());
        pool.fit();
        pool
    }

    async fn eventually_free(pool: &Pool, workers: usize) {
        let free = async {
            while pool.free.available_permits() != workers {
                sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(Duration::from_secs(20), free).await.unwrap();
    }

    #[tokio::test]
    async fn grows() {
        let pool = pool(2);
        pool.settings.set_size(5).unwrap();
        pool.fit();
        eventually_free(&pool, 5).await;
    }

    #[tokio::test]
    async fn shrinks() {
        let pool = pool(5);
        pool.settings.set_size(2).unwrap();
        pool.fit();
        eventually_free(&pool, 2).await;
    }

    #[tokio::test]
    async fn busy_workers_finish_before_they_go() {
        let pool = pool(2);
        let busy = (pool.worker().await.unwrap(), pool.worker().await.unwrap());
        pool.settings.set_size(1).unwrap();
        pool.fit();
        drop(busy);
        eventually_free(&pool, 1).await;
    }
}
