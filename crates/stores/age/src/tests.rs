use std::{
    fs,
    future::Future,
    path::PathBuf,
    pin::pin,
    task::{Context, Poll, Waker},
};

use ::age::{secrecy::ExposeSecret as _, x25519};
use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use hotswap_core::{
    Secret, SecretProvider as _,
    secrets::{FetchError, FetchErrorKind, Location, Payload},
    support::store::changed,
};

use super::{
    Age, ExposedKeys,
    seal::{armored, encode, encrypt, encrypt_with_passphrase},
};

/// Fetches one location; the provider answers without waiting.
fn fetch(age: &Age, location: &str) -> Result<Payload, FetchError> {
    let locations = [Location::new(location)];
    let mut future = pin!(age.fetch(&locations));
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(mut outcomes) => outcomes.remove(0).map(|fetched| fetched.payload().clone()),
        Poll::Pending => panic!("waits"),
    }
}

fn text_of(key: &x25519::Identity) -> Secret<String> {
    key.to_string().expose_secret().into()
}

fn with(key: &x25519::Identity) -> Age {
    Age::new().identity(text_of(key))
}

fn sealed(plaintext: &str, keys: &[&x25519::Identity]) -> Vec<u8> {
    let recipients: Vec<_> = keys.iter().map(|key| key.to_public()).collect();
    encrypt(plaintext.as_bytes(), &recipients).unwrap()
}

fn refused(outcome: Result<Payload, FetchError>, kind: FetchErrorKind, words: &str) {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, words));
    assert!(error.help().is_some(), "{words}: what to do about it?");
}

#[test]
fn each_of_several_recipients_opens_it() {
    let (one, other) = (x25519::Identity::generate(), x25519::Identity::generate());
    let text = encode(&sealed("hunter2", &[&one, &other]));
    for key in [&one, &other] {
        assert_eq!(fetch(&with(key), &text), Ok(Payload::text("hunter2".into())));
    }
}

#[test]
fn every_kind_of_base64_is_read() {
    let key = x25519::Identity::generate();
    // Long enough to contain every letter.
    let bytes = sealed(&"hunter2".repeat(99), &[&key]);
    let (plain, url) = (encode(&bytes), BASE64_URL_SAFE.encode(&bytes));
    let folded = format!("  {}\n    {}\n", &plain[..50], &plain[50..]);
    let armored = String::from_utf8(armored(&bytes)).unwrap();
    // Like folded text in YAML.
    let on_one_line = armored.replace('\n', " ");
    for text in [plain, url, folded, armored, on_one_line] {
        assert_eq!(fetch(&with(&key), &text), Ok(Payload::text("hunter2".repeat(99))));
    }
}

#[test]
fn the_newline_that_a_shell_adds_is_left_off() {
    let key = x25519::Identity::generate();
    for (given, read) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("\n", ""), ("a ", "a ")] {
        let text = encode(&sealed(given, &[&key]));
        assert_eq!(fetch(&with(&key), &text), Ok(Payload::text(read.into())));
    }
}

#[test]
fn a_passphrase_opens_it_and_only_the_first_fetch_costs_work() {
    let bytes = encrypt_with_passphrase(b"hunter2", &"horse".into()).unwrap();
    let text = encode(&bytes);
    refused(
        fetch(&Age::new().passphrase("donkey".into()), &text),
        FetchErrorKind::Denied,
        "the passphrase is wrong",
    );
    let age = Age::new().passphrase("donkey".into()).passphrase("horse".into());
    age.watch(&[Location::new(&text)], changed(|| {}));
    assert_eq!(fetch(&age, &text), Ok(Payload::text("hunter2".into())));
    let began = std::time::Instant::now();
    (0..100).for_each(|_| drop(fetch(&age, &text).unwrap()));
    // A hundred derivations of 256 MiB each take minutes.
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
    age.watch(&[], changed(|| {}));
    assert!(super::lock(&age.opened).is_empty());
}

#[test]
fn the_wrong_identity_says_who_it_is() {
    let (key, other) = (x25519::Identity::generate(), x25519::Identity::generate());
    let error = fetch(&with(&other), &encode(&sealed("hunter2", &[&key]))).unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Denied);
    assert_eq!(error.to_string(), "it is encrypted for other identities");
    assert!(error.help().unwrap().ends_with(&format!("encrypt it for {}", other.to_public())));
}

#[test]
fn a_ciphertext_that_is_cut_anywhere_is_refused() {
    let key = x25519::Identity::generate();
    let bytes = sealed("hunter2", &[&key]);
    for end in 1..bytes.len() {
        let error = fetch(&with(&key), &encode(&bytes[..end])).unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Invalid, "{end}: {error}");
    }
    let words = "the ciphertext is cut short";
    refused(fetch(&with(&key), &encode(&bytes[..30])), FetchErrorKind::Invalid, words);
    let armored = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n";
    refused(fetch(&with(&key), armored), FetchErrorKind::Invalid, words);
}

#[test]
fn a_ciphertext_that_was_changed_anywhere_is_refused() {
    let key = x25519::Identity::generate();
    let bytes = sealed("hunter2", &[&key]);
    for place in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let error = fetch(&with(&key), &encode(&bytes)).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{place}: {error}");
    }
    let mut bytes = bytes;
    *bytes.last_mut().unwrap() ^= 1;
    refused(
        fetch(&with(&key), &encode(&bytes)),
        FetchErrorKind::Invalid,
        "the ciphertext is damaged, or was changed",
    );
}

#[test]
fn what_is_no_ciphertext_is_not_repeated() {
    let key = x25519::Identity::generate();
    let no_base64 = "what stands behind `age:` is no base64, or is cut short";
    refused(fetch(&with(&key), "hunter2!"), FetchErrorKind::Invalid, no_base64);
    refused(fetch(&with(&key), " "), FetchErrorKind::Invalid, "there is nothing behind `age:`");
    let no_age = "it is no age file, or its header is damaged";
    refused(fetch(&with(&key), &encode(b"hunter2\n")), FetchErrorKind::Invalid, no_age);
}

#[test]
fn what_is_no_text_is_bytes_and_no_file_of_values() {
    let key = x25519::Identity::generate();
    let sealed = encrypt(b"hunter2\xff\n", &[key.to_public()]).unwrap();
    let bytes = Payload::bytes(b"hunter2\xff\n".to_vec());
    assert_eq!(fetch(&with(&key), &encode(&sealed)), Ok(bytes));
    refused(with(&key).open(&sealed), FetchErrorKind::Invalid, "what was encrypted is not UTF-8 text");
}

#[test]
fn without_an_identity_it_says_how_to_give_one() {
    let (key, age) = (x25519::Identity::generate(), Age::new().passphrase("horse".into()));
    refused(
        fetch(&age, &encode(&sealed("hunter2", &[&key]))),
        FetchErrorKind::Unauthenticated,
        "no identity is given to decrypt it with",
    );
    let header = b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef";
    refused(
        fetch(&with(&key), &encode(header)),
        FetchErrorKind::Unauthenticated,
        "it is encrypted with a passphrase, and none is given",
    );
}

#[test]
fn a_hostile_work_factor_is_refused_before_any_work() {
    let header = |log_n: u8| {
        let stanza = format!(
            "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA {log_n}\n\
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\
            0123456789abcdef"
        );
        encode(stanza.as_bytes())
    };
    let age = Age::new().passphrase("horse".into());
    for log_n in [21, 30, 63] {
        let words = format!("its passphrase costs work of 2^{log_n}, more than the limit of 2^20");
        refused(fetch(&age, &header(log_n)), FetchErrorKind::Invalid, &words);
    }
    let lower = fetch(&age.max_work_factor(11), &header(12)).unwrap_err();
    assert!(lower.to_string().ends_with("more than the limit of 2^11"));
    let within = fetch(&Age::new().passphrase("horse".into()).max_work_factor(11), &header(11));
    refused(within, FetchErrorKind::Denied, "the passphrase is wrong");
}

fn file(folder: &tempfile::TempDir, content: impl AsRef<[u8]>, mode: u32) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.path().join("key.txt");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn an_identity_file_is_read_at_every_fetch() {
    let (folder, key) = (tempfile::tempdir().unwrap(), x25519::Identity::generate());
    let text = encode(&sealed("hunter2", &[&key]));
    let age = Age::new().identity_file(folder.path().join("key.txt"));
    let missing = fetch(&age, &text).unwrap_err();
    assert!(missing.to_string().contains("key.txt: no file at") && missing.kind().is_passing());

    file(&folder, format!("# created: today\n\n{}\r\n", text_of(&key).expose()), 0o600);
    assert_eq!(fetch(&age, &text), Ok(Payload::text("hunter2".into())));
}

#[test]
fn an_identity_file_may_have_a_passphrase() {
    let (folder, key) = (tempfile::tempdir().unwrap(), x25519::Identity::generate());
    let text = encode(&sealed("hunter2", &[&key]));
    let locked = encrypt_with_passphrase(text_of(&key).expose().as_bytes(), &"horse".into()).unwrap();
    let age = Age::new().identity_file(file(&folder, locked, 0o600));
    let error = fetch(&age, &text).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("key.txt does not open: it is encrypted with a passphrase, and none is given")
    );
    assert_eq!(fetch(&age.passphrase("horse".into()), &text), Ok(Payload::text("hunter2".into())));
}

#[test]
fn lines_that_are_no_identity_are_told_by_their_number() {
    let key = x25519::Identity::generate();
    for (line, what) in [
        ("hunter2", "no identity"),
        ("AGE-PLUGIN-YUBIKEY-1QQ", "the identity of a plugin, which is not supported"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "an SSH key, which is not supported"),
        (&key.to_public().to_string(), "a recipient, which only encrypts"),
    ] {
        let age = Age::new().identity(format!("# one\n{line}").into());
        let words = format!("line 2 of the identity is {what}");
        refused(fetch(&age, &encode(&sealed("x", &[&key]))), FetchErrorKind::Unauthenticated, &words);
    }
    let empty = Age::new().identity("# nothing".into());
    let words = "the identity holds no identity";
    refused(fetch(&empty, &encode(&sealed("x", &[&key]))), FetchErrorKind::Unauthenticated, words);
}

#[test]
fn an_exposed_identity_file_is_refused_if_so_asked() {
    let (folder, key) = (tempfile::tempdir().unwrap(), x25519::Identity::generate());
    let text = encode(&sealed("hunter2", &[&key]));
    for mode in [0o640, 0o604, 0o620, 0o644] {
        let age = Age::new().identity_file(file(&folder, text_of(&key).expose(), mode));
        assert!(
            fetch(&age, &text).is_ok() && fetch(&age.clone().exposed_keys(ExposedKeys::Allow), &text).is_ok()
        );
        let error = fetch(&age.exposed_keys(ExposedKeys::Deny), &text).unwrap_err();
        assert!(error.to_string().ends_with("can be read by more than its owner"), "{error}");
        assert!(error.help().unwrap().contains("chmod 600"));
    }
    let private = Age::new().identity_file(file(&folder, text_of(&key).expose(), 0o400));
    assert!(fetch(&private.exposed_keys(ExposedKeys::Deny), &text).is_ok());
}
