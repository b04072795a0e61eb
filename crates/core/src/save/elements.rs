//! The elements of a changed list: which of the old ones each of them is.
//!
//! Comments and layout belong to elements, so an element keeps its text wherever it is in the new list.

use std::collections::BTreeSet;

use super::{
    difference::{Names, without_holes},
    leaf::Leaves,
};
use crate::{
    source::format::edit::change::{Change, Element},
    value::Value,
};

/// Upper bound on the pairs of an old and a new element that are compared. Beyond it elements are paired by position.
const MAX_CELLS: usize = 1_000_000;

/// Keys that name an element among others, whatever else of it changes.
const NAMES: [&str; 3] = ["name", "id", "key"];

impl Leaves<'_> {
    /// The change of a list; `None` if a new element cannot be written.
    pub(super) fn list_difference(
        &self,
        raw: &[Value],
        old: &[Value],
        new: &[Value],
        names: Names,
    ) -> Option<Change> {
        let pairs = self.pairs(old, new);
        let kept: BTreeSet<usize> = increasing(&pairs).into_iter().collect();
        let element = |(at, value): (usize, &Value)| {
            let Some(index) = pairs[at] else { return Some(Element::New(without_holes(value, None)?)) };
            let same = self.agrees(value, &old[index]);
            let change =
                if same { None } else { Some(self.difference(&raw[index], &old[index], value, names)?) };
            let stays = kept.contains(&at);
            Some(if stays { Element::Kept(index, change) } else { Element::Moved(index, change) })
        };
        new.iter().enumerate().map(element).collect::<Option<_>>().map(Change::Elements)
    }

    /// For each new element the index of the old one that it is.
    fn pairs(&self, old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
        let same = |old: &Value, new: &Value| self.agrees(new, old);
        let start = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
        let rest = old.len().min(new.len()) - start;
        let ends = old.iter().rev().zip(new.iter().rev()).take(rest);
        let end = ends.take_while(|(old, new)| same(old, new)).count();
        let (old_end, new_end) = (old.len() - end, new.len() - end);
        let mut pairs = Pairs::new(old.len(), new.len());
        (0..start).for_each(|at| pairs.add(at, at));
        (0..end).for_each(|at| pairs.add(old_end + at, new_end + at));
        if (old_end - start).saturating_mul(new_end - start) > MAX_CELLS {
            (start..old_end).zip(start..new_end).for_each(|(old, new)| pairs.add(old, new));
            return pairs.new;
        }
        for (at, by) in align(old_end - start, new_end - start, |at, by| {
            u32::from(same(&old[start + at], &new[start + by]))
        }) {
            pairs.add(start + at, start + by);
        }
        pairs.add_anywhere(|at, by| same(&old[at], &new[by]));
        pairs.add_anywhere(|at, by| have_same_name(&old[at], &new[by]));
        self.pair_in_gaps(old, new, &mut pairs);
        pairs.new
    }

    /// Pairs what is left between two elements that stay: those that have most in common, or else by position.
    fn pair_in_gaps(&self, old: &[Value], new: &[Value], pairs: &mut Pairs) {
        for (olds, news) in pairs.gaps() {
            let weight = |at: usize, by: usize| 1 + self.likeness(&old[olds[at]], &new[news[by]]);
            for (at, by) in align(olds.len(), news.len(), weight) {
                pairs.add(olds[at], news[by]);
            }
        }
    }

    /// How many entries are equal.
    fn likeness(&self, old: &Value, new: &Value) -> u32 {
        let (Some(old), Some(new)) = (old.as_table(), new.as_table()) else { return 0 };
        let equal = |(name, old): &(_, &Value)| new.get(*name).is_some_and(|new| self.agrees(new, old));
        u32::try_from(old.iter().filter(equal).count()).unwrap_or(u32::MAX / 2)
    }
}

fn have_same_name(old: &Value, new: &Value) -> bool {
    let (Some(old), Some(new)) = (old.as_table(), new.as_table()) else { return false };
    let known = NAMES.iter().find_map(|name| Some((old.get(*name)?, new.get(*name)?)));
    known.is_some_and(|(old, new)| old == new || text_of(old).is_some_and(|old| Some(old) == text_of(new)))
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Untyped(untyped) => Some(&untyped.text),
        _ => None,
    }
}

/// Pairs of an old and a new element; each element is in one at most.
struct Pairs {
    /// For each new element.
    new: Vec<Option<usize>>,
    is_taken: Vec<bool>,
}

impl Pairs {
    fn new(old: usize, new: usize) -> Self {
        Self { new: vec![None; new], is_taken: vec![false; old] }
    }

    fn add(&mut self, old: usize, new: usize) {
        self.new[new] = Some(old);
        self.is_taken[old] = true;
    }

    /// Pairs elements that are left, wherever they are.
    fn add_anywhere(&mut self, is_pair: impl Fn(usize, usize) -> bool) {
        for new in 0..self.new.len() {
            if self.new[new].is_none() {
                let mut left = (0..self.is_taken.len()).filter(|old| !self.is_taken[*old]);
                if let Some(old) = left.find(|old| is_pair(*old, new)) {
                    self.add(old, new);
                }
            }
        }
    }

    /// The elements that are left between two neighbours among those that stay.
    fn gaps(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let stays = increasing(&self.new).into_iter();
        let bounds = stays.filter_map(|new| Some((self.new[new]?, new)));
        let (mut gaps, mut from) = (Vec::new(), (0, 0));
        for (old, new) in bounds.chain([(self.is_taken.len(), self.new.len())]) {
            let olds: Vec<usize> = (from.0..old).filter(|old| !self.is_taken[*old]).collect();
            let news: Vec<usize> = (from.1..new).filter(|new| self.new[*new].is_none()).collect();
            gaps.push((olds, news));
            from = (old + 1, new + 1);
        }
        gaps.retain(|(olds, news)| !olds.is_empty() && !news.is_empty());
        gaps
    }
}

/// The places of the longest increasing subsequence.
fn increasing(numbers: &[Option<usize>]) -> Vec<usize> {
    // For each length the place at which the lowest subsequence of this length ends, and what precedes each place.
    let (mut ends, mut before): (Vec<usize>, _) = (Vec::new(), vec![None; numbers.len()]);
    for at in (0..numbers.len()).filter(|at| numbers[*at].is_some()) {
        let length = ends.partition_point(|end| numbers[*end] < numbers[at]);
        before[at] = length.checked_sub(1).map(|last| ends[last]);
        if length < ends.len() { ends[length] = at } else { ends.push(at) }
    }
    let mut places: Vec<usize> =
        std::iter::successors(ends.last().copied(), |place| before[*place]).collect();
    places.reverse();
    places
}

/// Pairs in the order of both sequences, of the greatest weight together and as early as possible. Nothing pairs with a
/// weight of 0.
fn align(old: usize, new: usize, weight: impl Fn(usize, usize) -> u32) -> Vec<(usize, usize)> {
    let width = new + 1;
    // The greatest weight of what follows from each cell on, and the weight of the cell.
    let (mut best, mut own) = (vec![0_u32; (old + 1) * width], vec![0_u32; (old + 1) * width]);
    for cell in (0..old).rev().flat_map(|at| (0..new).rev().map(move |by| (at, by))) {
        let here = cell.0 * width + cell.1;
        own[here] = weight(cell.0, cell.1);
        let paired = if own[here] == 0 { 0 } else { own[here].saturating_add(best[here + width + 1]) };
        best[here] = paired.max(best[here + 1]).max(best[here + width]);
    }
    let (mut pairs, mut at, mut by) = (Vec::new(), 0, 0);
    while at < old && by < new {
        let here = at * width + by;
        if own[here] > 0 && best[here] == own[here].saturating_add(best[here + width + 1]) {
            pairs.push((at, by));
            (at, by) = (at + 1, by + 1);
        } else if best[here] == best[here + width] {
            at += 1;
        } else {
            by += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{align, increasing};

    #[test]
    fn equal_elements_are_aligned_in_order() {
        let pairs = |old: &str, new: &str| {
            let (old, new) = (old.as_bytes(), new.as_bytes());
            align(old.len(), new.len(), |at, by| u32::from(old[at] == new[by]))
        };
        assert_eq!(pairs("abc", "xabc"), [(0, 1), (1, 2), (2, 3)]);
        assert_eq!(pairs("abc", "ac"), [(0, 0), (2, 1)]);
        assert_eq!(pairs("aab", "ab"), [(0, 0), (2, 1)]);
        assert!(pairs("", "ab").is_empty());
        assert_eq!(align(2, 3, |_, _| 1), [(0, 0), (1, 1)]);
    }

    #[test]
    fn most_elements_stay() {
        assert_eq!(increasing(&[Some(2), None, Some(0), Some(1)]), [2, 3]);
        assert_eq!(increasing(&[Some(0), Some(3), Some(1), Some(2)]), [0, 2, 3]);
        assert!(increasing(&[None]).is_empty());
    }
}
