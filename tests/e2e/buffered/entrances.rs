//! The same result at every entry point: a file, a variable, a reload, a write, a patch.

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Sink {
    File {
        path: String,
        #[serde(default)]
        max: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Extra {
    #[serde(default)]
    code: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    sink: Sink,
    #[serde(flatten)]
    extra: Extra,
}

fn file(path: &str, max: u32) -> Sink {
    Sink::File { path: path.into(), max }
}

#[test]
fn a_reload_and_a_check_read_as_a_start_does() {
    let folder = Folder::with("app.yaml", "sink: {type: file, path: 80}\ncode: 7");
    let builder = || App::hot_builder().file(folder.path("app.yaml"));
    let config = builder().watch(false).load().unwrap();
    assert_eq!((config.sink().clone(), config.extra().clone()), (file("80", 0), Extra { code: "7".into() }));
    folder.write("app.yaml", "sink: {type: file, path: 81}\ncode: 0x1F");
    config.reload().unwrap();
    assert_eq!(
        (config.sink().clone(), config.extra().clone()),
        (file("81", 0), Extra { code: "0x1F".into() })
    );
    folder.write("app.yaml", "sink: {type: file, path: 81, maxx: 1}\ncode: 8\nkode: 8");
    for error in [config.reload().unwrap_err(), builder().check().unwrap_err()] {
        let error = error.to_string();
        assert!(error.contains("sink.maxx: unknown key, did you mean `max`?"), "{error}");
        assert!(error.contains("kode: unknown key, did you mean `code`?"), "{error}");
    }
    assert_eq!(config.extra().code, "0x1F");
}

#[test]
fn a_write_is_read_as_it_was_written() {
    let folder = Folder::with("app.yaml", "sink: {type: file, path: a}\ncode: b");
    let config = App::hot_builder().file(folder.path("app.yaml")).watch(false).load().unwrap();
    config.set_sink(file("80", 80)).unwrap();
    config.set_extra(Extra { code: "true".into() }).unwrap();
    config.update(|app| app.sink = file("1", 1)).unwrap();
    assert_eq!(
        (config.sink().clone(), config.extra().clone()),
        (file("1", 1), Extra { code: "true".into() })
    );
}

#[test]
fn a_patch_with_an_unknown_key_is_refused() {
    let folder = Folder::with("app.yaml", "sink: {type: file, path: a}\ncode: b");
    for with_sources in [true, false] {
        let config = match with_sources {
            true => App::hot_builder().file(folder.path("app.yaml")).watch(false).load().unwrap(),
            false => App::hot_fixed(App { sink: file("a", 0), extra: Extra { code: "b".into() } }),
        };
        let refused = |patch| config.merge_patch(patch).unwrap_err().to_string();
        let error = refused(json!({ "sink": { "maxx": 1 } }));
        assert!(error.contains("sink.maxx: unknown key, did you mean `max`?"), "{error}");
        let error = refused(json!({ "sink": { "max": "x" } }));
        assert!(error.contains("sink.max: expected an integer, found a string"), "{error}");
        config.merge_patch(json!({ "sink": { "max": 3 } })).unwrap();
        config.merge_patch(json!({ "code": "4" })).unwrap();
        assert_eq!(
            (config.sink().clone(), config.extra().clone()),
            (file("a", 3), Extra { code: "4".into() })
        );
    }
}
