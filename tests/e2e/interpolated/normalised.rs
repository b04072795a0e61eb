//! Interpolated text in fields of types that write another form than they read.

mod apart;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    net::Ipv6Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use hotswap::{Builder, Error, Event, HotConfig, Observe};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::support::Folder;

const CANARY: &str = "hunter2canary";

/// Written with a trailing slash.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Url(String);

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(format!("{}/", text.trim_end_matches('/'))))
    }
}

/// Written in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(text.to_lowercase()))
    }
}

/// Read from `host:port`, and written as a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Address")]
struct Host {
    name: String,
    port: u16,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Address {
    Text(String),
    Table { name: String, port: u16 },
}

impl TryFrom<Address> for Host {
    type Error = String;

    fn try_from(address: Address) -> Result<Self, String> {
        match address {
            Address::Table { name, port } => Ok(Self { name, port }),
            Address::Text(text) => {
                let (name, port) = text.split_once(':').ok_or("no port")?;
                Ok(Self { name: name.to_owned(), port: port.parse().map_err(|_| "no port")? })
            }
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Pool {
    #[serde(alias = "uri")]
    url: Url,
    #[serde(default = "ten")]
    size: u32,
    #[serde(default)]
    level: Level,
}

fn ten() -> u32 {
    10
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    #[default]
    Low,
    #[serde(alias = "hunter2canary1", alias = "hunter2canary2")]
    High,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    password: String,
    #[serde(default = "ten")]
    tries: u32,
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    url: Url,
    urls: Vec<Url>,
    sorted: BTreeSet<Url>,
    hashed: HashSet<Url>,
    named: BTreeMap<Name, Url>,
    pool: Pool,
    pools: Vec<Pool>,
    #[hot(nested)]
    db: Database,
    #[hot(nested)]
    replica: Option<Database>,
    hosts: Vec<Host>,
    host: Host,
    numbers: Vec<u32>,
    levels: Vec<Level>,
    addresses: Vec<Ipv6Addr>,
    limit: Limit,
    login: Login,
    other: Option<Login>,
    #[serde(default)]
    any: serde_json::Value,
    list: Vec<String>,
    #[hot(default = "")]
    name: String,
    #[hot(default = 1)]
    n: u32,
    groups: BTreeMap<String, BTreeSet<Url>>,
    pair: (Url, u32),
    two: [Url; 2],
    sink: Sink,
    #[hot(nested)]
    spare: Option<Database>,
    #[serde(flatten)]
    rest: BTreeMap<Name, Url>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sink {
    #[serde(alias = "NET")]
    Net { address: Url, level: Level },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Database {
    url: Url,
    #[hot(default = 1)]
    pool: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Limit {
    #[serde(with = "hotswap::duration")]
    time: Duration,
    n: u32,
}

const TEXT: &str = r#"
url = 'https://u:${PW}@a'
urls = ['https://u:${PW}@b', 'https://plain']
sorted = ['z://${PW}', 'https://plain', 'a://${PW}']
hashed = ['z://${PW}', 'https://plain', 'a://${PW}']
named = { "X-One" = 'https://${PW}@one', "X-Two" = 'https://${PW}@two' }
pool = { uri = 'https://${PW}@pool', level = '${PW}' }
pools = [{ uri = 'https://${PW}@first' }, { url = 'https://${PW}@second', size = 3 }]
hosts = ['${PW}:1', { name = '${PW}', port = 2 }]
host = 'h${PW}:3'
numbers = [' ${PIN} ', 1]
levels = ['${PW}', 'low']
addresses = ['0::${V6}', '::2']
limit = { time = '${PIN}s', n = 1 }
login = '{"user": "u", "password": "x${PW}"}'
any = '${PIN}'
list = '${LIST}'
groups = { a = ['z://${PW}', 'a://${PW}'] }
pair = ['https://${PW}@pair', 1]
two = ['https://${PW}@two', 'https://plain']
sink = { NET = { address = 'https://${PW}@sink', level = '${PW}' } }
Left = 'https://${PW}@left'

[db]
url = 'https://${PW}@db'

[spare]
url = 'https://${PW}@spare'
"#;

fn variables(suffix: &str) -> String {
    format!(
        "PW={CANARY}{suffix}\nPIN=777770{suffix}\nV6=abc{suffix}\nLIST=alpha{CANARY},beta{CANARY}{suffix}\n"
    )
}

/// Texts of the variables, also in the forms that types write.
const CANARIES: [&str; 5] = [CANARY, "777770", "777,770", "::abc1", "::abc2"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Observe for Log {
    fn observe(&self, event: &Event<'_>) {
        *self.0.lock().unwrap() += &format!("{event:?}");
    }
}

fn folder() -> Folder {
    let folder = Folder::with("app.toml", TEXT);
    folder.write(".env", &variables("1"));
    folder
}

fn load(folder: &Folder, log: &Log) -> AppHandle {
    let builder: Builder<App> = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
    builder.watch(false).observe(log.clone()).state_dir(folder.path("state")).load().unwrap()
}

/// All stored and displayed forms of the configuration.
fn stored(app: &AppHandle, folder: &Folder) -> String {
    app.flush_state().unwrap();
    let mut said = format!("{:?}{:?}{:?}", app.history(), app.overrides(), app.explain_all());
    said += &format!("{:?}{:?}", app.diff(1, app.version()), app.status());
    for name in ["out.toml", "out.yaml", "out.json"] {
        for whole in [false, true] {
            let path = folder.path(name);
            let saved = if whole { app.save(&path) } else { app.save_overrides(&path) };
            match saved {
                Ok(()) => said += &fs::read_to_string(&path).unwrap(),
                // Together with the other file, a field would have two names.
                Err(error) => said += &error.to_string(),
            }
            let _ = fs::remove_file(path);
        }
    }
    let entries = fs::read_dir(folder.path("state")).unwrap();
    said + &entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect::<String>()
}

#[track_caller]
fn assert_silent(said: &str) {
    for canary in CANARIES {
        let at = said.find(canary);
        assert!(
            at.is_none(),
            "{canary} in {}",
            &said[at.unwrap_or(0).saturating_sub(500)..][..600.min(said.len())]
        );
    }
}

/// Performs the write, searches the text of the variables in everything that is stored, and restarts
/// with others.
#[track_caller]
fn after_a_restart(write: impl FnOnce(&AppHandle) -> Result<u64, Error>) -> AppHandle {
    let (folder, log) = (folder(), Log::default());
    let app = load(&folder, &log);
    let version = write(&app).unwrap();
    assert_eq!(version, 2);
    let said = stored(&app, &folder);
    assert_silent(&said);
    app.set_n(9).unwrap();
    app.rollback(1).unwrap();
    let said = stored(&app, &folder);
    app.shutdown().unwrap();
    drop(app);
    assert_silent(&(said + &log.0.lock().unwrap()));
    folder.write(".env", &variables("2"));
    let app = load(&folder, &log);
    app.set_n(8).unwrap();
    app.update(|app| app.urls.push(url("last/"))).unwrap();
    assert_silent(&stored(&app, &folder));
    app.update(|app| drop(app.urls.pop())).unwrap();
    app.clear_override("n").unwrap();
    app
}

fn updated(change: impl FnOnce(&mut App)) -> AppHandle {
    after_a_restart(|app| app.update(change))
}

fn patched(operations: serde_json::Value) -> AppHandle {
    after_a_restart(|app| app.patch(operations))
}

fn url(text: &str) -> Url {
    Url(text.replace('$', &format!("{CANARY}2")))
}

#[test]
fn an_item_next_to_a_text_that_its_type_writes_in_another_form() {
    let expected = [url("https://u:$@b/"), url("https://plain/"), url("new/")];
    let app = updated(|app| app.urls.push(url("new/")));
    assert_eq!(*app.urls(), expected);
    let app = patched(json!([{"op": "add", "path": "/urls/-", "value": "new"}]));
    assert_eq!(app.urls()[..2], expected[..2]);
    let app = after_a_restart(|app| app.set_urls([&app.urls()[..], &[url("new/")]].concat()));
    assert_eq!(*app.urls(), expected);
    let app = after_a_restart(|app| {
        let urls: Vec<_> = app.urls().iter().map(|url| url.0.clone()).chain(["new".into()]).collect();
        app.merge_patch(json!({ "urls": urls }))
    });
    assert_eq!(app.urls()[..2], expected[..2]);
    let app = updated(|app| app.urls.reverse());
    assert_eq!(*app.urls(), [url("https://plain/"), url("https://u:$@b/")]);
}

#[test]
fn a_set_with_such_texts() {
    let app = updated(|app| assert!(app.sorted.insert(url("new/"))));
    let all = ["a://$/", "https://plain/", "new/", "z://$/"].map(url);
    assert_eq!(app.sorted().iter().cloned().collect::<Vec<_>>(), all);
    let app = updated(|app| assert!(app.hashed.insert(url("new/"))));
    assert_eq!(*app.hashed(), all.iter().cloned().collect());
    let app = updated(|app| assert!(app.sorted.remove(&url("https://plain/"))));
    assert_eq!(*app.sorted(), ["a://$/", "z://$/"].map(url).into());
    let app = patched(json!([{"op": "remove", "path": "/sorted/0"}]));
    assert_eq!(*app.sorted(), ["https://plain/", "z://$/"].map(url).into());
}

#[test]
fn a_map_whose_keys_are_written_in_another_form() {
    let app = updated(|app| drop(app.named.insert(Name("new".into()), url("new/"))));
    let value = |name: &str| app.named()[&Name(name.into())].clone();
    assert_eq!((value("x-one"), value("x-two")), (url("https://$@one/"), url("https://$@two/")));
    let app = patched(json!([{"op": "move", "from": "/named/x-one", "path": "/named/x-three"}]));
    assert_eq!(app.named()[&Name("x-three".into())], url("https://$@one/"));
}

#[test]
fn a_struct_of_which_another_part_changes() {
    let app = updated(|app| app.pool.size = 5);
    assert_eq!(*app.pool(), Pool { url: url("https://$@pool/"), size: 5, level: Level::High });
    let app = patched(json!([{"op": "replace", "path": "/pool/size", "value": 5}]));
    assert_eq!(app.pool().url, url("https://$@pool/"));
    let app = after_a_restart(|app| app.merge_patch(json!({"pool": {"size": 5}})));
    assert_eq!((app.pool().url.clone(), app.pool().size), (url("https://$@pool/"), 5));
    let app = updated(|app| app.pools[0].size = 5);
    assert_eq!((&app.pools()[0].url, app.pools()[0].size), (&url("https://$@first/"), 5));
    assert_eq!((&app.pools()[1].url, app.pools()[1].size), (&url("https://$@second/"), 3));
    let app = updated(|app| app.pools.insert(0, Pool { url: url("new/"), ..Pool::default() }));
    assert_eq!(
        (&app.pools()[1].url, &app.pools()[2].url),
        (&url("https://$@first/"), &url("https://$@second/"))
    );
    let app = updated(|app| app.replica = Some(app.db.clone()));
    assert_eq!(app.replica().as_ref().unwrap().url, url("https://$@db/"));
    let app = updated(|app| app.limit.n = 2);
    assert_eq!((app.limit().time, app.limit().n), (Duration::from_secs(7_777_702), 2));
}

#[test]
fn lists_and_structs_inside_others() {
    let app = updated(|app| assert!(app.groups.get_mut("a").unwrap().insert(url("new/"))));
    assert_eq!(app.groups()["a"], ["a://$/", "new/", "z://$/"].map(url).into());
    let app = updated(|app| drop(app.groups.insert("b".into(), app.groups["a"].clone())));
    assert_eq!(app.groups()["b"], ["a://$/", "z://$/"].map(url).into());
    let app = updated(|app| app.pair.1 = 2);
    assert_eq!(*app.pair(), (url("https://$@pair/"), 2));
    let app = patched(json!([{"op": "replace", "path": "/two/1", "value": "new/"}]));
    assert_eq!(*app.two(), ["https://$@two/", "new/"].map(url));
    let app = updated(|app| {
        let Sink::Net { level, .. } = &mut app.sink;
        *level = Level::Low;
    });
    assert_eq!(*app.sink(), Sink::Net { address: url("https://$@sink/"), level: Level::Low });
    let app = updated(|app| app.spare.as_mut().unwrap().pool = 7);
    assert_eq!(*app.spare(), Some(Database { url: url("https://$@spare/"), pool: 7 }));
    let app = updated(|app| drop(app.rest.insert(Name("new".into()), url("new/"))));
    assert_eq!(app.rest()[&Name("left".into())], url("https://$@left/"));
    let app = patched(json!([{"op": "copy", "from": "/left", "path": "/right"}]));
    assert_eq!(app.rest()[&Name("right".into())], url("https://$@left/"));
}

/// Such a set has too many items to read them individually.
#[test]
fn a_set_with_many_texts() {
    let (folder, log) = (folder(), Log::default());
    let many: Vec<_> = (0..600).map(|n| format!("'{}://${{PW}}'", 1000 - n)).collect();
    folder.write(
        "app.toml",
        &TEXT.replace("['z://${PW}', 'https://plain', 'a://${PW}']", &format!("[{}]", many.join(", "))),
    );
    let app = load(&folder, &log);
    app.update(|app| assert!(app.sorted.remove(&Url(format!("500://{CANARY}1/"))))).unwrap();
    app.update(|app| assert!(app.hashed.insert(url("new/")))).unwrap();
    assert_eq!((app.sorted().len(), app.hashed().len()), (599, 601));
    assert_silent(&stored(&app, &folder));
}

#[test]
fn numbers_names_and_addresses() {
    let app = updated(|app| app.numbers.push(5));
    assert_eq!(*app.numbers(), [7_777_702, 1, 5]);
    let app = patched(json!([{"op": "add", "path": "/numbers/0", "value": 5}]));
    assert_eq!(*app.numbers(), [5, 7_777_702, 1]);
    let app = updated(|app| app.levels.push(Level::Low));
    assert_eq!(*app.levels(), [Level::High, Level::Low, Level::Low]);
    let app = updated(|app| app.addresses.push(Ipv6Addr::LOCALHOST));
    assert_eq!(app.addresses()[0], "::abc2".parse::<Ipv6Addr>().unwrap());
    // A number is text in the target field, as in a file.
    let app = patched(json!([{"op": "copy", "from": "/numbers/0", "path": "/name"}]));
    assert_eq!(app.name().trim(), "7777702");
}
