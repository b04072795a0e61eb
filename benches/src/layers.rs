//! Reload when one small layer of ten changes: unchanged layers are not parsed again.

use std::{cell::Cell, fs, ops::Range, path::PathBuf};

use hotswap::HotConfig;

use crate::{
    fleet::{Fleet, FleetHandle, Kind, SERVICES},
    measure::{contest, once},
    table::{Aim, Row},
};

const ROUNDS: usize = 21;
/// The large ones; the tenth layer is the small one.
const LARGE: usize = 9;

pub(crate) fn rows() -> Vec<Row> {
    Kind::ALL.into_iter().map(format).collect()
}

/// Files of which each has two states.
struct Layers(Vec<(PathBuf, [String; 2])>);

impl Layers {
    fn write(&self, chosen: Range<usize>, turn: usize) {
        for (path, texts) in &self.0[chosen] {
            fs::write(path, &texts[turn % 2]).expect("the file can be written");
        }
    }
}

fn format(kind: Kind) -> Row {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let layer = |number: usize| {
        let services = number * SERVICES / LARGE..((number + 1) * SERVICES / LARGE).min(SERVICES + 1);
        let texts = [1, 2].map(|revision| kind.text(&Fleet::of(services.clone(), revision)));
        (folder.path().join(kind.file(&number.to_string())), texts)
    };
    let layers = Layers((0..=LARGE).map(layer).collect());
    layers.write(0..LARGE + 1, 0);
    let builder = layers.0.iter().fold(Fleet::hot_builder(), |builder, (path, _)| builder.file(path));
    let handle = builder.watch(false).load().expect("the files are well formed");

    let turn = Cell::new(0);
    let edit = |chosen: Range<usize>| {
        turn.set(turn.get() + 1);
        layers.write(chosen, turn.get());
    };
    let small = once(|| edit(LARGE..LARGE + 1), || reload(&handle));
    let full = once(|| edit(0..LARGE + 1), || reload(&handle));
    let figures = contest(ROUNDS, vec![small, full]);
    let what = format!("reload, one small {} layer of ten changed", kind.name());
    Row::of(what, "all ten changed", &figures, 1, Aim::AtMost(0.35))
}

fn reload(handle: &FleetHandle) {
    let before = handle.version();
    assert!(handle.reload().expect("the files are well formed") > before, "the edit was published");
}
