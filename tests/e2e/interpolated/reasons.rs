//! The reason for which interpolated text is refused is shown if no part of the text comes from a
//! variable.

use hotswap::HotConfig;
use serde::Deserialize;

use crate::support::Folder;

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "V")]
struct App {
    #[hot(default = 1)]
    port: u16,
    #[hot(default = "a", one_of("a", "b"))]
    choice: String,
    #[serde(default)]
    ports: Vec<u16>,
    #[serde(default)]
    level: Level,
    #[hot(nested)]
    pool: Option<Pool>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, serde::Serialize, HotConfig)]
struct Pool {
    #[hot(default = 1, range(max = 8))]
    max: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    #[default]
    Low,
}

fn report(name: &str, text: &str) -> String {
    let folder = Folder::with("app.yaml", "# empty\n");
    folder.write("vars.env", "SET=hunter2\nEMPTY=\n");
    folder.write(name, text);
    let builder = App::hot_builder().file(folder.path("app.yaml")).dotenv(folder.path("vars.env"));
    let builder = match name {
        "app.toml" | "app.json" => builder.file(folder.path(name)),
        "own.env" => builder.dotenv(folder.path(name)),
        _ => builder,
    };
    builder.check().unwrap_err().to_string()
}

#[test]
fn a_default_in_the_file_is_refused_with_the_reason() {
    for (name, text, reason) in [
        ("app.toml", "port = '${P:080}'", "leading zero"),
        ("app.json", "{\"port\": \"${P:080}\"}", "leading zero"),
        ("app.yaml", "port: ${P:080}", "leading zero"),
        ("own.env", "V_PORT=${P:-080}", "leading zero"),
        ("own.env", "V_PORT=\"${P:-${Q:-080}}\"", "leading zero"),
        ("own.env", "V_PORT=${SET:+080}", "leading zero"),
        ("app.toml", "port = '${P:70000}'", "70000"),
        ("app.toml", "port = '${EMPTY}080'", "leading zero"),
        ("app.toml", "choice = '${P:cc}'", "cc"),
        ("app.toml", "ports = ['${P:080}']", "leading zero"),
        ("app.toml", "ports = '${P:1,080}'", "leading zero"),
        ("app.toml", "level = '${P:hihi}'", "hihi"),
        ("app.toml", "pool.max = '${P:77}'", "77"),
    ] {
        let report = report(name, text);
        let first = report.lines().nth(1).unwrap();
        assert!(first.contains(reason), "{text}: {report}");
        assert!(!report.contains("does not fit") && !report.contains("fails a rule"), "{text}: {report}");
    }
}

#[test]
fn text_of_a_variable_is_refused_without_it() {
    for (name, text) in [
        ("app.toml", "port = '${P:0}${SET}'"),
        ("app.toml", "port = '${SET:080}'"),
        ("app.toml", "choice = '${P:${SET}}'"),
        ("app.toml", "ports = '1,${SET}'"),
        ("app.toml", "level = '${SET}'"),
        ("app.toml", "pool.max = '9${SET}'"),
        ("own.env", "V_PORT=${SET:-080}"),
        ("own.env", "V_CHOICE=${P:-$SET}"),
        ("own.env", "V_PORTS=1,$SET"),
        ("own.env", "V_LEVEL=$SET"),
        ("own.env", "V_POOL__MAX=9$SET"),
    ] {
        let report = report(name, text);
        let template = text.split(['\'', '=']).nth(1).unwrap_or_default();
        assert!(!report.contains("hunter2"), "{text}: {report}");
        let template = if name == "own.env" { template } else { text.split('\'').nth(1).unwrap() };
        assert!(report.contains(template), "{text}: {report}");
    }
}
