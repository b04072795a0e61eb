//! The comments of a YAML text.

use std::ops::Range;

use super::{
    compose::{Body, Node, compose},
    offsets::Offsets,
};

/// Each from its `#` to the end of its line; none for a text that does not parse.
pub(in crate::source::format) fn comments(text: &str) -> Vec<Range<usize>> {
    let Ok(root) = compose(text) else { return Vec::new() };
    let offsets = Offsets::new(text);
    let mut scalars = Vec::new();
    root.iter().for_each(|root| collect(root, &offsets, &mut scalars));
    scalars.sort_by_key(|range| range.start);
    between(text, &scalars)
}

/// Where scalars stand: a `#` in one of them is text.
fn collect(node: &Node<'_>, offsets: &Offsets<'_>, out: &mut Vec<Range<usize>>) {
    match &node.body {
        Body::Scalar { .. } => out.extend(offsets.range(node.at, node.end)),
        Body::Alias(_) => {}
        Body::List(nodes) | Body::Table(nodes) => nodes.iter().for_each(|node| collect(node, offsets, out)),
    }
}

fn between(text: &str, scalars: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut found, mut at, mut next) = (Vec::new(), 0, 0);
    while let Some(sign) = text[at..].find('#').map(|sign| at + sign) {
        while scalars.get(next).is_some_and(|scalar| scalar.end <= sign) {
            next += 1;
        }
        match scalars.get(next).filter(|scalar| scalar.contains(&sign)) {
            Some(scalar) => at = scalar.end,
            None if !text[..sign].ends_with([' ', '\t', '\n', '\r']) && sign > 0 => at = sign + 1,
            None => {
                at = text[sign..].find('\n').map_or(text.len(), |end| sign + end);
                found.push(sign..at);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::comments;

    fn found(text: &str) -> Vec<&str> {
        comments(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_comment_follows_a_blank_and_stands_in_no_scalar() {
        let text = "# one\na: x#y # two\nb: \"# no\" # three\nc: ' # no'\nd: [1, '#'] # four\nü: ü # five";
        assert_eq!(found(text), ["# one", "# two", "# three", "# four", "# five"]);
    }

    #[test]
    fn a_comment_may_follow_quotes() {
        let text =
            "a: \"x \\\" # no\" # one\nb: 'it''s # no' # two \"\nc: &a !!str \"x\n  # no\"   # three\n";
        assert_eq!(found(text), ["# one", "# two \"", "# three"]);
        assert_eq!(found("a: ['#', \"x\" # one\n ]\n\"k\" : 1 # two"), ["# one", "# two"]);
    }

    #[test]
    fn a_block_of_text_has_no_comments() {
        let text = "a: | # one\n  # no\n  x # no\n# two\nb: >-\n\n   # no\nc:\n  # three\n  - 1\n";
        assert_eq!(found(text), ["# one", "# two", "# three"]);
    }
}
