//! Runs queries with all connections of the pool, and counts the outcomes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use deadpool::managed::Pool;
use tokio::task::JoinSet;

use crate::connections::{Connections, session_user};

/// More than the number of connections, so that some wait for one.
const CALLERS: usize = 12;

#[derive(Default)]
pub struct Tally {
    pub queries: u64,
    pub failed: u64,
    /// The users that the database saw.
    pub users: BTreeSet<String>,
}

pub async fn run(pool: &Pool<Connections>, time: Duration) -> Tally {
    let (tally, end) = (Arc::new(Mutex::new(Tally::default())), Instant::now() + time);
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (pool, tally) = (pool.clone(), Arc::clone(&tally));
        callers.spawn(async move {
            while Instant::now() < end {
                let answer = query(&pool).await;
                tally.lock().unwrap().note(answer);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
    callers.join_all().await;
    std::mem::take(&mut tally.lock().unwrap())
}

async fn query(pool: &Pool<Connections>) -> Result<String, String> {
    let connection = pool.get().await.map_err(|error| format!("no connection: {error}"))?;
    session_user(&connection).await.map_err(|error| format!("no answer: {error}"))
}

impl Tally {
    fn note(&mut self, answer: Result<String, String>) {
        self.queries += 1;
        match answer {
            Ok(user) => drop(self.users.insert(user)),
            Err(error) => {
                self.failed += 1;
                eprintln!("{error}");
            }
        }
    }
}
