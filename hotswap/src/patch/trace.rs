//! Where the operations of a patch take interpolated values.
//!
//! The operations are applied to a second document too, in which each such value is a mark. `copy` and `move` take the marks
//! along, and whatever replaces a value replaces its mark.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    template,
    value::{Table, Value},
};

/// The values behind the marks.
#[derive(Default)]
pub(crate) struct Traced {
    marked: Vec<Value>,
    /// Texts that a type reads as a list or a table, whose items have marks of their own.
    opened: Vec<Value>,
}

impl Traced {
    /// The document with marks; `None` if nothing in it was interpolated. `plain` is the same document without templates.
    pub(crate) fn mark(&mut self, document: &Value, plain: &Value) -> Option<Json> {
        let marked = self.mark_all(document, plain);
        (!self.marked.is_empty()).then(|| marked.to_json())
    }

    fn mark_all(&mut self, value: &Value, plain: &Value) -> Value {
        match (value, plain) {
            (Value::Untyped(untyped), plain) if untyped.template().is_some() => {
                if let Some(parts) = template::opened(plain, untyped) {
                    self.opened.push(value.clone());
                    return self.mark_all(parts, plain);
                }
                self.marked.push(value.clone());
                Value::text(&mark_of(self.marked.len() - 1))
            }
            (Value::List(items), Value::List(plain)) => {
                let items = items.iter().zip(plain.iter());
                Value::list(items.map(|(item, plain)| self.mark_all(item, plain)).collect::<Vec<_>>())
            }
            (Value::Table(table), Value::Table(plain)) => {
                let mut entry = |(name, plain): (&Arc<str>, &Value)| {
                    let marked =
                        table.get(name).map_or_else(|| plain.clone(), |value| self.mark_all(value, plain));
                    (Arc::clone(name), marked)
                };
                Value::Table(Arc::new(plain.iter().map(&mut entry).collect()))
            }
            (_, plain) => plain.clone(),
        }
    }

    /// The patched document with the interpolated values where the marks are now. A text that is in both documents was given
    /// by the patch, even if it looks like a mark.
    pub(crate) fn restored(&self, after: Value, marked: Option<&Json>) -> Value {
        match (after, marked) {
            (Value::List(items), Some(Json::Array(marked))) => {
                let items = items.iter().enumerate();
                self.closed(Value::list(items.map(|(at, item)| self.restored(item.clone(), marked.get(at)))))
            }
            (Value::Table(table), Some(Json::Object(marked))) => {
                let entry = |(name, value): (&Arc<str>, &Value)| {
                    (Arc::clone(name), self.restored(value.clone(), marked.get(&**name)))
                };
                self.closed(Value::Table(Arc::new(table.iter().map(entry).collect::<Table>())))
            }
            (after, Some(Json::String(mark))) if !matches!(&after, Value::Text(text) if **text == **mark) => {
                self.behind(mark).unwrap_or(after)
            }
            (after, _) => after,
        }
    }

    /// The text that a list or table was read from, if it still has all of it.
    fn closed(&self, value: Value) -> Value {
        let first = match &value {
            Value::List(items) => items.first(),
            Value::Table(table) => table.values().next(),
            _ => None,
        };
        let is_part = first.is_some_and(template::holds_display_only);
        let is_whole = |text: &&Value| template::is_result(&value, text);
        let whole = self.opened.iter().find(is_whole).filter(|_| is_part);
        whole.cloned().unwrap_or(value)
    }

    fn behind(&self, mark: &str) -> Option<Value> {
        let number: usize = mark.strip_prefix(MARK)?.parse().ok()?;
        self.marked.get(number).cloned()
    }
}

const MARK: &str = "\0";

fn mark_of(number: usize) -> String {
    format!("{MARK}{number}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        let url = Value::interpolated("pg://hunter2@a", "pg://${PW}@a");
        Value::table([("url".into(), url), ("n".into(), Value::Int(1))])
    }

    fn plain() -> Value {
        json!({"url": "pg://hunter2@a", "n": 1}).into()
    }

    #[test]
    fn a_list_in_a_text_has_a_mark_for_each_item() {
        let hosts = Value::table([("hosts".into(), Value::interpolated("a,b", "${HOSTS}"))]);
        let mut traced = Traced::default();
        let marked = traced.mark(&hosts, &json!({"hosts": ["a", "b"]}).into()).unwrap();
        let of = |after: Json, marked: Json| traced.restored(after.into(), Some(&marked));
        let (all, second) = (marked["hosts"].clone(), marked["hosts"][1].clone());
        assert_eq!(
            of(json!({"copy": ["a", "b"]}), json!({ "copy": all })).to_json(),
            json!({"copy": "${HOSTS}"})
        );
        let item = of(json!({"copy": ["b"]}), json!({ "copy": [second] }));
        assert_eq!(
            (item.to_json(), template::holds_display_only(&item)),
            (json!({"copy": ["${HOSTS}"]}), true)
        );
    }

    #[test]
    fn a_mark_leads_back_to_its_value_wherever_it_is() {
        let mut traced = Traced::default();
        let mark = traced.mark(&document(), &plain()).unwrap()["url"].clone();
        let after = json!({"list": [1, "pg://hunter2@a"], "n": 1});
        let restored = traced.restored(after.into(), Some(&json!({"list": [1, mark], "n": 1})));
        assert_eq!(restored.to_json(), json!({"list": [1, "pg://${PW}@a"], "n": 1}));
    }

    #[test]
    fn a_text_of_the_patch_is_no_mark() {
        let mut traced = Traced::default();
        let mark = traced.mark(&document(), &plain()).unwrap()["url"].clone();
        let both = json!({ "url": mark });
        assert_eq!(traced.restored(both.clone().into(), Some(&both)).to_json(), both);
    }

    #[test]
    fn a_document_without_variables_has_no_marks() {
        let document = json!({"a": "b"}).into();
        assert_eq!(Traced::default().mark(&document, &document), None);
    }
}
