//! Locations of the Parameter Store.

use hotswap::secrets::{
    FetchErrorKind::{Denied, Invalid, NotFound},
    Location, Payload, SecretProvider,
    aws::ParameterStore,
};
use serde_json::{Value as Json, json};

use crate::run::{Cloud, assert_refused, assert_text, at, fetch, json as answer, serve_each, wait};

/// The two servers write the versions in their responses differently.
fn versions_of(cloud: &Cloud) {
    let parameters = cloud.parameters();
    for text in ["one", "two", "three"] {
        cloud.put("/prod/db", text);
    }
    let label = json!({ "Name": "/prod/db", "ParameterVersion": 2, "Labels": ["live"] });
    cloud.tell("AmazonSSM.LabelParameterVersion", &label);
    assert_text(&parameters, "/prod/db", "three");
    assert_text(&parameters, "/prod/db?version=1", "one");
    assert_text(&parameters, "/prod/db?label=live", "two");
    assert!(format!("{:?}", fetch(&parameters, "/prod/db?label=live").unwrap()).contains("\"2\""));
    assert_refused(
        &parameters,
        "/prod/db?version=9",
        NotFound,
        &["`/prod/db`", "version `9`", "eu-central-1"],
    );
    assert_refused(&parameters, "/prod/db?label=dead", NotFound, &["`/prod/db`", "`dead`"]);
    assert_refused(&parameters, "/prod/none", NotFound, &["no `/prod/none`"]);

    // Together, in one or several requests.
    let names = ["/prod/db?label=live", "/prod/db", "/prod/db?version=1"].map(Location::new);
    for (outcome, text) in wait(parameters.fetch(&names)).into_iter().zip(["two", "three", "one"]) {
        assert!(*outcome.unwrap().payload() == Payload::text(text.to_owned()), "{text}");
    }
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_parameter_has_versions_and_labels_at_moto() {
    versions_of(&Cloud::moto());
}

#[test]
#[cfg_attr(without = "ministack", ignore = "needs ministack")]
fn a_parameter_has_versions_and_labels_at_ministack() {
    versions_of(&Cloud::ministack());
}

#[test]
#[cfg_attr(without = "moto", ignore = "needs moto")]
fn a_batch_keeps_its_order_and_its_failures_apart() {
    let cloud = Cloud::moto();
    for number in 0..25 {
        cloud.put(&format!("/app/{number}"), &number.to_string());
    }
    let names = (0..25).map(|number| match number {
        7 => Location::new("/app/none"),
        8 => Location::new("/app/8?version=first"),
        number => Location::new(&format!("/app/{number}")),
    });
    let all = wait(cloud.parameters().fetch(&names.collect::<Vec<_>>()));
    assert_eq!(all.len(), 25);
    for (number, outcome) in all.into_iter().enumerate() {
        match (number, outcome) {
            (7, outcome) => assert_eq!(outcome.unwrap_err().kind(), NotFound),
            (8, outcome) => assert_eq!(outcome.unwrap_err().kind(), Invalid),
            (number, outcome) => {
                assert!(*outcome.unwrap().payload() == Payload::text(number.to_string()), "{number}");
            }
        }
    }
}

/// Unlike AWS, no emulator checks each of the names.
#[test]
fn one_that_may_not_be_read_does_not_hide_the_others() {
    let port = serve_each(0, |request| {
        if request.body.contains("/shut") {
            return answer(400, r#"{ "__type": "AccessDeniedException" }"#);
        }
        let names: Json = serde_json::from_str(&request.body).unwrap();
        let parameter = |name: &Json| json!({ "Name": name, "Value": "open", "Version": 1 });
        let parameters: Vec<_> = names["Names"].as_array().unwrap().iter().map(parameter).collect();
        answer(200, &json!({ "Parameters": parameters }).to_string())
    });
    let names = ["/shut/db", "/open/db", "/open/key"].map(Location::new);
    let all = wait(ParameterStore::new(at(port)).fetch(&names));
    assert_eq!(all[0].as_ref().unwrap_err().kind(), Denied);
    for outcome in &all[1..] {
        assert!(*outcome.as_ref().unwrap().payload() == Payload::text("open".to_owned()));
    }
}
