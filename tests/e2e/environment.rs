//! Environment variables, mapped by the field table.

use std::collections::BTreeMap;

use hotswap::{HotConfig, UnknownKeys};
use serde::Deserialize;

use crate::support::with_variables;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "APP")]
struct App {
    #[hot(nested)]
    rate_limit: Limit,
    #[hot(default = "")]
    token: String,
    #[hot(default = [])]
    hosts: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, u8>,
    #[hot(default = "none", env = "DATABASE_URL")]
    database: String,
    #[hot(default = "a")]
    #[serde(rename = "logLevel")]
    level: String,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 1, range(max = 100))]
    max: u32,
}

#[test]
fn one_or_two_underscores_reach_a_nested_field() {
    with_variables(
        "environment::one_or_two_underscores_reach_a_nested_field",
        &[("APP_RATE_LIMIT__MAX", "7")],
        || {
            assert_eq!(App::hot_load().unwrap().rate_limit_max(), 7);
        },
    );
}

#[test]
fn digits_stay_text_in_a_string() {
    with_variables("environment::digits_stay_text_in_a_string", &[("APP_TOKEN", "007")], || {
        assert_eq!(App::hot_load().unwrap().token(), "007");
    });
}

#[test]
fn a_list_with_commas_and_one_as_json() {
    let name = "environment::a_list_with_commas_and_one_as_json";
    with_variables(name, &[("APP_HOSTS", "a,b"), ("OTHER_HOSTS", r#"["a","b"]"#)], || {
        let commas = App::hot_load().unwrap();
        let json = App::hot_builder().env("OTHER").load().unwrap();
        assert_eq!(
            (&**commas.hosts(), &**json.hosts()),
            (&["a".to_owned(), "b".to_owned()][..], &["a".to_owned(), "b".to_owned()][..])
        );
    });
}

#[test]
fn json_fills_a_map() {
    with_variables("environment::json_fills_a_map", &[("APP_LABELS", r#"{"team": 3}"#)], || {
        assert_eq!(App::hot_load().unwrap().labels()["team"], 3);
    });
}

#[test]
fn an_exact_name_needs_no_prefix() {
    with_variables("environment::an_exact_name_needs_no_prefix", &[("DATABASE_URL", "pg")], || {
        assert_eq!(App::hot_load().unwrap().database(), "pg");
    });
}

#[test]
fn case_humps_are_underscores() {
    with_variables("environment::case_humps_are_underscores", &[("APP_LOG_LEVEL", "b")], || {
        assert_eq!(App::hot_load().unwrap().level(), "b");
    });
}

#[test]
fn a_wrong_value_names_its_variable() {
    with_variables(
        "environment::a_wrong_value_names_its_variable",
        &[("APP_RATE_LIMIT_MAX", "many")],
        || {
            let error = App::hot_load().unwrap_err().to_string();
            let expected = "configuration rejected: 1 problem\n  rate_limit.max: expected an integer, found a string\n    \
                        from environment variable APP_RATE_LIMIT_MAX";
            assert_eq!(error, expected);
        },
    );
}

#[test]
fn a_rule_speaks_of_a_variable_too() {
    with_variables("environment::a_rule_speaks_of_a_variable_too", &[("APP_RATE_LIMIT_MAX", "101")], || {
        let error = App::hot_load().unwrap_err().to_string();
        assert!(
            error.contains(
                "101 is greater than the maximum 100\n    from environment variable APP_RATE_LIMIT_MAX"
            ),
            "{error}"
        );
    });
}

#[test]
fn an_unknown_variable_warns_with_a_suggestion() {
    with_variables("environment::an_unknown_variable_warns_with_a_suggestion", &[("APP_TOKN", "x")], || {
        let warnings = App::hot_load().unwrap().status().warnings;
        assert!(
            warnings.len() == 1 && warnings[0].contains("APP_TOKN") && warnings[0].contains("APP_TOKEN"),
            "{warnings:?}"
        );
    });
}

#[test]
fn an_unknown_variable_can_be_refused() {
    with_variables("environment::an_unknown_variable_can_be_refused", &[("APP_TOKN", "x")], || {
        let error = App::hot_builder().unknown_keys(UnknownKeys::Deny).load().unwrap_err();
        assert_eq!(error.issues().len(), 1);
    });
}

#[test]
fn the_environment_wins_over_a_dotenv_file_and_both_over_files() {
    let name = "environment::the_environment_wins_over_a_dotenv_file_and_both_over_files";
    with_variables(name, &[("APP_TOKEN", "process")], || {
        let folder = crate::support::Folder::with("app.toml", "token = 'file'\nlogLevel = 'file'");
        folder.write(".env", "APP_TOKEN=dotenv\nAPP_LOG_LEVEL=dotenv\n");
        let builder = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
        let app = builder.load().unwrap();
        assert_eq!((&**app.token(), &**app.level()), ("process", "dotenv"));
    });
}
