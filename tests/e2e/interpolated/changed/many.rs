//! The work of a write is bounded where many interpolated texts are of a type that writes them in another form.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
};

use hotswap::{Builder, HotConfig};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value as Json, json};

use super::CANARY;
use crate::support::Folder;

thread_local! {
    /// What the types below read: each text counts as one, and one more for each KiB.
    static READ: Cell<usize> = const { Cell::new(0) };
}

/// How often a write may read each value. A load reads it twice or so.
const TIMES: usize = 12;

/// How much a write may read beyond that, whatever there is to find out.
const TRIALS: usize = 300_000;

fn counted(text: &str) {
    READ.set(READ.get() + 1 + text.len() / 1024);
}

/// Written with a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Url(String);

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        counted(&text);
        Ok(Self(format!("{}/", text.trim_end_matches('/'))))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Blob(String);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).inspect(|text| counted(text)).map(Self)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pool {
    #[serde(alias = "uri")]
    url: Url,
    #[serde(default)]
    size: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Large {
    urls: Vec<Url>,
    more: Vec<Url>,
    few: BTreeSet<Url>,
    blob: Blob,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[serde(default)]
    map: BTreeMap<String, Vec<Url>>,
    #[serde(default)]
    urls: Vec<Url>,
    #[serde(default)]
    sorted: BTreeSet<Url>,
    #[serde(default)]
    hashed: HashSet<Url>,
    #[serde(default)]
    pools: BTreeMap<String, Pool>,
    #[serde(default)]
    large: Large,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    any: Json,
    #[hot(default = 1)]
    n: u32,
}

struct Written {
    app: AppHandle,
    folder: Folder,
    /// How many values the sources give.
    count: usize,
}

impl Written {
    fn new(count: usize, content: &Json) -> Self {
        let folder = Folder::with("app.json", &content.to_string());
        folder.write(".env", &format!("PW={CANARY}\n"));
        let app = Self::builder(&folder).state_dir(folder.path("state")).load().unwrap();
        Self { app, folder, count }
    }

    fn builder(folder: &Folder) -> Builder<App> {
        App::hot_builder().file(folder.path("app.json")).dotenv(folder.path(".env")).watch(false)
    }

    /// Does the write, counts what is read for it, and looks for the text of the variable in all that is stored.
    #[track_caller]
    fn write(&self, change: impl FnOnce(&mut App)) {
        READ.set(0);
        self.app.update(change).unwrap();
        let most = TIMES * self.count + TRIALS;
        assert!(READ.get() < most, "{} of at most {most}", READ.get());
        self.app.flush_state().unwrap();
        let path = self.folder.path("out.json");
        fs::write(&path, "{}").unwrap();
        self.app.save_overrides(&path).unwrap();
        let state = fs::read_dir(self.folder.path("state")).unwrap();
        let state: String = state.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        let said = format!("{:?}{:?}", self.app.overrides(), self.app.diff(1, self.app.version()));
        let said = said + &state + &fs::read_to_string(path).unwrap();
        let at = said.find(CANARY);
        assert!(at.is_none(), "{}", &said[at.unwrap().saturating_sub(200)..][..300]);
    }

    fn override_of(&self, path: &str) -> Json {
        let overrides = self.app.overrides();
        overrides.iter().find(|own| own.path() == path).unwrap().value().unwrap().clone()
    }

    /// Writes that do not concern the values of the sources, and one that copies from them.
    #[track_caller]
    fn write_beside(&self, copy: impl FnOnce(&mut App)) {
        self.write(|app| app.n = 12_345);
        self.write(|app| app.list.push("a longer text".into()));
        self.write(copy);
    }
}

fn url(text: &str) -> Url {
    Url(text.replace('$', CANARY))
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("http://${{PW}}@{}", 1_000_000 - n)).collect()
}

fn map<T>(count: usize, value: impl Fn(usize) -> T) -> BTreeMap<String, T> {
    (0..count).map(|n| (n.to_string(), value(n))).collect()
}

#[test]
fn a_map_of_lists_with_one_text_each() {
    let written = Written::new(2_000, &json!({"map": map(2_000, |n| [format!("http://${{PW}}@{n}")])}));
    written.write_beside(|app| app.list.push(app.map["7"][0].0.clone()));
    written.write(|app| app.map.get_mut("7").unwrap().push(url("new/")));
    assert_eq!(written.app.map()["7"], [url("http://$@7/"), url("new/")]);
    assert_eq!(written.override_of("map")["8"], json!(["http://${PW}@8"]));
}

#[test]
fn a_map_of_lists_with_several_texts_each() {
    let lists = map(3_000, |n| [format!("http://${{PW}}@{n}"), "http://plain".into()]);
    let written = Written::new(6_000, &json!({ "map": lists }));
    written.write_beside(|app| app.list.push(app.map["7"][0].0.clone()));
    written.write(|app| drop(app.map.get_mut("7").unwrap().remove(1)));
    assert_eq!(written.app.map()["7"], [url("http://$@7/")]);
}

#[test]
fn lists_beside_a_long_text() {
    let large =
        |n| json!({"urls": texts(n), "more": texts(n), "few": texts(n.min(9)), "blob": "x".repeat(1 << 20)});
    for n in [2, 1024, 2000] {
        let written = Written::new(2 * n + 9 + 1024, &json!({ "large": large(n) }));
        written.write_beside(|app| app.list.push(app.large.more[1].0.clone()));
        written.write(|app| app.large.urls.push(url("new/")));
        assert_eq!(written.override_of("large")["urls"][0], json!("http://${PW}@1000000"));
    }
}

#[test]
fn sets_of_many_texts() {
    for name in ["sorted", "hashed", "urls"] {
        for n in [1_000, 3_000] {
            let written = Written::new(n, &json!({ name: texts(n) }));
            written.write_beside(|app| {
                app.list.extend(app.sorted.iter().chain(&app.hashed).take(3).map(|url| url.0.clone()))
            });
            written.write(|app| {
                app.sorted.insert(url("new/"));
                app.hashed.insert(url("new/"));
                app.urls.push(url("new/"));
            });
        }
    }
}

#[test]
fn many_tables_whose_names_are_written_in_another_form() {
    let pools = map(1_500, |n| json!({"uri": format!("http://${{PW}}@{n}")}));
    let written = Written::new(1_500, &json!({ "pools": pools }));
    written.write_beside(|app| app.list.push(app.pools["7"].url.0.clone()));
    written.write(|app| app.pools.get_mut("7").unwrap().size = 5);
    assert_eq!(written.app.pools()["7"], Pool { url: url("http://$@7/"), size: 5 });
}

#[test]
fn many_copies_that_no_template_gives() {
    let written = Written::new(4_000, &json!({ "urls": texts(4_000) }));
    written.write(|app| app.list = app.urls.iter().map(|url| url.0.clone()).collect());
    assert_eq!(written.app.list()[0], format!("http://{CANARY}@1000000/"));
    let written = Written::new(2_000, &json!({"map": map(2_000, |n| [format!("http://${{PW}}@{n}")])}));
    written.write(|app| app.any = json!(app.map));
    assert_eq!(written.app.any()["7"][0], json!(format!("http://{CANARY}@7/")));
}
