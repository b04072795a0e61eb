//! TOML: comments, order and layout stay.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value as Toml};

use crate::{
    save::edit::{Edit, escaped},
    value::Value,
};

/// The text with the edits in it.
///
/// # Errors
/// Why a value cannot be written, or the text is no TOML.
pub(in crate::source::format) fn edit(text: &str, edits: &[Edit]) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|_| "the file is no TOML".to_owned())?;
    for edit in edits {
        let Some((last, way)) = edit.path.split_last() else { continue };
        match &edit.value {
            Some(value) => {
                let value = written(value).map_err(|why| format!("{}: {why}", edit.path.join(".")))?;
                set(document.as_table_mut(), way, last, value);
            }
            None => remove(document.as_table_mut(), way, last),
        }
    }
    Ok(document.to_string())
}

fn set(table: &mut dyn TableLike, way: &[std::sync::Arc<str>], last: &str, value: Option<Toml>) {
    let Some((next, rest)) = way.split_first() else {
        match value {
            Some(value) => put(table, last, value),
            None => drop(table.remove(last)),
        }
        return;
    };
    let item = table.entry(next).or_insert_with(|| {
        let mut section = Table::new();
        // Only a table with values of its own needs a header.
        section.set_implicit(true);
        Item::Table(section)
    });
    if item.as_table_like().is_none() {
        *item = Item::Table(Table::new());
    }
    if let Some(below) = item.as_table_like_mut() {
        set(below, rest, last, value);
    }
}

/// A value takes over the blanks and the comment of the one before it.
fn put(table: &mut dyn TableLike, name: &str, mut value: Toml) {
    match table.get_mut(name) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => drop(table.insert(name, Item::Value(value))),
    }
}

fn remove(table: &mut dyn TableLike, way: &[std::sync::Arc<str>], last: &str) {
    match way.split_first() {
        None => drop(table.remove(last)),
        Some((next, rest)) => {
            if let Some(below) = table.get_mut(next).and_then(Item::as_table_like_mut) {
                remove(below, rest, last);
            }
        }
    }
}

/// `None` for nothing, which TOML cannot say.
fn written(value: &Value) -> Result<Option<Toml>, String> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Secret(_) | Value::Bytes(_) => return Err("a secret is not written into a file".to_owned()),
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => i64::try_from(*value)
            .map_err(|_| format!("{value} has more than the 64 bits that TOML allows"))?
            .into(),
        Value::Uint(value) => return Err(format!("{value} has more than the 64 bits that TOML allows")),
        Value::Float(value) => (*value).into(),
        Value::Text(text) => escaped(text).into(),
        Value::Template(text) => text.to_string().into(),
        Value::Untyped(untyped) => escaped(&untyped.text).into(),
        Value::List(items) => Toml::Array(list(items)?),
        Value::Table(table) => {
            let mut inline = InlineTable::new();
            for (name, value) in table.iter() {
                if let Some(value) = written(value)? {
                    inline.insert(&**name, value);
                }
            }
            Toml::InlineTable(inline)
        }
    }))
}

fn list(items: &[Value]) -> Result<Array, String> {
    let mut array = Array::new();
    for item in items {
        let item = written(item)?.ok_or("a list of TOML has no place for `null`")?;
        array.push(item);
    }
    Ok(array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(list: &[(&str, Option<Value>)]) -> Vec<Edit> {
        let edit = |(path, value): &(&str, Option<Value>)| Edit {
            path: path.split('.').map(Into::into).collect(),
            value: value.clone(),
        };
        list.iter().map(edit).collect()
    }

    #[test]
    fn comments_order_and_layout_stay() {
        let text = "# the top\nb = 1   # why\n\n[limit] # here\nmax   =  2 # more\n# the end\n";
        let edited =
            edit(text, &edits(&[("limit.max", Some(Value::Int(5))), ("b", Some(Value::Int(9)))])).unwrap();
        assert_eq!(edited, "# the top\nb = 9   # why\n\n[limit] # here\nmax   =  5 # more\n# the end\n");
    }

    #[test]
    fn inline_and_dotted_tables_stay_as_they_are() {
        let text = "limit = { max = 1, burst = 2 }\npool.size = 3\n";
        let edited =
            edit(text, &edits(&[("limit.max", Some(Value::Int(5))), ("pool.size", Some(Value::Int(4)))]))
                .unwrap();
        assert_eq!(edited, "limit = { max = 5, burst = 2 }\npool.size = 4\n");
    }

    #[test]
    fn what_is_new_gets_its_table() {
        let edited = edit("a = 1\n", &edits(&[("x.y.z", Some(Value::text("t")))])).unwrap();
        assert_eq!(edited, "a = 1\n\n[x.y]\nz = \"t\"\n");
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        let edited = edit("a = 1\n[x]\nb = 2\n", &edits(&[("x.b", None), ("q.r", None)])).unwrap();
        assert_eq!(edited, "a = 1\n[x]\n");
    }

    #[test]
    fn a_dollar_and_a_brace_are_no_variable() {
        let edited = edit("", &edits(&[("a", Some(Value::text("${HOME}")))])).unwrap();
        assert_eq!(edited, "a = \"$${HOME}\"\n");
    }

    #[test]
    fn what_toml_cannot_say_is_refused() {
        let wide = edits(&[("a", Some(Value::Int(i128::MAX)))]);
        assert!(edit("", &wide).unwrap_err().starts_with("a: "));
        let hole = edits(&[("a", Some(Value::list([Value::Null])))]);
        assert!(edit("", &hole).is_err());
    }
}
