//! What an ignored key was meant to be. The names that a type knows cannot be listed behind a buffer, but they can be
//! tried: each candidate is given a value of its own that no type reads, and the one that is refused is known.

use std::{collections::BTreeSet, sync::Arc};

use super::{super::cause::Cause, Examination, Inquiry, poison::Poison, pruned::PrunedValue, tree};
use crate::value::Value;

/// How many keys are given a hint, and how long they may be: the work grows with both.
const MAX_HINTS: usize = 16;
const MAX_LENGTH: usize = 40;
/// How often the candidates are tried without those that are known already.
const MAX_ROUNDS: usize = 4;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-";

impl Examination {
    /// Whether the next unknown key is given a hint.
    pub(super) fn has_room_for_hints(&self) -> bool {
        self.ignored.len() < MAX_HINTS
    }
}

impl Inquiry<'_> {
    /// Names like this one that the type knows: such of the table as are used, and others.
    pub(super) fn hints(
        &mut self,
        scene: &PrunedValue,
        name: &str,
        used: &BTreeSet<Arc<str>>,
    ) -> Vec<String> {
        let mut known: Vec<_> = used.iter().map(|name| name.to_string()).collect();
        let table = tree::get(&scene.tree, &scene.at.0).and_then(|value| value.inside().as_table());
        let Some(table) = table.filter(|_| name.len() <= MAX_LENGTH && name.is_ascii()) else { return known };
        known.extend(self.missed(scene, name));
        let mut candidates = near(name);
        candidates.retain(|candidate| !table.contains_key(&**candidate));
        for _ in 0..MAX_ROUNDS {
            let Some(found) = self.known_of(scene, name, &candidates) else { break };
            candidates.remove(&found);
            known.push(found);
        }
        known
    }

    /// What the type misses once the other keys of the table are gone.
    fn missed(&mut self, scene: &PrunedValue, name: &str) -> Vec<String> {
        let missing = |error: &super::DecodeError| match error.cause() {
            Cause::Missing(missing) => Some(missing.to_owned()),
            _ => None,
        };
        let run = self.run(&scene.with(name, None), false);
        run.into_iter().flat_map(|run| run.log).filter_map(|error| missing(&error)).collect()
    }

    /// One of the candidates that the type asks for.
    fn known_of(&mut self, scene: &PrunedValue, name: &str, candidates: &BTreeSet<String>) -> Option<String> {
        let poisons: Vec<_> = candidates.iter().map(|candidate| (candidate, Poison::new())).collect();
        let mut table = tree::get(&scene.tree, &scene.at.0)?.inside().as_table()?.clone();
        table.remove(name);
        table.extend(poisons.iter().map(|(name, poison)| (name.as_str().into(), poison.value())));
        let given = Value::Table(table.into());
        let run = self.run(&tree::with(&scene.tree, &scene.at.0, Some(&given)), false)?;
        let refused = poisons.iter().find(|(_, poison)| run.refused(poison));
        refused.map(|(name, _)| (*name).clone())
    }
}

/// Every name that one slip makes of this one, and its other spellings.
fn near(name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for at in 0..=name.len() {
        let (before, after) = name.split_at(at);
        found.extend(LETTERS.chars().map(|letter| format!("{before}{letter}{after}")));
        let mut rest = after.chars();
        let Some(first) = rest.next() else { continue };
        let rest = rest.as_str();
        found.extend(
            [first.to_ascii_uppercase(), first.to_ascii_lowercase()]
                .map(|letter| format!("{before}{letter}{rest}")),
        );
        found.insert(format!("{before}{rest}"));
        found.extend(LETTERS.chars().map(|letter| format!("{before}{letter}{rest}")));
        if let Some(second) = rest.chars().next() {
            found.insert(format!("{before}{second}{first}{}", &rest[1..]));
        }
    }
    found.extend(spellings(name));
    found.remove(name);
    found.remove("");
    found
}

/// In the other cases that serde can rename to.
fn spellings(name: &str) -> [String; 6] {
    let mut words: Vec<String> = vec![String::new()];
    let mut after_upper = false;
    for letter in name.chars() {
        let starts_word = letter.is_ascii_uppercase() && !after_upper;
        after_upper = letter.is_ascii_uppercase();
        let split = matches!(letter, '_' | '-' | '.') || starts_word;
        if split && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    let pascal: String = words
        .iter()
        .map(|word| word[..word.len().min(1)].to_uppercase() + word.get(1..).unwrap_or(""))
        .collect();
    let camel = pascal[..pascal.len().min(1)].to_lowercase() + pascal.get(1..).unwrap_or("");
    [words.join("_"), words.join("-"), words.concat(), words.join("_").to_uppercase(), camel, pascal]
}
