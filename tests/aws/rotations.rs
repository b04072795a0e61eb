//! A configuration whose secrets come from AWS and change there.

use std::{sync::mpsc::channel, time::Duration};

use hotswap::{Builder, Cause, Health, HotConfig, IssueKind, Secret, secrets::aws::SecretsManager};
use serde_json::json;

use crate::run::{BOUND, Cloud, at, eventually, free_port};

#[derive(Debug, serde::Deserialize, HotConfig)]
struct Database {
    #[hot(secret = "aws-sm:prod/db#user")]
    user: Secret<String>,
    #[hot(secret = "aws-sm:prod/db#password")]
    password: Secret<String>,
    #[hot(secret = "aws-sm:prod/db?stage=AWSPREVIOUS#password")]
    previous: Option<Secret<String>>,
    #[hot(default = 8080)]
    port: u16,
}

fn builder(cloud: &Cloud) -> Builder<Database> {
    Database::hot_builder().secrets("aws-sm", cloud.secrets()).secret_refresh(Duration::from_millis(200))
}

/// Returns the id of the version.
fn store(cloud: &Cloud, number: u32) -> String {
    let login = json!({ "user": format!("user-{number}"), "password": format!("password-{number}") });
    cloud.store("prod/db", &login.to_string()).0
}

fn number(text: &Secret<String>) -> u32 {
    text.expose().rsplit('-').next().unwrap().parse().unwrap()
}

#[test]
#[cfg_attr(without = "ministack", ignore = "needs ministack")]
fn a_rotation_reaches_who_subscribed() {
    let cloud = Cloud::ministack();
    store(&cloud, 0);
    let first = store(&cloud, 1);
    let config = builder(&cloud).load().unwrap();
    assert_eq!(config.password().expose(), "password-1");
    let (tell, told) = channel();
    let _subscription = config.on_password_change(move |_, new| tell.send(number(new)).unwrap());
    let second = store(&cloud, 2);
    assert_eq!(told.recv_timeout(BOUND).unwrap(), 2);
    let record = config.history().pop().unwrap();
    assert!(matches!(&record.cause, Cause::Secrets(_)), "{:?}", record.cause);
    assert!(!format!("{record:?} {:?}", config.status()).contains("password-"));
    eventually("the status shows the version", || {
        config.status().secrets.iter().any(|secret| secret.version.as_ref() == Some(&second))
    });

    // A rollback changes stages and creates no version.
    let back = json!({
        "SecretId": "prod/db", "VersionStage": "AWSCURRENT",
        "MoveToVersionId": first, "RemoveFromVersionId": second,
    });
    cloud.tell("secretsmanager.UpdateSecretVersionStage", &back);
    assert_eq!(told.recv_timeout(BOUND).unwrap(), 1);
    eventually("the other stage follows", || number(config.load().previous.as_ref().unwrap()) == 2);
}

#[test]
#[cfg_attr(without = "ministack", ignore = "needs ministack")]
fn a_user_never_meets_the_password_of_another() {
    let cloud = Cloud::ministack();
    store(&cloud, 0);
    store(&cloud, 1);
    let builder = builder(&cloud).secret_refresh(Duration::from_millis(20));
    let config = builder.load().unwrap();
    let (tell, told) = channel();
    let handle = config.clone();
    let _subscription = config.on_user_change(move |_, _| {
        let now = handle.load();
        tell.send((number(&now.user), number(&now.password))).unwrap();
    });
    let mut seen = 1;
    for round in 2..20 {
        store(&cloud, round);
        while seen < round {
            let (user, password) = told.recv_timeout(BOUND).unwrap();
            assert_eq!(user, password);
            seen = user;
        }
    }
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_pinned_version_stays() {
    #[derive(Debug, serde::Deserialize, HotConfig)]
    struct Keys {
        pinned: Secret<String>,
        #[hot(secret = "aws-ssm:/prod/key")]
        newest: Secret<String>,
    }

    let cloud = Cloud::moto();
    cloud.put("/prod/key", "one");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    std::fs::write(&path, "pinned = 'aws-ssm:/prod/key?version=1'").unwrap();
    let builder = Keys::hot_builder().file(path).secrets("aws-ssm", cloud.parameters());
    let config = builder.secret_refresh(Duration::from_millis(50)).load().unwrap();
    cloud.put("/prod/key", "two");
    eventually("the newest follows", || config.newest().expose() == "two");
    assert_eq!(config.pinned().expose(), "one");
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_wrong_key_is_told_with_the_reference() {
    let cloud = Cloud::moto();
    cloud.store("prod/db", r#"{ "user": "app", "pasword": "hunter2" }"#);
    let told = builder(&cloud).load().err().unwrap().to_string();
    assert!(told.contains("aws-sm:prod/db#password") && told.contains("did you mean `pasword`"), "{told}");
    cloud.store("prod/db", "hunter2");
    let told_too = builder(&cloud).load().err().unwrap().to_string();
    assert!(told_too.contains("no JSON"), "{told_too}");
    assert!(!format!("{told} {told_too}").contains("hunter2"));
}

#[test]
fn a_store_that_is_away_at_the_start_is_told() {
    let port = free_port();
    let secrets = SecretsManager::new(at(port));
    let error = Database::hot_builder().secrets("aws-sm", secrets).load().err().unwrap();
    let told = error.to_string();
    assert!(error.has(IssueKind::Secret), "{told}");
    for word in ["aws-sm:prod/db#password", &format!("127.0.0.1:{port}"), "refused"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn the_last_good_value_bridges_a_store_that_is_away() {
    let mut cloud = Cloud::moto();
    store(&cloud, 0);
    store(&cloud, 1);
    let config = builder(&cloud).load().unwrap();
    cloud.stop();
    eventually("the status tells", || config.status().secrets[0].health == Health::Failing);
    config.set_port(9090).unwrap();
    assert!(config.reload().unwrap_err().to_string().contains("its last value stays in force"));
    assert_eq!((number(&config.password()), config.port()), (1, 9090));
}
