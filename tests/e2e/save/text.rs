//! The text of a saved file: remarks, comments, layout.

use hotswap::{HotConfig, Secret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::support::{Peer, Saved};
use crate::support::Folder;

#[test]
fn a_remark_goes_on_a_line_of_its_own() {
    for (file, text) in [
        ("app.yaml", "n: 5\nname: web"),
        ("app.yaml", "name: web\nn: 5"),
        ("app.yaml", "name: web\nhosts: [a, b]"),
        ("app.yaml", "name: web\nhosts:\n  - a\n  - b"),
        ("app.yaml", "n: 5\r\nname: |\r\n  web"),
        ("app.toml", "n = 5\nname = 'web'"),
        ("app.toml", "name = 'web'\n[pool]\nsize = 5"),
    ] {
        let saved = Saved::with(file, text);
        saved.config.set_token(Some(Secret::new("sesame".into()))).unwrap();
        let before = saved.again();
        let written = saved.save_overrides();
        assert!(written.starts_with(text), "{written:?}");
        let lines: Vec<_> = written.lines().filter(|line| line.starts_with("# token is secret")).collect();
        assert_eq!(lines.len(), 1, "{written:?}");
        assert_eq!(saved.again(), before, "{written:?}");
        assert_eq!(saved.save_overrides(), written);
    }
}

#[test]
fn a_file_that_loses_its_last_key_still_loads() {
    for (file, text, path) in [
        ("app.toml", "n = 5", "/n"),
        ("app.toml", "pool.size = 5\n", "/pool/size"),
        ("app.toml", "[pool]\nsize = 5\n", "/pool/size"),
        ("app.toml", "[tags]\na = 'x'\n", "/tags"),
        ("app.yaml", "n: 5\n", "/n"),
        ("app.yaml", "pool:\n  size: 5\n", "/pool/size"),
        ("app.yaml", "{n: 5}", "/n"),
        ("app.json", "{\"n\": 5}", "/n"),
        ("app.json", "{\"pool\": {\"size\": 5}}", "/pool/size"),
    ] {
        let saved = Saved::with(file, text);
        saved.remove(path);
        let written = saved.save_overrides();
        assert!(!written.trim().is_empty(), "{text}");
        assert_eq!(saved.again(), *saved.config.load(), "{written:?}");
    }
}

#[test]
fn a_new_file_without_any_value_loads() {
    let saved = Saved::with("app.toml", "n = 5");
    for file in ["new.toml", "new.yaml", "new.json"] {
        saved.config.save_overrides(saved.folder.path(file)).unwrap();
        super::support::builder(&saved.folder, file).check().unwrap();
    }
}

#[test]
fn comments_above_a_removed_key_stay() {
    let text = "# Copyright\n\n# of n\nn = 5\n# of the name\nname = 'a'\n";
    let saved = Saved::with("app.toml", text);
    saved.remove("/n");
    assert_eq!(saved.save_overrides(), text.replace("n = 5\n", ""));

    let text = "# Copyright\n\n# of n\nn: 5\n# of the name\nname: a\n";
    let saved = Saved::with("app.yaml", text);
    saved.remove("/n");
    assert_eq!(saved.save_overrides(), text.replace("n: 5\n", ""));
}

fn peers(saved: &Saved, change: impl Fn(&mut Vec<Peer>)) {
    let mut peers = saved.config.load().peers.clone();
    change(&mut peers);
    saved.config.set_peers(peers).unwrap();
}

#[test]
fn one_field_of_a_list_of_tables_changes_in_place() {
    for (file, text, old, new) in [
        (
            "app.toml",
            "# all\n[[peers]] # one\nname = 'a'\nport=1 # a\n\n# two\n[[peers]]\nname = 'b'\n  port  =  2 # b\n\n[pool]\nsize = 3 # s\n",
            "port  =  2",
            "port  =  9",
        ),
        (
            "app.toml",
            "peers = [\n  { name = 'a' }, # one\n  {name='b',port=2} # two\n]\n",
            "port=2",
            "port=9",
        ),
        (
            "app.yaml",
            "peers: # all\n  - name: a # a\n  # two\n  - port: 2 # b\n    name: b\n",
            "port: 2",
            "port: 9",
        ),
        ("app.yaml", "peers: [{name: a}, {name: b, port: 2}] # all\n", "port: 2", "port: 9"),
        (
            "app.json",
            "{\"peers\": [ {\"name\":\"a\"},\n {\"name\":\"b\",\"port\":2} ]}",
            "\"port\":2",
            "\"port\":9",
        ),
    ] {
        let saved = Saved::with(file, text);
        peers(&saved, |peers| peers[1].port = 9);
        assert_eq!(saved.save_overrides(), text.replace(old, new));
        assert_eq!(saved.again(), *saved.config.load());
        assert_eq!(saved.save_overrides(), text.replace(old, new), "saved again");
    }
}

#[test]
fn a_table_of_a_list_comes_and_goes() {
    let text =
        "# all\n\n[[peers]] # one\nname = 'a'\n\n# two\n[[peers]]\nname = 'b'\n\n[pool]\nsize = 3 # s\n";
    let saved = Saved::with("app.toml", text);
    peers(&saved, |peers| peers.push(Peer { name: "c".into(), port: 3, zone: None }));
    let expected = text.replace("\n[pool]", "\n[[peers]]\nname = \"c\"\nport = 3\n\n[pool]");
    assert_eq!(saved.save_overrides(), expected);
    peers(&saved, |peers| drop(peers.remove(0)));
    let written = saved.save_overrides();
    assert_eq!(written, expected.replace("[[peers]] # one\nname = 'a'\n\n", ""));
    assert_eq!(saved.again(), *saved.config.load());
}

#[test]
fn the_comment_of_a_file_stays_where_its_first_element_is_removed() {
    let text = "# licence\n[[peers]]\nname = 'a' # a\n\n[[peers]]\nname = 'b' # b\n";
    let saved = Saved::with("app.toml", text);
    peers(&saved, |peers| drop(peers.remove(0)));
    assert_eq!(saved.save_overrides(), "# licence\n[[peers]]\nname = 'b' # b\n");
}

#[test]
fn one_entry_of_a_map_changes_in_place() {
    for (file, text, old, new) in [
        ("app.toml", "[tags] # all\n# of a\na = 'x' # a\nb = 'y'\n\n[pool]\nsize = 3\n", "'x'", "\"z\""),
        ("app.toml", "tags = {a='x',b='y'} # all\n", "'x'", "\"z\""),
        ("app.toml", "tags.a = 'x' # a\ntags.b = 'y'\n", "'x'", "\"z\""),
        ("app.yaml", "tags: # all\n  a: x # a\n  b: y\n", "x #", "\"z\" #"),
        ("app.json", "{ \"tags\": {\"b\": \"y\",\t\"a\": \"x\"} }", "\"x\"", "\"z\""),
    ] {
        let saved = Saved::with(file, text);
        let mut tags = saved.config.load().tags.clone();
        tags.insert("a".into(), "z".into());
        saved.config.set_tags(tags).unwrap();
        assert_eq!(saved.save_overrides(), text.replace(old, new));
        assert_eq!(saved.again(), *saved.config.load());
    }
}

#[test]
fn a_whole_save_leaves_what_says_the_same() {
    for (file, text) in [
        (
            "app.toml",
            "n = 0x10 # hex\nhosts = [\n  'a', # one\n]\n[[peers]]\nname = 'a'\n[pool]\nsize = 1_000\n",
        ),
        ("app.yaml", "n: 0x10 # hex\nhosts:\n  - a # one\nlimit: 0o17\nname: web\n"),
        ("app.json", "{\"n\":   16, \"hosts\": [\"\\u0061\"], \"limit\": 30}"),
    ] {
        let saved = Saved::with(file, text);
        let written = saved.save();
        let lines = text.trim_end_matches('}').lines();
        lines.for_each(|line| assert!(written.contains(line), "{line}\n{written}"));
        assert_eq!(saved.again(), *saved.config.load());
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_stay() {
    for (file, text) in [
        ("app.toml", "\u{feff}# one\r\nn = 5 # two\r\n\r\n[pool]\r\nsize = 3\r\n"),
        ("app.yaml", "\u{feff}# one\r\nn: 5 # two\r\npool:\r\n  size: 3\r\n"),
        ("app.json", "\u{feff}{\r\n  \"n\": 5\r\n}\r\n"),
    ] {
        let saved = Saved::with(file, text);
        saved.config.set_n(6).unwrap();
        assert_eq!(saved.save_overrides(), text.replace('5', "6"));
        saved.config.set_hosts(vec!["a\nb".into()]).unwrap();
        saved.config.set_pool_wait(Some(1)).unwrap();
        saved.config.set_token(Some(Secret::new("sesame".into()))).unwrap();
        for written in [saved.save_overrides(), saved.save()] {
            assert!(written.starts_with('\u{feff}'), "{written:?}");
            assert!(!written.replace("\r\n", "").contains('\n'), "{written:?}");
            assert_eq!(saved.again().hosts, ["a\nb"], "{written:?}");
        }
    }
}

#[test]
fn a_secret_inside_of_an_optional_struct_stays_in_the_file_and_is_never_written() {
    for (file, text) in [
        ("app.toml", "[tls]\ncert = 'a'\nkey = 'sesame' # old\n"),
        ("app.yaml", "tls:\n  cert: a\n  key: sesame # old\n"),
        ("app.json", "{\"tls\": {\"cert\": \"a\", \"key\": \"sesame\"}}"),
    ] {
        let saved = Saved::with(file, text);
        let mut tls = saved.config.load().tls.clone().unwrap();
        (tls.cert, tls.key) = ("b".into(), Secret::new("hunter2".into()));
        saved.config.set_tls(Some(tls)).unwrap();
        for written in [saved.save_overrides(), saved.save()] {
            assert!(written.contains("sesame") && !written.contains("hunter2"), "{written}");
            assert_eq!(saved.again().tls.unwrap().cert, "b");
        }
        let new = file.replace("app", "new");
        for save in [true, false] {
            let path = saved.folder.path(&new);
            if save {
                saved.config.save(&path).unwrap()
            } else {
                saved.config.save_overrides(&path).unwrap()
            };
            let written = std::fs::read_to_string(&path).unwrap();
            assert!(!written.contains("hunter2") && !written.contains("***"), "{written}");
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Anchored {
    #[serde(default)]
    a: serde_json::Value,
    #[serde(default)]
    b: serde_json::Value,
}

#[test]
fn an_anchored_null_is_written_in_any_spelling() {
    for (text, b) in [
        ("a: &r ~\nb: *r\n", json!(null)),
        ("a: &r\nb: *r\n", json!(null)),
        ("a: &r null\nb: *r\n", json!(null)),
        ("a: &r NULL\nb: *r\n", json!(null)),
        ("a: &r {k: ~}\nb: *r\n", json!({"k": null})),
        ("a: &r {k: }\nb: [*r]\n", json!([{"k": null}])),
        ("a: &r [~, 1]\nb: *r\n", json!([null, 1])),
    ] {
        let folder = Folder::with("app.yaml", text);
        let start = || Anchored::hot_builder().file(folder.path("app.yaml")).load().unwrap();
        let config = start();
        config.update(|anchored| anchored.a = json!(1)).unwrap();
        config.save_overrides(folder.path("app.yaml")).unwrap();
        drop(config);
        let config = start();
        assert_eq!((&*config.a(), &*config.b()), (&json!(1), &b), "{text}");
    }
}
