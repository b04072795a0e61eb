//! Finds the paths at which secrets are read in a tree, leaf by leaf, so that a type that serde buffers affects only
//! its own leaf.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zeroize::Zeroizing;

use super::{ConfigType, Problems};
use crate::{
    de::{alone, changed, only, shortened, size},
    keys::Keys,
    panics::catch_panic,
    secret::tracking::SecretReads,
    value::{Untyped, Value},
};

/// The maximum number of nodes that one survey may read to find out which of several paths gives a secret.
const WORK: usize = 1_000_000;

/// How many times one survey may read whole values that hold long lists or large tables.
const WHOLE: usize = 64;

/// Reads trees to find their secrets, and discards the values.
pub(super) struct SecretReadSurvey {
    config_type: ConfigType,
    work: Cell<usize>,
    whole: Cell<usize>,
    /// Leaves for which this limit was exceeded. They are not examined again, because each examination first copies
    /// the value.
    exhausted: RefCell<BTreeSet<Keys>>,
}

impl SecretReadSurvey {
    pub(super) fn new(config_type: ConfigType) -> Self {
        let (work, whole) = (Cell::new(WORK), Cell::new(WHOLE));
        Self { config_type, work, whole, exhausted: RefCell::default() }
    }

    /// The paths at which the types of the fields read a secret, whether they accept the values or not.
    pub(super) fn reads(&self, tree: &Value) -> SecretReads {
        self.read(tree).reads
    }

    fn read(&self, tree: &Value) -> Outcome {
        let mut problems = Problems::of_types();
        // The panic of a type was reported when the tree was decoded.
        let _ = catch_panic(|| (self.config_type.probe)(tree, &Keys::root(), &mut problems));
        Outcome { is_sound: problems.len() == 0, reads: problems.take_met() }
    }

    /// The keys of `places` whose path in the tree gives a secret; `None` if there is no such path, or if the limit
    /// was exceeded.
    pub(super) fn asked(&self, tree: &Value, places: &BTreeMap<Keys, Keys>) -> Option<BTreeSet<Keys>> {
        let mut found = BTreeSet::new();
        for (name, place) in places {
            if self.reaches_secret(tree, place)? {
                found.insert(name.clone());
            }
        }
        (!found.is_empty()).then_some(found)
    }

    /// Whether a secret is read from a scalar: a changed scalar is then read as another secret, or refused by the
    /// secret. `None` if the limit was exceeded.
    fn reaches_secret(&self, tree: &Value, place: &Keys) -> Option<bool> {
        let around = self.config_type.shape.leaves().into_iter().filter(|leaf| place.starts_with(&leaf.keys));
        let Some(leaf) = around.max_by_key(|leaf| leaf.keys.0.len()) else { return Some(false) };
        if self.exhausted.borrow().contains(&leaf.keys) {
            return None;
        }
        let answer = self.reaches_secret_in(&leaf.keys, tree, place);
        if answer.is_none() {
            self.exhausted.borrow_mut().insert(leaf.keys);
        }
        answer
    }

    fn reaches_secret_in(&self, above: &Keys, tree: &Value, place: &Keys) -> Option<bool> {
        let below = &place.0[above.0.len()..];
        let leaf = only(tree, &above.0, true);
        let Some(value) = above.find(&leaf) else { return Some(false) };
        let element = changed(&leaf, &above.0, Some(&only(value, below, false)));
        if self.ask(&element, &above.join(&alone(&Keys(below.to_vec()))))? == Answer::Secret {
            return Some(true);
        }
        // A list of a fixed length has no meaning with one element.
        let (short, rest) = shortened(value, below);
        let answer = self.ask(&changed(&leaf, &above.0, Some(&short)), &above.join(&rest))?;
        if answer != Answer::Unreadable || short == *value {
            return Some(answer == Answer::Secret);
        }
        // To read the whole value for each of its places takes quadratic time.
        self.whole.set(self.whole.get().checked_sub(1)?);
        Some(self.ask(&leaf, place)? == Answer::Secret)
    }

    fn ask(&self, tree: &Value, place: &Keys) -> Option<Answer> {
        let Some(value) = place.find(tree) else { return Some(Answer::Other) };
        let base = self.paid(tree)?;
        for other in others(value, base.reads.silent) {
            let Outcome { reads, .. } = self.paid(&changed(tree, &place.0, Some(&other)))?;
            if reads.refused > base.reads.refused || !reads.read.is_subset(&base.reads.read) {
                return Some(Answer::Secret);
            }
        }
        Some(if base.is_sound { Answer::Other } else { Answer::Unreadable })
    }

    fn paid(&self, tree: &Value) -> Option<Outcome> {
        self.work.set(self.work.get().checked_sub(size(tree))?);
        Some(self.read(tree))
    }
}

/// The secrets of one tree.
struct Outcome {
    reads: SecretReads,
    /// Whether all types took their values.
    is_sound: bool,
}

/// What a type reads from a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Secret,
    Other,
    /// No secret, of a value that the type does not take.
    Unreadable,
}

/// Different values of the same kind; for a secret that shows no text also a value that no type of text or numbers
/// reads.
fn others(value: &Value, silent: bool) -> impl Iterator<Item = Value> {
    let other = match value.inside() {
        Value::Bool(value) => Some(Value::Bool(!value)),
        Value::Int(value) => Some(Value::Int(if *value > 0 { value - 1 } else { value + 1 })),
        Value::Float(value) => Some(Value::Float(if *value < 1e9 { value + 1.0 } else { value / 2.0 })),
        Value::Text(text) => Some(Value::text(&other_text(text))),
        Value::Untyped(untyped) => {
            Some(Value::Untyped(Untyped::new(&other_text(&untyped.text), untyped.dialect)))
        }
        _ => None,
    };
    let unreadable = silent.then(|| Value::Bytes(Arc::from([0xff, 0xfe])));
    // Wiped, because it is nearly the secret.
    other.into_iter().chain(unreadable).map(Value::secret)
}

/// Changes the last letter or digit to its neighbour, so that a number, hexadecimal or base64 text stays valid. A
/// boolean becomes the other one.
fn other_text(text: &str) -> Zeroizing<String> {
    match text.trim() {
        "true" | "True" | "TRUE" => return "false".to_owned().into(),
        "false" | "False" | "FALSE" => return "true".to_owned().into(),
        _ => {}
    }
    let is_digit = |(_, letter): &(usize, char)| letter.is_ascii_alphanumeric();
    let mut other = Zeroizing::new(String::with_capacity(text.len() + 1));
    match text.char_indices().rev().find(is_digit) {
        Some((at, letter)) => {
            let next = match letter {
                '0'..='8' | 'a'..='e' | 'A'..='E' | 'g'..='y' | 'G'..='Y' => char::from(letter as u8 + 1),
                other => char::from(other as u8 - 1),
            };
            other.push_str(&text[..at]);
            other.push(next);
            other.push_str(&text[at + 1..]);
        }
        None => {
            other.push_str(text);
            other.push('a');
        }
    }
    other
}

#[cfg(test)]
mod tests {
    use super::other_text;

    #[test]
    fn another_text_is_of_the_same_kind() {
        for (text, other) in [
            ("0x4d2", "0x4d3"),
            ("1.50", "1.51"),
            ("ff", "fe"),
            ("9", "8"),
            ("ä!", "ä!a"),
            ("Zz=", "Zy="),
            ("True", "false"),
        ] {
            assert_eq!(*other_text(text), other);
        }
    }
}
