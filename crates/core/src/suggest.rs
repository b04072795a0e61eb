//! "did you mean": the known name that is closest to a wrong one.

/// Longer names are not compared: the work grows with the product of the lengths, and a file may contain any
/// key.
const LONGEST: usize = 100;

/// The candidate nearest to `word`, if it is near enough to suggest; the first one of equal candidates.
pub(crate) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST {
        return None;
    }
    let near = |name: &&str| name.len() <= LONGEST && *name != word;
    let bare_word = bare(word);
    let rated = candidates
        .into_iter()
        .filter(near)
        .filter_map(|name| Some((distance(&bare_word, word, name)?, name)));
    let (_, name) = rated.min_by_key(|(distance, _)| *distance)?;
    Some(name)
}

/// Zero for names that differ only in case and separators; `None` for names that are too different.
fn distance(bare_word: &str, word: &str, name: &str) -> Option<usize> {
    let (bare_name, tolerated) = (bare(name), tolerated(word, name));
    // Most names differ in length by more than the permitted distance, and computing a distance is
    // expensive.
    let lengths = bare_word.chars().count().abs_diff(bare_name.chars().count());
    if lengths > tolerated {
        return None;
    }
    Some(strsim::damerau_levenshtein(bare_word, &bare_name)).filter(|distance| *distance <= tolerated)
}

fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// One typo per three letters, and never enough to turn one word into any other.
fn tolerated(word: &str, name: &str) -> usize {
    let (longer, shorter) = (word.len().max(name.len()), word.len().min(name.len()));
    (longer / 3).max(1).min(shorter.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    const KNOWN: [&str; 4] = ["burst", "max", "pool_size", "window"];

    #[test]
    fn a_slip_is_found() {
        assert_eq!(did_you_mean("brust", KNOWN), Some("burst"));
        assert_eq!(did_you_mean("mac", KNOWN), Some("max"));
        assert_eq!(did_you_mean("windows", KNOWN), Some("window"));
    }

    #[test]
    fn case_and_separators_count_for_nothing() {
        assert_eq!(did_you_mean("poolSize", KNOWN), Some("pool_size"));
        assert_eq!(did_you_mean("POOL-SIZE", KNOWN), Some("pool_size"));
    }

    #[test]
    fn a_stranger_is_nobody() {
        assert_eq!(did_you_mean("colour", KNOWN), None);
        assert_eq!(did_you_mean("a", ["b"]), None);
        assert_eq!(did_you_mean("", KNOWN), None);
    }

    #[test]
    fn a_name_is_not_suggested_for_itself() {
        assert_eq!(did_you_mean("max", ["max"]), None);
    }
}
