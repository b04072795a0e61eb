//! The official cases of RFC 6902, through the public API: each document is the value of one field.

use std::{fs, path::Path};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Their path, found by the build script.
const FOLDER: &str = env!("HOTSWAP_JSON_PATCH_TESTS");

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Whole {
    document: Value,
}

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    comment: String,
    doc: Option<Value>,
    #[serde(default)]
    patch: Value,
    expected: Option<Value>,
    error: Option<String>,
    #[serde(default)]
    disabled: bool,
}

/// The patch with its pointers below the field.
fn below(mut patch: Value) -> Value {
    for operation in patch.as_array_mut().unwrap() {
        for key in ["path", "from"] {
            if let Some(Value::String(pointer)) = operation.get_mut(key)
                && (pointer.is_empty() || pointer.starts_with('/'))
            {
                pointer.insert_str(0, "/document");
            }
        }
    }
    patch
}

fn run(case: Case) {
    let Some(document) = case.doc.filter(|_| !case.disabled) else { return };
    let config = Whole::hot_fixed(Whole { document: document.clone() });
    let result = config.patch(below(case.patch));
    match (case.error, result) {
        (None, Ok(_)) => {
            assert_eq!(*config.document(), case.expected.unwrap_or(document), "{}", case.comment)
        }
        (Some(_), Err(_)) => assert_eq!(*config.document(), document, "{}", case.comment),
        (Some(error), Ok(_)) => panic!("{}: accepted, though {error}", case.comment),
        (None, Err(error)) => panic!("{}: {error}", case.comment),
    }
}

fn run_all(file: &str, least: usize) {
    let text = fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let runnable = cases.iter().filter(|case| case.doc.is_some() && !case.disabled).count();
    assert!(runnable >= least, "only {runnable} cases in {file}");
    cases.into_iter().for_each(run);
}

#[test]
#[cfg_attr(without = "json-patch-tests", ignore = "needs the official cases")]
fn cases_of_the_specification() {
    run_all("spec_tests.json", 15);
}

#[test]
#[cfg_attr(without = "json-patch-tests", ignore = "needs the official cases")]
fn cases_of_implementors() {
    run_all("tests.json", 80);
}
