//! From the end of a write to the callback.

use std::{
    fs, io,
    path::Path,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use hotswap::HotConfig;

use crate::{
    measure::quantile,
    server::Server,
    table::{Aim, Row, Unit},
};

const ROUNDS: u16 = 150;
/// The default, set explicitly because the figures are relative to it.
const DEBOUNCE: Duration = Duration::from_millis(50);

type Write = fn(&Path, &str) -> io::Result<()>;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = measure("in place", |path, text| fs::write(path, text));
    rows.extend(measure("by rename", |path, text| {
        let new = path.with_extension("new");
        fs::write(&new, text)?;
        fs::rename(new, path)
    }));
    rows
}

fn measure(how: &str, write: Write) -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder for the file");
    let path = folder.path().join("server.toml");
    fs::write(&path, "port = 1").expect("the file can be written");
    let config =
        Server::hot_builder().file(&path).debounce(DEBOUNCE).load().expect("the file is well formed");
    let (tell, heard) = channel();
    let _subscription = config.on_port_change(move |_, port| {
        // At the end of the measurement the receiver is gone.
        let _ = tell.send((*port, Instant::now()));
    });
    let late: Vec<f64> = (2..ROUNDS + 2).map(|port| round(&path, port, write, &heard)).collect();
    vec![row(how, "median", &late, 0.5, 20.0), row(how, "p99", &late, 0.99, 100.0)]
}

/// How much later than the debounce the callback came, in milliseconds.
fn round(path: &Path, port: u16, write: Write, heard: &Receiver<(u16, Instant)>) -> f64 {
    write(path, &format!("port = {port}")).expect("the file can be written");
    let written = Instant::now();
    let called = loop {
        let (seen, at) = heard.recv_timeout(Duration::from_secs(30)).expect("the callback comes");
        if seen == port {
            break at;
        }
    };
    (called.duration_since(written).as_secs_f64() - DEBOUNCE.as_secs_f64()) * 1e3
}

fn row(how: &str, which: &str, late: &[f64], share: f64, aim: f64) -> Row {
    let late = quantile(late.iter().copied(), share);
    Row {
        what: format!("write {how} to callback, {which}"),
        ours: format!("{:.1} ms", late + DEBOUNCE.as_secs_f64() * 1e3),
        against: "debounce: 50 ms".to_owned(),
        figure: late,
        unit: Unit::Milliseconds,
        aim: Aim::AtMost(aim),
    }
}
