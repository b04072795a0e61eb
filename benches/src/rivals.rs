//! One read of a field with each alternative.

use std::{hint::black_box, sync::RwLock};

use hotswap_config::prelude::HotswapConfig;
use tokio::sync::watch;

use crate::{
    measure::{Figures, Side, contest, repeated},
    server::{Server, handle, server},
    table::{Aim, Row},
};

const ROUNDS: usize = 101;

const RIVALS: [&str; 4] =
    ["hotswap-config get", "dynamic-config current", "tokio watch borrow", "RwLock read"];

pub(crate) fn rows() -> Vec<Row> {
    Server::replace(server());
    let mut rows = Vec::new();
    for threads in [1, 2] {
        rows.extend(table("read of a scalar", threads, &scalar(threads)));
        rows.extend(table("read of a String", threads, &text(threads)));
    }
    rows
}

fn table(what: &str, threads: usize, figures: &Figures) -> Vec<Row> {
    let what = format!("{what}, {threads} thread{}", if threads == 1 { "" } else { "s" });
    let row = |(index, rival): (usize, &&str)| Row::of(&what, rival, figures, index + 1, Aim::Ahead);
    RIVALS.iter().enumerate().map(row).collect()
}

fn scalar(threads: usize) -> Figures {
    let ours = handle();
    against(threads, repeated(threads, || black_box(&ours).port()), |server| u64::from(server.port))
}

fn text(threads: usize) -> Figures {
    let ours = handle();
    against(threads, repeated(threads, || black_box(&ours).host().len()), |server| server.host.len() as u64)
}

fn against(threads: usize, ours: Side<'_>, field: impl Fn(&Server) -> u64 + Copy + Sync) -> Figures {
    let rival = HotswapConfig::new(server());
    let (_sender, receiver) = watch::channel(server());
    let lock = RwLock::new(server());
    let sides = vec![
        ours,
        repeated(threads, || field(&black_box(&rival).get())),
        repeated(threads, || field(&Server::current())),
        repeated(threads, || field(&black_box(&receiver).borrow())),
        repeated(threads, || field(&black_box(&lock).read().expect("nobody panics under it"))),
    ];
    let figures = contest(ROUNDS, sides);
    // Two threads contend for a shared lock or counter.
    if threads == 1 { figures } else { figures.disturbed() }
}
