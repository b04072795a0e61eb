use super::*;

const EMAIL: Rules<String> = &[&Email::RULE];
const OPTION: Rules<Option<Arc<str>>> = &[&Email::RULE];
const URL: Rules<Cow<'static, str>> = &[&Url::RULE];
const IP: Rules<Box<str>> = &[&Ip::RULE];
const NAME: Rules<String> = &[{
    static PATTERN: Pattern = Pattern::new(r"^\w+$");
    &Regex::new(&PATTERN)
}];
const BROKEN: Rules<String> = &[{
    static PATTERN: Pattern = Pattern::new("a(");
    &Regex::new(&PATTERN)
}];
const HAS: Rules<String> = &[&Contains::new("@")];
const HAS_SOME: Rules<Option<Vec<String>>> = &[&Contains::new("a")];
const HAS_KEY: Rules<BTreeMap<String, u8>> = &[&Contains::new("team")];

struct Host(String);

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

const HOST: Rules<Host> = &[&Ip::RULE];

#[test]
fn what_fits_passes() {
    assert_eq!(told(EMAIL, "a@b.org".to_owned()), "");
    assert_eq!(told(URL, "https://b.org".into()), "");
    assert_eq!(told(IP, "::1".into()), "");
    assert_eq!(told(NAME, "naïve_1".to_owned()), "");
    assert_eq!(told(HAS, "a@b".to_owned()), "");
    assert_eq!(told(HAS_SOME, Some(vec!["a".to_owned()])), "");
    assert_eq!(told(HAS_KEY, [("team".to_owned(), 1)].into()), "");
}

#[test]
fn none_passes() {
    assert_eq!(told(OPTION, None), "");
    assert_eq!(told(HAS_SOME, None), "");
}

#[test]
fn not_an_email_address() {
    assert_eq!(told(EMAIL, "ab".to_owned()), r#""ab" is not an email address"#);
    assert_eq!(told(OPTION, Some("ab".into())), r#""ab" is not an email address"#);
}

#[test]
fn not_a_url() {
    assert_eq!(told(URL, "b.org".into()), r#""b.org" is not a URL"#);
}

#[test]
fn not_an_ip_address() {
    assert_eq!(told(IP, "1.2.3".into()), r#""1.2.3" is not an IP address"#);
    assert_eq!(told(HOST, Host("h".to_owned())), r#""h" is not an IP address"#);
}

#[test]
fn no_match() {
    assert_eq!(told(NAME, "a b".to_owned()), r#""a b" does not match the pattern `^\w+$`"#);
}

#[test]
fn a_broken_pattern_is_reported() {
    assert_eq!(
        told(BROKEN, "a".to_owned()),
        "the rule's pattern `a(` is not a regular expression: unclosed group"
    );
}

#[test]
fn does_not_contain() {
    assert_eq!(told(HAS, "ab".to_owned()), r#""ab" does not contain "@""#);
    assert_eq!(told(HAS_KEY, BTreeMap::new()), r#"the value does not contain "team""#);
}

#[test]
fn a_long_value_is_cut() {
    let long = told(EMAIL, "x".repeat(500));
    assert_eq!(long, format!("\"{}… is not an email address", "x".repeat(79)));
}

#[test]
fn a_secret_is_not_shown() {
    let secret = || "hunter 2".to_owned();
    assert_eq!(told_of_secret(EMAIL, secret()), "the value is not an email address");
    assert_eq!(told_of_secret(URL, secret().into()), "the value is not a URL");
    assert_eq!(told_of_secret(IP, secret().into()), "the value is not an IP address");
    assert_eq!(told_of_secret(NAME, secret()), r"the value does not match the pattern `^\w+$`");
    assert_eq!(told_of_secret(HAS, secret()), r#"the value does not contain "@""#);
}
