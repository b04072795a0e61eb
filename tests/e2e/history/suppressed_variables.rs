//! The status shows which source of variables is suppressed.

use hotswap::{HotConfig, SourceStatus};
use serde::{Deserialize, Serialize};

use crate::support::{Folder, this_test, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = "")]
    url: String,
    #[hot(default = 1)]
    n: u32,
}

fn held(app: &AppHandle, file: &str) -> Option<u64> {
    let is_named = |source: &&SourceStatus| source.name.ends_with(file);
    app.status().sources.iter().find(is_named).and_then(|source| source.held)
}

#[test]
fn the_dotenv_file_of_a_suppressed_variable_is_marked() {
    for (file, text) in [("k.toml", "url = 'x-${PW}'"), ("k.yaml", "url: x-${PW}")] {
        let folder = Folder::with(file, text);
        folder.write(".env", "PW=one1111");
        let app = App::hot_builder()
            .file(folder.path(file))
            .dotenv(folder.path(".env"))
            .env("SUPPRESSED")
            .watch(false)
            .load()
            .unwrap();
        folder.write(".env", "PW=two2222");
        app.reload().unwrap();
        assert_eq!(held(&app, ".env"), None);
        app.rollback(1).unwrap();
        assert_eq!(*app.url(), "x-one1111");
        assert_eq!((held(&app, ".env"), held(&app, file), held(&app, "environment")), (Some(1), None, None));
        let status = app.status().to_string();
        assert!(status.contains(".env: ok, rolled back to version 1"), "{status}");
        app.reload().unwrap();
        assert_eq!(held(&app, ".env"), None);
    }
}

#[test]
fn of_two_dotenv_files_the_one_that_gives_the_variable_is_marked() {
    let folder = Folder::with("k.json", r#"{"url": "${HOST:a}:${PORT:1}"}"#);
    folder.write("one.env", "HOST=b");
    folder.write("two.env", "PORT=2");
    let app = App::hot_builder()
        .file(folder.path("k.json"))
        .dotenv(folder.path("one.env"))
        .dotenv(folder.path("two.env"))
        .watch(false)
        .load()
        .unwrap();
    folder.write("one.env", "HOST=c");
    app.reload().unwrap();
    app.rollback(1).unwrap();
    assert_eq!((held(&app, "one.env"), held(&app, "two.env")), (Some(1), None));
}

#[test]
fn a_variable_that_is_gone_marks_the_dotenv_file() {
    let folder = Folder::with("k.toml", "url = '${HOST:a}'");
    folder.write(".env", "HOST=b\nOTHER=1");
    let builder = App::hot_builder().file(folder.path("k.toml")).dotenv(folder.path(".env"));
    let app = builder.watch(false).load().unwrap();
    folder.write(".env", "OTHER=1");
    app.reload().unwrap();
    app.rollback(1).unwrap();
    assert_eq!((app.url().as_str(), held(&app, ".env")), ("b", Some(1)));
}

#[test]
fn a_variable_of_the_process_does_not_mark_the_dotenv_file_below_it() {
    with_variables(&this_test(), &[("SUPPRESSED_HOST", "process")], || {
        let folder = Folder::with("k.toml", "url = '${SUPPRESSED_HOST}${WORD}'");
        folder.write(".env", "SUPPRESSED_HOST=file\nWORD=a");
        let builder = App::hot_builder().file(folder.path("k.toml")).dotenv(folder.path(".env"));
        let app = builder.env("SUPPRESSED").watch(false).load().unwrap();
        folder.write(".env", "SUPPRESSED_HOST=other\nWORD=b");
        app.reload().unwrap();
        app.rollback(1).unwrap();
        assert_eq!((app.url().as_str(), held(&app, "environment")), ("processa", None));
        assert_eq!(held(&app, ".env"), Some(1));
    });
}
