//! Credentials in fields that show what they hold.
//!
//! Which fields are secret is known exactly; this is for the others, and for keys that no field takes.

mod entropy;
mod name;
mod prefix;
mod sample;

use std::collections::HashMap;

pub(crate) use name::names_secret;

use entropy::is_random;

/// What becomes of a value that looks like a credential and stands in a field that shows it; for
/// [`Builder::scan_credentials`](crate::Builder::scan_credentials), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanCredentials {
    /// The configuration is rejected.
    Deny,
    /// A warning.
    #[default]
    Warn,
    /// It is not looked for.
    Off,
}

/// Looks at the texts of one source, in which names repeat.
#[derive(Default)]
pub(crate) struct Scan<'n> {
    names: HashMap<&'n str, bool>,
}

impl<'n> Scan<'n> {
    /// What the text under this name looks like, if it looks like a credential.
    pub(crate) fn finding(&mut self, name: &'n str, text: &str) -> Option<&'static str> {
        // Most texts are shorter than any credential.
        if text.len() < 8 {
            return None;
        }
        let found = prefix::known(text).or_else(|| prefix::in_url(text)).or_else(|| {
            let secret = is_random(text) && *self.names.entry(name).or_insert_with(|| names_secret(name));
            secret.then_some("a password or a key")
        });
        found.filter(|_| !sample::is_sample(text))
    }
}
