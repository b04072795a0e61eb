//! Values with other letters, digits and numbers, in which no secret and no interpolated text can be recognised.
//!
//! A type that reads single characters, such as that of a URL or a number, reads both alike. Equal texts stay equal, and the
//! others keep their order, so that a type that compares the parts of a value also finds the same.

use std::{
    collections::{BTreeSet, HashMap},
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use crate::value::{Untyped, Value};

/// The value with disguised secrets and text from variables; and, if that has other texts, with all of them disguised, since a
/// type may compare both.
pub(super) fn disguises(value: &Value) -> impl Iterator<Item = Value> {
    let hidden = Disguise::new(value, false).value(value, false);
    let all = Disguise::new(value, true).value(value, true);
    let is_other = all != hidden;
    std::iter::once(hidden).chain(is_other.then_some(all))
}

/// What replaces each text, and the numbers in order, of which the rank remains.
#[derive(Default)]
struct Disguise<'v> {
    texts: HashMap<&'v str, String>,
    ints: Vec<i128>,
    /// The largest first.
    uints: Vec<u128>,
    floats: Vec<f64>,
}

impl<'v> Disguise<'v> {
    fn new(value: &'v Value, is_hidden: bool) -> Self {
        let mut disguise = Self::default();
        let mut texts = BTreeSet::new();
        disguise.collect(value, is_hidden, &mut texts);
        disguise.ints.sort_unstable();
        disguise.ints.dedup();
        disguise.uints.sort_unstable_by(|a, b| b.cmp(a));
        disguise.uints.dedup();
        disguise.floats.sort_by(f64::total_cmp);
        disguise.texts = replaced(&texts.into_iter().collect::<Vec<_>>());
        disguise
    }

    fn collect(&mut self, value: &'v Value, is_hidden: bool, texts: &mut BTreeSet<&'v str>) {
        match value {
            Value::Secret(_) => self.collect(value.inside(), true, texts),
            Value::List(items) => items.iter().for_each(|item| self.collect(item, is_hidden, texts)),
            Value::Table(table) => table.values().for_each(|value| self.collect(value, is_hidden, texts)),
            Value::Untyped(own) if is_hidden || own.template().is_some() => {
                texts.insert(&own.text);
            }
            Value::Text(own) if is_hidden => {
                texts.insert(own);
            }
            Value::Int(number) if is_hidden => self.ints.push(*number),
            Value::Uint(number) if is_hidden => self.uints.push(*number),
            Value::Float(number) if is_hidden => self.floats.push(*number),
            _ => {}
        }
    }

    fn value(&self, value: &Value, is_hidden: bool) -> Value {
        match value {
            Value::Secret(_) => Value::secret(self.value(value.inside(), true)),
            Value::List(items) => Value::list(items.iter().map(|item| self.value(item, is_hidden))),
            Value::Table(table) => Value::table(
                table.iter().map(|(name, value)| (Arc::clone(name), self.value(value, is_hidden))),
            ),
            Value::Untyped(own) if is_hidden || own.template().is_some() => {
                Value::Untyped(Untyped::new(self.text(&own.text), own.dialect))
            }
            scalar if is_hidden => self.scalar(scalar),
            other => other.clone(),
        }
    }

    fn scalar(&self, scalar: &Value) -> Value {
        match scalar {
            Value::Text(own) => Value::text(self.text(own)),
            Value::Int(number) => Value::Int(1 + i128::from(rank(&self.ints, |other| other < number))),
            Value::Uint(number) => {
                Value::Uint(u128::MAX - u128::from(rank(&self.uints, |other| other > number)))
            }
            Value::Float(number) => {
                Value::Float(1.0 + f64::from(rank(&self.floats, |other| other.total_cmp(number).is_lt())))
            }
            Value::Bytes(bytes) => Value::Bytes(vec![0; bytes.len()].into()),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> &str {
        self.texts.get(text).map_or("", String::as_str)
    }
}

/// How many of the numbers precede one.
fn rank<T>(numbers: &[T], precedes: impl Fn(&T) -> bool) -> u32 {
    u32::try_from(numbers.partition_point(precedes)).unwrap_or(u32::MAX)
}

/// Other texts of the same form in the same order. Of texts with the same start, the next letters are replaced in order, so
/// that the work is linear.
fn replaced<'v>(sorted: &[&'v str]) -> HashMap<&'v str, String> {
    let mut replaced = vec![String::new(); sorted.len()];
    let mut ranges = vec![(0..sorted.len(), 0)];
    while let Some((range, at)) = ranges.pop() {
        if range.len() == 1 {
            replaced[range.start].extend(sorted[range.start][at..].chars().map(mask));
            continue;
        }
        let groups = by_letter(sorted, range, at);
        for (other, (letter, range)) in others(&groups).into_iter().zip(&groups) {
            replaced[range.clone()].iter_mut().for_each(|text| text.push(other));
            ranges.push((range.clone(), at + letter.len_utf8()));
        }
    }
    sorted.iter().copied().zip(replaced).collect()
}

/// The texts of a range by their next letter.
fn by_letter(sorted: &[&str], range: Range<usize>, at: usize) -> Vec<(char, Range<usize>)> {
    let mut groups: Vec<(char, Range<usize>)> = Vec::new();
    for index in range {
        match (sorted[index][at..].chars().next(), groups.last_mut()) {
            (Some(letter), Some((last, group))) if letter == *last => group.end = index + 1,
            (Some(letter), _) => groups.push((letter, index..index + 1)),
            // The shortest text ends here.
            (None, _) => {}
        }
    }
    groups
}

/// What replaces each of the letters: the same for one alone of its class, the first ones of the class for several.
fn others(groups: &[(char, Range<usize>)]) -> Vec<char> {
    let mut classes: HashMap<char, RangeInclusive<char>> = HashMap::new();
    for (class, first, last) in [('1', '1', '9'), ('X', 'A', 'Z'), ('x', 'a', 'z')] {
        let mut letters = groups.iter().map(|(letter, _)| *letter).filter(|letter| mask(*letter) == class);
        if let (Some(least), Some(_)) = (letters.next(), letters.next()) {
            // A number has no zero at its start, unless there is one.
            classes.insert(class, if least == '0' { least } else { first }..=last);
        }
    }
    let mut other = |letter: char| match classes.get_mut(&mask(letter)) {
        Some(free) => free.next().unwrap_or(*free.end()),
        None => mask(letter),
    };
    groups.iter().map(|(letter, _)| other(*letter)).collect()
}

fn mask(letter: char) -> char {
    match letter {
        _ if letter.is_numeric() => '1',
        _ if letter.is_uppercase() => 'X',
        _ if letter.is_alphabetic() => 'x',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpolated(text: &str) -> Value {
        Value::interpolated(text, "${PW}")
    }

    /// The texts with the secret ones and the interpolated ones disguised.
    fn texts(items: impl IntoIterator<Item = Value>) -> Vec<String> {
        let disguised = disguises(&Value::list(items)).next().unwrap();
        disguised.as_list().unwrap().iter().map(|item| item.as_text().unwrap().to_owned()).collect()
    }

    #[test]
    fn letters_and_digits_are_replaced() {
        let items = [interpolated("pg://Hunter2@10.0.0.1:80"), Value::secret(Value::text("tiger5"))];
        let value = Value::table([
            ("a".into(), Value::list(items)),
            ("b".into(), Value::text("hunter2")),
            ("c".into(), Value::Int(7)),
        ]);
        let both: Vec<Value> = disguises(&value).collect();
        let [Value::Table(hidden), Value::Table(all)] = &both[..] else { panic!("{both:?}") };
        let [url, secret] = hidden["a"].as_list().unwrap() else { panic!("a list keeps its length") };
        assert_eq!(url.as_text(), Some("ax://Xxxxxx1@11.1.1.1:11"));
        assert!(matches!(secret, Value::Secret(_)) && secret.as_text() == Some("bxxxx1"));
        assert_eq!((&hidden["b"], &hidden["c"]), (&Value::text("hunter2"), &Value::Int(7)));
        assert_eq!((&all["b"], &all["c"]), (&Value::text("axxxxx1"), &Value::Int(1)));
    }

    #[test]
    fn other_texts_keep_their_order_and_equal_ones_stay_equal() {
        for given in [
            vec!["hunter00x", "hunter01x", "hunter01x", "hunter10x", "hunter9", "hunter9x"],
            vec!["", "7000", "7013", "80", "Abc", "Abd", "a-b", "a/b", "ab", "b"],
            vec!["0", "00", "1", "2"],
            vec!["a b", "a\u{e9}", "a\u{eb}c"],
        ] {
            let found = texts(given.iter().copied().map(interpolated));
            for (one, first) in given.iter().zip(&found) {
                for (other, second) in given.iter().zip(&found) {
                    assert_eq!(one.cmp(other), first.cmp(second), "{one} {other}: {first} {second}");
                }
                assert!(one.len() < 3 || one != first, "{one} is shown");
            }
        }
    }

    #[test]
    fn numbers_of_the_same_length_are_not_larger() {
        let found = texts((200..=255).map(|number| interpolated(&number.to_string())));
        assert!(found.iter().all(|text| text.parse::<u8>().is_ok()), "{found:?}");
        let secrets =
            [Value::Int(-5), Value::Int(99), Value::Uint(u128::MAX - 9), Value::Uint(u128::MAX - 5)];
        let secrets = Value::list(secrets.map(Value::secret));
        let found = disguises(&secrets).next().unwrap();
        let expected = [Value::Int(1), Value::Int(2), Value::Uint(u128::MAX - 1), Value::Uint(u128::MAX)];
        let inside = found.as_list().unwrap().iter().map(|item| item.inside().clone());
        assert_eq!(inside.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_work_is_linear() {
        let long = "a1".repeat(500_000);
        let found = texts([interpolated(&long), interpolated(&format!("{long}b")), interpolated("b")]);
        assert_eq!(found.iter().map(String::len).collect::<Vec<_>>(), [1_000_000, 1_000_001, 1]);
    }
}
