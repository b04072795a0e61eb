//! References are accepted wherever secrets are.

use hotswap::{HotConfig, Secret};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize, HotConfig)]
struct Referring {
    #[hot(secret = "env:PIN")]
    pin: Secret<u16>,
    #[hot(secret, length(min = 12, max = 20))]
    password: Secret<String>,
    #[hot(secret, regex = "^[A-Z]+$")]
    code: Option<Secret<String>>,
    #[serde(default)]
    pins: Vec<Secret<u8>>,
    #[hot(default = 1)]
    number: u8,
}

#[test]
fn the_schema_takes_references_for_secrets_and_nothing_else() {
    let schema = jsonschema::draft202012::new(&Referring::schema()).unwrap();
    let valid = json!({
        "pin": "vault:app#pin", "password": "env:P", "code": "file:/run/code", "pins": ["env:A", 7]
    });
    assert!(schema.is_valid(&valid), "{:?}", schema.validate(&valid));
    for wrong in [json!({ "number": "env:N" }), json!({ "pin": "1234" }), json!({ "code": "abc" })] {
        assert!(!schema.is_valid(&wrong), "{wrong}");
    }
}
