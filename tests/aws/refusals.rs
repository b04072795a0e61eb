//! The report of each failure: its kind, and advice.

use std::{net::TcpListener, time::Duration};

use hotswap::secrets::{
    FetchErrorKind::{self, Denied, Invalid, NotFound, TimedOut, Unauthenticated, Unreachable},
    aws::{Config, Credentials, ParameterStore, SecretsManager},
};

use crate::run::{Cloud, assert_refused, assert_text, at, fetch, free_port, json, serve_each};

#[test]
#[cfg_attr(without = "ministack", ignore = "needs ministack")]
fn who_may_not_read_is_told_what_to_allow() {
    let open = "arn:aws:secretsmanager:eu-central-1:*:secret:open-*";
    let (cloud, user) = Cloud::guarded("secretsmanager:GetSecretValue", open);
    let config = cloud.config().credentials(user);
    let (secrets, parameters) = (SecretsManager::new(config.clone()), ParameterStore::new(config));
    assert_text(&secrets, "open", "open");
    assert_refused(&secrets, "shut", Denied, &["`shut`", "allow `secretsmanager:GetSecretValue`"]);
    assert_refused(&parameters, "/shut/db", Denied, &["`/shut/db`", "allow `ssm:GetParameters`"]);

    // An unknown parameter is not a missing permission.
    let config = cloud.config().credentials(Credentials::new("nobody", "hunter2"));
    assert_refused(&SecretsManager::new(config.clone()), "open", Unauthenticated, &["not valid"]);
    assert_refused(&ParameterStore::new(config), "/open/db", Unauthenticated, &["not valid"]);
}

#[test]
fn what_aws_says_is_told_in_words_that_help() {
    let cases: [(u16, &str, &str, FetchErrorKind, &[&str]); 14] = [
        (400, "ExpiredTokenException", "", Unauthenticated, &["have expired", "get new ones"]),
        (400, "UnrecognizedClientException", "", Unauthenticated, &["not valid"]),
        (403, "InvalidSignatureException", "", Unauthenticated, &["not valid"]),
        (403, "RequestTimeTooSkewed", "", Unauthenticated, &["clock"]),
        (400, "AccessDeniedException", "Access to KMS is not allowed", Denied, &["kms:Decrypt"]),
        (400, "AccessDeniedException", "not authorized to perform: kms:Decrypt", Denied, &["kms:Decrypt"]),
        (400, "AccessDeniedException", "not authorized on prod/kms", Denied, &["may not read `app`"]),
        (400, "DecryptionFailure", "", Denied, &["kms:Decrypt"]),
        (400, "InvalidRequestException", "", NotFound, &["to be deleted", "restore it"]),
        (400, "ValidationException", "", Invalid, &["`app`"]),
        (400, "ThrottlingException", "", Unreachable, &["overloaded"]),
        (500, "InternalServiceError", "", Unreachable, &["fault"]),
        (400, "SomethingNew", "", Invalid, &["refuses", "`app`"]),
        (403, "", "", Invalid, &["as AWS does", "endpoint"]),
    ];
    for (status, code, message, kind, words) in cases {
        let body = match code {
            "" => "<html>hunter2</html>".to_owned(),
            code => {
                serde_json::json!({ "__type": code, "message": format!("{message} hunter2") }).to_string()
            }
        };
        let port = serve_each(0, move |_| json(status, &body));
        let (secrets, parameters) = (SecretsManager::new(at(port)), ParameterStore::new(at(port)));
        assert_refused(&secrets, "app", kind, words);
        assert_refused(&parameters, "app", kind, words);
        let said = format!("{:?} {:?}", fetch(&secrets, "app"), fetch(&parameters, "app"));
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for body in ["", "{", "{}", "[]", "<html>hunter2</html>"] {
        let port = serve_each(0, move |_| json(200, body));
        assert_refused(&SecretsManager::new(at(port)), "app", Invalid, &["as AWS does"]);
        assert_refused(&ParameterStore::new(at(port)), "app", Invalid, &["as AWS does"]);
    }
}

#[test]
fn a_store_that_is_not_there() {
    let port = free_port();
    let address = format!("http://127.0.0.1:{port}");
    assert_refused(
        &SecretsManager::new(at(port)),
        "app",
        Unreachable,
        &[&address, "eu-central-1", "refused"],
    );
    assert_refused(
        &ParameterStore::new(at(port)),
        "app",
        Unreachable,
        &[&address, "eu-central-1", "refused"],
    );
    let nowhere = at(port).endpoint_url("http://no-such-host.invalid");
    assert_refused(&SecretsManager::new(nowhere), "app", Unreachable, &["no-such-host.invalid"]);
}

#[test]
fn a_store_that_does_not_answer() {
    // It accepts connections, by the system's backlog, but does not respond.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = at(port).timeout(Duration::from_millis(100));
    assert_refused(&SecretsManager::new(config), "app", TimedOut, &[&format!("127.0.0.1:{port}"), "in time"]);
}

#[test]
fn what_cannot_be_asked_is_refused_before() {
    let (secrets, parameters) = (SecretsManager::new(at(1)), ParameterStore::new(at(1)));
    assert_refused(&secrets, "two\nlines", Invalid, &["no name", "aws-sm:name#key"]);
    assert_refused(&secrets, "app?label=live", Invalid, &["no version", "?stage="]);
    assert_refused(&parameters, "/app?stage=AWSCURRENT", Invalid, &["no version", "?label="]);
    let odd = Config::from_env().region("eu-central-1").endpoint_url("http://user:hunter2@127.0.0.1:1");
    let odd = odd.credentials(Credentials::new("app", "hunter2"));
    assert_refused(&SecretsManager::new(odd), "app", Invalid, &["holds credentials", "AWS_ENDPOINT_URL"]);
}
