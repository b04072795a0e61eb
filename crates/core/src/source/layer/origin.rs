//! The positions of the values of a layer, and the parts that may be shown.

use super::{Layer, OriginIndex};
use crate::{
    excerpt::{Excerpt, Show},
    issue::{Issue, Origin},
    keys::Keys,
    source::locate::{SourceMap as TextPlaces, SpanOf},
    value::Value,
};

impl Layer {
    /// The origin of the value at `keys`, given [`text_places`](Self::text_places).
    pub(crate) fn origin(&self, text: Option<&TextPlaces<'_>>, keys: &Keys) -> Origin {
        self.spot(text, &self.as_written(keys), SpanOf::Value)
    }

    /// The problem, with the origin of the value at `keys` and an excerpt.
    pub(crate) fn placed(
        &self,
        issue: Issue,
        text: Option<&TextPlaces<'_>>,
        keys: &Keys,
        show: Show,
    ) -> Issue {
        self.mark(issue, text, &self.as_written(keys), SpanOf::Value, show)
    }

    /// The problem, with the origin of the key at `keys`.
    pub(crate) fn placed_at_key(&self, issue: Issue, text: Option<&TextPlaces<'_>>, keys: &Keys) -> Issue {
        self.mark(issue, text, &self.as_written(keys), SpanOf::Key, Show::Key)
    }

    pub(super) fn mark(
        &self,
        issue: Issue,
        text: Option<&TextPlaces<'_>>,
        written: &Keys,
        spot: SpanOf,
        show: Show,
    ) -> Issue {
        let excerpt = match &self.places {
            OriginIndex::Text { .. } if self.is_sealed() => None,
            OriginIndex::Text { .. } => text.and_then(|text| text.excerpt(written, spot, show)),
            OriginIndex::Each(places) => places
                .iter()
                .find(|(keys, named)| show == Show::Value && named.verbatim && written.starts_with(keys))
                .and_then(|(keys, named)| shown(&named.name, keys.find(self.tree())?)),
            OriginIndex::Past(_) | OriginIndex::Named(_) => None,
        };
        issue.at(self.spot(text, written, spot)).with_excerpt(excerpt)
    }

    /// Whether the layer is the text of one file.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.places, OriginIndex::Text { .. })
    }

    /// Whether an origin belongs to this layer.
    pub(crate) fn speaks_for(&self, origin: &Origin) -> bool {
        match (&self.places, origin) {
            (OriginIndex::Text { path, .. } | OriginIndex::Past(path), Origin::File { path: other, .. }) => {
                path == other
            }
            (OriginIndex::Each(places), Origin::Env { .. }) => {
                places.values().any(|named| matches!(named.origin, Origin::Env { .. }))
            }
            (OriginIndex::Each(places), Origin::File { path, .. }) => places
                .values()
                .any(|named| matches!(&named.origin, Origin::File { path: other, .. } if other == path)),
            (OriginIndex::Named(name), Origin::Source { name: other }) => name == other,
            _ => false,
        }
    }

    pub(super) fn spot(&self, text: Option<&TextPlaces<'_>>, written: &Keys, spot: SpanOf) -> Origin {
        match &self.places {
            OriginIndex::Text { path, .. } => {
                let place = text.map(|text| text.nearest(written, spot).1);
                Origin::File {
                    path: path.clone(),
                    line: place.map(|(line, _)| line),
                    column: place.map(|(_, column)| column),
                }
            }
            OriginIndex::Each(places) => {
                let at_or_above = places.iter().find(|(keys, _)| written.starts_with(keys));
                let below = || places.iter().find(|(keys, _)| keys.starts_with(written));
                at_or_above.or_else(below).map_or(Origin::Default, |(_, named)| named.origin.clone())
            }
            OriginIndex::Past(path) => Origin::file(path),
            OriginIndex::Named(name) => Origin::Source { name: name.clone() },
        }
    }

    /// The path with the names in the text.
    pub(super) fn as_written(&self, keys: &Keys) -> Keys {
        let longest = self
            .normal
            .renamed
            .iter()
            .filter(|(own, _)| keys.starts_with(own))
            .max_by_key(|(own, _)| own.0.len());
        match longest {
            Some((own, written)) => written.join(&Keys(keys.0[own.0.len()..].to_vec())),
            None => keys.clone(),
        }
    }
}

/// A variable, unless its text contains a structure, which may contain secrets.
fn shown(name: &str, value: &Value) -> Option<Excerpt> {
    match value {
        Value::Untyped(untyped) if !untyped.text.trim_start().starts_with(['{', '[']) => {
            Some(Excerpt::variable(name, &untyped.text))
        }
        _ => None,
    }
}
