//! TOML in place: statements, entries in brackets, and sections.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use toml_edit::{Array, ArrayOfTables, Document, InlineTable, Item, Key as Name, Table, Value as Toml};

use super::{
    comments::comments,
    fresh,
    sections::{Sections, statements, tables_in},
};
use crate::{
    keys::Key,
    source::format::{
        Format,
        edit::{
            Edited,
            arrange::{Lines, changed, is_unmoved, line_separator},
            change::{Change, Changes, Element},
            flow::{self, Flow},
            patch::Text,
        },
        write,
    },
    value::Value,
};

pub(in crate::source::format) use super::fresh::whole;

pub(in crate::source::format) fn in_place(text: &str, changes: &Changes) -> Option<Edited> {
    let document = Document::parse(text).ok()?;
    let sections = Sections::new(document.as_table());
    let mut editor = Editor { text: Text::new(text, comments(text)), sections };
    editor.table(&EditPoint::root(document.as_table()), changes)?;
    editor.text.patched()
}

struct Editor<'t> {
    text: Text<'t>,
    sections: Sections,
}

/// A table of the document, and how its entries are written.
struct EditPoint<'d> {
    table: &'d Table,
    /// The header that its entries stand below: `Some(0)` for the root, `None` for a table without entries of its own.
    section: Option<usize>,
    /// The names between that header and the entries, as they are written.
    prefix: Vec<String>,
    /// All names, as headers have them.
    path: Vec<String>,
}

impl<'d> EditPoint<'d> {
    fn root(table: &'d Table) -> Self {
        Self { table, section: Some(0), prefix: Vec::new(), path: Vec::new() }
    }

    fn below(&self, name: &str, table: &'d Table) -> Self {
        let name = write::name_in(name, Format::Toml);
        let path = [self.path.as_slice(), std::slice::from_ref(&name)].concat();
        if table.is_dotted() {
            let prefix = [self.prefix.as_slice(), &[name]].concat();
            return Self { table, section: self.section, prefix, path };
        }
        Self {
            table,
            section: table.span().filter(|_| !table.is_implicit()).map(|at| at.start),
            prefix: Vec::new(),
            path,
        }
    }
}

impl Editor<'_> {
    fn table(&mut self, spot: &EditPoint<'_>, changes: &Changes) -> Option<()> {
        let mut new = Changes::new();
        for (key, change) in changes {
            let Key::Name(name) = key else { return None };
            match spot.table.get_key_value(name) {
                Some((key, item)) => self.item(spot, key, item, change)?,
                None if change.is_removal() => {}
                None => new.push((Key::Name(Arc::clone(name)), change.clone())),
            }
        }
        self.add(spot, new)
    }

    fn item(&mut self, spot: &EditPoint<'_>, key: &Name, item: &Item, change: &Change) -> Option<()> {
        match (change, item) {
            (Change::Remove, item) => self.remove(key, item),
            (Change::Inside(changes), Item::Table(table)) => {
                self.table(&spot.below(key.get(), table), changes)
            }
            (Change::Inside(_) | Change::Elements(_), Item::ArrayOfTables(tables)) => {
                self.sections_of(spot, key.get(), tables, &change.elements(tables.len())?)
            }
            (change, Item::Value(value)) => self.value(key, value, change),
            (change, item) if !change.is_removal() => {
                self.remove(key, item)?;
                self.add(spot, vec![(Key::Name(key.get().into()), change.clone())])
            }
            _ => Some(()),
        }
    }

    /// The value of a statement.
    fn value(&mut self, key: &Name, value: &Toml, change: &Change) -> Option<()> {
        if self.in_brackets(value, change)? {
            return Some(());
        }
        let range = value.span()?;
        let line = self.text.line_start(key.span()?.start);
        let hoisted = self.text.hoisted(range.clone(), self.text.indent(line));
        self.text.insert(line, hoisted);
        self.text.replace(range, flow::text(change, Format::Toml)?);
        Some(())
    }

    /// Changes below a list or table in brackets. Says whether the value was one.
    fn in_brackets(&mut self, value: &Toml, change: &Change) -> Option<bool> {
        match (change, value) {
            (Change::Inside(_) | Change::Elements(_), Toml::Array(array)) => {
                self.array(array, &change.elements(array.len())?)?;
            }
            (Change::Inside(changes), Toml::InlineTable(table)) => self.inline_table(table, changes)?,
            (change, _) if change.is_removal() => {}
            _ => return Some(false),
        }
        Some(true)
    }

    fn array(&mut self, array: &Array, elements: &[Element]) -> Option<()> {
        let items: Option<Vec<_>> = array.iter().map(Toml::span).collect();
        let (items, range) = (items?, array.span()?);
        for (index, change) in changed(elements) {
            self.element(array.get(index)?, change)?;
        }
        let inside = range.start + 1..range.end - 1;
        let flow = Flow { inside, items: &items, padding: ("", "") };
        flow.arrange(&mut self.text, elements, |_, value| write::value(value, Format::Toml))
    }

    /// A value inside of brackets: its comments could not move.
    fn element(&mut self, value: &Toml, change: &Change) -> Option<()> {
        if self.in_brackets(value, change)? {
            return Some(());
        }
        let range = value.span().filter(|range| !self.text.has_comments_in(range.clone()))?;
        self.text.replace(range, flow::text(change, Format::Toml)?);
        Some(())
    }

    fn inline_table(&mut self, table: &InlineTable, changes: &Changes) -> Option<()> {
        let (mut removed, mut added) = (BTreeSet::new(), Vec::new());
        let range = table.span()?;
        let inside = range.start + 1..range.end - 1;
        let items = self.entries(table, inside.clone())?;
        self.entries_of(table, "", changes, &items, &mut removed, &mut added)?;
        Flow { inside, items: &items, padding: (" ", " ") }.edit(&mut self.text, &removed, &added);
        Some(())
    }

    /// Each entry of a table in brackets, from its key to its value, in the order of the text.
    ///
    /// The parser knows a key that is written more than once at one place only, so entries begin behind the commas.
    fn entries(&self, table: &InlineTable, inside: Range<usize>) -> Option<Vec<Range<usize>>> {
        let mut ends = Vec::new();
        value_ends(table, &mut ends)?;
        ends.sort_unstable();
        let mut from = inside.start;
        let entry = |end: usize| {
            let item = self.text.content_start(from..end)?..end;
            from = self.text.find(end..inside.end, b',').map_or(inside.end, |comma| comma + 1);
            Some(item)
        };
        ends.into_iter().map(entry).collect()
    }

    /// Changes the entries of a table in brackets, those below dotted keys too.
    fn entries_of(
        &mut self,
        table: &InlineTable,
        prefix: &str,
        changes: &Changes,
        items: &[Range<usize>],
        removed: &mut BTreeSet<usize>,
        added: &mut Vec<String>,
    ) -> Option<()> {
        for (key, change) in changes {
            let Key::Name(name) = key else { return None };
            let written = format!("{prefix}{}", write::name_in(name, Format::Toml));
            match (table.get(name), change) {
                (Some(Toml::InlineTable(below)), Change::Inside(changes)) if below.is_dotted() => {
                    self.entries_of(below, &format!("{written}."), changes, items, removed, added)?;
                }
                (Some(value), Change::Remove) => removed.extend(places_of(value, items)?),
                (Some(value), change) if is_dotted(value) && !change.is_removal() => {
                    removed.extend(places_of(value, items)?);
                    added.push(format!("{written} = {}", flow::text(change, Format::Toml)?));
                }
                (Some(value), change) => self.element(value, change)?,
                (None, change) if change.is_removal() => {}
                (None, change) => added.push(format!("{written} = {}", flow::text(change, Format::Toml)?)),
            }
        }
        Some(())
    }

    /// Changes in `[[..]]`.
    fn sections_of(
        &mut self,
        spot: &EditPoint<'_>,
        name: &str,
        tables: &ArrayOfTables,
        elements: &[Element],
    ) -> Option<()> {
        let path = [spot.path.as_slice(), &[write::name_in(name, Format::Toml)]].concat();
        for (index, change) in changed(elements) {
            let (table, Change::Inside(changes)) = (tables.get(index)?, change) else { return None };
            let section = Some(table.span()?.start);
            let spot = EditPoint { table, section, prefix: Vec::new(), path: path.clone() };
            self.table(&spot, changes)?;
        }
        if is_unmoved(elements, tables.len()) {
            return Some(());
        }
        self.arrange_sections(&path, tables, elements)?;
        if elements.is_empty() {
            let empty = Change::Put(Value::list([]));
            self.add(spot, vec![(Key::Name(name.into()), empty)])?;
        }
        Some(())
    }

    fn arrange_sections(
        &mut self,
        path: &[String],
        tables: &ArrayOfTables,
        elements: &[Element],
    ) -> Option<()> {
        let own: Option<Vec<_>> =
            tables.iter().map(|table| self.sections.with_comments(&self.text, table)).collect();
        let (mut own, newline) = (own?, self.text.newline);
        self.spare_file_comment(tables, elements, &mut own)?;
        let separator = if own.len() > 1 { line_separator(&self.text, &own) } else { newline };
        let lines = Lines { own: &own, separator, hanging: None };
        lines.arrange(&mut self.text, elements, |value| {
            fresh::element(path, &Change::Put(value.clone()).entries()?, newline)
        })
    }

    /// A comment at the top of the file may be a licence. It goes away with the first element only if other elements have
    /// such comments too.
    fn spare_file_comment(
        &self,
        tables: &ArrayOfTables,
        elements: &[Element],
        own: &mut [Range<usize>],
    ) -> Option<()> {
        let headers: Option<Vec<_>> =
            tables.iter().map(|table| Some(self.text.line_start(table.span()?.start))).collect();
        let headers = headers?;
        let is_first = |element: &Element| matches!(element, Element::Kept(0, _) | Element::Moved(0, _));
        let are_commented = own.iter().zip(&headers).skip(1).any(|(own, header)| own.start < *header);
        let first = own.first_mut()?;
        if first.start == 0 && !are_commented && !elements.iter().any(is_first) {
            first.start = *headers.first()?;
        }
        Some(())
    }

    fn remove(&mut self, key: &Name, item: &Item) -> Option<()> {
        match item {
            Item::Value(value) => self.remove_lines(key.span()?.start..value.span()?.end),
            Item::Table(table) => self.remove_section(table)?,
            Item::ArrayOfTables(tables) => {
                tables.iter().try_for_each(|table| self.remove_section(table))?;
            }
            Item::None => {}
        }
        Some(())
    }

    /// A table with its header, if it has one, and everything below.
    fn remove_section(&mut self, table: &Table) -> Option<()> {
        if let Some(header) = table.span().filter(|_| !table.is_dotted() && !table.is_implicit()) {
            self.remove_lines(header);
        }
        for (name, item) in table.iter() {
            let (key, _) = table.get_key_value(name)?;
            self.remove(key, item)?;
        }
        Some(())
    }

    /// Whole lines, but for their comments.
    fn remove_lines(&mut self, range: Range<usize>) {
        let lines = self.text.line_start(range.start)..self.text.line_end(range.end);
        let hoisted = self.text.hoisted(lines.clone(), self.text.indent(range.start));
        self.text.replace(lines, hoisted);
    }

    fn add(&mut self, spot: &EditPoint<'_>, new: Changes) -> Option<()> {
        let dotted = !spot.prefix.is_empty();
        let is_section = |change: &Change| !dotted && matches!(change, Change::Inside(_));
        let (sections, statements): (Changes, Changes) =
            new.into_iter().partition(|(_, change)| is_section(change));
        if !statements.is_empty() {
            self.add_statements(spot, &statements)?;
        }
        if !sections.is_empty() {
            let section = fresh::sections(&spot.path, &sections, self.text.newline)?;
            self.append(spot.table, &section);
        }
        Some(())
    }

    fn add_statements(&mut self, spot: &EditPoint<'_>, new: &Changes) -> Option<()> {
        let Some(section) = spot.section else {
            let section = fresh::section(&spot.path, new, self.text.newline)?;
            self.append(spot.table, &section);
            return Some(());
        };
        let newline = self.text.newline;
        let ends = statements(spot.table).max();
        let header = (!spot.path.is_empty()).then(|| self.sections.header_end(section));
        let after = ends.or(header);
        let indent = after.map_or("", |after| self.text.indent(after));
        let lines = fresh::statements(&spot.prefix, new, indent, newline)?;
        match after {
            Some(after) => self.text.insert(self.text.line_end(after), lines),
            None => {
                let (at, gap) = self.sections.first_statement(&self.text);
                self.text.insert(at, if gap { format!("{lines}{newline}") } else { lines });
            }
        }
        Some(())
    }

    /// Adds sections behind the last one of a table.
    fn append(&mut self, table: &Table, sections: &str) {
        let end = tables_in(table).map(|start| self.sections.end(&self.text, start)).max();
        let end = end.unwrap_or(self.text.text.len());
        let newline = self.text.newline;
        let gap = if end == 0 { "" } else { newline };
        self.text.insert_last(end, format!("{gap}{sections}"));
    }
}

/// Where the values of a table in brackets end, those below dotted keys too.
fn value_ends(table: &InlineTable, out: &mut Vec<usize>) -> Option<()> {
    for (_, value) in table.iter() {
        match value {
            Toml::InlineTable(below) if below.is_dotted() => value_ends(below, out)?,
            value => out.push(value.span()?.end),
        }
    }
    Some(())
}

/// Which of the entries make a value: one, unless it was made by dotted keys.
fn places_of(value: &Toml, items: &[Range<usize>]) -> Option<Vec<usize>> {
    let mut ends = Vec::new();
    match value {
        Toml::InlineTable(table) if table.is_dotted() => value_ends(table, &mut ends)?,
        value => ends.push(value.span()?.end),
    }
    Some(ends.iter().filter_map(|end| items.iter().position(|item| item.end == *end)).collect())
}

fn is_dotted(value: &Toml) -> bool {
    matches!(value, Toml::InlineTable(table) if table.is_dotted())
}
