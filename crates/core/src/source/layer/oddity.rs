//! What is odd about the keys of a layer.

use super::Layer;
use crate::{
    excerpt::Show,
    issue::{Issue, IssueKind},
    load::unknown::Normal,
    source::{
        UnknownKeys,
        locate::{Places as TextPlaces, Spot},
    },
};

impl Layer {
    pub(super) fn has_oddities(&self) -> bool {
        let Normal { unknown, twice, deprecated, .. } = &self.normal;
        !(unknown.is_empty() && twice.is_empty() && deprecated.is_empty())
    }

    pub(super) fn unfamiliar<'t>(
        &'t self,
        text: Option<&'t TextPlaces<'t>>,
    ) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.normal.unknown_keys(move |issue, keys| {
            (self.unknown_keys, self.mark(issue, text, keys, Spot::Key, Show::Key))
        })
    }

    pub(super) fn doubled<'t>(
        &'t self,
        text: Option<&'t TextPlaces<'t>>,
    ) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.normal.twice.iter().map(move |twice| {
            let message = format!("given twice, also as `{}`", twice.other);
            let other = self.spot(text, &twice.written, Spot::Key);
            let issue = Issue::new(IssueKind::UnknownKey, twice.keys.clone(), message)
                .with_help(format!("remove one of the two; the other stands {other}"));
            (UnknownKeys::Deny, self.mark(issue, text, &twice.first, Spot::Key, Show::Key))
        })
    }

    pub(super) fn outdated<'t>(
        &'t self,
        text: Option<&'t TextPlaces<'t>>,
    ) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.normal.deprecated.iter().map(move |(keys, written, instead)| {
            let issue = Issue::new(IssueKind::Deprecated, keys.clone(), "the field is deprecated")
                .with_help(*instead);
            (UnknownKeys::Warn, self.mark(issue, text, written, Spot::Key, Show::Key))
        })
    }
}
