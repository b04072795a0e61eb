//! Formats, precedence, directories, providers, sources, interpolation, profiles.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hotswap::{Changed, HotConfig, IssueKind, Reading, Source, SourceError};
use serde::Deserialize;

use crate::support::{Folder, eventually, with_variables};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    a: u32,
    #[hot(default = 1)]
    b: u32,
    #[hot(default = "")]
    text: String,
    #[serde(default)]
    servers: Vec<Server>,
    #[hot(nested)]
    tls: Option<Tls>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Server {
    port: u16,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Tls {
    #[hot(default = 443)]
    port: u16,
    cert: String,
}

#[test]
fn later_files_win_key_by_key() {
    let folder = Folder::with("1.toml", "a = 2\nb = 2");
    folder.write("2.yaml", "b: 3\n");
    folder.write("3.json", r#"{"$schema": "x", "text": "json"}"#);
    let builder = App::hot_builder().file(folder.path("1.toml")).file(folder.path("2.yaml"));
    let app = builder.file(folder.path("3.json")).check().unwrap();
    assert_eq!((app.a, app.b, &*app.text), (2, 3, "json"));
}

#[test]
fn a_directory_is_read_by_name_order() {
    let folder = Folder::with("conf.d/20.toml", "a = 20");
    folder.write("conf.d/10.toml", "a = 10\nb = 10");
    folder.write("conf.d/30.toml~", "a = 30");
    let app = App::hot_builder().dir(folder.path("conf.d")).check().unwrap();
    assert_eq!((app.a, app.b), (20, 10));
}

#[test]
fn a_file_of_a_directory_is_read_again_where_it_is_named_again() {
    let folder = Folder::with("conf/10.toml", "a = 10\nb = 10");
    folder.write("conf/20.toml", "a = 20");
    folder.write("conf/.hidden.toml", "text = 'hidden'");
    let dir = || App::hot_builder().dir(folder.path("conf"));
    let values =
        |builder: hotswap::Builder<App>| builder.check().map(|app| (app.a, app.b, app.text)).unwrap();
    assert_eq!(values(dir()), (20, 10, String::new()));
    assert_eq!(values(dir().file(folder.path("conf/10.toml"))), (10, 10, String::new()));
    assert_eq!(values(dir().optional_file(folder.path("conf/10.toml"))), (10, 10, String::new()));
    assert_eq!(values(dir().file(folder.path("conf/20.toml"))), (20, 10, String::new()));
    assert_eq!(values(dir().optional_file(folder.path("conf/30.toml"))), (20, 10, String::new()));
    assert_eq!(values(dir().file(folder.path("conf/.hidden.toml"))), (20, 10, "hidden".to_owned()));
    let twice = dir().file(folder.path("conf/10.toml")).dir(folder.path("conf"));
    assert_eq!(values(twice.file(folder.path("conf/10.toml"))), (10, 10, String::new()));
    folder.write("conf/.env", "APP_B=7");
    assert_eq!(values(dir().dotenv(folder.path("conf/.env")).env("APP")), (20, 7, String::new()));
}

#[test]
fn a_file_that_is_named_twice_changes_at_both_places() {
    let folder = Folder::with("conf/10.toml", "a = 10");
    folder.write("conf/20.toml", "a = 20\nb = 20");
    let builder = App::hot_builder().dir(folder.path("conf")).file(folder.path("conf/10.toml"));
    let config = builder.watch(false).load().unwrap();
    assert_eq!((config.a(), config.b()), (10, 20));
    folder.write("conf/10.toml", "a = 11");
    config.reload().unwrap();
    assert_eq!((config.a(), config.b()), (11, 20));
}

#[test]
fn defaults_of_an_option_apply_when_a_layer_mentions_it() {
    let folder = Folder::with("app.toml", "[tls]\ncert = 'c'");
    let app = App::hot_builder().file(folder.path("app.toml")).check().unwrap();
    assert_eq!(app.tls, Some(Tls { port: 443, cert: "c".into() }));
}

#[test]
fn an_option_that_nobody_mentions_is_none() {
    assert_eq!(App::hot_builder().check().unwrap().tls, None);
}

#[test]
fn a_figment_provider_is_a_layer() {
    let provider = figment::providers::Serialized::default("a", 9);
    assert_eq!(App::hot_builder().layer(provider).check().unwrap().a, 9);
}

struct Own(Arc<Mutex<u32>>, Arc<Mutex<Option<Changed>>>);

impl Source for Own {
    fn name(&self) -> String {
        "my source".into()
    }
    fn read(&mut self) -> Result<Reading, SourceError> {
        match *self.0.lock().unwrap() {
            0 => Err("out of order".into()),
            value => Ok(Reading::values(&BTreeMap::from([("a", value)]))?),
        }
    }
    fn watch(&mut self, changed: Changed) {
        *self.1.lock().unwrap() = Some(changed);
    }
}

fn own(value: u32) -> (Own, impl Fn(u32)) {
    let (cell, changed) = (Arc::new(Mutex::new(value)), Arc::new(Mutex::new(None::<Changed>)));
    let source = Own(Arc::clone(&cell), Arc::clone(&changed));
    let set = move |value| {
        *cell.lock().unwrap() = value;
        changed.lock().unwrap().as_ref().unwrap().notify();
    };
    (source, set)
}

#[test]
fn an_own_source_says_when_it_changed() {
    let (source, set) = own(5);
    let app = App::hot_builder().source(source).load().unwrap();
    assert_eq!(app.a(), 5);
    set(6);
    eventually("the new value is published", || app.a() == 6);
    assert_eq!(app.history()[1].cause.to_string(), "my source");
}

#[test]
fn an_own_source_that_fails_at_start_is_named() {
    let error = App::hot_builder().source(own(0).0).load().unwrap_err();
    assert!(error.to_string().contains("out of order\n    from my source"), "{error}");
}

#[test]
fn an_own_source_that_fails_later_keeps_its_values() {
    let (source, set) = own(5);
    let app = App::hot_builder().source(source).load().unwrap();
    set(0);
    let failing =
        || app.status().sources.iter().any(|source| source.message.as_deref() == Some("out of order"));
    eventually("the status tells", failing);
    assert_eq!(app.a(), 5);
}

#[test]
fn an_interpolated_text_is_read_for_its_field() {
    with_variables("layers::an_interpolated_text_is_read_for_its_field", &[("PORT_A", "17")], || {
        let folder = Folder::with("app.toml", "a = '${PORT_A}'\nb = '${NOT_SET:18}'\ntext = 'x$${y}$z'");
        let app = App::hot_builder().file(folder.path("app.toml")).check().unwrap();
        assert_eq!((app.a, app.b, &*app.text), (17, 18, "x${y}$z"));
    });
}

#[test]
fn a_variable_that_is_not_set_has_a_place() {
    let folder = Folder::with("app.toml", "a = 1\ntext = \"${HOTSWAP_NOT_SET}\"");
    let path = folder.path("app.toml");
    let error = App::hot_builder().file(&path).check().unwrap_err();
    assert!(error.has(IssueKind::Interpolation));
    assert!(error.to_string().contains(&format!("at {}:2:8", path.display())), "{error}");
}

#[test]
fn an_interpolated_value_is_not_shown() {
    with_variables("layers::an_interpolated_value_is_not_shown", &[("CANARY", "hunter2")], || {
        let folder = Folder::with("app.toml", "a = '${CANARY}'");
        let error = App::hot_builder().file(folder.path("app.toml")).check().unwrap_err().to_string();
        assert!(!error.contains("hunter2") && error.contains("${CANARY}"), "{error}");
    });
}

#[test]
fn the_profile_names_a_file() {
    let folder = Folder::with("production.toml", "a = 7");
    let builder = App::hot_builder().optional_file(folder.path("{profile}.toml"));
    assert_eq!(builder.profile("production").check().unwrap().a, 7);
}

#[test]
fn an_empty_prefix_makes_no_name_for_the_profile() {
    with_variables(
        "layers::an_empty_prefix_makes_no_name_for_the_profile",
        &[("_PROFILE", "stray"), ("HOTSWAP_PROFILE", "red")],
        || {
            let folder = Folder::with("red.toml", "a = 8");
            let builder = App::hot_builder().optional_file(folder.path("{profile}.toml")).env("");
            assert_eq!(builder.check().unwrap().a, 8);
        },
    );
}

#[test]
fn a_profile_of_the_environment() {
    with_variables(
        "layers::a_profile_of_the_environment",
        &[("APP_PROFILE", "blue"), ("HOTSWAP_PROFILE", "red")],
        || {
            let folder = Folder::with("blue.toml", "a = 8");
            let builder = App::hot_builder().optional_file(folder.path("{profile}.toml")).env("APP");
            let app = builder.load().unwrap();
            assert_eq!((app.a(), app.status().warnings.len()), (8, 0));
        },
    );
}

#[test]
fn the_usual_profile_need_not_match_a_file() {
    let folder = Folder::new();
    assert!(App::hot_builder().optional_file(folder.path("{profile}.toml")).check().is_ok());
}

#[test]
fn unknown_keys_inside_a_leaf_are_found() {
    let folder = Folder::with("app.toml", "[[servers]]\nport = 1\n[[servers]]\nport = 2\nprot = 3");
    let path = folder.path("app.toml");
    let error = App::hot_builder().file(&path).check().unwrap_err();
    let expected = format!(
        "configuration rejected: 1 problem\n  servers[1].prot: unknown key, did you mean `port`?\n    at {}:5:1",
        path.display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn problems_of_every_kind_and_source_come_together() {
    let folder = Folder::with("1.toml", "a = 'x'\nwrong = 1\n[tls]\nport = 70000");
    folder.write("2.yaml", "servers:\n  - port: many\n");
    let builder = App::hot_builder().file(folder.path("1.toml")).file(folder.path("2.yaml"));
    let error = builder.file(folder.path("3.toml")).check().unwrap_err();
    let kinds: Vec<_> = error.issues().map(hotswap::Issue::kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == IssueKind::WrongType).count(), 3, "{error}");
    assert!(error.has(IssueKind::UnknownKey) && error.has(IssueKind::Unreadable), "{error}");
}

#[test]
fn a_missing_value_says_where_it_can_be_given() {
    let folder = Folder::with("app.toml", "[tls]");
    let error = App::hot_builder().file(folder.path("app.toml")).env("APP").check().unwrap_err();
    assert!(
        error.to_string().contains("tls.cert: missing value; give `tls.cert` in a file, or set APP_TLS_CERT"),
        "{error}"
    );
}

#[test]
fn aliases_of_two_layers_meet() {
    #[derive(Deserialize, HotConfig)]
    struct Aliased {
        #[serde(alias = "old")]
        new: u8,
    }
    let folder = Folder::with("1.toml", "old = 1");
    folder.write("2.toml", "new = 2");
    let builder = Aliased::hot_builder().file(folder.path("1.toml")).file(folder.path("2.toml"));
    assert_eq!(builder.check().unwrap().new, 2);
}

#[test]
fn an_alias_and_its_name_in_one_file_are_refused() {
    #[derive(Debug, Deserialize, HotConfig)]
    struct Aliased {
        #[serde(alias = "old")]
        new: u8,
    }
    let folder = Folder::with("1.toml", "old = 1\nnew = 2");
    let error = Aliased::hot_builder().file(folder.path("1.toml")).check().unwrap_err();
    assert!(error.to_string().contains("given twice"), "{error}");
}

#[test]
fn flattened_fields_stand_beside_the_others() {
    #[derive(Debug, Deserialize, HotConfig)]
    struct Outer {
        name: String,
        #[hot(nested)]
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, Deserialize, HotConfig)]
    struct Inner {
        #[hot(default = 3, range(max = 9))]
        size: u8,
    }
    let folder = Folder::with("app.toml", "name = 'n'\nsize = 10\nsise = 1");
    let path = folder.path("app.toml");
    let error = Outer::hot_builder().file(&path).check().unwrap_err().to_string();
    assert!(error.contains("size: 10 is greater than the maximum 9\n    at"), "{error}");
    assert!(error.contains("sise: unknown key, did you mean `size`?"), "{error}");
    folder.write("app.toml", "name = 'n'\nsize = 4");
    let outer = Outer::hot_builder().file(&path).load().unwrap();
    assert_eq!((outer.inner_size(), outer.name().as_str()), (4, "n"));
}

#[test]
fn a_flattened_leaf_is_set_without_touching_the_fields_beside_it() {
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, HotConfig)]
    struct Config {
        #[hot(default = 5)]
        max: u32,
        #[serde(flatten)]
        more: std::collections::BTreeMap<String, u32>,
    }
    let folder = Folder::with("app.toml", "max = 7\na = 1\nb = 2");
    let config = Config::hot_builder().file(folder.path("app.toml")).load().unwrap();
    config.set_more([("b".to_owned(), 3), ("c".to_owned(), 4)].into()).unwrap();
    assert_eq!(config.max(), 7);
    assert_eq!(*config.more(), [("b".to_owned(), 3), ("c".to_owned(), 4)].into());
    folder.write("app.toml", "max = 8\na = 1");
    config.reload().unwrap();
    assert_eq!(config.max(), 8);
    assert_eq!(*config.more(), [("b".to_owned(), 3), ("c".to_owned(), 4)].into());
}
