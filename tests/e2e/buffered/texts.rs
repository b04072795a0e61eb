//! The meaning of a text that serde has buffered.

use std::collections::BTreeMap;

use hotswap::{HotConfig, Secret};
use serde::Deserialize;

use super::{problems, read, toml, variables, yaml};
use crate::support::{Folder, with_variables};

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Flat {
    #[serde(flatten)]
    #[hot(nested)]
    inner: Inner,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Inner {
    code: String,
    #[serde(default)]
    list: Vec<u16>,
    #[serde(default)]
    words: Vec<String>,
    pin: Option<Secret<String>>,
    key: Option<Secret<Vec<u8>>>,
    pair: Option<(u8, String)>,
    letter: Option<char>,
    share: Option<f64>,
    map: Option<BTreeMap<String, u8>>,
    mode: Option<Mode>,
    #[serde(flatten)]
    #[hot(nested)]
    deeper: Deeper,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
enum Mode {
    #[serde(rename = "1")]
    One,
    #[serde(rename = "true")]
    Truth,
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Deeper {
    #[serde(default)]
    zip: String,
}

#[test]
fn a_flattened_struct_reads_variables_as_its_fields_say() {
    let read = variables::<Flat>(
        "APP_CODE=7\nAPP_LIST=1,2\nAPP_WORDS=1,true\nAPP_PIN=123456\nAPP_KEY=1,2\nAPP_PAIR=1,2\nAPP_LETTER=7\n\
         APP_SHARE=1\nAPP_MAP='{\"a\": 1}'\nAPP_MODE=1\nAPP_ZIP=0815",
    );
    let inner = read.unwrap().inner;
    assert_eq!((inner.code.as_str(), inner.deeper.zip.as_str()), ("7", "0815"));
    assert_eq!((inner.list, inner.words), (vec![1, 2], vec!["1".to_owned(), "true".to_owned()]));
    assert_eq!(inner.pin.unwrap().expose(), "123456");
    assert_eq!(inner.key.unwrap().expose(), b"1,2");
    assert_eq!((inner.pair, inner.letter, inner.share), (Some((1, "2".to_owned())), Some('7'), Some(1.0)));
    assert_eq!((inner.map, inner.mode), (Some([("a".to_owned(), 1)].into()), Some(Mode::One)));
}

#[test]
fn a_list_of_one_number_is_a_list() {
    let inner = variables::<Flat>("APP_CODE=x\nAPP_LIST=7\nAPP_WORDS=7\nAPP_MODE=true").unwrap().inner;
    assert_eq!((inner.list, inner.words, inner.mode), (vec![7], vec!["7".to_owned()], Some(Mode::Truth)));
}

#[test]
fn a_flattened_struct_reads_plain_yaml_as_its_fields_say() {
    let inner = yaml::<Flat>("code: 80\nwords: [1, true, 2.5]\nzip: 10.9").unwrap().inner;
    assert_eq!((inner.code.as_str(), inner.deeper.zip.as_str()), ("80", "10.9"));
    assert_eq!(inner.words, ["1", "true", "2.5"]);
}

#[test]
fn a_wrong_value_in_a_flattened_struct_has_its_place() {
    assert_eq!(
        problems(toml::<Flat>("code = 7\nlist = ['x']\nzip = true")),
        [
            "code: expected a string, found an integer",
            "list[0]: expected an integer, found a string",
            "zip: expected a string, found a boolean",
        ]
    );
    assert_eq!(
        problems(variables::<Flat>("APP_CODE=7\nAPP_LIST=a")),
        ["list[0]: expected an integer, found a string"]
    );
    assert_eq!(problems(variables::<Flat>("APP_LIST=1")), ["code: missing value"]);
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Auth {
    Basic { user: String, password: Secret<String> },
    Key { key: Secret<Vec<u8>>, port: Secret<u16> },
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct WithAuth {
    auth: Auth,
}

const REFERENCES: [(&str, &str); 4] = [("PW", "123456"), ("YES", "true"), ("BYTES", "1,2"), ("PORT", "80")];

#[test]
fn a_fetched_secret_is_text_first() {
    with_variables("buffered::texts::a_fetched_secret_is_text_first", &REFERENCES, || {
        for (name, text) in [("PW", "123456"), ("YES", "true")] {
            for text_of in [format!("env:{name}"), format!("${{{name}}}")] {
                let auth = format!("auth = {{type = 'basic', user = 'u', password = '{text_of}'}}");
                let Auth::Basic { password, .. } = toml::<WithAuth>(&auth).unwrap().auth else {
                    panic!("{auth}")
                };
                assert_eq!(password.expose(), text);
            }
        }
        let auth = toml::<WithAuth>("auth = {type = 'key', key = 'env:BYTES', port = 'env:PW'}");
        assert!(auth.is_err(), "123456 is no port");
        let auth =
            toml::<WithAuth>("auth = {type = 'key', key = 'env:BYTES', port = '${PORT}'}").unwrap().auth;
        assert_eq!(auth, Auth::Key { key: Secret::new(b"1,2".to_vec()), port: Secret::new(80) });
    });
}

#[test]
fn a_literal_secret_of_bytes_is_read_as_text() {
    let folder = Folder::with("app.toml", "auth = {type = 'key', key = 'hunter2', port = 80}");
    let builder = WithAuth::hot_builder().file(folder.path("app.toml"));
    let auth = builder.plaintext_secrets(hotswap::PlaintextSecrets::Allow).check().unwrap().auth;
    assert_eq!(auth, Auth::Key { key: Secret::new(b"hunter2".to_vec()), port: Secret::new(80) });
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Sink {
    File { path: String, max: Option<u32> },
    Net { addr: String, ports: Vec<u16>, tls: Option<bool> },
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Loose {
    Many(Vec<String>),
    Number(i64),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Name(String),
    Port(u16),
    Named { name: String },
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Sinks {
    #[serde(default)]
    sink: Option<Sink>,
    #[serde(default)]
    sinks: Vec<Sink>,
    #[serde(default)]
    by_name: BTreeMap<String, Sink>,
    #[serde(default)]
    names: Option<OneOrMany>,
    #[serde(default)]
    loose: Vec<Loose>,
    #[serde(default)]
    adjacent: Vec<Adjacent>,
}

fn file(path: &str, max: Option<u32>) -> Sink {
    Sink::File { path: path.into(), max }
}

#[test]
fn plain_yaml_in_a_tagged_enum_is_read_as_its_fields_say() {
    let sinks = |text: &str| yaml::<Sinks>(text).unwrap();
    assert_eq!(sinks("sink: {type: file, path: 80}").sink, Some(file("80", None)));
    assert_eq!(sinks("sink: {type: file, path: 80, max: 80}").sink, Some(file("80", Some(80))));
    assert_eq!(sinks("sink: {type: file, path: true}").sink, Some(file("true", None)));
    assert_eq!(
        sinks("sinks: [{type: file, path: 1.5}, {type: file, path: 2}]").sinks,
        [file("1.5", None), file("2", None)]
    );
    assert_eq!(sinks("by_name: {a: {type: file, path: 80}}").by_name["a"], file("80", None));
    let net = Sink::Net { addr: "10.9".into(), ports: vec![80, 443], tls: Some(true) };
    assert_eq!(sinks("sink: {type: net, addr: 10.9, ports: [80, 443], tls: true}").sink, Some(net));
}

#[test]
fn plain_yaml_in_an_untagged_enum_is_read_as_a_variant_says() {
    let many = |items: &[&str]| Some(OneOrMany::Many(items.iter().map(|item| (*item).to_owned()).collect()));
    assert_eq!(yaml::<Sinks>("names: [10.9, a]").unwrap().names, many(&["10.9", "a"]));
    assert_eq!(yaml::<Sinks>("names: [1, true, 2]").unwrap().names, many(&["1", "true", "2"]));
    assert_eq!(yaml::<Sinks>("names: 10.9").unwrap().names, Some(OneOrMany::One("10.9".into())));
}

#[test]
fn only_the_text_that_does_not_fit_changes_its_meaning() {
    let loose = yaml::<Sinks>("loose: [7, [7, a], 8, x]").unwrap().loose;
    let many = Loose::Many(vec!["7".into(), "a".into()]);
    assert_eq!(loose, [Loose::Number(7), many, Loose::Number(8), Loose::Text("x".into())]);
}

#[test]
fn an_adjacently_tagged_enum_is_read_as_its_content_says() {
    let adjacent = yaml::<Sinks>("adjacent: [{t: Name, c: 80}, {t: Port, c: 80}, {t: Named, c: {name: 80}}]");
    let named = Adjacent::Named { name: "80".into() };
    assert_eq!(adjacent.unwrap().adjacent, [Adjacent::Name("80".into()), Adjacent::Port(80), named]);
}

#[test]
fn json_in_a_variable_is_read_through_a_buffer_too() {
    let sinks = variables::<Sinks>(r#"APP_SINK='{"type": "file", "path": "80", "max": 3}'"#).unwrap();
    assert_eq!(sinks.sink, Some(file("80", Some(3))));
    let sinks = variables::<Sinks>("APP_NAMES=10.9,a").unwrap();
    assert_eq!(sinks.names, Some(OneOrMany::One("10.9,a".into())));
}

#[test]
fn a_typed_value_keeps_its_type() {
    assert_eq!(
        problems(toml::<Sinks>("sink = {type = 'file', path = 80}")),
        ["sink.path: expected a string, found an integer"]
    );
    let json = r#"{"names": [10.9, "a"]}"#;
    assert!(
        problems(read::<Sinks>("app.json", json))[0]
            .starts_with("names: the value does not fit the type of the field")
    );
}

#[derive(Debug, Deserialize, HotConfig)]
struct Maybe {
    name: String,
    #[serde(flatten)]
    pos: Option<Coords>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Coords {
    x: u32,
    label: String,
}

#[test]
fn a_text_does_not_make_a_flattened_option_absent() {
    let coords = |label: &str| Some(Coords { x: 1, label: label.into() });
    assert_eq!(yaml::<Maybe>("name: a\nx: 1\nlabel: 80").unwrap().pos, coords("80"));
    assert_eq!(variables::<Maybe>("APP_NAME=a").unwrap().pos, None);
    let folder = Folder::with("app.toml", "name = 'a'\nx = '${X:1}'\nlabel = '${L:7}'");
    let maybe = Maybe::hot_builder().file(folder.path("app.toml")).check().unwrap();
    assert_eq!((maybe.name.as_str(), maybe.pos), ("a", coords("7")));
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct Wide {
    #[serde(flatten)]
    rest: WideRest,
    size: Option<WideSize>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct WideRest {
    id: Option<String>,
    #[serde(flatten)]
    more: WideMore,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct WideMore {
    huge: Option<u128>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
enum WideSize {
    Bytes { count: u128, unit: Option<String> },
}

#[test]
fn a_wide_integer_in_a_buffer_is_refused_with_the_reason() {
    let refused = problems(toml::<Wide>("size = {type = 'Bytes', count = 7}"));
    assert!(refused[0].starts_with("size.count: a 128-bit integer cannot be read here"), "{refused:?}");
    let refused =
        problems(yaml::<Wide>("size: {type: Bytes, count: 340282366920938463463374607431768211455}"));
    assert!(refused[0].contains("a 128-bit integer cannot be read here"), "{refused:?}");
    let refused = problems(toml::<Wide>("huge = 7"));
    assert!(refused[0].contains("a 128-bit integer cannot be read here"), "{refused:?}");
}

#[test]
fn digits_that_are_too_many_for_a_number_are_text() {
    let wide = yaml::<Wide>("id: 1180591620717411303424").unwrap();
    assert_eq!(wide.rest.id.as_deref(), Some("1180591620717411303424"));
}

#[derive(Debug, PartialEq, Deserialize, HotConfig)]
struct TwoLevels {
    #[serde(default)]
    flat: BTreeMap<String, Level1>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Level1 {
    name: String,
    #[serde(flatten)]
    inner: Level2,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Level2 {
    code: String,
    #[serde(flatten)]
    pair: Option<Coords>,
}

#[test]
fn an_option_two_levels_down_is_not_absent_for_a_text() {
    for text in ["{x: 1, label: 1.5, code: a, name: b}", "{x: 1, label: 1.5, code: 80, name: 1.5}"] {
        let flat = yaml::<TwoLevels>(&format!("flat: {{a: {text}}}")).unwrap().flat;
        assert_eq!(flat["a"].inner.pair, Some(Coords { x: 1, label: "1.5".into() }), "{text}");
    }
}
