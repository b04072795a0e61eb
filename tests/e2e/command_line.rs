//! The command line with its own configurations; the example tests the rest.

use clap::Parser;
use hotswap::{Builder, HotConfig, ScanCredentials, Secret, cli::ConfigCommand};
use serde::Deserialize;

use crate::support::Folder;

#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    command: ConfigCommand,
}

/// The exit code, and the output on each stream.
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

#[derive(Debug, Deserialize, HotConfig)]
struct Broken {
    #[hot(default = 1, range(max = 10))]
    number: u32,
    #[hot(default = "none")]
    name: String,
    #[serde(default)]
    password: Option<Secret<String>>,
    #[serde(default)]
    logins: Vec<Login>,
    /// Its type does not say what it holds.
    #[serde(default)]
    any: Option<Either>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Login(Login),
    Number(u32),
}

/// Two layers, of which the upper one breaks a rule.
fn broken(lower: &str, upper: &str) -> (Folder, impl Fn() -> Builder<Broken> + use<>) {
    let folder = Folder::with("lower.toml", lower);
    folder.write("upper.toml", upper);
    let (lower, upper) = (folder.path("lower.toml"), folder.path("upper.toml"));
    (folder, move || Broken::hot_builder().file(&lower).file(&upper))
}

#[test]
fn explain_shows_the_layers_of_what_is_rejected_and_why() {
    let (_folder, builder) = broken("number = 2\nname = 'a'", "number = 20");
    let (code, out, err) = run("explain number", &builder);
    assert_eq!(code, 2);
    let order = [
        "number",
        "= 20 at ",
        "upper.toml:1:10",
        "  2 at ",
        "lower.toml:1:10",
        "1 from the default",
        "refused: ",
    ];
    let places: Vec<_> =
        order.iter().map(|part| out.find(part).unwrap_or_else(|| panic!("{part}: {out}"))).collect();
    assert!(places.is_sorted() && out.contains("refused: 20 is greater than the maximum 10"), "{out}");
    assert!(err.contains("upper.toml\n  1:"), "{err}");

    let (code, out, err) = run("explain name", &builder);
    assert!(code == 2 && out.contains("= \"a\" at ") && !out.contains("refused"), "{out}");
    assert!(err.contains("20 is greater"), "{err}");
    let (code, out, _) = run("explain numbre", &builder);
    assert!(code == 2 && out.contains("did you mean `number`?"), "{out}");

    let (code, out, _) = run("explain --json", &builder);
    let all: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &all[0]["given"][1]["value"]), (2, &2.into()), "{all}");
    assert!(all[0]["refused"][0].as_str().unwrap().starts_with("20 is"), "{all}");
    assert!(all[1].get("refused").is_none(), "{all}");
}

#[test]
fn explain_shows_what_is_left_if_a_file_is_broken() {
    let (_folder, builder) = broken("number = 2", "number = = 3");
    let (code, out, err) = run("explain number", builder);
    assert!(code == 2 && out.contains("= 2 at "), "{out}");
    assert!(err.contains("upper.toml\n  1:"), "{err}");
}

/// Secrets inside types are only known after decoding, which did not happen.
#[test]
fn explain_hides_secrets_of_what_is_rejected() {
    let lower = "password = 'hunter2'\nlogins = [{ user = 'a', password = 'hunter2' }]\nany = { user = 1, password = 'hunter2' }";
    let (_folder, builder) = broken(lower, "number = 20\nlogins = [{ user = 1, password = 'hunter2' }]");
    let allowed = || builder().plaintext_secrets(hotswap::PlaintextSecrets::Allow);
    for path in ["", "password", "logins", "logins[0]", "logins[0].password", "any", "any.password"] {
        for arguments in [format!("explain {path}"), format!("explain {path} --json")] {
            for (code, out, err) in [run(&arguments, &builder), run(&arguments, allowed)] {
                assert_eq!(code, 2, "{arguments}");
                assert!(!out.contains("hunter2") && !err.contains("hunter2"), "{arguments}: {out}{err}");
            }
        }
    }
    assert!(run("explain password", allowed).1.contains("= \"***\" at "));
}
