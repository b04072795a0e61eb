//! Dotenv files, by the rules of `docker compose`.

use hotswap::{HotConfig, IssueKind, Secret};
use serde::Deserialize;

use crate::support::{Folder, eventually, with_variables};

#[derive(Debug, Deserialize, HotConfig)]
#[hot(env = "DOT")]
struct App {
    #[hot(default = "")]
    url: String,
    #[hot(default = 0)]
    port: u16,
    #[serde(default)]
    hosts: Vec<String>,
    #[hot(secret)]
    #[serde(default)]
    password: Option<Secret<String>>,
    #[hot(default = "")]
    text: String,
}

#[track_caller]
fn check(text: &str) -> App {
    let folder = Folder::with(".env", text);
    App::hot_builder().dotenv(folder.path(".env")).check().unwrap()
}

#[track_caller]
fn refused(text: &str) -> String {
    let folder = Folder::with(".env", text);
    let error = App::hot_builder().dotenv(folder.path(".env")).check().unwrap_err();
    assert!(error.has(IssueKind::Syntax), "{error}");
    error.to_string()
}

#[test]
fn a_password_keeps_its_dollars() {
    for (text, expected) in
        [("'pa$w0rd'", "pa$w0rd"), ("pa$$w0rd", "pa$w0rd"), ("\"pa\\$w0rd\"", "pa$w0rd"), ("5$5$", "5$5$")]
    {
        let app = check(&format!("DOT_PASSWORD={text}"));
        assert_eq!(app.password.unwrap().expose(), expected);
    }
    let error = refused("DOT_PASSWORD=pa$hunter2");
    assert!(error.contains(".env:1:16") && !error.contains("hunter"), "{error}");
}

#[test]
fn a_variable_stands_for_one_above() {
    let app = check(
        "DB_USER=app\nDOT_URL=pg://$DB_USER@${DB_HOST:-localhost}:${DB_PORT:-5432}\nDOT_PORT=${NOPE:-7}",
    );
    assert_eq!((&*app.url, app.port), ("pg://app@localhost:5432", 7));
    assert_eq!(check("DOT_HOSTS=\"a,${NOPE-b}\"").hosts, ["a", "b"]);
}

#[test]
fn a_variable_that_is_not_set_is_refused_with_its_line() {
    let error = refused("\nDOT_URL=$DB_USER\nDOT_TEXT=${NOPE:5432}");
    assert!(error.contains("the variable DB_USER is not set") && error.contains(".env:2:9"), "{error}");
    assert!(error.contains("expected `${NAME}`") && error.contains(".env:3:10"), "{error}");
}

#[test]
fn the_process_wins_over_a_line_above() {
    let name = "dotenv::the_process_wins_over_a_line_above";
    with_variables(name, &[("DB_USER", "process")], || {
        assert_eq!(check("DB_USER=file\nDOT_URL=$DB_USER").url, "process");
        assert_eq!(check("DB_USER\nDOT_URL=${DB_USER:-x}").url, "process");
    });
}

#[test]
fn a_later_file_names_variables_of_an_earlier_one() {
    let folder = Folder::with("1.env", "HOST=a");
    folder.write("2.env", "DOT_URL=http://$HOST");
    let builder = App::hot_builder().dotenv(folder.path("1.env")).dotenv(folder.path("2.env"));
    let app = builder.load().unwrap();
    assert_eq!(app.url(), "http://a");
    folder.replace("1.env", "HOST=b");
    eventually("the other file follows", || app.url() == "http://b");
}

fn bomb() -> String {
    let line = |number: usize| format!("A{}=\"${{A{number}}}${{A{number}}}\"\n", number + 1);
    format!("A0=x\n{}", (0..40).map(line).collect::<String>())
}

#[test]
fn a_file_whose_variables_double_is_refused_and_the_last_configuration_stays() {
    assert!(refused(&bomb()).contains("expand to more than 1 MiB"));
    let folder = Folder::with(".env", "DOT_PORT=7");
    let app = App::hot_builder().dotenv(folder.path(".env")).load().unwrap();
    folder.replace(".env", &bomb());
    eventually("a refusal is reported", || app.status().last_error.is_some());
    assert_eq!((app.port(), app.version()), (7, 1));
    assert!(app.status().last_error.unwrap().contains("expand to more than 1 MiB"));
    folder.replace(".env", "DOT_PORT=8");
    eventually("the next content is published", || app.port() == 8);
}

#[test]
fn templates_of_a_file_have_the_same_budget() {
    let big = "x".repeat(300 << 10);
    let expands = |file: &str, times: usize| {
        let folder = Folder::with(".env", &format!("BIG={big}"));
        let text = "${BIG}".repeat(times);
        folder.write("app.toml", &format!("url = '{text}'"));
        folder.write("app.yaml", &format!("url: '{text}'"));
        folder.write("app.json", &format!("{{\"url\": \"{text}\"}}"));
        folder.write("more.toml", &format!("text = '{text}'"));
        let files = App::hot_builder().file(folder.path(file)).file(folder.path("more.toml"));
        files.dotenv(folder.path(".env")).check()
    };
    for file in ["app.toml", "app.yaml", "app.json"] {
        // Two files together expand to more than the limit of one.
        assert_eq!(expands(file, 3).unwrap().url.len(), 3 * big.len());
        let error = expands(file, 4).unwrap_err().to_string();
        assert!(error.contains("expand to more than 1 MiB") && error.contains(file), "{error}");
        assert!(error.contains("more.toml:1:8"), "{error}");
    }
}

/// A variable that a broken dotenv file would have given is not reported for the files that refer
/// to it.
#[test]
fn one_cause_is_one_error_in_all_files() {
    let folder = Folder::with("app.toml", "url = '${A}'\nport = '${PORT}'\nhosts = ['${B}']\n");
    let builder = || {
        let builder = App::hot_builder().file(folder.path("app.toml")).dotenv(folder.path(".env"));
        builder.dotenv(folder.path("2.env")).watch(false)
    };
    for broken in ["A=$NOPE\nPORT=7\n", "A='x\n", "A=a\nPORT=${NOPE:5}\n"] {
        folder.write(".env", broken);
        folder.write("2.env", "B=x$A\nDOT_TEXT=\"$B ${PORT:-1}\"\n");
        let error = builder().check().unwrap_err();
        assert_eq!(error.issues().count(), 1, "{error}");
        // Unrelated problems are reported as well.
        folder.write("app.toml", "url = '${A'\nport = 'x'\nhosts = ['${B}']\n");
        let error = builder().check().unwrap_err();
        assert_eq!(error.issues().count(), 3, "{error}");
        folder.write("app.toml", "url = '${A}'\nport = '${PORT}'\nhosts = ['${B}']\n");
    }
    folder.write(".env", "A=a\nPORT=7\n");
    let app = builder().load().unwrap();
    folder.write(".env", "A=$NOPE\n");
    let error = app.reload().unwrap_err();
    assert_eq!(error.issues().count(), 1, "{error}");
    // Once it is repaired, the other file is read with its variables.
    folder.write(".env", "PORT=8\n");
    let error = app.reload().unwrap_err();
    assert!(error.issues().count() == 1 && error.to_string().contains("2.env:1:4"), "{error}");
    folder.write(".env", "A=b\nPORT=8\n");
    app.reload().unwrap();
    assert_eq!((app.url().as_str(), app.port(), app.text().as_str()), ("b", 8, "xb 8"));
}
