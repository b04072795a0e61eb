//! YAML: comments, order and layout stay where the edits are simple; else the text is written anew in block style.

use super::splice::{Splice, splice};
use crate::{
    keys::{Key, Keys},
    load::place,
    save::edit::Edit,
    source::format::{Format, write},
    value::{Table, Value},
};

/// The text with the edits in it.
///
/// # Errors
/// The text is no YAML.
pub(in crate::source::format) fn edit(text: &str, edits: &[Edit]) -> Result<String, String> {
    let tree = match text.trim().is_empty() {
        true => Value::empty(),
        false => super::parse(text).map_err(|_| "the file is no YAML".to_owned())?,
    };
    Ok(in_place(text, &tree, edits).unwrap_or_else(|| anew(tree, edits)))
}

/// With everything else as it stands; `None` where that cannot be done, or would mean something else.
fn in_place(text: &str, tree: &Value, edits: &[Edit]) -> Option<String> {
    let (mut text, mut tree) = (text.to_owned(), tree.clone());
    for edit in edits {
        let written = match &edit.value {
            Some(value) => Some(write::value(value, Format::Yaml)?),
            None => None,
        };
        tree = wanted(&tree, edit, written.as_deref())?;
        let found = splice(&text, &Splice { path: &edit.path, value: written.as_deref() });
        text = found.into_iter().find(|text| means(text, &tree))?;
    }
    Some(text)
}

/// The tree with one edit, whose value is read as it will be.
fn wanted(tree: &Value, edit: &Edit, written: Option<&str>) -> Option<Value> {
    let keys = keys(edit);
    let Some(written) = written else {
        return Some(if keys.find(tree).is_none() { tree.clone() } else { place(tree, &keys, None) });
    };
    let read = super::parse(&format!("it: {written}\n")).ok()?;
    Some(place(tree, &keys, Keys::root().name("it").find(&read)))
}

fn means(text: &str, tree: &Value) -> bool {
    super::parse(text).is_ok_and(|read| read == *tree)
}

fn keys(edit: &Edit) -> Keys {
    Keys(edit.path.iter().cloned().map(Key::Name).collect())
}

fn anew(tree: Value, edits: &[Edit]) -> String {
    let tree = edits.iter().fold(tree, |tree, edit| {
        let keys = keys(edit);
        match &edit.value {
            None if keys.find(&tree).is_none() => tree,
            value => place(&tree, &keys, value.as_ref()),
        }
    });
    let mut written = String::new();
    tree.as_table().into_iter().for_each(|table| block(table, 0, &mut written));
    written
}

fn block(table: &Table, indent: usize, out: &mut String) {
    for (name, value) in table {
        out.push_str(&" ".repeat(indent));
        out.push_str(&write::key(name));
        match value {
            Value::Table(inner) if !inner.is_empty() => {
                out.push_str(":\n");
                block(inner, indent + 2, out);
            }
            other => {
                // Nothing is what stands for what cannot be written.
                let text = write::value(other, Format::Yaml).unwrap_or_else(|| "null".to_owned());
                out.push_str(&format!(": {text}\n"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(path: &str, value: Value) -> Edit {
        Edit { path: path.split('.').map(Into::into).collect(), value: Some(value) }
    }

    fn out(path: &str) -> Edit {
        Edit { path: path.split('.').map(Into::into).collect(), value: None }
    }

    #[test]
    fn comments_order_and_layout_stay() {
        let text = "# head\nport: 8080   # of the proxy\nname: \"8080\"\n\nhosts: [a, \"]\"] # two\nlimit:\n    max: 1 # one\n    # more to come\nlast: ~\n";
        let edits = [
            set("limit.max", Value::Int(5)),
            set("limit.burst", Value::Int(7)),
            set("hosts", Value::list([Value::text("c")])),
            set("new.x", Value::text("${y}")),
            set("port", Value::Int(1)),
            out("name"),
            out("nothing"),
        ];
        let expected = "# head\nport: 1   # of the proxy\n\nhosts: [\"c\"] # two\nlimit:\n    max: 5 # one\n    burst: 7\n    # more to come\nlast: ~\nnew:\n  x: \"$${y}\"\n";
        assert_eq!(edit(text, &edits).unwrap(), expected);
    }

    #[test]
    fn a_text_of_comments_keeps_them() {
        assert_eq!(edit("# later\n", &[set("a.b", Value::Int(1))]).unwrap(), "# later\na:\n  b: 1\n");
    }

    /// A block of lines, an anchor that others share, the last entry of a table.
    #[test]
    fn what_is_not_simple_is_written_anew() {
        let text = "hosts:\n  - a # one\n  - b\nport: 80\nname: \"8080\"\nurl: ${URL}\n";
        let written = edit(text, &[set("hosts", Value::list([Value::text("c")]))]).unwrap();
        assert_eq!(written, "hosts: [\"c\"]\nname: \"8080\"\nport: 80\nurl: \"${URL}\"\n");
        assert_eq!(edit("a: &x 1\nb: *x\n", &[set("a", Value::Int(2))]).unwrap(), "a: 2\nb: 1\n");
        assert_eq!(edit("t:\n  a: 1 # one\n", &[out("t.a")]).unwrap(), "t: {}\n");
        assert_eq!(edit("a: {b: 1, c: 2}", &[out("a.b")]).unwrap(), "a:\n  c: 2\n");
        assert_eq!(edit("a: |\n  x\nb: 1\n", &[set("a", Value::text("y"))]).unwrap(), "a: \"y\"\nb: 1\n");
    }

    #[test]
    fn what_is_not_there_need_not_go() {
        assert_eq!(edit("x: 1", &[out("a.b")]).unwrap(), "x: 1");
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| Value::Int(number.into())),
            any::<f64>().prop_filter("NaN equals nothing", |float| !float.is_nan()).prop_map(Value::Float),
            "\\PC{0,8}|[\\x00-\\x20\"'\\\\:#,{}\\[\\]&*!|>%@`$-]{0,8}".prop_map(|text| Value::text(&text)),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
                prop::collection::btree_map("[a-z:# ]{0,4}", inner, 0..4).prop_map(|table| Value::table(
                    table.into_iter().map(|(name, value)| (name.into(), value))
                )),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in value()) {
            let written = edit("", &[set("it", value.clone())]).unwrap();
            let read = super::super::parse(&written).map_err(|flaws| TestCaseError::fail(format!("{flaws:?}\n{written}")))?;
            let found = Keys::root().name("it").find(&read).cloned().unwrap_or(Value::Null);
            prop_assert_eq!(meaning(&found), meaning(&value), "{}", written);
        }

        /// Whichever way it is done.
        #[test]
        fn nothing_else_changes(old in value(), value in value()) {
            let text = edit("", &[set("a", old), set("b.c", Value::Int(1)), set("d", Value::Int(2))]).unwrap();
            let before = super::super::parse(&text).unwrap();
            let written = edit(&text, &[set("b.c", value.clone()), out("d")]).unwrap();
            let after = super::super::parse(&written).unwrap();
            let (a, c) = (Keys::root().name("a"), Keys::root().name("b").name("c"));
            prop_assert_eq!(a.find(&after).map(meaning), a.find(&before).map(meaning), "{}", written);
            prop_assert_eq!(c.find(&after).map(meaning), Some(meaning(&value)), "{}", written);
            prop_assert_eq!(Keys::root().name("d").find(&after), None);
        }
    }

    /// Plain scalars by what they say, templates by what becomes of them.
    fn meaning(value: &Value) -> String {
        match value {
            Value::Untyped(untyped) => untyped.text.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::Template(text) => format!("{:?}", text.replace("$${", "${")),
            Value::List(items) => format!("[{}]", items.iter().map(meaning).collect::<Vec<_>>().join(",")),
            Value::Table(table) => {
                format!(
                    "{{{}}}",
                    table
                        .iter()
                        .map(|(name, value)| format!("{name:?}:{}", meaning(value)))
                        .collect::<Vec<_>>()
                        .join(",")
                )
            }
            other => write::value(other, Format::Yaml).unwrap_or_default(),
        }
    }
}
