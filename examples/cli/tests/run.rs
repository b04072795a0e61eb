//! Runs the program like its users.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// Runs the program in its own folder.
fn service(arguments: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cli"));
    program.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).args(arguments.split_whitespace());
    // Variables of the machine must not affect the test.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("APP_")) {
        program.env_remove(name);
    }
    program.env_remove("HOTSWAP_PROFILE").env("APP_POOL_SIZE", "16").output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn check_accepts_what_is_valid() {
    let run = service("config check");
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    assert!(out(&run).starts_with("the configuration is valid"), "{}", out(&run));
}

#[test]
fn check_rejects_a_wrong_file_with_the_whole_report() {
    let run = service("config check --file config/broken.toml");
    assert_eq!(run.status.code(), Some(1));
    let report = err(&run);
    for said in [
        "2 problems",
        "\"loud\" is not one of",
        "unknown key, did you mean `size`?",
        "config/broken.toml",
        "4:1 pool.siez",
        "siez = …",
    ] {
        assert!(report.contains(said), "nothing of {said} in\n{report}");
    }
}

#[test]
fn check_reports_as_json() {
    let run = service("config check --json --file config/broken.toml");
    assert_eq!(run.status.code(), Some(1));
    let report = json(&run);
    assert_eq!(report["valid"], false);
    assert_eq!(report["issues"][0]["path"], "log_level");
    assert_eq!(report["issues"][0]["kind"], "rule");
    assert_eq!(report["issues"][0]["origin"]["file"]["line"], 1);
}

#[test]
fn check_with_a_profile_that_does_not_exist_fails() {
    let run = service("config check --profile prodution");
    assert_eq!(run.status.code(), Some(1));
    assert!(err(&run).contains("prodution"), "{}", err(&run));
}

#[test]
fn explain_shows_every_layer() {
    let run = service("config explain pool.size --profile production");
    assert_eq!(run.status.code(), Some(0));
    let text = out(&run);
    let order = ["APP_POOL_SIZE", "production.toml:4", "default.toml:4", "default of the field"];
    let places: Vec<_> =
        order.iter().map(|said| text.find(said).unwrap_or_else(|| panic!("{said}: {text}"))).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn explain_without_a_path_shows_every_field() {
    let text = out(&service("config explain"));
    for path in ["listen", "log_level", "pool.size", "pool.url"] {
        assert!(text.contains(path), "nothing of {path} in\n{text}");
    }
}

#[test]
fn explain_of_an_unknown_field_says_what_was_meant() {
    let run = service("config explain pool.siez");
    assert_eq!(run.status.code(), Some(1));
    assert!(out(&run).contains("did you mean `pool.size`?"), "{}", out(&run));
}

#[test]
fn explain_shows_what_a_wrong_file_says_and_why_it_is_refused() {
    let run = service("config explain log_level --file config/broken.toml");
    assert_eq!(run.status.code(), Some(2));
    let text = out(&run);
    for said in [
        "= \"loud\" at config/broken.toml:1:13",
        "\"info\" from the default",
        "refused: \"loud\" is not one of",
    ] {
        assert!(text.contains(said), "nothing of {said} in\n{text}");
    }
    assert!(err(&run).contains("2 problems"), "{}", err(&run));
}

#[test]
fn show_prints_what_is_in_force() {
    let run = service("config show --format json --profile production");
    let shown = json(&run);
    assert_eq!(shown["log_level"], "warn");
    assert_eq!(shown["pool"]["size"], 16);
    assert_eq!(shown["listen"], "127.0.0.1:8080");
}

#[test]
fn show_prints_a_file_that_loads() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["toml", "yaml", "json"] {
        let path = folder.path().join("shown").with_extension(format);
        std::fs::write(&path, service(&format!("config show --format {format}")).stdout).unwrap();
        let run = service(&format!("config check --file {}", path.display()));
        assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    }
}

#[test]
fn template_schema_and_reference_know_every_field() {
    for what in ["template", "template --format yaml", "template --format json", "schema", "reference"] {
        let text = out(&service(&format!("config {what}")));
        for field in ["listen", "log_level", "size", "url"] {
            assert!(text.contains(field), "nothing of {field} in {what}:\n{text}");
        }
    }
}

#[test]
fn diff_compares_profiles_and_files() {
    let run = service("config diff development production");
    assert_eq!((run.status.code(), out(&run)), (Some(1), "log_level: \"debug\" -> \"warn\"\n".to_owned()));
    let run = service("config diff production production");
    assert_eq!((run.status.code(), out(&run)), (Some(0), String::new()));
    let run = service("config diff config/broken.toml production");
    assert_eq!(run.status.code(), Some(2));
    assert!(err(&run).contains("config/broken.toml"), "{}", err(&run));
}

#[test]
fn env_lists_the_variables() {
    let text = out(&service("config env"));
    assert!(text.contains("APP_LOG_LEVEL"), "{text}");
    let variables = json(&service("config env --json"));
    let size = variables.as_array().unwrap().iter().find(|one| one["path"] == "pool.size").unwrap();
    assert_eq!(
        (&size["name"], &size["set"], &size["type"]),
        (&"APP_POOL_SIZE".into(), &true.into(), &"u16".into())
    );
}

#[test]
fn completions_know_the_whole_command_line() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = out(&service(&format!("completions {shell}")));
        assert!(script.contains("service") && script.contains("explain"), "{shell}: {script}");
    }
}

#[test]
fn a_wrong_argument_is_a_failure_of_its_own() {
    assert_eq!(service("config chekc").status.code(), Some(2));
}
