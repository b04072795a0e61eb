//! What one run of the decoder records beside its result.

use std::cell::RefCell;

use super::DecodeError;
use crate::keys::Keys;

/// A key that the type being read ignored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ignored {
    pub(crate) keys: Keys,
    /// The keys that the type knows there, if it was asked directly.
    pub(crate) known: &'static [&'static str],
    /// More keys that are known there.
    pub(crate) also: Vec<String>,
    /// Why the key has no effect, where that is not because it is unknown.
    pub(crate) reason: Option<String>,
}

/// The record of one run.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    ignored: RefCell<Vec<Ignored>>,
    /// The places at which a type asked for whatever value there is.
    buffered: RefCell<Vec<Keys>>,
    /// Errors that serde dropped, in values that have no effect because of them.
    lost: RefCell<Vec<DecodeError>>,
}

impl Notes {
    pub(super) fn ignore(&self, keys: Keys, known: &'static [&'static str]) {
        self.ignored.borrow_mut().push(Ignored { keys, known, also: Vec::new(), reason: None });
    }

    pub(super) fn buffer(&self, keys: Keys) {
        self.buffered.borrow_mut().push(keys);
    }

    /// Whether serde took any part of the value into a buffer, out of the decoder's sight.
    pub(crate) fn is_buffered(&self) -> bool {
        !self.buffered.borrow().is_empty()
    }

    pub(crate) fn take_buffered(&self) -> Vec<Keys> {
        self.buffered.take()
    }

    pub(crate) fn add_ignored(&self, ignored: impl IntoIterator<Item = Ignored>) {
        self.ignored.borrow_mut().extend(ignored);
    }

    pub(crate) fn add_lost(&self, lost: impl IntoIterator<Item = DecodeError>) {
        self.lost.borrow_mut().extend(lost);
    }

    pub(crate) fn take_lost(&self) -> Vec<DecodeError> {
        self.lost.take()
    }

    pub(crate) fn into_ignored(self) -> Vec<Ignored> {
        self.ignored.into_inner()
    }
}
