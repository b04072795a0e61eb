//! YAML: written anew in block style, without the comments that it had.

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
    let tree = edits.iter().fold(tree, |tree, edit| {
        let keys = Keys(edit.path.iter().cloned().map(Key::Name).collect());
        match &edit.value {
            None if keys.find(&tree).is_none() => tree,
            value => place(&tree, &keys, value.as_ref()),
        }
    });
    let mut written = String::new();
    tree.as_table().into_iter().for_each(|table| block(table, 0, &mut written));
    Ok(written)
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

    #[test]
    fn what_is_not_edited_keeps_its_meaning() {
        let text = "port: 8080\nname: \"8080\"\nhosts: [a, b]\nurl: ${URL}\nlimit:\n  max: 1 # one\n";
        let written =
            edit(text, &[set("limit.max", Value::Int(5)), set("new.x", Value::text("${y}"))]).unwrap();
        let expected = "hosts: [a, b]\nlimit:\n  max: 5\nname: \"8080\"\nnew:\n  x: \"$${y}\"\nport: 8080\nurl: \"${URL}\"\n";
        assert_eq!(written, expected);
    }

    #[test]
    fn what_is_taken_out_is_gone() {
        let out = Edit { path: vec!["a".into(), "b".into()], value: None };
        assert_eq!(edit("a: {b: 1, c: 2}", std::slice::from_ref(&out)).unwrap(), "a:\n  c: 2\n");
        assert_eq!(edit("x: 1", &[out]).unwrap(), "x: 1\n");
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
