//! Settings from the variables and files of AWS's own tools, without code.

use std::{
    env, fs,
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use hotswap::{
    HotConfig, Secret,
    secrets::{
        FetchErrorKind::{Invalid, NotFound, TimedOut, Unauthenticated, Unreachable},
        aws::{Config, ParameterStore, SecretsManager},
    },
};

use crate::{
    child::{this_test, with_variables},
    run::{Cloud, assert_refused, assert_text, certificates, free_port, json, serve_each},
};

#[derive(Debug, serde::Deserialize, HotConfig)]
struct AppConfig {
    #[hot(secret = "aws-sm:prod/db#password")]
    password: Secret<String>,
    #[hot(secret = "aws-ssm:/prod/key")]
    key: Secret<String>,
}

/// Runs the rest in a process without the settings of this machine. The port is that of the endpoint.
fn with_nothing_but(variables: &[(&str, &str)], test: impl FnOnce(u16)) {
    let endpoint = format!("http://127.0.0.1:{}", free_port());
    let mut all = vec![
        ("AWS_ENDPOINT_URL", &*endpoint),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/nowhere/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials"),
    ];
    all.extend(variables);
    with_variables(&this_test(), &all, || {
        let endpoint = env::var("AWS_ENDPOINT_URL").unwrap();
        test(endpoint.rsplit(':').next().unwrap().parse().unwrap());
    });
}

const KEY: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "app"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
const REGION: (&str, &str) = ("AWS_REGION", "eu-central-1");

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn references_need_no_line_of_code() {
    with_nothing_but(&[KEY[0], KEY[1], REGION], |port| {
        let cloud = Cloud::moto_at(port);
        cloud.store("prod/db", r#"{ "user": "app", "password": "one" }"#);
        cloud.put("/prod/key", "two");
        let config = AppConfig::hot_builder().load().unwrap();
        assert_eq!(config.password().expose(), "one");
        assert_eq!(config.key().expose(), "two");
        assert_eq!(config.status().secrets[1].version.as_deref(), Some("1"));
    });
}

#[test]
fn without_a_region_or_credentials_it_says_what_to_set() {
    with_nothing_but(&[], |port| {
        assert_refused(&SecretsManager::from_env(), "app", Invalid, &["no region", "AWS_REGION"]);
        let there = SecretsManager::new(Config::from_env().region("eu-central-1"));
        assert_refused(&there, "app", Unauthenticated, &["no credentials", "AWS_ACCESS_KEY_ID"]);
        let gone = Config::from_env().region("eu-central-1").profile("gone");
        assert_refused(&SecretsManager::new(gone), "app", Unauthenticated, &["no credentials", "profile"]);
        // There was no request, because there is no server.
        TcpListener::bind(("127.0.0.1", port)).unwrap();
    });
}

#[test]
fn credentials_that_nobody_gives_in_time_are_not_waited_for() {
    // It accepts connections, by the system's backlog, but does not respond.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let container = format!("http://{}", silent.local_addr().unwrap());
    with_nothing_but(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &*container), REGION], |_| {
        let start = Instant::now();
        assert_refused(&SecretsManager::from_env(), "app", TimedOut, &["credentials", "AWS_ACCESS_KEY_ID"]);
        // The timeout of the configuration is ten seconds.
        assert!(start.elapsed() < Duration::from_secs(9));
    });
}

#[test]
fn nothing_is_asked_if_the_sdk_would_log_it() {
    with_nothing_but(&[KEY[0], KEY[1], REGION, ("LOG_SENSITIVE_BODIES", "True")], |_| {
        assert_refused(&SecretsManager::from_env(), "app", Invalid, &["LOG_SENSITIVE_BODIES", "unset it"]);
        assert_refused(&ParameterStore::from_env(), "/app", Invalid, &["LOG_SENSITIVE_BODIES", "unset it"]);
    });
}

#[test]
fn credentials_that_have_expired_are_looked_for_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    let file = ("AWS_SHARED_CREDENTIALS_FILE", path.to_str().unwrap());
    with_nothing_but(&[file, REGION], |port| {
        let path = env::var("AWS_SHARED_CREDENTIALS_FILE").unwrap();
        let write = |id: &str| {
            let keys = format!(
                "aws_access_key_id = {id}\naws_secret_access_key = hunter2\naws_session_token = hunter2"
            );
            fs::write(&path, format!("[default]\n{keys}\n")).unwrap();
        };
        serve_each(port, |request| match request.head.contains("Credential=old/") {
            true => json(400, r#"{ "__type": "ExpiredTokenException", "message": "hunter2" }"#),
            false => json(200, r#"{ "SecretString": "one", "VersionId": "1" }"#),
        });
        let secrets = SecretsManager::from_env();
        write("new");
        assert_text(&secrets, "app", "one");
        write("old");
        // The client caches its credentials.
        assert_text(&secrets, "app", "one");
        let secrets = SecretsManager::from_env();
        assert_refused(&secrets, "app", Unauthenticated, &["have expired", "eu-central-1"]);
        write("new");
        assert_text(&secrets, "app", "one");
    });
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn the_authorities_of_the_system_are_trusted_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trusted.pem");
    with_nothing_but(&[KEY[0], KEY[1], ("SSL_CERT_FILE", path.to_str().unwrap())], |_| {
        let path = env::var("SSL_CERT_FILE").unwrap();
        let folder = Path::new(&path).parent().unwrap();
        certificates(folder);
        let at = |cloud: &Cloud| {
            SecretsManager::new(cloud.config().endpoint_url(format!("https://127.0.0.1:{}", cloud.port)))
        };
        // What only its own server can say.
        let cloud = Cloud::moto_with_tls(folder, "trusted");
        assert_refused(&at(&cloud), "app", NotFound, &["no `app`"]);
        let cloud = Cloud::moto_with_tls(folder, "other");
        assert_refused(&at(&cloud), "app", Unreachable, &["certificate"]);
    });
}
