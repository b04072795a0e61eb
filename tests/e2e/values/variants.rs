//! Enums: errors in the choice of a variant, in every format.

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use super::{check, everywhere, refused};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sink {
    Stdout,
    File(String),
    Net { host: String },
}

#[derive(Clone, Debug, PartialEq, Deserialize, HotConfig)]
struct App {
    sink: Option<Sink>,
    #[serde(default)]
    sinks: Vec<Sink>,
}

const CHOICES: &str = "choose one of `stdout`, `file`, `net`";

/// The same value as TOML, YAML, JSON and a variable; TOML writes its tables in another way.
fn texts(field: &str, json: &str) -> Vec<(&'static str, String)> {
    let mut texts = everywhere(field, json);
    texts[0].1 = texts[0].1.replace("\": ", "\" = ").replace(":", "=");
    texts
}

#[test]
fn a_table_with_no_variant_or_two_lists_the_variants() {
    for (json, found) in [
        ("{}", "an empty table"),
        (r#"{"file": "x", "net": {"host": "h"}}"#, "a table with 2 keys"),
        (r#"{"file": "x", "nope": 1, "more": 2}"#, "a table with 3 keys"),
    ] {
        for (field, path, json) in
            [("sink", "sink", json.to_owned()), ("sinks", "sinks[0]", format!("[{json}]"))]
        {
            for (name, content) in texts(field, &json) {
                let error = refused::<App>(name, &content);
                let message = format!("{path}: expected one of the variants, found {found}; {CHOICES}");
                assert!(error.contains(&message), "{content}\n{error}");
            }
        }
    }
}

#[test]
fn what_is_no_variant_at_all_lists_the_variants() {
    for (json, found) in [("[1]", "a list"), ("7", "an integer"), ("true", "a boolean")] {
        for (name, content) in texts("sink", json).into_iter().filter(|(name, _)| *name != ".env") {
            let error = refused::<App>(name, &content);
            assert!(error.contains(CHOICES), "{found} {content}\n{error}");
        }
    }
}

#[test]
fn a_variant_that_needs_a_value_says_so() {
    for (name, content) in texts("sink", "\"file\"") {
        let content = content.replace("'\"file\"'", "file");
        let error = refused::<App>(name, &content);
        assert!(
            error.contains("sink: the variant `file` needs a value; write a table with the one key `file`"),
            "{error}"
        );
    }
    for (name, content) in texts("sink", r#"{"stdout": 1}"#) {
        let error = refused::<App>(name, &content);
        assert!(
            error.contains("sink.stdout: the variant `stdout` takes no value; write only its name"),
            "{error}"
        );
    }
}

#[test]
fn variants_are_read_alike_from_every_format() {
    let net = Sink::Net { host: "h".to_owned() };
    for (json, sink) in [(r#"{"net": {"host": "h"}}"#, net), (r#"{"file": "x"}"#, Sink::File("x".to_owned()))]
    {
        for (name, content) in texts("sink", json) {
            assert_eq!(check::<App>(name, &content).unwrap().sink, Some(sink.clone()), "{content}");
        }
    }
    let app = check::<App>(".env", "V_SINKS='[\"stdout\",{\"file\":\"x\"}]'").unwrap();
    assert_eq!(app.sinks, [Sink::Stdout, Sink::File("x".to_owned())]);
}
