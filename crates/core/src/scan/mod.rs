//! Credentials in fields whose values are displayed.
//!
//! Secret fields are known exactly; the scan is for all other fields, and for unknown keys.

mod connection;
mod entropy;
mod literal;
mod name;
mod prefix;
mod sample;
mod word_lists;

use std::collections::HashMap;

pub(crate) use literal::{literals, with_defaults};
pub(crate) use name::{names_credential, names_secret};

use entropy::is_random;
use name::{Promise, promise_inside};

/// How a value that looks like a credential is handled in a field that is not secret; for
/// [`Builder::scan_credentials`](crate::Builder::scan_credentials), which has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanCredentials {
    /// The configuration is rejected.
    Deny,
    /// A warning is reported.
    #[default]
    Warn,
    /// The scan is off.
    Off,
}

/// Scans the texts of one source, and caches results for repeated names.
#[derive(Default)]
pub(crate) struct Scan<'n> {
    promises: HashMap<[&'n str; 2], Promise>,
}

impl<'n> Scan<'n> {
    /// The kind of credential that the text with this name, in the table `table`, looks like, if any.
    pub(crate) fn finding(&mut self, table: &'n str, name: &'n str, text: &str) -> Option<&'static str> {
        // Shorter texts are not credentials.
        if text.len() < 4 {
            return None;
        }
        let known = || if text.len() < 8 { None } else { prefix::known(text).or_else(|| connecting(text)) };
        known().or_else(|| self.by_name(table, name, text)).filter(|_| !sample::is_sample(text))
    }

    /// A literal text with a name that is certainly a secret, or a random text with a name that may
    /// be one.
    fn by_name(&mut self, table: &'n str, name: &'n str, text: &str) -> Option<&'static str> {
        match *self.promises.entry([table, name]).or_insert_with(|| promise_inside(table, name)) {
            Promise::Secret if !sample::is_no_value(text) => Some("a credential, by the name of its field"),
            Promise::Secret | Promise::Maybe if is_random(text) && !sample::is_in_order(text) => {
                Some("a password or a key")
            }
            _ => None,
        }
    }
}

/// What a text that says how to connect to a server looks like, if it gives a password.
pub(crate) fn connecting(text: &str) -> Option<&'static str> {
    let found = prefix::in_url(text).or_else(|| connection::in_parameters(text));
    found.filter(|_| !sample::is_sample(text))
}
