//! The cost of a read compared with the underlying atomics.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;

use crate::{
    measure::{contest, repeated},
    server::{handle, server},
    table::{Aim, Row},
};

const ROUNDS: usize = 201;

pub(crate) fn rows() -> Vec<Row> {
    vec![scalar(1), scalar(2), load(), text()]
}

fn scalar(threads: usize) -> Row {
    let (ours, bare) = (handle(), AtomicU64::new(8080));
    let figures = contest(
        ROUNDS,
        vec![
            repeated(threads, || black_box(&ours).port()),
            repeated(threads, || black_box(&bare).load(Ordering::Acquire)),
        ],
    );
    let what = format!("scalar getter, {threads} thread{}", if threads == 1 { "" } else { "s" });
    Row::of(what, "acquire load of an atomic", &figures, 1, Aim::AtMost(1.5))
}

fn load() -> Row {
    let (ours, swap) = (handle(), ArcSwap::from_pointee(server()));
    let figures = contest(
        ROUNDS,
        vec![repeated(1, || black_box(&ours).load().port), repeated(1, || black_box(&swap).load().port)],
    );
    Row::of("load()", "ArcSwap::load", &figures, 1, Aim::AtMost(1.15))
}

fn text() -> Row {
    let (ours, swap) = (handle(), ArcSwap::from_pointee(server()));
    let figures = contest(
        ROUNDS,
        vec![
            repeated(1, || black_box(&ours).host().len()),
            repeated(1, || black_box(&swap).load().host.len()),
        ],
    );
    Row::of("String getter", "ArcSwap::load", &figures, 1, Aim::AtMost(1.25))
}
