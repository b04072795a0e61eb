//! A digest of a schema that is the same in every build, on every platform.

use serde_json::Value as Json;

/// 128-bit FNV-1a over the compact JSON text with the keys of each object sorted, in hexadecimal.
///
/// It distinguishes schemas and is not a security measure, so a simple published function is enough.
pub(super) fn digest(schema: &Json) -> String {
    let mut text = String::new();
    write(schema, &mut text);
    format!("{:032x}", fnv(text.as_bytes()))
}

/// Distinguishes texts; not a security measure.
pub(crate) fn fnv(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// Sorted here because `serde_json` keeps the insertion order if any crate of the program enables
/// that.
fn write(value: &Json, text: &mut String) {
    match value {
        Json::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, value) in entries {
                write(&Json::from(key.as_str()), text);
                text.push(':');
                write(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Json::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::fnv;

    #[test]
    fn the_published_values() {
        assert_eq!(fnv(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
