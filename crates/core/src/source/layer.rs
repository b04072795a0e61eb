//! The content of one source, with the primary names of fields, and the mapping to its text.

mod key_issues;
mod origin;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use crate::{
    excerpt::Show,
    issue::{Issue, Origin},
    keys::Keys,
    resolve::interpolate,
    secret::marker::{SecretMarker, SecretSite},
    shape::Shape,
    source::{
        UnknownKeys, findings,
        format::Format,
        locate::SourceMap as TextPlaces,
        parsed_layer::{LayerOptions, ParsedLayer, SecretPolicy, SourceKind},
        redacted_text::RedactedText,
        sealed::is_sealed,
    },
    sync::init,
    template,
    unknown_keys::{self, Normal},
    value::Value,
};

/// The source of a layer; sorts by precedence, lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceId {
    pub(crate) rank: usize,
    /// The name in the status. Two sources of the program may have the same name, and the files of a
    /// directory the same rank.
    pub(crate) name: Arc<str>,
}

/// How the position of a value is found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OriginIndex {
    /// In a text, which is searched on demand.
    Text { path: PathBuf, format: Format, text: Arc<RedactedText> },
    /// In a text that is no longer kept.
    Past(PathBuf),
    /// Known for each value: variables.
    Each(BTreeMap<Keys, Named>),
    /// Only the name of the source is known.
    Named(String),
}

/// A variable that gives a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    /// Whether the value is shown as it was written.
    pub(crate) verbatim: bool,
}

/// The values of one source. Parsed once and kept until the source changes.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    source: SourceId,
    places: OriginIndex,
    normal: Normal,
    unknown_keys: UnknownKeys,
    /// The policy for secrets in plain text.
    plaintext: UnknownKeys,
    source_kind: SourceKind,
    /// Whether any string needs interpolation.
    templates: bool,
    /// The variables in strings, except those in secrets.
    variables: BTreeSet<String>,
    /// Problems found while the source was read; each is an error or a warning.
    diagnostics: Vec<(UnknownKeys, Issue)>,
    /// The type errors of overridden values, computed on first use.
    shadowed: OnceLock<Vec<Issue>>,
    /// The paths of secrets of marked fields, computed on first use.
    marked: OnceLock<Vec<SecretSite>>,
}

impl Layer {
    /// Checks the keys of a tree against the fields, and replaces aliases by primary names.
    pub(crate) fn new(places: OriginIndex, given: &ParsedLayer, layer_options: &LayerOptions<'_>) -> Self {
        let normal = unknown_keys::normalise(&without_schema(&given.tree), layer_options.shape);
        let templates = holds_template(&normal.tree);
        let mut layer = Self {
            source: SourceId::default(),
            places,
            normal,
            unknown_keys: layer_options.unknown_keys,
            plaintext: findings::plaintext(layer_options.source_kind, layer_options.secrets),
            source_kind: layer_options.source_kind,
            templates,
            variables: BTreeSet::new(),
            diagnostics: Vec::new(),
            shadowed: OnceLock::new(),
            marked: OnceLock::new(),
        };
        layer.name_variables();
        let credentials = findings::of_credentials(&layer.normal.tree, layer_options);
        // Finding positions costs as much as parsing, so it is only done if needed.
        let odd = layer.has_oddities() || !credentials.is_empty();
        let text = if odd { layer.text_places() } else { None };
        let found: Vec<_> = layer
            .keys_without_field(text.as_ref())
            .chain(layer.duplicate_keys(text.as_ref()))
            .chain(layer.deprecated_keys(text.as_ref()))
            .chain(credentials.into_iter().map(|(policy, issue)| {
                let keys = issue.keys().clone();
                (policy, layer.placed(issue, text.as_ref(), &keys, Show::Key))
            }))
            .collect();
        layer.diagnostics.extend(found);
        layer
    }

    /// Seals values that were found to be secret, here and in the text.
    pub(crate) fn add_known_secrets(&mut self, marker: SecretMarker<'_>) {
        let tree = &mut self.normal.tree;
        let reads: Vec<_> = marker.mark(tree).into_iter().filter(SecretSite::is_value).collect();
        let written: Vec<_> = reads.iter().map(|place| self.as_written(&place.own)).collect();
        let tree = &self.normal.tree;
        if let (false, OriginIndex::Text { format, text, .. }) = (reads.is_empty(), &mut self.places) {
            let places = written.iter().zip(&reads).map(|(written, place)| (written, place.own.find(tree)));
            Arc::make_mut(text).redact(*format, places);
        }
    }

    /// The stored text of the file.
    pub(crate) fn kept(&self) -> Option<&Arc<RedactedText>> {
        match &self.places {
            OriginIndex::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The same layer with more secrets marked; itself if it contains none of them.
    pub(crate) fn with_secrets(self: &Arc<Self>, marker: SecretMarker<'_>) -> Arc<Self> {
        if marker.mark(&mut self.tree().clone()).is_empty() {
            return Arc::clone(self);
        }
        let mut more = (**self).clone();
        more.add_known_secrets(marker);
        Arc::new(more)
    }

    pub(crate) fn with_diagnostics(
        mut self,
        policy: UnknownKeys,
        issues: impl IntoIterator<Item = Issue>,
    ) -> Self {
        self.diagnostics.extend(issues.into_iter().map(|issue| (policy, issue)));
        self
    }

    /// Sets the source.
    pub(crate) fn with_source(mut self, source: SourceId) -> Self {
        self.source = source;
        self
    }

    pub(crate) fn source(&self) -> &SourceId {
        &self.source
    }

    /// Whether its values come from variables.
    pub(crate) fn is_of_variables(&self) -> bool {
        matches!(self.places, OriginIndex::Each(_))
    }

    /// Whether it is the current or a previous content of the file at this path.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        match &self.places {
            OriginIndex::Text { path: own, .. } | OriginIndex::Past(own) => same_file(own, path),
            OriginIndex::Each(_) | OriginIndex::Named(_) => false,
        }
    }

    /// Whether its file was encrypted, so that everything in it is secret.
    pub(crate) fn is_sealed(&self) -> bool {
        match &self.places {
            OriginIndex::Text { path, .. } | OriginIndex::Past(path) => is_sealed(path),
            OriginIndex::Each(_) | OriginIndex::Named(_) => false,
        }
    }

    /// The leaves for which it gives a value, if it was encrypted.
    pub(crate) fn sealed_leaves(&self, shape: &'static Shape) -> impl Iterator<Item = Keys> {
        let leaves = if self.is_sealed() { shape.leaves() } else { Vec::new() };
        leaves.into_iter().map(|leaf| leaf.keys).filter(|keys| keys.find(self.tree()).is_some())
    }

    /// The layer with a previous tree of the same source, whose text is not known.
    pub(crate) fn with_past(&self, tree: Value) -> Self {
        let places = match &self.places {
            OriginIndex::Text { path, .. } => OriginIndex::Past(path.clone()),
            other => other.clone(),
        };
        let mut old = Self {
            source: self.source.clone(),
            places,
            templates: holds_template(&tree),
            variables: BTreeSet::new(),
            normal: Normal::new(tree),
            unknown_keys: self.unknown_keys,
            plaintext: self.plaintext,
            source_kind: self.source_kind,
            diagnostics: self.diagnostics.clone(),
            shadowed: OnceLock::new(),
            marked: OnceLock::new(),
        };
        old.name_variables();
        old
    }

    fn name_variables(&mut self) {
        if self.templates {
            interpolate::variables(&self.normal.tree, &mut self.variables);
        }
    }

    /// The variables in its strings, except those in secrets.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(String::as_str)
    }

    /// A layer that was saved before a restart.
    pub(crate) fn resumed(
        source: SourceId,
        places: OriginIndex,
        tree: Value,
        unknown_keys: UnknownKeys,
    ) -> Self {
        let source_kind = match &places {
            OriginIndex::Text { path, .. } | OriginIndex::Past(path) if is_sealed(path) => {
                SourceKind::Encrypted
            }
            OriginIndex::Text { .. } | OriginIndex::Past(_) => SourceKind::Plain,
            OriginIndex::Each(_) => SourceKind::Variables,
            OriginIndex::Named(_) => SourceKind::Program,
        };
        let mut layer = Self {
            source,
            places,
            templates: holds_template(&tree),
            variables: BTreeSet::new(),
            normal: Normal::new(tree),
            unknown_keys,
            plaintext: UnknownKeys::Allow,
            source_kind,
            diagnostics: Vec::new(),
            shadowed: OnceLock::new(),
            marked: OnceLock::new(),
        };
        layer.name_variables();
        layer
    }

    /// The same layer, with the policy of its source for secrets.
    pub(crate) fn judged_by(mut self, rules: &SecretPolicy) -> Self {
        self.plaintext = findings::plaintext(self.source_kind, rules);
        self
    }

    pub(crate) fn places(&self) -> &OriginIndex {
        &self.places
    }

    /// Whether everything but the values is equal.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        (&self.source, &self.places, self.unknown_keys, &self.diagnostics)
            == (&other.source, &other.places, other.unknown_keys, &other.diagnostics)
    }

    pub(crate) fn tree(&self) -> &Value {
        &self.normal.tree
    }

    pub(crate) fn has_templates(&self) -> bool {
        self.templates
    }

    /// Whether any variable of a dotenv file has other variables in its value.
    pub(crate) fn has_display_only(&self) -> bool {
        self.is_of_variables() && template::holds_display_only(self.tree())
    }

    pub(crate) fn unknown_keys(&self) -> UnknownKeys {
        self.unknown_keys
    }

    /// The policy for secrets in plain text.
    pub(crate) fn plaintext(&self) -> UnknownKeys {
        self.plaintext
    }

    /// The kind of its source, which determines how secrets are handled.
    pub(crate) fn source_kind(&self) -> SourceKind {
        self.source_kind
    }

    /// The result of `find`, which is called once.
    pub(crate) fn shadowed_type_errors(&self, find: impl FnOnce() -> Vec<Issue>) -> &[Issue] {
        init::<Vec<_>>(&self.shadowed, find)
    }

    /// The paths of secrets of marked fields, computed once.
    pub(crate) fn secret_sites(&self, find: impl FnOnce() -> Vec<SecretSite>) -> &[SecretSite] {
        init::<Vec<_>>(&self.marked, find)
    }

    /// Whether it has unknown keys.
    pub(crate) fn has_unknown(&self) -> bool {
        !self.normal.unknown.is_empty()
    }

    /// Whether no problem was found while it was read.
    pub(crate) fn is_flawless(&self) -> bool {
        self.diagnostics.is_empty()
    }

    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = (UnknownKeys, Issue)> {
        self.diagnostics.iter().cloned()
    }

    /// The positions of everything in the text. Parses the text again, so call it once for several
    /// problems.
    pub(crate) fn text_places(&self) -> Option<TextPlaces<'_>> {
        match &self.places {
            OriginIndex::Text { format, text, .. } => text.places(*format),
            _ => None,
        }
    }
}

/// Whether two paths lead to the same file, following links; the file itself may be missing.
pub(crate) fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        std::fs::canonicalize(path).ok().or_else(|| {
            let folder =
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(std::fs::canonicalize(folder).ok()?.join(path.file_name()?))
        })
    };
    one == other || real(one).is_some_and(|one| Some(one) == real(other))
}

/// Removes the `$schema` key that editors use at the root.
fn without_schema(tree: &Value) -> Value {
    match tree.as_table() {
        Some(table) if table.contains_key("$schema") => {
            let mut tree = tree.clone();
            tree.entries_mut().remove("$schema");
            tree
        }
        _ => tree.clone(),
    }
}

pub(crate) fn holds_template(value: &Value) -> bool {
    match value.inside() {
        Value::Template(_) => true,
        Value::List(items) => items.iter().any(holds_template),
        Value::Table(table) => table.values().any(holds_template),
        _ => false,
    }
}
