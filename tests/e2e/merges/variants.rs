//! Layers that give different variants of an enum.

use hotswap::{Builder, HotConfig};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum External {
    Disk { path: String },
    S3 { bucket: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Internal {
    Disk { path: String },
    S3 { bucket: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "at", rename_all = "lowercase")]
enum Adjacent {
    Disk { path: String },
    S3 { bucket: String },
}

fn disk() -> External {
    External::Disk { path: "/d".into() }
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    external: Option<External>,
    internal: Option<Internal>,
    adjacent: Option<Adjacent>,
    #[hot(nested)]
    part: Part,
    #[hot(default = disk)]
    preset: External,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Part {
    backend: Option<Internal>,
}

/// The same with the attribute that the advice names.
#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct Replaced {
    #[hot(merge = "replace")]
    external: Option<External>,
    #[hot(merge = "replace")]
    internal: Option<Internal>,
    #[hot(merge = "replace")]
    adjacent: Option<Adjacent>,
    #[hot(nested)]
    part: ReplacedPart,
    #[hot(default = disk, merge = "replace")]
    preset: External,
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct ReplacedPart {
    #[hot(merge = "replace")]
    backend: Option<Internal>,
}

/// What the lower and the higher file give.
const FILES: &[(&str, &str)] = &[
    ("external.disk.path = 'x'", "external:\n  s3: {bucket: b}\n"),
    ("internal = {kind = 'disk', path = 'x'}", "internal:\n  kind: s3\n  bucket: ${NONE:b}\n"),
    ("adjacent = {kind = 'disk', at = {path = 'x'}}", "adjacent:\n  kind: s3\n  at: {bucket: b}\n"),
    ("part.backend = {kind = 'disk', path = 'x'}", "part:\n  backend: {kind: s3, bucket: b}\n"),
    ("#", "preset:\n  s3: {bucket: b}\n"),
];

fn files<T: HotConfig>(builder: Builder<T>, folder: &Folder) -> Builder<T> {
    builder.file(folder.path("low.toml")).file(folder.path("high.yaml")).watch(false)
}

const ADVICE: &str = "`#[hot(merge = \"replace\")]`";

#[test]
fn a_table_of_two_variants_is_refused_with_advice() {
    for (low, high) in FILES {
        let folder = Folder::with("low.toml", low);
        folder.write("high.yaml", high);
        let error = files(App::hot_builder(), &folder).load().unwrap_err().to_string();
        assert!(error.contains(ADVICE), "{error}");
    }
}

#[test]
fn the_advice_helps() {
    for (low, high) in FILES {
        let folder = Folder::with("low.toml", low);
        folder.write("high.yaml", high);
        let loaded = files(Replaced::hot_builder(), &folder).load();
        assert!(format!("{:?}", loaded.unwrap().load()).contains("S3"), "{high}");
    }
}

#[test]
fn a_variant_that_is_invalid_by_itself_gets_no_advice() {
    for high in [
        "external:\n  s3: {bucket: [1]}\n",
        "internal:\n  kind: s3\n  bucketx: b\n",
        "internal:\n  kind: s4\n",
        "internal:\n  path: [1]\n",
    ] {
        let folder = Folder::with("low.toml", FILES[0].0);
        folder.write("low.toml", &format!("{}\n{}", FILES[0].0, FILES[1].0));
        folder.write("high.yaml", high);
        let error = files(App::hot_builder(), &folder).load().unwrap_err().to_string();
        assert!(!error.contains(ADVICE), "{error}");
    }
}
