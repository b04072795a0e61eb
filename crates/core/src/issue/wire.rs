//! Serialized issues and errors: the content of a report, without the lines of files.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::{Constraint, Issue, IssueKind, Origin};
use crate::keys::Keys;

/// The maximum number of origins that are deserialized for one issue.
const MOST: usize = 1_000;

#[derive(Serialize, Deserialize)]
struct Wire<'w> {
    kind: IssueKind,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    path: Cow<'w, str>,
    message: Cow<'w, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<Cow<'w, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Cow<'w, Origin>>,
    /// The origins of the other values that are invalid together with this one.
    #[serde(default, skip_serializing_if = "<[Origin]>::is_empty")]
    others: Cow<'w, [Origin]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constraint: Option<Cow<'w, Json>>,
    /// Distinguishes `null` from a missing value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    value: Option<Cow<'w, Json>>,
    /// The number of further issues of its kind and source that are only counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    more: usize,
}

fn is_zero(more: &usize) -> bool {
    *more == 0
}

fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'static, Json>>, D::Error> {
    Json::deserialize(deserializer).map(|value| Some(Cow::Owned(value)))
}

impl Serialize for Issue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = Wire {
            kind: self.kind,
            path: Cow::Owned(self.path.to_string()),
            message: Cow::Borrowed(&self.message),
            help: self.help.as_deref().map(Cow::Borrowed),
            origin: self.origin.as_ref().map(Cow::Borrowed),
            others: Cow::Borrowed(&self.others),
            constraint: self.constraint().map(Cow::Borrowed),
            value: self.value().map(Cow::Borrowed),
            more: self.more,
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Issue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let issue = Self::new(wire.kind, Keys::parse(&wire.path), wire.message);
        let mut others = wire.others.into_owned();
        others.truncate(MOST);
        let constraint = wire.constraint.map(|rule| {
            let value = wire.value.map(Cow::into_owned);
            Box::new(Constraint { rule: rule.into_owned(), value, shows: false })
        });
        Ok(Self { others, constraint, ..issue }
            .at(wire.origin.map(Cow::into_owned))
            .with_any_help(wire.help.as_deref())
            .and_more(wire.more))
    }
}
