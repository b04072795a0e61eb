//! The content of a report, its positions, and values that it must not show.

mod excerpts;
mod names;
mod opaque;
mod warnings;
mod wire;

use std::{collections::BTreeMap, env::set_current_dir};

use hotswap::{CheckError, Error, HotConfig};
use serde::Deserialize;

use crate::support::{Folder, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(file = "app.toml", file = "site.yaml", env = "TEN")]
struct Ten {
    #[hot(default = 1)]
    workers: u16,
    #[hot(default = "info", one_of("warn", "info"))]
    log_level: String,
    #[hot(nested)]
    rate_limit: Limit,
    #[hot(default = [])]
    servers: Vec<Server>,
    #[hot(default = [], each(non_empty))]
    hosts: Vec<String>,
    #[serde(default)]
    #[hot(each(range(max = 9)))]
    labels: BTreeMap<String, u8>,
    #[hot(default = "db")]
    database: String,
    #[hot(default = 1)]
    timeout: u64,
    #[hot(default = "long enough", secret, length(min = 8))]
    token: hotswap::Secret<String>,
}

#[derive(Debug, Deserialize, HotConfig)]
#[hot(check = Limit::burst_fits)]
struct Limit {
    #[hot(default = 100, range(min = 1))]
    max: u32,
    #[hot(default = 20)]
    burst: u32,
}

impl Limit {
    fn burst_fits(&self) -> Result<(), CheckError> {
        if self.burst <= self.max {
            return Ok(());
        }
        Err(CheckError::new("burst is more than max").field("burst").field("max").help("lower burst"))
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Server {
    port: u16,
}

const TOML: &str = "\
wrokers = 4
log_level = \"loud\" # password = hunter2
rate_limit = { max = 0, burst = 5 }

[rate_limitt]
";

const YAML: &str = "\
servers:
  - port: 80
  - { port: many } # hunter2
hosts: [a, \"\", hunter2]
labels:
  team: 10
database: [hunter2]
";

/// Problems and their positions, as they are reported.
fn places(error: &Error) -> Vec<(String, String)> {
    let place = |issue: &hotswap::Issue| issue.origin().map_or_else(String::new, ToString::to_string);
    error.issues().map(|issue| (issue.path(), place(issue))).collect()
}

fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
    found.iter().map(|(path, place)| (&**path, &**place)).collect()
}

#[test]
fn ten_different_mistakes_over_three_sources_are_ten_issues_each_with_its_place() {
    let name = "reports::ten_different_mistakes_over_three_sources_are_ten_issues_each_with_its_place";
    with_variables(name, &[("TEN_TIMEOUT", "soon"), ("TEN_TOKEN", "hunter2")], || {
        let folder = Folder::with("app.toml", TOML);
        folder.write("site.yaml", YAML);
        set_current_dir(folder.root()).unwrap();
        let error = Ten::hot_load().unwrap_err();
        let expected = [
            ("wrokers", "at app.toml:1:1"),
            ("log_level", "at app.toml:2:13"),
            ("rate_limit.max", "at app.toml:3:22"),
            ("rate_limitt", "at app.toml:5:2"),
            ("servers[1].port", "at site.yaml:3:13"),
            ("hosts[1]", "at site.yaml:4:12"),
            ("labels.team", "at site.yaml:6:9"),
            ("database", "at site.yaml:7:11"),
            ("timeout", "from environment variable TEN_TIMEOUT"),
            ("token", "from environment variable TEN_TOKEN"),
        ];
        assert_eq!(pairs(&places(&error)), expected, "{error}");
        assert_eq!(error.report().to_string(), REPORT);
        assert!(!error.to_string().contains("hunter2"));
    });
}

const REPORT: &str = "\
configuration rejected: 10 problems

at app.toml
  1:1 wrokers: unknown key, did you mean `workers`?
     | wrokers = …
     | ^^^^^^^
  2:13 log_level: \"loud\" is not one of \"warn\", \"info\"
     | log_level = \"loud\" …
     |             ^^^^^^
  3:22 rate_limit.max: 0 is less than the minimum 1
     | … max = 0 …
     |         ^
  5:2 rate_limitt: unknown key, did you mean `rate_limit`?
     | [rate_limitt]
     |  ^^^^^^^^^^^

at site.yaml
  3:13 servers[1].port: expected an integer, found a string
     | … port: …
     |   ^^^^
  4:12 hosts[1]: the value is empty
     | … \"\" …
     |   ^^
  6:9 labels.team: 10 is greater than the maximum 9
     | team: …
     | ^^^^
  7:11 database: expected a string, found a list
     | database: …
     | ^^^^^^^^

from environment variable TEN_TIMEOUT
  timeout: expected an integer, found a string
     | TEN_TIMEOUT=soon
     |             ^^^^

from environment variable TEN_TOKEN
  token: the length is less than the minimum 8";

#[test]
fn a_check_that_names_several_fields_is_reported_at_each() {
    let folder = Folder::with("app.toml", "[rate_limit]\nmax = 10\nburst = 20");
    folder.write("site.yaml", "rate_limit: {max: 15}\n");
    let builder = Limited::hot_builder().file(folder.path("app.toml")).file(folder.path("site.yaml"));
    let error = builder.check().unwrap_err();
    let root = folder.root().display();
    let expected = [
        ("rate_limit.burst", format!("at {root}/app.toml:3:9")),
        ("rate_limit.max", format!("at {root}/site.yaml:1:19")),
    ];
    assert_eq!(places(&error), expected.map(|(path, place)| (path.to_owned(), place)));
}

#[derive(Debug, Deserialize, HotConfig)]
struct Limited {
    #[hot(nested)]
    #[allow(dead_code)]
    rate_limit: Limit,
}

#[test]
fn problems_stand_in_the_order_of_the_sources() {
    let folder = Folder::with("1.toml", "\n\n= 1\n= 2");
    folder.write("2.toml", "a = 1");
    folder.write("3.toml", "\n= 1");
    let files = ["1.toml", "2.toml", "3.toml", "4.toml"];
    let error = files.iter().fold(Limited::hot_builder(), |all, file| all.file(folder.path(file))).check();
    let report = error.unwrap_err().report().to_string();
    let headings = report.lines().filter(|line| line.starts_with("at "));
    let names: Vec<_> = headings.map(|line| &line[line.len() - 6..]).collect();
    assert_eq!(names, files, "{report}");
}

#[test]
fn a_value_missing_in_an_element_has_the_place_of_the_element() {
    let folder = Folder::with("app.toml", "[[servers]]\nport = 1\n[[servers]]\n");
    let error = Listed::hot_builder().file(folder.path("app.toml")).check().unwrap_err();
    let place = format!("at {}:3:1", folder.path("app.toml").display());
    assert_eq!(places(&error), [("servers[1].port".to_owned(), place)]);
}

#[derive(Debug, Deserialize, HotConfig)]
struct Listed {
    #[allow(dead_code)]
    servers: Vec<Server>,
}

#[test]
fn a_hundred_mistakes_print_the_first_twenty_and_a_count() {
    let lines: String = (0..100).map(|number| format!("wrong{number:03} = 1\n")).collect();
    let folder = Folder::with("app.toml", &lines);
    let error = Limited::hot_builder().file(folder.path("app.toml")).check().unwrap_err();
    assert_eq!(error.issues().len(), 100);
    for report in [error.to_string(), error.report().to_string()] {
        assert!(report.contains("100 problems") && report.ends_with("… and 80 more"), "{report}");
        assert!(report.contains("wrong019") && !report.contains("wrong020"), "{report}");
    }
    let all = error.report().limit(usize::MAX).to_string();
    assert!(all.contains("wrong099") && !all.contains("more"));
}

#[test]
fn an_error_of_validator_never_shows_a_secret() {
    #[derive(Clone, Debug, PartialEq, Deserialize, validator::Validate)]
    struct Account {
        #[validate(length(min = 20))]
        password: String,
    }
    impl hotswap::Redacted for Account {}

    #[derive(Debug, Deserialize, HotConfig)]
    struct App {
        #[hot(secret, validate)]
        #[allow(dead_code)]
        main: Account,
        #[hot(validate)]
        #[allow(dead_code)]
        others: Vec<Account>,
    }
    let folder = Folder::with("app.toml", "main.password = 'hunter2'\nothers = [{password = 'hunter2'}]");
    let error = App::hot_builder()
        .file(folder.path("app.toml"))
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .check()
        .unwrap_err();
    let paths: Vec<_> = error.issues().map(hotswap::Issue::path).collect();
    assert_eq!(paths, ["main.password", "others[0].password"]);
    let report = format!("{error}{}", error.report());
    assert!(report.contains("the length is not at least 20") && !report.contains("hunter2"), "{report}");
}
