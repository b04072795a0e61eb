//! Names are truncated and escaped wherever they are printed.

use std::{collections::BTreeMap, path::PathBuf};

use hotswap::{HotConfig, Reading, Source, SourceError, UnknownKeys};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{App, Given, file, printed};
use crate::support::{Folder, with_variables};

#[test]
fn a_long_name_is_cut_wherever_it_is_printed() {
    let long = "k".repeat(1 << 20);
    for (name, text) in [
        ("a.toml", format!("{long} = 1")),
        ("a.yaml", format!("? {long}\n: 1")),
        ("a.json", format!("{{\"{long}\": 1}}")),
        ("b.json", format!("{{\"map\": {{\"{long}\": \"x\"}}}}")),
        ("c.json", format!("{{\"inner\": {{\"{long}\": 1}}}}")),
        ("d.json", format!("{{\"list\": [{{\"{long}\": 1}}]}}")),
        ("a.env", format!("BOU_{long}=1")),
        ("b.env", format!("BOU_INNER_NUMBER=${{{long}}}")),
        ("e.json", format!("{{\"inner\": {{\"number\": \"${{{long}}}\"}}}}")),
    ] {
        let folder = Folder::with(name, &text);
        let path = folder.path(name);
        let builder = App::hot_builder().unknown_keys(UnknownKeys::Deny);
        let builder = if name.ends_with(".env") { builder.dotenv(path) } else { builder.file(path) };
        let printed = printed(&builder.check().unwrap_err());
        assert!(printed.len() < 20_000 && printed.contains('…'), "{name}: {}", printed.len());
    }
    let app = App::hot_builder().source(Given(json!({}))).load().unwrap();
    for error in [
        app.merge_patch(json!({ (&*long): 1 })).unwrap_err(),
        app.merge_patch(json!({ "map": { (&*long): "x" } })).unwrap_err(),
        app.set_list(vec![]).and(app.clear_override(&long)).unwrap_err(),
    ] {
        assert!(printed(&error).len() < 20_000, "{}", printed(&error).len());
    }
}

/// Letters that reverse the reading direction; invisible letters, some of which have a width; line breaks; a terminal
/// escape.
const SIGNS: [char; 14] = [
    '\u{202e}',
    '\u{2066}',
    '\u{200b}',
    '\u{feff}',
    '\u{ad}',
    '\u{fff9}',
    '\u{115f}',
    '\u{3164}',
    '\u{ffa0}',
    '\u{e0041}',
    '\u{2028}',
    '\u{2029}',
    '\n',
    '\u{1b}',
];

#[track_caller]
fn is_escaped(text: &str, sign: char) {
    let raw = text.replace('\n', if sign == '\n' { "" } else { "\n" });
    assert!(!raw.contains(sign), "{sign:?} in {text:?}");
    let escape = sign.escape_default().to_string();
    assert!(text.contains(&escape), "{escape} is not in {text}");
}

#[test]
fn keys_that_do_not_show_are_escaped() {
    for sign in SIGNS {
        let key = format!("a{sign}b");
        let quoted = Value::from(&*key).to_string();
        let toml = format!("\"a\\U{:08X}b\"", u32::from(sign));
        for (name, text) in [
            ("a.json", format!("{{{quoted}: 1}}")),
            ("a.yaml", format!("{}: 1", toml)),
            ("a.toml", format!("{toml} = 1")),
            ("b.toml", format!("map.{toml} = 'x'")),
            ("c.toml", format!("inner.{toml} = 1")),
            ("d.toml", format!("[[list]]\n{toml} = 1")),
        ] {
            let error = file(name, &text).unwrap_err();
            for text in [error.to_string(), error.report().to_string(), error.issues().next().unwrap().path()]
            {
                is_escaped(&text, sign);
            }
        }
        let app = App::hot_builder().source(Given(json!({}))).load().unwrap();
        for patch in [json!({ (&*key): 1 }), json!({ "map": { (&*key): "x" } })] {
            is_escaped(&app.merge_patch(patch).unwrap_err().to_string(), sign);
        }
        let add = json!([{ "op": "add", "path": format!("/{key}"), "value": 1 }]);
        is_escaped(&app.patch(add).unwrap_err().to_string(), sign);
    }
}

struct Named(String, bool);

impl Source for Named {
    fn name(&self) -> String {
        self.0.clone()
    }
    fn read(&mut self) -> Result<Reading, SourceError> {
        let text = if self.1 { "inner.number = 'x'" } else { "inner.number = 7" };
        Ok(Reading::text(hotswap::Format::Toml, text)?)
    }
}

#[test]
fn names_of_files_and_sources_that_do_not_show_are_escaped() {
    for sign in SIGNS {
        let name = format!("a{sign}b.toml");
        let folder = Folder::with(&name, "inner.number = 'x'");
        let error = App::hot_builder().file(folder.path(&name)).check().unwrap_err();
        is_escaped(&error.to_string(), sign);
        is_escaped(&error.report().to_string(), sign);
        let missing = PathBuf::from(format!("{name}.toml"));
        is_escaped(&App::hot_builder().file(&missing).check().unwrap_err().to_string(), sign);

        let error = App::hot_builder().source(Named(name.clone(), true)).check().unwrap_err();
        is_escaped(&error.to_string(), sign);
        let app = App::hot_builder().source(Named(name, false)).load().unwrap();
        is_escaped(&app.status().to_string(), sign);
        is_escaped(&app.explain("inner.number").to_string(), sign);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Shown {
    #[hot(default = "a")]
    text: String,
    #[hot(default = "a", restart)]
    later: String,
    #[serde(default)]
    map: BTreeMap<String, String>,
}

/// All printed forms of values, keys, names and paths.
#[test]
fn values_that_do_not_show_are_escaped_wherever_they_are_printed() {
    for sign in SIGNS {
        let odd = format!("a{sign}b");
        let quoted = Value::from(&*odd).to_string();
        let folder =
            Folder::with("app.json", &format!("{{\"text\": {quoted}, \"map\": {{{quoted}: {quoted}}}}}"));
        let app = Shown::hot_builder().file(folder.path("app.json")).load().unwrap();
        app.by(&*odd).set_text(odd.clone() + "c").unwrap();
        app.set_later(odd.clone()).unwrap();
        app.set_map([(odd.clone(), odd.clone() + "d")].into()).unwrap();
        let printed = [
            app.explain("text").to_string(),
            app.explain("map").to_string(),
            app.explain(&format!("map.{odd}")).to_string(),
            app.explain(&odd).to_string(),
            app.explain_all().to_string(),
            app.overrides()[1].to_string(),
            app.overrides()[2].to_string(),
            app.pending_restart()[0].to_string(),
            app.history()[1].to_string(),
            app.history()[2].to_string(),
            app.diff(1, 2).unwrap()[0].to_string(),
            app.diff(2, 3).unwrap()[0].to_string(),
            app.status().to_string(),
            app.explain(&odd).path,
        ];
        for text in printed {
            let raw = text.replace("\n  ", "").replace(['\n'], if sign == '\n' { "" } else { "\n" });
            assert!(!raw.contains(sign), "{sign:?} in {text:?}");
            assert!(
                text.contains(&format!("{:x}", u32::from(sign))) || text.contains("\\n"),
                "{sign:?}: {text}"
            );
        }
    }
}

#[test]
fn a_long_path_of_no_field_is_not_repeated() {
    let app = Shown::hot_builder().source(Given(json!({}))).load().unwrap();
    for path in ["x".repeat(1 << 20), "x.".repeat(1 << 19), format!("text{}", "[0]".repeat(1 << 18))] {
        let explanation = app.explain(&path);
        let json = serde_json::to_string(&explanation).unwrap();
        let (known, text) = (explanation.known, explanation.to_string());
        assert!(text.len() < 5000, "{}", text.len());
        assert!(known || json.len() < 2000, "{}", json.len());
    }
}

#[test]
fn names_of_variables_that_do_not_show_are_escaped() {
    let name = "bounds::names::names_of_variables_that_do_not_show_are_escaped";
    with_variables(name, &[("BOU_A\u{202e}B", "1"), ("BOU_C\u{200b}D", "1")], || {
        let warnings = App::hot_load().unwrap().status().warnings.concat();
        is_escaped(&warnings, '\u{202e}');
        is_escaped(&warnings, '\u{200b}');
    });
}
