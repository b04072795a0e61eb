//! The name of a source is shown without the secret parts of a URL in it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hotswap::{HotConfig, Reading, Source, SourceError};
use serde::Deserialize;
use serde_json::json;

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    n: u32,
    #[hot(default = "")]
    name: String,
}

struct Remote {
    name: &'static str,
    fails: Arc<AtomicBool>,
    text: Option<&'static str>,
    n: serde_json::Value,
}

impl Source for Remote {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(SourceError::from(format!("{} does not answer", self.name)));
        }
        match self.text {
            Some(text) => Ok(Reading::text(hotswap::Format::Toml, text)?),
            None => Ok(Reading::values(&json!({ "n": self.n, "name": "x" }))?),
        }
    }
}

const NAMES: [&str; 4] = [
    "https://user:hunter2@host/app?token=hunter2",
    "etcd https://hunter2@host/app#hunter2",
    "redis://:hunter2/x?y@host:6379/0",
    "user:hunter2@host:8500",
];

fn remote(name: &'static str) -> Remote {
    Remote { name, fails: Arc::default(), text: None, n: 5.into() }
}

#[track_caller]
fn assert_masked(said: &str) {
    assert!(!said.contains("hunter2") && said.contains("***@host"), "{said}");
}

#[test]
fn a_report_has_the_name_without_user_info_and_query() {
    for name in NAMES {
        let broken = [
            Remote { n: "x".into(), ..remote(name) },
            Remote { text: Some("n = "), ..remote(name) },
            Remote { text: Some("n = 'x'"), ..remote(name) },
            Remote { fails: Arc::new(AtomicBool::new(true)), ..remote(name) },
        ];
        for source in broken {
            let error = App::hot_builder().source(source).check().unwrap_err();
            assert_masked(&format!("{error} {error:?} {}", error.report()));
        }
    }
}

#[test]
fn so_has_everything_that_a_running_configuration_says_or_keeps() {
    for name in NAMES {
        let folder = Folder::new();
        let fails = Arc::new(AtomicBool::new(false));
        let source = Remote { fails: Arc::clone(&fails), ..remote(name) };
        let app = App::hot_builder().source(source).state_dir(folder.path("state")).watch(false);
        let app = app.load().unwrap();
        assert_masked(&serde_json::to_string(&app.status()).unwrap());
        assert_masked(&format!("{:?}{}", app.explain_all(), app.explain("n")));
        fails.store(true, Ordering::Relaxed);
        let _ = app.reload();
        assert_masked(&format!("{:?}{}", app.status(), serde_json::to_string(&app.status()).unwrap()));
        app.set_n(6).unwrap();
        app.flush_state().unwrap();
        let state = std::fs::read_to_string(folder.path("state/history.json")).unwrap();
        assert_masked(&(state + &format!("{:?}", app.history())));
    }
}

#[test]
fn debug_shows_letters_that_cannot_be_seen_as_escapes() {
    let config = App::hot_fixed(App { n: 1, name: "a".into() });
    config.by("eve\u{3164}").set_name("b\u{3164}\u{202e}c".into()).unwrap();
    let records = config.history();
    let (change, entry) = (records[1].changes[0].clone(), config.overrides());
    let texts = [
        format!("{change:?}"),
        format!("{change:#?}"),
        format!("{:?}", entry[0]),
        format!("{:#?}", entry[0]),
        format!("{:?}", records[1]),
        format!("{records:#?}"),
    ];
    for text in texts {
        assert!(!text.contains(['\u{3164}', '\u{202e}']) && text.contains("\\u{3164}"), "{text}");
    }
    let plain = format!("{:?}", config.diff(1, 2).unwrap()[0]);
    assert!(plain.starts_with("FieldChange { path: \"name\", old: String(\"a\"), new: "), "{plain}");
}
