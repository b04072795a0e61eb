//! The cost of a write at run time compared with an unchecked swap of a value, and the cost of its durability.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Instant,
};

use arc_swap::ArcSwap;
use hotswap::HotConfig;

use crate::{
    measure::{Side, contest},
    server::{Server, ServerHandle, handle, server},
    table::{Aim, Row},
};

const ROUNDS: usize = 101;
const BATCH: u16 = 50;
/// Each waits for the disk.
const DURABLE: u16 = 5;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = volatile();
    rows.push(durable());
    rows
}

fn volatile() -> Vec<Row> {
    let (ours, told, swap) = (handle(), handle(), ArcSwap::from_pointee(server()));
    let heard = Arc::new(AtomicU16::new(0));
    let hears = Arc::clone(&heard);
    let _subscription = told.on_port_change(move |_, port| hears.store(*port, Ordering::Release));
    let visible = |port| {
        set(&ours, port);
        assert_eq!(ours.port(), port);
    };
    let callback = |port| {
        set(&told, port);
        while heard.load(Ordering::Acquire) != port {
            // The notifier may need the processor.
            std::thread::yield_now();
        }
    };
    let bare = |port| {
        let mut next = Server::clone(&swap.load());
        next.port = port;
        swap.store(Arc::new(next));
        assert_eq!(swap.load().port, port);
    };
    let row = |what, side: Side<'_>| {
        let figures = contest(ROUNDS, vec![side, each(BATCH, bare)]);
        Row::of(what, "load, clone, store on a bare ArcSwap", &figures, 1, Aim::None)
    };
    vec![row("set_x to visible", each(BATCH, visible)), row("set_x to callback", each(BATCH, callback))]
}

/// Compared with the minimum that any durable program must do.
fn durable() -> Row {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let builder = Server::hot_builder().watch(false).state_dir(folder.path().join("state"));
    let config = builder.load().expect("the defaults are valid");
    let path = folder.path().join("by-hand");
    let figures = contest(
        ROUNDS,
        vec![each(DURABLE, |port| set(&config, port)), each(DURABLE, |port| replace(&path, port))],
    );
    let against = "write, fsync, rename, fsync of the folder";
    Row::of("set_x with a state directory, on the disk", against, &figures, 1, Aim::None)
}

fn set(config: &ServerHandle, port: u16) {
    config.set_port(port).expect("the port is in its range");
}

fn replace(path: &Path, port: u16) {
    let write = || {
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        write!(file, "port = {port}")?;
        file.sync_all()?;
        fs::rename(fresh, path)?;
        File::open(path.parent().unwrap_or(path))?.sync_all()
    };
    write().expect("the file can be written");
}

/// A batch of writes of different ports.
fn each<'s>(count: u16, write: impl Fn(u16) + 's) -> Side<'s> {
    let mut port = 1;
    Box::new(move || {
        let start = Instant::now();
        for _ in 0..count {
            port = port % 60_000 + 1;
            write(port);
        }
        start.elapsed().as_secs_f64() / f64::from(count)
    })
}
