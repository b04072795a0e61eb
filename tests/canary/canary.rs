//! The secret of this run, and all the encodings in which it could appear.

use std::{
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

/// It has characters that JSON, URLs and base64 encode.
pub(crate) static CANARY: LazyLock<String> = LazyLock::new(|| {
    let part = || RandomState::new().hash_one(0);
    format!("Qj{:016x}\"/+ü&{:016x}Zk", part(), part())
});

/// The canary in the notation of every format.
pub(crate) fn quoted() -> String {
    serde_json::to_string(&*CANARY).unwrap()
}

static SHAPES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let bytes = CANARY.as_bytes();
    let letters: Vec<char> = CANARY.chars().collect();
    let json = quoted();
    let hex = |upper: bool| -> String {
        bytes.iter().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
    };
    let url = bytes.iter().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    let escaped = CANARY.escape_default().to_string();
    vec![
        ("plain", CANARY.clone()),
        ("the first eight characters", letters[..8].iter().collect()),
        ("the last eight characters", letters[letters.len() - 8..].iter().collect()),
        ("JSON", json[1..json.len() - 1].to_owned()),
        ("escaped", escaped),
        ("URL", url.collect()),
        ("hex", hex(false)),
        ("hex in capitals", hex(true)),
        ("a list of bytes", bytes[..8].iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
        ("a list of bytes in JSON", bytes[..8].iter().map(u8::to_string).collect::<Vec<_>>().join(",")),
        ("base64", base64(bytes)),
        ("base64, one byte later", base64(&bytes[2..])),
        ("base64, two bytes later", base64(&bytes[1..])),
    ]
});

/// Without the end, which depends on the following bytes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |group: &[u8], place: usize| {
        let bits = (u32::from(group[0]) << 16) | (u32::from(group[1]) << 8) | u32::from(group[2]);
        char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63])
    };
    bytes.chunks_exact(3).flat_map(|group| (0..4).map(move |place| letter(group, place))).collect()
}

/// Fails if an output contains the canary.
#[track_caller]
pub(crate) fn assert_silent(what: &str, said: &str) {
    for (shape, text) in SHAPES.iter() {
        assert!(!said.contains(text), "{what}: {shape}\n{said}");
    }
}

/// Checks the search itself, because a broken search would let every test pass.
#[test]
fn every_shape_is_found() {
    for (shape, text) in SHAPES.iter() {
        let caught = std::panic::catch_unwind(|| assert_silent("a text", &format!("<{text}>")));
        assert!(caught.is_err(), "{shape}");
    }
    assert_eq!(base64(b"Many hands"), "TWFueSBoYW5k");
}
