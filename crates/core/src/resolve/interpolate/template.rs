//! The text of one template: `${VAR}`, `${VAR:default}` and `$${`.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::{Known, is_conventional};
use crate::{
    excerpt,
    issue::{Issue, IssueKind},
    keys::Keys,
};

/// How deep defaults may be nested.
const MAX_NESTING: usize = 32;

/// A template that is being expanded.
pub(super) struct Template<'t> {
    rest: &'t str,
    variables: &'t Known<'t>,
    /// The maximum number of bytes that are kept.
    pub(super) most: usize,
    /// Whether only the length is measured.
    measuring: bool,
    pub(super) length: usize,
    /// The number of bytes from variables.
    pub(super) expanded: usize,
    /// Wiped, because it may contain a secret.
    pub(super) out: Zeroizing<String>,
    /// Sorted by name, each once.
    pub(super) missing: BTreeSet<&'t str>,
    /// Every variable of the text.
    pub(super) names: BTreeSet<&'t str>,
    /// Whether there is text that does not come from a variable, even in an unused default.
    pub(super) literal: bool,
}

/// The error of a malformed template.
#[derive(Debug)]
pub(super) enum Malformed<'t> {
    Unclosed,
    Name,
    TooDeep,
    /// A default that begins with an operator of the shell: the name of the variable, and the text after the
    /// operator.
    Shell {
        name: &'t str,
        sign: char,
        default: &'t str,
    },
}

impl Malformed<'_> {
    /// For a `discreet` value, the message quotes only conventional names of variables.
    pub(super) fn issue(&self, keys: Keys, discreet: bool) -> Issue {
        let (message, help) = match *self {
            Self::Unclosed => (UNCLOSED.to_owned(), LITERAL.to_owned()),
            Self::Name => (NAME.to_owned(), LITERAL.to_owned()),
            Self::TooDeep => ("the defaults are nested too deep".to_owned(), LITERAL.to_owned()),
            Self::Shell { name, sign, default } => {
                let name = if discreet && !is_conventional(name) { "NAME" } else { name };
                let name = excerpt::name(name);
                let default = if discreet || !is_plain(default) { "default" } else { default };
                let message = format!("`${{{name}:{sign}` is a form of the shell");
                let literal = format!("or `${{{name}: {sign}..}}` for a default that begins with `{sign}`");
                (message, format!("write `${{{name}:{default}}}`, {literal}"))
            }
        };
        Issue::new(IssueKind::Interpolation, keys, message).with_help(help)
    }
}

/// Whether a default may be quoted anywhere: a number or a boolean is hardly ever a secret.
fn is_plain(default: &str) -> bool {
    let number = default.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    matches!(default, "true" | "false") || (number && (1..=10).contains(&default.len()))
}

impl<'t> Template<'t> {
    pub(super) fn new(text: &'t str, variables: &'t Known<'t>) -> Self {
        Self {
            rest: text,
            variables,
            most: usize::MAX,
            measuring: false,
            length: 0,
            expanded: 0,
            out: Zeroizing::default(),
            missing: BTreeSet::new(),
            names: BTreeSet::new(),
            literal: false,
        }
    }

    pub(super) fn measured(self) -> Self {
        Self { measuring: true, ..self }
    }

    /// Reserves space for a result of this size. A growing text may be moved, and its old memory is not
    /// wiped.
    pub(super) fn with_room(self, bytes: usize) -> Self {
        Self { out: Zeroizing::new(String::with_capacity(bytes)), ..self }
    }

    /// Expands up to the end, or, in a default, to the first unbalanced `}`. Text that is not `live` is parsed and
    /// discarded.
    pub(super) fn run(&mut self, nesting: usize, live: bool) -> Result<(), Malformed<'t>> {
        let mut open = 0_usize;
        while let Some(next) = self.rest.chars().next() {
            if nesting > 0 && next == '}' && open == 0 {
                return Ok(());
            } else if self.rest.starts_with("$${") {
                self.rest = &self.rest[3..];
                open += 1;
                self.literal = true;
                self.push("${", live);
            } else if let Some(rest) = self.rest.strip_prefix("${") {
                self.rest = rest;
                self.variable(nesting + 1, live)?;
            } else {
                match next {
                    '{' => open += 1,
                    '}' => open = open.saturating_sub(1),
                    _ => {}
                }
                self.plain(next.len_utf8(), live);
            }
        }
        if nesting == 0 { Ok(()) } else { Err(Malformed::Unclosed) }
    }

    /// Literal text up to the next special character.
    fn plain(&mut self, first: usize, live: bool) {
        let more = self.rest[first..].find(['$', '{', '}']).unwrap_or(self.rest.len() - first);
        let (text, rest) = self.rest.split_at(first + more);
        self.rest = rest;
        self.literal = true;
        self.push(text, live);
    }

    fn push(&mut self, text: &str, live: bool) {
        if !live {
            return;
        }
        self.length = self.length.saturating_add(text.len());
        if !self.measuring {
            self.put(text);
        }
    }

    fn put(&mut self, text: &str) {
        let room = self.most.saturating_sub(self.out.len());
        let text = &text[..text.floor_char_boundary(room)];
        let needed = self.out.len() + text.len();
        if needed > self.out.capacity() {
            let mut roomier = Zeroizing::new(String::with_capacity(needed.max(64) * 2));
            roomier.push_str(&self.out);
            self.out = roomier;
        }
        self.out.push_str(text);
    }

    /// The part after `${`.
    fn variable(&mut self, nesting: usize, live: bool) -> Result<(), Malformed<'t>> {
        if nesting > MAX_NESTING {
            return Err(Malformed::TooDeep);
        }
        let name = self.name()?;
        self.names.insert(name);
        let value = if live { self.variables.get(name) } else { None };
        let has_default = self.skip(':');
        if let Some(value) = &value {
            self.expanded = self.expanded.saturating_add(value.len());
            self.push(value, true);
        } else if live && !has_default {
            self.missing.insert(name);
        }
        if has_default {
            self.no_shell_form(name)?;
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            self.run(nesting, live && value.is_none())?;
        }
        match self.skip('}') {
            true => Ok(()),
            false if self.rest.is_empty() => Err(Malformed::Unclosed),
            false => Err(Malformed::Name),
        }
    }

    /// `${NAME:-5}` means five in a shell, and would be minus five here.
    fn no_shell_form(&self, name: &'t str) -> Result<(), Malformed<'t>> {
        let mut behind = self.rest.chars();
        match behind.next() {
            Some(sign @ ('-' | '=' | '?' | '+')) => {
                let default = behind.as_str().split('}').next().unwrap_or_default();
                Err(Malformed::Shell { name, sign, default })
            }
            _ => Ok(()),
        }
    }

    fn name(&mut self) -> Result<&'t str, Malformed<'t>> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() && rest.is_empty() {
            return Err(Malformed::Unclosed);
        }
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Malformed::Name);
        }
        self.rest = rest;
        Ok(name)
    }

    fn skip(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

const UNCLOSED: &str = "a `${` has no `}`";
const NAME: &str =
    "a `${` is followed by letters, digits and `_`, not beginning with a digit, then `}` or `:`";
pub(super) const LITERAL: &str = "write `$${` for a literal `${`";
