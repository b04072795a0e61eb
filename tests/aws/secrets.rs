//! Locations of Secrets Manager.

use hotswap::secrets::{
    FetchErrorKind::{Invalid, NotFound},
    Location, Payload, SecretProvider,
};
use serde_json::json;

use crate::run::{Cloud, assert_refused, assert_text, fetch, wait};

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_secret_has_a_name_an_arn_and_versions() {
    let cloud = Cloud::moto();
    let secrets = cloud.secrets();
    let (first, arn) = cloud.store("prod/db", "one");
    let (second, _) = cloud.store("prod/db", "two");
    assert_text(&secrets, "prod/db", "two");
    assert_text(&secrets, &arn, "two");
    assert_text(&secrets, &format!("{arn}?stage=AWSPREVIOUS"), "one");
    assert_text(&secrets, "prod/db?stage=AWSPREVIOUS", "one");
    assert_text(&secrets, "prod/db?stage=AWSCURRENT", "two");
    assert_text(&secrets, &format!("prod/db?version={first}"), "one");
    assert!(format!("{:?}", fetch(&secrets, "prod/db").unwrap()).contains(&second));

    let unknown = "prod/db?version=00000000-0000-0000-0000-000000000000";
    assert_refused(&secrets, unknown, NotFound, &["`prod/db`", "no version `00000000", "eu-central-1"]);
    assert_refused(&secrets, "prod/db?stage=NONE", NotFound, &["`prod/db`", "`NONE`"]);
    assert_refused(&secrets, "prod/none", NotFound, &["no `prod/none`", "eu-central-1", "right region"]);
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_binary_secret_is_text_or_bytes() {
    let cloud = Cloud::moto();
    // `hunter2`, and a byte that is not valid UTF-8.
    for (name, binary) in [("text", "aHVudGVyMg=="), ("odd", "/w==")] {
        cloud.tell("secretsmanager.CreateSecret", &json!({ "Name": name, "SecretBinary": binary }));
    }
    assert_text(&cloud.secrets(), "text", "hunter2");
    assert!(*fetch(&cloud.secrets(), "odd").unwrap().payload() == Payload::bytes(vec![0xff]));
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_batch_keeps_its_order_and_its_failures_apart() {
    let cloud = Cloud::moto();
    let names = ["a", "none", "b", "", "c?stage=AWSCURRENT", "c"].map(Location::new);
    for name in ["a", "b", "c"] {
        cloud.store(name, name);
    }
    let all = wait(cloud.secrets().fetch(&names));
    let texts = all.iter().map(|outcome| outcome.as_ref().map(|fetched| fetched.payload()));
    let expected = [Ok("a"), Err(NotFound), Ok("b"), Err(Invalid), Ok("c"), Ok("c")];
    for (outcome, expected) in texts.zip(expected) {
        match expected {
            Ok(text) => assert!(*outcome.unwrap() == Payload::text(text.to_owned())),
            Err(kind) => assert_eq!(outcome.unwrap_err().kind(), kind),
        }
    }
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_provider_may_be_used_and_dropped_in_async_code() {
    let cloud = Cloud::moto();
    cloud.store("app", "one");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fetched = runtime.block_on(async {
        let secrets = cloud.secrets();
        let mut all = secrets.fetch(&[Location::new("app")]).await;
        drop(secrets);
        all.remove(0)
    });
    assert!(*fetched.unwrap().payload() == Payload::text("one".to_owned()));
}
