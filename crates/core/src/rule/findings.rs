//! The findings of the rules of one value, and their messages.

use std::{
    any::Any,
    fmt::{Debug, Display},
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{Finding, Rule};
use crate::{
    issue::{Issues, one_line},
    keys::{Key, Keys},
};

/// The maximum number of characters of a value in a message.
const SHOWN: usize = 80;

const FAILS: &str = "the value fails a check of the program";
const PANICKED: &str = "check panicked";
const WITHHELD: &str = "the words of the check are withheld, because they may repeat the secret";

/// The findings of the rules of one value.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Findings {
    /// Whether the value must not be shown.
    pub(crate) secret: bool,
    pub(crate) found: Vec<Finding>,
    /// The number of further findings in elements that are not kept.
    pub(crate) more: usize,
}

impl Findings {
    /// All findings of `rules` for `value`.
    pub(crate) fn check<F: ?Sized>(value: &F, rules: &[&dyn Rule<F>], secret: bool) -> Self {
        let mut findings = Self { secret, found: Vec::new(), more: 0 };
        findings.run(value, rules);
        findings
    }

    /// Runs every rule, even after one that failed or panicked: most rules call user code, such as a
    /// function, a `PartialOrd` or a `Debug`.
    pub(crate) fn run<F: ?Sized>(&mut self, value: &F, rules: &[&dyn Rule<F>]) {
        for rule in rules {
            let before = self.found.len();
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| rule.check(value, self))) {
                self.fail_panicked(panic.as_ref());
            }
            // Findings of elements already have the rule of the elements.
            let new = self.found[before..].iter_mut().filter(|finding| finding.constraint.is_none());
            let mut new = new.peekable();
            if new.peek().is_some() {
                let constraint = rule.describe().to_json();
                new.for_each(|finding| finding.constraint = Some(constraint.clone()));
            }
        }
    }

    fn fail_panicked(&mut self, panic: &(dyn Any + Send)) {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        match text.filter(|_| !self.secret) {
            Some(text) => self.fail(format!("check panicked: {text}")).discreet = Some(PANICKED),
            None => drop(self.fail(PANICKED)),
        }
    }

    /// Adds a finding for the value itself.
    pub(crate) fn fail(&mut self, message: impl Into<String>) -> &mut Finding {
        self.fail_at(Keys::root(), message)
    }

    /// Adds a finding for a value below this one.
    pub(crate) fn fail_at(&mut self, keys: Keys, message: impl Into<String>) -> &mut Finding {
        self.found.push(Finding {
            keys,
            message: one_line(message.into()),
            help: None,
            discreet: None,
            constraint: None,
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Adds a finding with a message of user code, which may contain the value.
    pub(crate) fn fail_as_told(&mut self, told: impl Display) {
        self.fail_as_told_at(Keys::root(), told, None);
    }

    /// The same for a value below this one.
    pub(crate) fn fail_as_told_at(&mut self, keys: Keys, told: impl Display, help: Option<&str>) {
        if self.secret {
            self.fail_at(keys, FAILS).with_help(WITHHELD);
            return;
        }
        let finding = self.fail_at(keys, told.to_string());
        finding.discreet = Some(FAILS);
        help.into_iter().for_each(|help| finding.with_help(help));
    }

    /// Runs the rules of a value one level below this one.
    pub(crate) fn run_below<F: ?Sized>(&mut self, key: Option<Key>, value: &F, rules: &[&dyn Rule<F>]) {
        let below = Self::check(value, rules, self.secret);
        self.more += below.more;
        if self.found.len() >= Issues::MAX {
            self.more += below.found.len();
            return;
        }
        let base = key.map_or_else(Keys::root, |key| Keys::root().with(key));
        self.found.extend(below.found.into_iter().map(|finding| finding.below(&base)));
    }

    /// The subject of a sentence about the value.
    pub(crate) fn subject<V: Debug + ?Sized>(&self, value: &V) -> String {
        self.subject_unless(false, value)
    }

    /// The same for a value that may be secret by its type.
    pub(crate) fn subject_unless<V: Debug + ?Sized>(&self, secret: bool, value: &V) -> String {
        if self.secret || secret { "the value".to_owned() } else { shortened(format!("{value:?}")) }
    }
}

impl Finding {
    fn below(mut self, base: &Keys) -> Self {
        self.keys = base.join(&self.keys);
        self
    }

    /// The whole message.
    pub(crate) fn words(&self) -> String {
        [&self.message, self.help.as_deref().unwrap_or_default()].join("\n")
    }

    /// Removes the message of user code.
    pub(crate) fn withhold(&mut self) {
        if let Some(discreet) = self.discreet {
            self.message = discreet.to_owned();
            self.help = (discreet == FAILS).then(|| WITHHELD.to_owned());
        }
    }

    /// Adds advice.
    pub(crate) fn with_help(&mut self, help: impl Into<String>) {
        self.help = Some(one_line(help.into()));
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}
