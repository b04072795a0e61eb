//! Credentials in fields that show what they hold.
//!
//! Which fields are secret is known exactly; this is for the others, and for keys that no field takes.

mod connection;
mod entropy;
mod literal;
mod name;
mod prefix;
mod sample;
mod word_lists;

use std::collections::HashMap;

pub(crate) use literal::{literals, with_defaults};
pub(crate) use name::names_secret;

use entropy::is_random;
use name::{Promise, promise_inside};

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
    promises: HashMap<[&'n str; 2], Promise>,
}

impl<'n> Scan<'n> {
    /// What the text under this name, in a table with a name of its own, looks like, if it looks like a credential.
    pub(crate) fn finding(&mut self, table: &'n str, name: &'n str, text: &str) -> Option<&'static str> {
        // Shorter texts are no credentials.
        if text.len() < 4 {
            return None;
        }
        let known = || if text.len() < 8 { None } else { prefix::known(text).or_else(|| connecting(text)) };
        known().or_else(|| self.by_name(table, name, text)).filter(|_| !sample::is_sample(text))
    }

    /// A literal text under a name that is certain, or a random one under a name that is not.
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
