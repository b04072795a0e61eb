//! Patches of a text, and the comments that they must not lose.

use std::ops::Range;

/// A text that is edited.
pub(in crate::source::format) struct Text<'t> {
    pub(in crate::source::format) text: &'t str,
    /// What ends a line in it.
    pub(in crate::source::format) newline: &'static str,
    /// In order.
    comments: Vec<Range<usize>>,
    patches: Vec<Patch>,
    dropped: Vec<String>,
}

/// A text after an edit.
pub(in crate::source::format) struct Edited {
    pub(in crate::source::format) text: String,
    /// The comments of removed list elements, which are gone with them.
    pub(in crate::source::format) dropped: Vec<String>,
}

struct Patch {
    range: Range<usize>,
    /// Of patches at the same offset the lower rank comes first.
    rank: u8,
    with: String,
}

impl<'t> Text<'t> {
    pub(in crate::source::format) fn new(text: &'t str, comments: Vec<Range<usize>>) -> Self {
        Self { text, newline: newline(text), comments, patches: Vec::new(), dropped: Vec::new() }
    }

    pub(in crate::source::format) fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.patches.push(Patch { range, rank: 1, with: with.into() });
    }

    pub(in crate::source::format) fn insert(&mut self, at: usize, with: impl Into<String>) {
        self.replace(at..at, with);
    }

    /// An insertion that follows everything else at its offset.
    pub(in crate::source::format) fn insert_last(&mut self, at: usize, with: impl Into<String>) {
        self.patches.push(Patch { range: at..at, rank: 2, with: with.into() });
    }

    /// An insertion that precedes everything else at its offset.
    pub(in crate::source::format) fn insert_first(&mut self, at: usize, with: impl Into<String>) {
        self.patches.push(Patch { range: at..at, rank: 0, with: with.into() });
    }

    /// The text with all patches; `None` if two of them overlap.
    pub(in crate::source::format) fn patched(mut self) -> Option<Edited> {
        // What is inserted where something else is replaced stands before it.
        self.patches.sort_by_key(|patch| (patch.range.start, !patch.range.is_empty(), patch.rank));
        let (mut out, mut done) = (String::with_capacity(self.text.len() + 64), 0);
        for Patch { range, with, .. } in &self.patches {
            out.push_str(self.text.get(done..range.start)?);
            out.push_str(with);
            done = range.end;
        }
        out.push_str(self.text.get(done..)?);
        Some(Edited { text: out, dropped: self.dropped })
    }

    /// The comments of a range go away with it.
    pub(in crate::source::format) fn drop_comments(&mut self, range: Range<usize>) {
        let dropped: Vec<String> = self.comments_in(range).map(str::to_owned).collect();
        self.dropped.extend(dropped);
    }

    /// Where a comment ends that begins here, behind blanks at most.
    pub(in crate::source::format) fn comment_end(&self, offset: usize) -> Option<usize> {
        let rest = &self.text[offset..];
        let start = offset + rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let known = self.comments.binary_search_by_key(&start, |comment| comment.start).ok()?;
        let comment = self.comments[known].clone();
        Some(comment.start + self.text[comment].trim_end().len())
    }

    /// Where the line above a line begins, if nothing but a comment is in it.
    fn comment_line_above(&self, line: usize) -> Option<usize> {
        let above = self.line_start(line.checked_sub(1)?);
        self.comment_end(above).map(|_| above)
    }

    /// Where the first of the comment lines begins that are directly above a line and fit.
    pub(in crate::source::format) fn comments_above(
        &self,
        line: usize,
        fits: impl Fn(usize) -> bool,
    ) -> usize {
        let next = |line: &usize| self.comment_line_above(*line).filter(|above| fits(*above));
        std::iter::successors(Some(line), next).last().unwrap_or(line)
    }

    /// Behind the last of the comment lines that begin at a line and fit.
    pub(in crate::source::format) fn behind_comments(
        &self,
        line: usize,
        fits: impl Fn(usize) -> bool,
    ) -> usize {
        let is_comment = |line: usize| line < self.text.len() && self.comment_end(line).is_some();
        let next = |line: &usize| Some(*line).filter(|line| is_comment(*line) && fits(*line));
        let next = |line: &usize| next(line).map(|line| self.line_end(line));
        std::iter::successors(Some(line), next).last().unwrap_or(line)
    }

    pub(in crate::source::format) fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Behind the end of the line.
    pub(in crate::source::format) fn line_end(&self, offset: usize) -> usize {
        self.text[offset..].find('\n').map_or(self.text.len(), |end| offset + end + 1)
    }

    /// Before the end of the line.
    pub(in crate::source::format) fn content_end(&self, offset: usize) -> usize {
        let line = &self.text[..self.line_end(offset)];
        line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line)).len()
    }

    /// The blanks that the line begins with.
    pub(in crate::source::format) fn indent(&self, offset: usize) -> &'t str {
        let line = &self.text[self.line_start(offset)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Behind the last text before an offset that is neither blank nor in a comment.
    pub(in crate::source::format) fn behind_content(&self, offset: usize) -> usize {
        let mut end = self.text[..offset].trim_end_matches([' ', '\t', '\r', '\n']).len();
        let mut next = self.comments.partition_point(|comment| comment.start < end);
        while let Some(comment) = next.checked_sub(1).map(|last| &self.comments[last]) {
            if self.text[..comment.end].trim_end().len() < end {
                break;
            }
            end = self.text[..comment.start].trim_end_matches([' ', '\t', '\r', '\n']).len();
            next -= 1;
        }
        end
    }

    /// Where the first text of a range begins that is neither blank nor in a comment.
    pub(in crate::source::format) fn content_start(&self, range: Range<usize>) -> Option<usize> {
        let mut from = range.start;
        loop {
            let rest = self.text.get(from..range.end)?;
            from += rest.len() - rest.trim_start().len();
            match self.comment_end(from) {
                Some(end) if from < range.end => from = end,
                _ => return (from < range.end).then_some(from),
            }
        }
    }

    /// Whether only blanks stand before it on its line.
    pub(in crate::source::format) fn is_first(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset].bytes().all(|byte| byte == b' ' || byte == b'\t')
    }

    pub(in crate::source::format) fn comments_in(
        &self,
        range: Range<usize>,
    ) -> impl Iterator<Item = &'t str> {
        let from = self.comments.partition_point(|comment| comment.start < range.start);
        let inside = self.comments[from..].iter().take_while(move |comment| comment.start < range.end);
        let text = self.text;
        inside.map(move |comment| text[comment.clone()].trim_end())
    }

    pub(in crate::source::format) fn has_comments_in(&self, range: Range<usize>) -> bool {
        self.comments_in(range).next().is_some()
    }

    /// The comments of a range that goes away, each on a line of its own.
    pub(in crate::source::format) fn hoisted(&self, range: Range<usize>, indent: &str) -> String {
        self.comments_in(range).map(|comment| format!("{indent}{comment}{}", self.newline)).collect()
    }

    /// The first of these bytes in the range, outside of comments.
    pub(in crate::source::format) fn find(&self, range: Range<usize>, byte: u8) -> Option<usize> {
        let outside = |at: &usize| {
            let next = self.comments.partition_point(|comment| comment.end <= *at);
            self.comments.get(next).is_none_or(|comment| !comment.contains(at))
        };
        range.filter(|at| self.text.as_bytes()[*at] == byte).find(outside)
    }
}

/// What ends most lines of a text.
pub(in crate::source::format) fn newline(text: &str) -> &'static str {
    let (all, dos) = (text.matches('\n').count(), text.matches("\r\n").count());
    if dos * 2 > all { "\r\n" } else { "\n" }
}
