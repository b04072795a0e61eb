//! Rollback over many versions of one large file.

use std::fs;

use hotswap::HotConfig;

use crate::{
    fleet::{Fleet, FleetHandle, Kind, SERVICES},
    measure::{contest, once},
    table::{Aim, Row},
};

const ROUNDS: usize = 15;
const VERSIONS: usize = 1_000;

pub(crate) fn rows() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder for the file");
    let path = folder.path().join(Kind::Json.file("fleet"));
    let texts = [1, 2].map(|revision| Kind::Json.text(&Fleet::of(0..SERVICES, revision)));
    let write = |revision: usize| fs::write(&path, &texts[revision % 2]).expect("the file can be written");
    write(0);
    let load = |versions| -> FleetHandle {
        let builder = Fleet::hot_builder().file(&path).watch(false).history(versions);
        builder.load().expect("the file is well formed")
    };
    let (old, plain) = (load(VERSIONS), load(2));
    for revision in 0..VERSIONS as u32 {
        old.set_revision(revision + 10).expect("any revision is valid");
    }
    let mut revision = 0;
    let edit = move || {
        revision += 1;
        write(revision);
    };
    // The oldest version in the history, so that all deltas are applied.
    let back = || assert!(old.rollback(VERSIONS as u64 - 1).is_ok(), "it is remembered");
    let reload = || assert!(plain.reload().is_ok(), "the file is well formed");
    let figures = contest(ROUNDS, vec![once(|| {}, back), once(edit, reload)]);
    let what = format!("rollback over {VERSIONS} versions of {} kB JSON", texts[0].len() / 1000);
    vec![Row::of(what, "reload of the file", &figures, 1, Aim::None)]
}
