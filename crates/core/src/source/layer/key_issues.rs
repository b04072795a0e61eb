//! The problems of the keys of a layer.

use super::Layer;
use crate::{
    excerpt::Show,
    issue::{Issue, IssueKind},
    source::{
        UnknownKeys,
        locate::{SourceMap as TextPlaces, SpanOf},
    },
    unknown_keys::Normal,
};

impl Layer {
    pub(super) fn has_oddities(&self) -> bool {
        let Normal { unknown, twice, deprecated, .. } = &self.normal;
        !(unknown.is_empty() && twice.is_empty() && deprecated.is_empty())
    }

    pub(super) fn keys_without_field<'t>(
        &'t self,
        text: Option<&'t TextPlaces<'t>>,
    ) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.normal.unknown_keys(move |issue, keys| {
            (self.unknown_keys, self.mark(issue, text, keys, SpanOf::Key, Show::Key))
        })
    }

    pub(super) fn duplicate_keys<'t>(
        &'t self,
        text: Option<&'t TextPlaces<'t>>,
    ) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.normal.twice.iter().map(move |twice| {
            let message = format!("given twice, also as `{}`", twice.other);
            let other = self.spot(text, &twice.written, SpanOf::Key);
            let issue = Issue::new(IssueKind::UnknownKey, twice.keys.clone(), message)
                .with_help(format!("remove one of the two; the other stands {other}"));
            (UnknownKeys::Deny, self.mark(issue, text, &twice.first, SpanOf::Key, Show::Key))
        })
    }

    pub(super) fn deprecated_keys<'t>(
        &'t self,
        text: Option<&'t TextPlaces<'t>>,
    ) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.normal.deprecated.iter().map(move |(keys, written, instead)| {
            let issue = Issue::new(IssueKind::Deprecated, keys.clone(), "the field is deprecated")
                .with_help(*instead);
            (UnknownKeys::Warn, self.mark(issue, text, written, SpanOf::Key, Show::Key))
        })
    }
}
