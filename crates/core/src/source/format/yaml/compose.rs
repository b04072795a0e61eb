//! From saphyr-parser's events to nodes, as the text has them: aliases, tags and merge keys still stand.

use std::{borrow::Cow, cell::OnceCell};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::offsets::Offsets;
use crate::source::format::{
    MAX_DEPTH,
    text::{self, Flaw, LineCol},
    too_deep,
};

/// A node of the text.
pub(super) struct Node<'t> {
    pub(super) at: LineCol,
    /// Where a scalar or an alias ends; behind the bracket that opens a list or table in brackets.
    pub(super) end: LineCol,
    /// The last bracket of a list or table in brackets; of any other, some place behind it.
    pub(super) close: LineCol,
    /// The number of its anchor; 0 without one.
    pub(super) anchor: usize,
    pub(super) tag: Option<Box<Tag>>,
    pub(super) body: Body<'t>,
}

pub(super) enum Body<'t> {
    /// Plain, or in quotes or a block.
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
    },
    /// The node with this anchor, once more.
    Alias(usize),
    List(Vec<Node<'t>>),
    /// Keys and values in turn.
    Table(Vec<Node<'t>>),
}

impl Node<'_> {
    /// `<<`, which in quotes would be a key like any other.
    pub(super) fn is_merge_key(&self) -> bool {
        matches!(&self.body, Body::Scalar { text, plain: true } if text == "<<") && self.tag.is_none()
    }

    /// Whether nothing at all stands there.
    pub(super) fn is_blank(&self) -> bool {
        matches!(&self.body, Body::Scalar { text, plain: true } if text.is_empty()) && self.tag.is_none()
    }
}

/// The root of the only document; `None` for a text without a document, such as one of comments only.
pub(super) fn compose(text: &str) -> Result<Option<Node<'_>>, Flaw> {
    let parser = Parser::new_from_str(text);
    Composer { text, offsets: OnceCell::new(), parser, open: Vec::new(), root: None }.run()
}

struct Composer<'t> {
    text: &'t str,
    offsets: OnceCell<Offsets<'t>>,
    parser: Parser<'t, StrInput<'t>>,
    /// The lists and tables that have not ended.
    open: Vec<Node<'t>>,
    root: Option<Node<'t>>,
}

impl<'t> Composer<'t> {
    // Events and a stack of our own: `Parser::load` recurses with the text.
    fn run(mut self) -> Result<Option<Node<'t>>, Flaw> {
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| flaw(self.text, &error))?;
            self.handle_event(event, line_col(span.start), line_col(span.end))?;
        }
        Ok(self.root)
    }

    fn handle_event(&mut self, event: Event<'t>, at: LineCol, end: LineCol) -> Result<(), Flaw> {
        let node = |anchor, tag: Option<Cow<'t, Tag>>, body| Node {
            at,
            end,
            close: end,
            anchor,
            tag: tag.map(|tag| Box::new(tag.into_owned())),
            body,
        };
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Flaw::new("the file holds more than one YAML document", at))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let mut scalar = node(anchor, tag, Body::Scalar { text, plain });
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
                    scalar.end = self.end_of_quotes(&scalar);
                }
                self.close(scalar);
                Ok(())
            }
            Event::Alias(anchor) => {
                self.close(node(0, None, Body::Alias(anchor)));
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => self.descend(node(anchor, tag, Body::List(Vec::new()))),
            Event::MappingStart(anchor, tag) => self.descend(node(anchor, tag, Body::Table(Vec::new()))),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(node) = self.open.pop() {
                    self.close(Node { close: at, ..node });
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The parser counts blanks and a comment behind the quotes as part of the scalar.
    fn end_of_quotes(&self, node: &Node<'_>) -> LineCol {
        let Body::Scalar { text, .. } = &node.body else { return node.end };
        let is_simple = node.at.0 == node.end.0 && node.at.1 + text.chars().count() + 2 == node.end.1;
        if is_simple {
            return node.end;
        }
        self.offsets.get_or_init(|| Offsets::new(self.text)).end_of_quotes(node.at).unwrap_or(node.end)
    }

    fn descend(&mut self, node: Node<'t>) -> Result<(), Flaw> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Flaw::new(too_deep(), node.at));
        }
        self.open.push(node);
        Ok(())
    }

    /// A node is complete: it belongs to what is open around it.
    fn close(&mut self, node: Node<'t>) {
        match self.open.last_mut() {
            Some(Node { body: Body::List(nodes) | Body::Table(nodes), .. }) => nodes.push(node),
            _ => self.root = Some(node),
        }
    }
}

fn line_col(marker: Marker) -> LineCol {
    (marker.line(), marker.col() + 1)
}

fn flaw(text: &str, error: &ScanError) -> Flaw {
    let message = match error.info() {
        // The one message of the parser that repeats the text.
        info if info.starts_with("unexpected character") => "unexpected character".into(),
        info if info.contains("recursion limit") => too_deep(),
        info => info.to_string(),
    };
    // The parser ends a text without a line break one line below it.
    Flaw::new(message, line_col(*error.marker()).min(text::line_col(text, text.len())))
}
