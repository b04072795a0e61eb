//! The part of a source that a report shows: the key and the value at fault, and nothing next to them.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The maximum width at which a key or a value is shown, in terminal columns.
pub(crate) const WIDEST: usize = 60;
/// The same for the name of a variable, a file or a source: names of nested fields and of directories are
/// long.
const WIDEST_NAME: usize = 400;
/// Replaces text that is not shown.
const CUT: &str = "…";

/// How much of an entry may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Show {
    /// Only the key, because the value is secret or unknown.
    #[default]
    Key,
    /// The value too: it belongs to a known field that is not secret.
    Value,
}

/// A one-line part of a source, and the faulty text in it.
///
/// Copied from the text when the problem is found, because a report may be read long after the file has
/// changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    text: String,
    /// The number of terminal columns before the faulty text.
    indent: usize,
    width: usize,
}

impl Excerpt {
    /// `fault` with the text before and after it on its line.
    pub(crate) fn new(before: &str, fault: &str, after: &str) -> Self {
        let (before, fault) = (visible(before), visible(fault));
        let (indent, width) = (before.width(), fault.width().max(1));
        Self { text: format!("{before}{fault}{}", visible(after)), indent, width }
    }

    /// A variable, as it is set.
    pub(crate) fn variable(name: &str, value: &str) -> Self {
        let (first, more) = value.split_once('\n').map_or((value, ""), |(first, _)| (first, CUT));
        Self::new(&format!("{name}="), first, more)
    }

    /// A line that does not parse: only the name of a field may be shown.
    pub(crate) fn unparsed(line: &str, is_field: impl Fn(&str) -> bool) -> Option<Self> {
        let begin = line.trim_start_matches([' ', '\t', '-', '{', '"', '\'']);
        let end = begin.find(|c: char| !c.is_alphanumeric() && !"_-".contains(c))?;
        let (name, rest) = begin.split_at(end);
        let sign = rest.trim_start_matches([' ', '\t', '"', '\'']).chars().next();
        let before = match sign {
            Some('=') => format!("{name} = "),
            Some(':') => format!("{name}: "),
            _ => return None,
        };
        is_field(name).then(|| Self::new(&before, CUT, ""))
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// `^^^` below the faulty text.
    pub(crate) fn carets(&self) -> String {
        "^".repeat(self.width)
    }

    /// The indentation of the carets.
    pub(crate) fn indent(&self) -> String {
        " ".repeat(self.indent)
    }
}

/// The name of a variable, a file or a source as a message shows it, with invisible letters escaped.
pub fn name(name: &str) -> String {
    within(name, WIDEST_NAME)
}

/// The text for a terminal: truncated, and with escapes for letters that have no width or would move the
/// cursor.
pub(crate) fn visible(text: &str) -> String {
    within(text, WIDEST)
}

/// The whole text, with an escape for each misleading letter.
pub fn shown(text: &str) -> Cow<'_, str> {
    match text.contains(misleads) {
        true => text.chars().fold(String::new(), |shown, letter| put(shown, letter, misleads)).into(),
        false => text.into(),
    }
}

/// Writes several lines, with an escape for each misleading letter except line breaks.
pub(crate) fn escaping(
    f: &mut fmt::Formatter<'_>,
    write: impl FnOnce(&mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    write(&mut Escaping(f))
}

/// A value whose `Debug` output has an escape for each misleading letter.
pub(crate) struct Escaped<'v, T: ?Sized>(pub(crate) &'v T);

impl<T: fmt::Debug + ?Sized> fmt::Debug for Escaped<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_alternate = f.alternate();
        escaping(f, |f| if is_alternate { write!(f, "{:#?}", self.0) } else { write!(f, "{:?}", self.0) })
    }
}

struct Escaping<'f, 'g>(&'f mut fmt::Formatter<'g>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (place, line) in text.split('\n').enumerate() {
            self.0.write_str(if place == 0 { "" } else { "\n" })?;
            self.0.write_str(&shown(line))?;
        }
        Ok(())
    }
}

/// Whether a terminal does not display the letter, moves the cursor because of it, or displays it as
/// something else.
pub(crate) fn is_hidden(letter: char) -> bool {
    matches!(letter.width(), None | Some(0)) || misleads(letter)
}

fn put(mut shown: String, letter: char, is_escaped: impl Fn(char) -> bool) -> String {
    match is_escaped(letter) {
        true => shown.extend(letter.escape_default()),
        false => shown.push(letter),
    }
    shown
}

/// Letters that no text needs and that make it look different: they move the cursor, reverse the reading
/// direction, or are invisible. Accents and the joiners of some scripts have no width either, but belong to the
/// text.
pub fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e00ff}'
        )
}

fn within(text: &str, widest: usize) -> String {
    let (mut shown, mut width) = (String::new(), 0);
    for letter in text.chars() {
        let before = shown.len();
        shown = put(shown, letter, is_hidden);
        width += shown[before..].width();
        if width > widest {
            shown.truncate(before);
            shown.push_str(CUT);
            break;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(excerpt: &Excerpt) -> String {
        format!("{}\n{}{}", excerpt.text(), excerpt.indent(), excerpt.carets())
    }

    #[test]
    fn the_caret_stands_below_what_is_at_fault() {
        assert_eq!(drawn(&Excerpt::new("max = ", "many", "")), "max = many\n      ^^^^");
        assert_eq!(drawn(&Excerpt::new("", "max", " = …")), "max = …\n^^^");
    }

    #[test]
    fn nothing_has_a_caret_too() {
        assert_eq!(drawn(&Excerpt::variable("APP_A", "")), "APP_A=\n      ^");
    }

    #[test]
    fn a_wide_character_takes_two_columns() {
        assert_eq!(drawn(&Excerpt::new("名 = ", "'多く'", "")), "名 = '多く'\n     ^^^^^^");
    }

    #[test]
    fn tabs_and_control_characters_are_escaped() {
        let tab = Excerpt::new("a =\t", "'\tx\u{1b}[31m'", "");
        assert_eq!(drawn(&tab), "a =\\t'\\tx\\u{1b}[31m'\n     ^^^^^^^^^^^^^^^");
    }

    #[test]
    fn what_turns_the_reading_round_is_escaped() {
        assert_eq!(Excerpt::new("", "a\u{202e}b\u{200b}", "").text(), "a\\u{202e}b\\u{200b}");
    }

    #[test]
    fn a_long_value_is_cut() {
        let long = Excerpt::new("a = ", &"x".repeat(5000), "");
        assert_eq!(long.text(), format!("a = {}…", "x".repeat(60)));
        assert_eq!(long.carets().len(), 61);
    }

    #[test]
    fn of_a_variable_the_first_line_is_shown() {
        assert_eq!(Excerpt::variable("A", "x\ny").text(), "A=x…");
    }

    #[test]
    fn a_line_that_does_not_parse_shows_the_name_of_a_field_only() {
        let shown = |line| Excerpt::unparsed(line, |name| name == "password").map(|excerpt| excerpt.text);
        assert_eq!(shown("password = hunter2 #"), Some("password = …".into()));
        assert_eq!(shown("  - \"password\" : hunter2"), Some("password: …".into()));
        assert_eq!(shown("hunter2 = password"), None);
        assert_eq!(shown("password hunter2"), None);
        assert_eq!(shown("password"), None);
    }
}
