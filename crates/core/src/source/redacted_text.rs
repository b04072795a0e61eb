//! The text of a source without its secrets: for positions in reports, and to detect changes.

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::BuildHasher,
    ops::Range,
    sync::{Arc, OnceLock},
};

use zeroize::Zeroize;

use super::{
    format::{Format, spans},
    locate::{SourceMap, SpanNode},
};
use crate::{keys::Keys, secret::marker::SecretSite, value::Value};

/// Shorter secrets are overwritten only at their known positions, because they may occur as part of other
/// words.
const MIN_COPY_LENGTH: usize = 8;

/// A text in which secrets are overwritten, character by character, so that lines, columns and offsets stay right.
///
/// The overwritten text is represented by a digest with a key of this process.
#[derive(Clone, PartialEq)]
pub(crate) struct RedactedText {
    text: Box<str>,
    /// The length of the text; the text itself is not kept if positions in it are not needed.
    length: usize,
    /// The spans of all values, if the redacted text would not parse to the same tree.
    root: Option<Arc<SpanNode>>,
    /// The overwritten ranges, in order.
    gaps: Vec<Range<usize>>,
    digest: u64,
}

impl RedactedText {
    /// A text without the secrets at these paths of the tree that was parsed from it.
    pub(crate) fn new(format: Format, text: &str, tree: &Value, secrets: &[SecretSite]) -> Self {
        let mut kept = Self {
            text: text.into(),
            length: text.len(),
            root: None,
            gaps: Vec::new(),
            digest: digest(text, &[]),
        };
        if !secrets.is_empty() {
            let written = secrets.iter().map(|place| (&place.written, place.written.find(tree)));
            kept.redact(format, written);
        }
        kept
    }

    /// Keeps none of the text, because the positions of secrets in it are unknown.
    pub(crate) fn fully_redacted(text: &str) -> Self {
        let gaps: Vec<_> = std::iter::once(0..text.len()).collect();
        let digest = digest(text, &gaps);
        Self { text: Box::default(), length: text.len(), root: None, gaps, digest }
    }

    /// Whether this is the redacted form of `text`.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        if text.len() != self.length {
            return false;
        }
        let (new, old) = (text.as_bytes(), self.text.as_bytes());
        let mut start = 0;
        let ends = self.gaps.iter().map(|gap| (gap.start, gap.end)).chain([(self.length, self.length)]);
        for (end, next) in ends {
            if end > start && new.get(start..end) != old.get(start..end) {
                return false;
            }
            start = next;
        }
        self.gaps.is_empty() || digest(text, &self.gaps) == self.digest
    }

    /// The positions of all values in it.
    pub(crate) fn places(&self, format: Format) -> Option<SourceMap<'_>> {
        match &self.root {
            Some(root) => Some(SourceMap::known(&self.text, SpanNode::clone(root))),
            None => SourceMap::new(format, &self.text),
        }
    }

    /// Overwrites the values at these paths, and every copy of them.
    pub(crate) fn redact<'s>(
        &mut self,
        format: Format,
        secrets: impl Iterator<Item = (&'s Keys, Option<&'s Value>)>,
    ) {
        let Some(root) = self.root.as_deref().cloned().or_else(|| spans(format, &self.text)) else {
            return self.redact_all();
        };
        let places = SourceMap::known(&self.text, root.clone());
        let mut gaps = std::mem::take(&mut self.gaps);
        for (keys, value) in secrets {
            // A secret whose position is unknown may be anywhere.
            let Some(range) = places.range(keys) else { return self.redact_all() };
            gaps.push(range);
            let value = value.and_then(Value::as_text).filter(|text| text.len() >= MIN_COPY_LENGTH);
            gaps.extend(
                value.iter().flat_map(|secret| {
                    self.text.match_indices(*secret).map(|(at, found)| at..at + found.len())
                }),
            );
        }
        self.gaps = joined(gaps);
        self.digest = digest(&self.text, &self.gaps);
        let mut hidden = String::with_capacity(self.text.len());
        let mut start = 0;
        for gap in &self.gaps {
            hidden.push_str(&self.text[start..gap.start]);
            hidden.extend(self.text[gap.clone()].chars().map(stand_in));
            start = gap.end;
        }
        hidden.push_str(&self.text[start..]);
        self.replace(hidden);
        self.root = Some(Arc::new(root));
    }

    fn redact_all(&mut self) {
        let kept = Self::fully_redacted(&self.text);
        self.text.zeroize();
        *self = kept;
    }

    fn replace(&mut self, text: String) {
        std::mem::replace(&mut self.text, text.into_boxed_str()).zeroize();
    }
}

impl fmt::Debug for RedactedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.length)
    }
}

/// The replacement of a character, which has the same length in bytes.
fn stand_in(character: char) -> char {
    match (character, character.len_utf8()) {
        ('\n' | '\r', _) => character,
        (_, 1) => '*',
        (_, 2) => '·',
        (_, 3) => '•',
        _ => '\u{1F512}',
    }
}

fn joined(mut gaps: Vec<Range<usize>>) -> Vec<Range<usize>> {
    gaps.sort_by_key(|gap| (gap.start, gap.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for gap in gaps {
        match joined.last_mut() {
            Some(last) if gap.start <= last.end => last.end = last.end.max(gap.end),
            _ => joined.push(gap),
        }
    }
    joined
}

/// A digest of the overwritten text. SipHash with a key of this process, so that another process cannot guess
/// secrets from it.
fn digest(text: &str, gaps: &[Range<usize>]) -> u64 {
    static KEY: OnceLock<RandomState> = OnceLock::new();
    let parts: Vec<&[u8]> =
        gaps.iter().map(|gap| text.as_bytes().get(gap.clone()).unwrap_or_default()).collect();
    KEY.get_or_init(RandomState::new).hash_one(parts)
}

#[cfg(test)]
#[cfg(all(feature = "json", feature = "toml", feature = "yaml"))]
mod tests {
    use super::*;
    use crate::{
        secret::marker::SecretForm,
        source::{format::parse, locate::SpanOf},
    };

    fn kept(format: Format, text: &str, secret: &str) -> RedactedText {
        let tree = parse(format, text).unwrap();
        let keys: Keys = secret.split('.').collect();
        let place = SecretSite { own: keys.clone(), written: keys, by: SecretForm::Value };
        RedactedText::new(format, text, &tree, &[place])
    }

    const TEXTS: &[(Format, &str)] = &[
        (Format::Toml, "# hunter2-hunter\na.b = \"hunter2-hunter\" # why\nc = 'ü'\nd = 1"),
        (Format::Toml, "a.b = '''\nhunter2-hunter\nmore'''\nd = 1"),
        (Format::Toml, "a = { b = 1979 }\nd = 1"),
        (Format::Yaml, "a:\n  b: hunter2-hunter\nd: 1"),
        (Format::Yaml, "a:\n  b: |\n    hunter2-hunter\n    more\nd: 1"),
        (Format::Yaml, "a: { b: \"hü\\u006eter2-hunter\", c: 2 }\nd: 1"),
        (Format::Json, "{\"a\": {\"b\": \"hünter2\\n-hunter\"}, \"d\": 1}"),
        (Format::Json, "{\"a\": {\"b\": 1979}, \"d\": 1}"),
    ];

    #[test]
    fn the_secret_is_overwritten_and_everything_stands_where_it_stood() {
        for (format, text) in TEXTS {
            let kept = kept(*format, text, "a.b");
            assert!(!kept.text.contains("unter") && !kept.text.contains("1979"), "{}", kept.text);
            assert_eq!(kept.text.len(), text.len());
            let (before, after) = (SourceMap::new(*format, text).unwrap(), kept.places(*format).unwrap());
            for keys in [Keys::root().name("d"), ["a", "b"].into_iter().collect()] {
                for spot in [SpanOf::Key, SpanOf::Value] {
                    assert_eq!(after.locate(&keys, spot), before.locate(&keys, spot), "{text}");
                }
            }
        }
    }

    #[test]
    fn another_secret_is_another_text() {
        for (format, text) in TEXTS {
            let kept = kept(*format, text, "a.b");
            assert!(kept.is_of(text));
            assert!(!kept.is_of(&text.replace("ter2", "ter3").replace("1979", "1980")), "{text}");
            assert!(!kept.is_of(&text.replace("d", "e")) && !kept.is_of(&format!("{text} ")));
        }
    }

    #[test]
    fn a_text_of_which_nothing_is_known_is_not_kept() {
        let kept = RedactedText::fully_redacted("a = = 'hunter2'");
        assert!(kept.text.is_empty() && kept.is_of("a = = 'hunter2'") && !kept.is_of("a = = 'hunter3'"));
    }
}
