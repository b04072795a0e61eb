//! `age:` references instead of secrets.

use std::sync::mpsc;

use hotswap::{HotConfig, IssueKind, Secret, secrets::age::Age};
use serde::Deserialize;

use super::{FOREIGN, KEY, RECIPIENT, done, text};
use crate::support::{BOUND, Folder};

/// `hunter2`, for the test identity.
const VALUE: &str = "age:YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAyTFNta0o4SWFKVVRtZDhlNWlxL3VzemVDSHNxT1JJWkdTV3dta24xSERrCk9QVnlNUmpqMkxNdldiZlc5NmFRV2U3VDlKWllYQTIyZ1pLd0RwTTJ1SEEKLS0tIEw0K1BuZXJ0Y05lNFBQUzRZNkVpRHdMSDVGSEdQV3FHWEhOMjlJMUNMY0EKsfFl0Gp0B6dN1VxiBusMVk18bTepCvOvmgUkquQhcZ4FoSC1Z3lM";
/// `{"user":"app","password":"hunter2"}`.
const PARTS: &str = "age:YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBYRFFsSTRXSG9BOC9hdTVFQjNsSVQ2djdOK2hvNkZLTGIyRU8vT1NhamtJCktWcWF6WWZPUi9qTEZSYXdKZU82b0xPNURiSHk0N2Vtc1NHclhSczJjUzgKLS0tIEYwYW1FUktoTHp6RGlPVmZPUFB5cHJHaVJNU0wwSGorbk1jMm8zRGhNNHMKd3p8BgJtLOeHe9Lw5pVEzQjIx2GhnqXxH077Lh2Rfi85Ee1lIrQkTxEAbOe0Pr9Rbs9e+aeTc9ilRHawI99JsiUhyQ";
/// `hunter2` and a line break, as encrypted by `echo hunter2 | age --armor`.
const ARMORED: &str = "\
-----BEGIN AGE ENCRYPTED FILE-----\n\
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBiYzhVbTY3ZWNnTUR5Z1g1\n\
TXFUa2hMZjNIZ296YktSZy9iSVRrQ0Y4TTI0CkdKa2ZLL254ZWFGUlM0K2NtRmdu\n\
bmk5a2tQUHhhNUhyOWFOS2E4enBJZnMKLS0tIEtieThKS2Z3SnJEbE1PYXZEUDA0\n\
UWJYb092TlVCdndBTk82QXZTYkJzQ1kK6dWGFBWjPSabrddgQR65GYtoFCNDTjUI\n\
39ls+eBT3ONv//sxHyw8jg==\n\
-----END AGE ENCRYPTED FILE-----";

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(
        secret = "age:YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSAyTFNta0o4SWFKVVRtZDhlNWlxL3VzemVDSHNxT1JJWkdTV3dta24xSERrCk9QVnlNUmpqMkxNdldiZlc5NmFRV2U3VDlKWllYQTIyZ1pLd0RwTTJ1SEEKLS0tIEw0K1BuZXJ0Y05lNFBQUzRZNkVpRHdMSDVGSEdQV3FHWEhOMjlJMUNMY0EKsfFl0Gp0B6dN1VxiBusMVk18bTepCvOvmgUkquQhcZ4FoSC1Z3lM"
    )]
    given: Secret<String>,
    user: Option<Secret<String>>,
    password: Option<Secret<String>>,
    #[hot(default = [])]
    list: Vec<Secret<String>>,
}

fn age() -> Age {
    Age::new().identity(KEY.into())
}

#[test]
fn a_value_stands_in_any_layer_and_in_the_attribute() {
    let yaml: String = ARMORED.lines().map(|line| format!("      {line}\n")).collect();
    for (name, layer) in [
        (
            "a.toml",
            format!(
                "user = '{PARTS}#user'\npassword = '{PARTS}#password'\nlist = ['{VALUE}', '{PARTS}#user']"
            ),
        ),
        (
            "a.yaml",
            format!("user: {PARTS}#user\npassword: >-\n    age:\n{yaml}list: ['{VALUE}', '{PARTS}#user']"),
        ),
        (
            "b.toml",
            format!(
                "user = '{PARTS}#user'\npassword = \'\'\'age:{ARMORED}\'\'\'\nlist = ['{VALUE}', '{PARTS}#user']"
            ),
        ),
    ] {
        let folder = Folder::with(name, &layer);
        let builder = App::hot_builder().file(folder.path(name)).secrets("age", age());
        let app = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).check().unwrap();
        assert_eq!(app.given.expose(), "hunter2");
        assert_eq!(app.user.unwrap().expose(), "app", "{name}");
        assert_eq!(app.password.unwrap().expose(), "hunter2", "{name}");
        assert_eq!(app.list, ["hunter2".into(), "app".into()], "{name}");
    }
}

#[test]
fn one_provider_opens_values_and_files() {
    let folder = Folder::with("plain.toml", &format!("user = '{VALUE}'\npassword = 'plain'"));
    done(&["encrypt", "-i", text(&folder.path("plain.toml")), "-r", RECIPIENT]);
    let file = folder.path("plain.toml.age");
    let app = App::hot_builder().file(&file).secrets("age", age()).check().unwrap();
    assert_eq!(app.user.unwrap().expose(), "hunter2");
    assert_eq!(app.password.unwrap().expose(), "plain");
}

#[test]
fn another_value_is_a_version_and_another_ciphertext_is_none() {
    let folder = Folder::with("a.toml", &format!("password = '{VALUE}' # kept\n"));
    folder.write("key.txt", KEY);
    let path = folder.path("a.toml");
    let config = App::hot_builder().file(&path).secrets("age", age()).load().unwrap();
    done(&[
        "rotate-recipients",
        text(&path),
        "-I",
        text(&folder.path("key.txt")),
        "-r",
        FOREIGN,
        "-r",
        RECIPIENT,
    ]);
    let rotated = std::fs::read_to_string(&path).unwrap();
    assert!(rotated.ends_with("' # kept\n") && !rotated.contains(VALUE), "{rotated}");
    config.reload().unwrap();
    assert_eq!((config.version(), config.password().as_ref().unwrap().expose().as_str()), (1, "hunter2"));

    let (told, news) = mpsc::channel();
    let _subscription = config.on_password_change(move |_, new| {
        told.send(new.as_ref().unwrap().expose().clone()).unwrap();
    });
    folder.replace(
        "a.toml",
        &format!("password = '{ARMORED}'\n").replace("'", "\'\'\'").replace("-----B", "age:-----B"),
    );
    // The same value again, and then another.
    folder.replace("a.toml", &format!("password = '{PARTS}'\n"));
    let new = news.recv_timeout(BOUND).unwrap();
    assert_eq!(new, r#"{"user":"app","password":"hunter2"}"#);
}

#[test]
fn what_does_not_open_is_told_with_its_place() {
    let folder = Folder::with("a.toml", &format!("\npassword = '{}'", &VALUE[..204]));
    let load = |age| App::hot_builder().file(folder.path("a.toml")).secrets("age", age).check().unwrap_err();
    let error = load(age());
    let issue = error.issues().next().unwrap();
    assert_eq!((issue.kind(), issue.path().as_str()), (IssueKind::Secret, "password"));
    assert!(issue.message().ends_with("the ciphertext is cut short"), "{error}");
    assert!(issue.origin().unwrap().to_string().ends_with("a.toml:2:12"), "{error}");

    let other = "AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SZJT8JM";
    for wrong in [Age::new().identity(other.into()), Age::new().identity_file("no/such/file")] {
        let error = load(wrong);
        assert!(error.issues().all(|issue| issue.help().is_some()), "{error}");
        assert!(!error.to_string().contains("SECRET-KEY-1QQQ") && !error.to_string().contains("hunter2"));
    }
}
