//! The line at fault: the shown parts, and their colours.

use std::fs::File;

use hotswap::{Format, HotConfig, Reading, Source, SourceError};
use serde::Deserialize;

use crate::support::{Folder, child, is_child, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "EXC")]
struct App {
    #[hot(default = 1)]
    #[allow(dead_code)]
    port: u16,
    #[hot(default = "")]
    #[allow(dead_code)]
    name: String,
    #[hot(default = "", secret, length(max = 3))]
    #[allow(dead_code)]
    password: hotswap::Secret<String>,
    #[hot(nested)]
    #[allow(dead_code)]
    pool: Pool,
}

#[derive(Debug, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 1)]
    #[allow(dead_code)]
    size: u16,
    #[hot(default = [])]
    #[allow(dead_code)]
    ports: Vec<u16>,
}

/// The lines of the report that show the source.
#[track_caller]
fn shown(file: &str, text: &str) -> Vec<String> {
    let folder = Folder::with(file, text);
    let error = App::hot_builder()
        .file(folder.path(file))
        .plaintext_secrets(hotswap::PlaintextSecrets::Allow)
        .check()
        .unwrap_err();
    let report = error.report().to_string();
    assert!(!report.contains("hunter2") && !error.to_string().contains("hunter2"), "{report}");
    report.lines().filter_map(|line| line.strip_prefix("     | ")).map(str::to_owned).collect()
}

#[test]
fn every_format_shows_the_key_and_the_value() {
    assert_eq!(shown("a.toml", "[pool]\nsize = 'x'"), ["size = 'x'", "       ^^^"]);
    assert_eq!(shown("a.yaml", "pool:\n  size: x\n"), ["size: x", "      ^"]);
    assert_eq!(
        shown("a.json", "{\n  \"pool\": {\n    \"size\": \"x\"\n  }\n}"),
        ["\"size\": \"x\"", "        ^^^"]
    );
}

#[test]
fn what_stands_beside_a_value_is_cut() {
    let shown_of = |file, text| shown(file, text)[0].clone();
    assert_eq!(shown_of("a.toml", "pool = { size = 'x', ports = [1] } # hunter2"), "… size = 'x' …");
    assert_eq!(shown_of("a.toml", "pool.size = 'x'"), "pool.size = 'x'");
    assert_eq!(shown_of("a.yaml", "{name: hunter2, port: x}"), "… port: x");
    assert_eq!(shown_of("a.yaml", "port: !!str x # hunter2"), "port: !!str x …");
    assert_eq!(shown_of("a.json", r#"{"name": "hunter2", "port": "x", "pool": {}}"#), "… \"port\": \"x\" …");
    assert_eq!(shown_of("a.toml", "pool.ports = [1, 'x', 2]"), "… 'x' …");
}

#[test]
fn a_secret_shows_its_key_only() {
    assert_eq!(shown("a.toml", "password = 'hunter2hunter2'"), ["password = …", "^^^^^^^^"]);
    assert_eq!(shown("a.yaml", "port: 2\npassword: hunter2hunter2"), ["password: …", "^^^^^^^^"]);
    assert_eq!(shown("a.json", r#"{"password": ["hunter2"]}"#), ["… \"password\": …", "  ^^^^^^^^^^"]);
}

#[test]
fn an_unknown_key_shows_no_value() {
    assert_eq!(shown("a.toml", "passwort = 'hunter2'"), ["passwort = …", "^^^^^^^^"]);
    assert_eq!(shown("a.yaml", "pool: {token: hunter2}"), ["… token: …", "  ^^^^^"]);
}

#[test]
fn a_table_or_a_list_shows_its_key_only() {
    assert_eq!(shown("a.toml", "port = ['hunter2']"), ["port = …", "^^^^"]);
    assert_eq!(shown("a.toml", "[port]\npassword = 'hunter2'").first().map(String::as_str), Some("[port]"));
    assert_eq!(shown("a.yaml", "pool: hunter2"), ["pool: …", "^^^^"]);
}

#[test]
fn of_many_lines_the_first_is_shown() {
    assert_eq!(shown("a.toml", "port = '''x\ny'''"), ["port = '''x…", "       ^^^^"]);
    assert_eq!(shown("a.yaml", "port: |\n  x\n  y\n"), ["x…", "^"]);
}

#[test]
fn an_interpolated_value_is_shown_as_written() {
    let name = "reports::excerpts::an_interpolated_value_is_shown_as_written";
    with_variables(name, &[("CANARY", "hunter2")], || {
        assert_eq!(shown("a.toml", "port = '${CANARY}'")[0], "port = '${CANARY}'");
        assert_eq!(shown("a.toml", "password = '${CANARY}'")[0], "password = …");
    });
}

#[test]
fn nothing_breaks_the_caret() {
    assert_eq!(shown("a.toml", "\t\tport\t=\t'多く'"), ["port\\t=\\t'多く'", "         ^^^^^^"]);
    assert_eq!(
        shown("a.json", "{\"port\": \"\\u001b[31m\"}"),
        ["… \"port\": \"\\u001b[31m\"", "          ^^^^^^^^^^^^"]
    );
    let long = format!("port = '{}'", "x".repeat(10_000));
    assert!(shown("a.toml", &long).iter().all(|line| line.chars().count() < 80));
}

#[test]
fn a_line_that_does_not_parse_shows_the_name_of_its_field_only() {
    assert_eq!(shown("a.toml", "password = \"hunter2\" hunter2"), ["password = …", "           ^"]);
    assert_eq!(shown("a.toml", "password = \"\"\"\nhunter2 = hunter2\n"), Vec::<String>::new());
    assert_eq!(shown("a.yaml", "password: @hunter2"), ["password: …", "          ^"]);
    assert_eq!(shown("a.json", "{\n\"password\": hunter2}"), ["password: …", "          ^"]);
}

#[test]
fn a_variable_is_shown_unless_it_is_secret() {
    let variables = [("EXC_PORT", "many"), ("EXC_PASSWORD", "hunter2"), ("EXC_POOL_SIZE", "[\"hunter2\"]")];
    with_variables("reports::excerpts::a_variable_is_shown_unless_it_is_secret", &variables, || {
        let report = App::hot_load().unwrap_err().report().to_string();
        let expected = "\
from environment variable EXC_PORT
  port: expected an integer, found a string
     | EXC_PORT=many
     |          ^^^^
";
        assert!(report.contains(expected) && !report.contains("hunter2"), "{report}");
    });
}

#[test]
fn a_line_of_a_dotenv_file_is_shown_unless_it_stands_for_another_variable() {
    let folder = Folder::with(".env", "EXC_NAME=hunter2\nEXC_PORT=many\nEXC_POOL_SIZE=\"${EXC_NAME}\"\n");
    let error = App::hot_builder().dotenv(folder.path(".env")).check().unwrap_err();
    let report = error.report().to_string();
    assert!(
        report.contains("  2:1 port: expected an integer, found a string\n     | EXC_PORT=many\n"),
        "{report}"
    );
    assert!(report.contains("  3:1 pool.size: ") && !report.contains("hunter2"), "{report}");
}

#[test]
fn a_source_of_the_program_shows_its_text() {
    struct Remote;
    impl Source for Remote {
        fn name(&self) -> String {
            "remote".into()
        }
        fn read(&mut self) -> Result<Reading, SourceError> {
            Ok(Reading::text(Format::Toml, "port = 'x'")?)
        }
    }
    let report = App::hot_builder().source(Remote).check().unwrap_err().report().to_string();
    assert!(report.contains("at remote\n  1:8 port: "), "{report}");
    assert!(report.contains("     | port = 'x'\n     |        ^^^"), "{report}");
}

/// Whether a report to a terminal has colours under these variables.
fn colored(variables: &[(&str, &str)]) -> bool {
    let name = "reports::excerpts::the_environment_decides_on_colours";
    let mut child = child(name, &[]);
    child.envs(variables.iter().copied());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "CI"] {
        if !variables.iter().any(|(given, _)| *given == name) {
            child.env_remove(name);
        }
    }
    let output = child.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("colours: "), "{printed}");
    printed.contains("colours: true")
}

#[test]
fn the_environment_decides_on_colours() {
    if is_child() {
        // The other end of a pseudo-terminal is a terminal, too.
        let terminal = File::open("/dev/ptmx").unwrap();
        let report = App::hot_builder().file("missing.toml").check().unwrap_err();
        println!("colours: {}", report.report().for_terminal(&terminal).to_string().contains('\x1b'));
        return;
    }
    assert!(colored(&[("TERM", "xterm")]));
    assert!(!colored(&[("TERM", "dumb")]));
    assert!(!colored(&[("TERM", "xterm"), ("NO_COLOR", "1")]));
    assert!(!colored(&[("TERM", "xterm"), ("CLICOLOR", "0")]));
    assert!(colored(&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")]));
}
