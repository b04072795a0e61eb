//! The records of one run of the decoder, in addition to its result.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use super::{DecodeError, cause::Span};
use crate::keys::Keys;

/// Keys of tables that are offered as the integer or truth value that they spell where a type asks for any key. A key
/// is identified by the address of its text, which all changed copies of a value share.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TypedKeys(Arc<BTreeSet<Span>>);

impl TypedKeys {
    pub(super) fn contains(&self, key: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&Span::new(key.as_bytes()))
    }

    pub(super) fn add(&mut self, keys: impl IntoIterator<Item = Span>) {
        Arc::make_mut(&mut self.0).extend(keys);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Keys that their table gives before all others.
#[derive(Clone, Debug)]
pub(super) struct Ahead {
    pub(super) table: Keys,
    pub(super) names: BTreeSet<Arc<str>>,
    /// How often each; a struct that took the value of a key refuses a second one.
    pub(super) times: usize,
}

/// A key that the type being read ignored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ignored {
    pub(crate) keys: Keys,
    /// The keys that the type knows there, if it was asked directly.
    pub(crate) known: &'static [&'static str],
    /// More keys that are known there.
    pub(crate) also: Vec<String>,
    /// The reason for which the key has no effect, unless it is unknown.
    pub(crate) reason: Option<String>,
}

/// The record of one run.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    ignored: RefCell<Vec<Ignored>>,
    /// The places at which a type asked for whatever value there is.
    buffered: RefCell<Vec<Keys>>,
    /// The places of texts that look like a list or table, and that a type asked for as texts.
    texts: RefCell<Vec<Keys>>,
    /// Errors that serde dropped, in values that have no effect because of them.
    lost: RefCell<Vec<DecodeError>>,
    typed: TypedKeys,
    ahead: Option<Ahead>,
}

impl Notes {
    pub(super) fn with(typed: TypedKeys, ahead: Option<Ahead>) -> Self {
        Self { typed, ahead, ..Self::default() }
    }

    pub(super) fn is_typed(&self, key: &str) -> bool {
        self.typed.contains(key)
    }

    /// The keys that the table at `place` gives first.
    pub(super) fn ahead(&self, place: impl FnOnce() -> Keys) -> Option<&Ahead> {
        self.ahead.as_ref().filter(|ahead| ahead.table == place())
    }

    pub(super) fn ignore(&self, keys: Keys, known: &'static [&'static str]) {
        self.ignored.borrow_mut().push(Ignored { keys, known, also: Vec::new(), reason: None });
    }

    pub(super) fn buffer(&self, keys: Keys) {
        self.buffered.borrow_mut().push(keys);
    }

    pub(super) fn add_text(&self, keys: Keys) {
        self.texts.borrow_mut().push(keys);
    }

    pub(super) fn take_texts(&self) -> Vec<Keys> {
        self.texts.take()
    }

    /// Whether serde buffered any part of the value.
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
