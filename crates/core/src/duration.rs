//! Human-readable durations: `10s`, `1m 30s`, `500ms`.
//!
//! For `#[serde(with = "hotswap::duration")]` on a [`Duration`] field.
//!
//! ```
//! use hotswap::HotConfig;
//! use std::time::Duration;
//!
//! #[derive(serde::Deserialize, HotConfig)]
//! struct Config {
//!     #[hot(default = "1m 30s", copy)]
//!     #[serde(with = "hotswap::duration")]
//!     timeout: Duration,
//! }
//!
//! let config = Config::hot_builder().load()?;
//! assert_eq!(config.timeout(), Duration::from_secs(90));
//! # Ok::<(), hotswap::Error>(())
//! ```

use std::{fmt, time::Duration};

use serde::{
    Deserializer, Serializer,
    de::{Error, Visitor},
};

/// Reads a duration.
///
/// # Errors
/// The text has no unit, or an unknown one.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(Text)
}

/// A type with its own `expecting` text, so that reports and descriptions say what is expected.
struct Text;

impl Visitor<'_> for Text {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as 10s")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        humantime::parse_duration(text)
            .map_err(|_| E::custom("not a duration, write one like 10s, 1m 30s or 500ms"))
    }
}

/// Writes a duration in the form that [`deserialize`] reads.
///
/// # Errors
/// Returns the errors of the serializer.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_duration(*duration))
}
