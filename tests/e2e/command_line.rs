//! The command line over configurations of its own; the example shows the rest.

use clap::Parser;
use hotswap::{Builder, HotConfig, ScanCredentials, cli::ConfigCommand};
use serde::Deserialize;

use crate::support::Folder;

#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    command: ConfigCommand,
}

/// The exit code, and what is printed on each stream.
fn run<T: HotConfig>(arguments: &str, builder: impl Fn() -> Builder<T>) -> (u8, String, String) {
    let arguments = ["program"].into_iter().chain(arguments.split_whitespace());
    let program = Program::try_parse_from(arguments).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = program.command.write(builder, &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(default = "")]
    database: String,
}

const URL: &str = "database = 'postgres://app:Vb7kQ9zR@db/app'";

#[test]
fn check_warns_of_a_credential() {
    let folder = Folder::with("app.toml", URL);
    let builder = || App::hot_builder().file(folder.path("app.toml"));
    let (code, out, err) = run("check", builder);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("the configuration is valid") && err.contains("app.toml\n  1:12 database"),
        "{out}{err}"
    );
    assert!(err.contains("looks like a password in a URL") && !err.contains("Vb7k"), "{err}");
    assert_eq!(run("check --deny-warnings", builder).0, 1);
}

#[test]
fn check_rejects_a_credential_if_the_program_denies_them() {
    let folder = Folder::with("app.toml", URL);
    let deny = || App::hot_builder().file(folder.path("app.toml")).scan_credentials(ScanCredentials::Deny);
    let (code, out, err) = run("check", deny);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("looks like a password in a URL") && !err.contains("Vb7k"), "{err}");
    let (code, out, _) = run("check --json", deny);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["issues"][0]["kind"]), (1, &"credential".into()), "{report}");
    folder.write("app.toml", "database = 'postgres://db/app'");
    assert_eq!(run("check", deny).0, 0);
}
