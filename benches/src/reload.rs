//! Reload of one large file with each alternative.
//!
//! hotswap reads, merges, decodes, validates, compares and publishes; figment and config only read and extract.
//! The file changes before each reload, because hotswap would otherwise detect that it is unchanged.

use std::{fs, path::Path};

use config::Config;
use dynamic_config::{Builder, Dynamic};
use figment::{
    Figment,
    providers::{Format, Json, Toml, Yaml},
};
use hotswap::HotConfig;
use hotswap_config::prelude::HotswapConfig;

use crate::{
    fleet::{Fleet, Kind, SERVICES},
    measure::{Side, contest, once},
    table::{Aim, Row, Unit, time},
};

const ROUNDS: usize = 15;
const RIVALS: [&str; 4] =
    ["figment extract", "config extract", "dynamic-config reload", "hotswap-config reload"];

pub(crate) fn rows() -> Vec<Row> {
    Kind::ALL.into_iter().flat_map(format).collect()
}

fn format(kind: Kind) -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder for the file");
    let path = folder.path().join(kind.file("fleet"));
    let texts = [1, 2].map(|revision| kind.text(&Fleet::of(0..SERVICES, revision)));
    let write = |revision: usize| fs::write(&path, &texts[revision % 2]).expect("the file can be written");
    write(0);
    let side = |reload: Box<dyn FnMut()>| {
        // Counted by each side, so that each finds the file changed.
        let mut revision = 0;
        let edit = move || {
            revision += 1;
            write(revision);
        };
        once(edit, reload)
    };
    let sides: Vec<Side<'_>> = vec![
        side(ours(&path)),
        side(figment(kind, &path)),
        side(config(&path)),
        side(dynamic_config(&path)),
        side(hotswap_config(&path)),
    ];
    let figures = contest(ROUNDS, sides);
    let what = format!("reload of {} kB {}", texts[0].len() / 1000, kind.name());
    let aims = [Aim::AtMost(1.5), Aim::Ahead, Aim::Ahead, Aim::Ahead];
    let row = |(side, aim)| Row::of(&what, RIVALS[side], &figures, side + 1, aim);
    let mut rows: Vec<_> = aims.into_iter().enumerate().map(row).collect();
    rows.push(Row {
        what,
        ours: time(figures.time(0)),
        against: "the clock".to_owned(),
        figure: figures.time(0) * 1e3,
        unit: Unit::Milliseconds,
        aim: if kind == Kind::Yaml { Aim::None } else { Aim::AtMost(100.0) },
    });
    rows
}

fn ours(path: &Path) -> Box<dyn FnMut()> {
    let handle = Fleet::hot_builder().file(path).watch(false).load().expect("the file is well formed");
    Box::new(move || {
        let before = handle.version();
        let version = handle.reload().expect("the file is well formed");
        assert!(version > before, "the edit was published");
    })
}

fn figment(kind: Kind, path: &Path) -> Box<dyn FnMut()> {
    let path = path.to_owned();
    Box::new(move || {
        let figment = match kind {
            Kind::Json => Figment::from(Json::file_exact(&path)),
            Kind::Toml => Figment::from(Toml::file_exact(&path)),
            Kind::Yaml => Figment::from(Yaml::file_exact(&path)),
        };
        drop(figment.extract::<Fleet>().expect("the file is well formed"));
    })
}

fn config(path: &Path) -> Box<dyn FnMut()> {
    let path = path.to_owned();
    Box::new(move || {
        let built = Config::builder().add_source(config::File::from(path.clone())).build();
        drop(built.and_then(Config::try_deserialize::<Fleet>).expect("the file is well formed"));
    })
}

fn dynamic_config(path: &Path) -> Box<dyn FnMut()> {
    let builder = Builder::<Fleet>::new("fleet").file(path.to_string_lossy()).whole_document();
    let dynamic = Dynamic::new(builder);
    dynamic.init().expect("the file is well formed");
    Box::new(move || dynamic.reload().expect("the file is well formed"))
}

fn hotswap_config(path: &Path) -> Box<dyn FnMut()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let config = runtime
        .block_on(HotswapConfig::builder().with_file(path).build::<Fleet>())
        .expect("the file is well formed");
    Box::new(move || runtime.block_on(config.reload()).expect("the file is well formed"))
}
