//! Serialized times: timestamps by RFC 3339 in UTC, limited to years of four digits; durations in seconds.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// `2026-11-30T14:36:37.123456789Z`. A time before 1970 or after 9999 is written as the nearest possible one.
pub(crate) fn text(at: SystemTime) -> String {
    let at = at.max(SystemTime::UNIX_EPOCH);
    let mut text = String::new();
    match std::fmt::Write::write_fmt(&mut text, format_args!("{}", humantime::format_rfc3339(at))) {
        Ok(()) => text,
        Err(_) => "9999-12-31T23:59:59Z".to_owned(),
    }
}

pub(crate) fn serialize<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*at))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_rfc3339(&text)
        .map_err(|error| D::Error::custom(format!("not an RFC 3339 time: {error}")))
}

/// A duration as a number of seconds.
pub(crate) fn seconds<S: serde::Serializer>(age: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(age.as_secs_f64())
}

/// The same for an optional duration.
pub(crate) fn maybe_seconds<S: serde::Serializer>(
    left: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    left.map(|left| left.as_secs_f64()).serialize(serializer)
}

/// The same as [`serialize`] for an optional time.
pub(crate) mod optional {
    use super::{SystemTime, text};
    use serde::{Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        at: &Option<SystemTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(text).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_exactly() {
        let at = SystemTime::UNIX_EPOCH + Duration::new(1_796_049_397, 123_456_789);
        assert_eq!(text(at), "2026-11-30T14:36:37.123456789Z");
        assert_eq!(humantime::parse_rfc3339(&text(at)).unwrap(), at);
        assert_eq!(text(SystemTime::UNIX_EPOCH), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_moment_that_has_no_digits_is_written_as_the_nearest() {
        assert_eq!(text(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(400_000_000_000);
        assert_eq!(text(far), "9999-12-31T23:59:59Z");
    }
}
