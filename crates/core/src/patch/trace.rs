//! Traces where the operations of a patch move interpolated values.
//!
//! The operations are also applied to a second document, in which each such value is a mark. `copy` and `move` also
//! copy and move the marks, and a replaced value loses its mark.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    template::{self, holds_template},
    value::{Table, Value},
};

/// The values behind the marks.
#[derive(Default)]
pub(crate) struct Traced {
    marked: Vec<Value>,
    /// Texts that a type read as a list or a table, and the forms that it writes: the items have marks of
    /// their own.
    opened: Vec<(Value, Value)>,
}

impl Traced {
    /// The document with marks; `None` if nothing in it was interpolated. `plain` is the same document without templates.
    pub(crate) fn mark(&mut self, document: &Value, plain: &Value) -> Option<Json> {
        let marked = self.mark_all(document, plain);
        (!self.marked.is_empty()).then(|| marked.to_json())
    }

    fn mark_all(&mut self, value: &Value, plain: &Value) -> Value {
        match (value, plain) {
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
            (_, plain) if !holds_template(value) => plain.clone(),
            _ => match template::parts(plain, value) {
                Some(parts) => {
                    self.opened.push((value.clone(), plain.clone()));
                    self.mark_all(&parts, plain)
                }
                None => {
                    self.marked.push(value.clone());
                    Value::text(&mark_of(self.marked.len() - 1))
                }
            },
        }
    }

    /// The patched document with the interpolated values at the new paths of the marks. A text that is in both
    /// documents comes from the patch, even if it looks like a mark.
    pub(crate) fn restored(&self, after: Value, marked: Option<&Json>) -> Value {
        match (after, marked) {
            (Value::List(items), Some(Json::Array(marked))) => {
                let restored = |(at, item): (usize, &Value)| self.restored(item.clone(), marked.get(at));
                let restored = Value::list(items.iter().enumerate().map(restored));
                self.closed(&Value::List(items), restored)
            }
            (Value::Table(table), Some(Json::Object(marked))) => {
                let entry = |(name, value): (&Arc<str>, &Value)| {
                    (Arc::clone(name), self.restored(value.clone(), marked.get(&**name)))
                };
                let restored = Value::Table(Arc::new(table.iter().map(entry).collect::<Table>()));
                self.closed(&Value::Table(table), restored)
            }
            (after, Some(Json::String(mark))) if !matches!(&after, Value::Text(text) if **text == **mark) => {
                self.behind(mark).unwrap_or(after)
            }
            (after, _) => after,
        }
    }

    /// The text from which a list or table was read, if nothing of it changed.
    fn closed(&self, plain: &Value, restored: Value) -> Value {
        let is_whole = |(_, written): &&(Value, Value)| plain == written;
        let whole = || self.opened.iter().find(is_whole).map(|(given, _)| given.clone());
        if template::holds_display_only(&restored) { whole().unwrap_or(restored) } else { restored }
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
