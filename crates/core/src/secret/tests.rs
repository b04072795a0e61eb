use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Secret, SecretValue};
use crate::{
    de::{Decoder, decode},
    ser::encode,
    value::Value,
};

fn secret(text: &str) -> Secret<String> {
    Secret::from(text)
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Login {
    user: String,
    passwords: Vec<Secret<String>>,
    tokens: BTreeMap<String, Option<Secret<u32>>>,
}

fn login() -> Login {
    let tokens = [("a".to_owned(), Some(Secret::new(7))), ("b".to_owned(), None)];
    Login { user: "me".into(), passwords: vec![secret("hunter2")], tokens: tokens.into() }
}

const SHOWN: &str = r#"{"user":"me","passwords":["***"],"tokens":{"a":"***","b":null}}"#;

#[test]
fn nothing_is_shown() {
    let shown = format!("{0:?} {0:#?} {1}", login(), secret("hunter2"));
    assert!(!shown.contains("hunter2") && !shown.contains('7'), "{shown}");
    assert_eq!(serde_json::to_string(&login()).unwrap(), SHOWN);
    assert_eq!(serde_json::to_value(secret("hunter2")).unwrap(), "***");
}

#[test]
fn what_the_encoder_writes_is_read_again_and_not_shown() {
    let tree = encode(&login()).unwrap();
    assert_eq!(tree.to_json().to_string().replace(' ', "").len(), SHOWN.len());
    assert!(!format!("{tree:?}").contains("hunter2"));
    assert_eq!(decode::<Login>(Decoder::new(Some(&tree), None)).unwrap(), login());
}

/// Writes another format in between, in which the secret must not appear.
#[test]
fn a_foreign_serializer_inside_the_encoder_gets_the_mask() {
    struct Text(Secret<String>);

    impl Serialize for Text {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&serde_json::to_string(&self.0).unwrap())
        }
    }

    assert_eq!(encode(&Text(secret("hunter2"))).unwrap(), Value::text(r#""***""#));
    let inside = Secret::new(Wiped(Text(secret("hunter2"))));
    assert_eq!(encode(&inside).unwrap().inside(), &Value::text(r#""***""#));

    #[derive(Serialize)]
    struct Wiped(Text);

    impl SecretValue for Wiped {
        fn wipe(&mut self) {}

        fn secret_eq(&self, _: &Self) -> bool {
            true
        }
    }
}

#[test]
fn what_does_not_fit_is_not_repeated() {
    let wrong = serde_json::json!({"user": "me", "passwords": [], "tokens": {"a": "hunter2"}});
    let foreign = serde_json::from_value::<Login>(wrong.clone()).unwrap_err().to_string();
    assert_eq!(foreign, "the value does not fit the type of the secret");
    let tree = Value::from(wrong);
    let own = decode::<Login>(Decoder::new(Some(&tree), None)).unwrap_err();
    assert_eq!(
        (own.keys().to_string().as_str(), own.message(false)),
        ("tokens.a", "the value does not fit the type of the secret")
    );
}

#[test]
fn secrets_are_compared_by_value() {
    assert_eq!(secret("a"), secret("a").clone());
    for other in ["b", "", "aa"] {
        assert_ne!(secret("a"), secret(other));
    }
    assert_ne!(Secret::new(vec![1_u8, 2]), Secret::new(vec![1]));
    assert_eq!(Secret::new(Some([1_u8, 2])), Secret::new(Some([1, 2])));
    assert_ne!(Secret::new(Some(1_i64)), Secret::new(None));
    assert_eq!((Secret::new('x'), Secret::new(1.5)), (Secret::new('x'), Secret::new(1.5)));
    assert_ne!((Secret::new(true), Secret::new(1.5)), (Secret::new(true), Secret::new(2.5)));
    assert_eq!(Secret::<String>::default(), secret(""));
}

#[test]
fn the_last_one_to_go_wipes_the_value() {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    #[derive(Clone)]
    struct Watched(Arc<AtomicBool>);

    impl SecretValue for Watched {
        fn wipe(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }

        fn secret_eq(&self, _: &Self) -> bool {
            true
        }
    }

    let wiped = Arc::new(AtomicBool::new(false));
    let first = Secret::new(Watched(Arc::clone(&wiped)));
    let second = first.clone();
    drop(first);
    assert!(!wiped.load(Ordering::Relaxed));
    drop(second);
    assert!(wiped.load(Ordering::Relaxed));
}

#[test]
fn wiping_leaves_nothing() {
    let mut text = "hunter2".to_owned();
    text.wipe();
    assert_eq!(text, "");
    let mut list = vec![Some([1_u8, 2]), None];
    list.wipe();
    assert_eq!(list, [Some([0, 0]), None]);
}
