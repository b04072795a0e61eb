//! Decides whether each secret may be where it is: one decision for all secrets, whatever their source, and whether an
//! attribute marks them or only the decoder finds them.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConfigType, Input, replaced::replaced, secret_reads::SecretReadSurvey, sites::Sites};
use crate::{
    excerpt::Show,
    issue::{Issue, IssueKind, Issues, Origin},
    keys::Keys,
    overrides::Overrides,
    resolve::interpolate::{self, Known},
    secret::{
        marker::{SecretForm, SecretMarker, SecretSite},
        policy::SecretSources,
        tracking::SecretReads,
    },
    shape::Shape,
    source::{Layer, UnknownKeys, parsed_layer::SourceKind, plain_secret},
    value::Value,
};

/// Errors and warnings.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) refused: Vec<Issue>,
    pub(super) warnings: Vec<Issue>,
}

/// The data of a load about its secrets.
pub(super) struct Judge<'i> {
    pub(super) config_type: ConfigType,
    pub(super) input: &'i Input<'i>,
    /// The defaults of the fields, below the layers.
    pub(super) defaults: &'i Value,
    /// The merged tree of all layers.
    pub(super) merged: &'i Value,
    pub(super) variables: Known<'i>,
}

impl Judge<'_> {
    /// Checks every layer, even if its value is overridden, because anyone who can read the file can read the
    /// secret.
    ///
    /// `reads` contains the paths at which secrets were read in the tree, if the whole tree was read.
    pub(super) fn run(&self, reads: Option<&SecretReads>, tree: &Value) -> Verdict {
        let mut verdict = Verdict::default();
        // An old version is only read, so it is not judged again.
        if self.input.secrets.has_placeholders() {
            return verdict;
        }
        let any = self.allowed() == SecretSources::ANY;
        let concerned = |layer: &Layer| !(any && layer.plaintext() == UnknownKeys::Allow);
        let layers: Vec<&Layer> =
            self.input.layers.iter().map(|layer| &**layer).filter(|layer| concerned(layer)).collect();
        let mut sites = Sites::default();
        if !(layers.is_empty() && any) {
            let survey = SecretReadSurvey::new(self.config_type);
            match reads.filter(|reads| reads.regions.is_empty()) {
                Some(reads) => sites.extend(reads, tree),
                None => sites.survey(&survey, tree),
            }
            for replaced in replaced(self.config_type, self.input, self.merged) {
                sites.survey(&survey, &replaced);
            }
        }
        layers.into_iter().for_each(|layer| self.layer(layer, &sites, &mut verdict));
        if !any {
            verdict.refused.extend(self.of_defaults(&sites));
        }
        verdict
    }

    fn allowed(&self) -> SecretSources {
        self.input.secrets.allowed()
    }

    fn layer(&self, layer: &Layer, sites: &Sites, verdict: &mut Verdict) {
        let marked = layer.secret_sites(|| self.marked_in(layer.tree(), layer.is_sealed()));
        let (mut refused, mut warned) = (Issues::default(), Issues::default());
        for (keys, value) in secrets_in(layer.tree(), marked, sites, &self.variables) {
            match self.of_secret(&keys, value, layer.source_kind(), layer.plaintext()) {
                Some((UnknownKeys::Deny, issue)) => refused.push_with(|| issue),
                Some((UnknownKeys::Warn, issue)) => warned.push_with(|| issue),
                Some((UnknownKeys::Allow, _)) | None => {}
            }
        }
        let (refused, warned) = (refused.into_vec(), warned.into_vec());
        // Finding positions costs as much as parsing.
        let found = !(refused.is_empty() && warned.is_empty());
        let text = if found { layer.text_places() } else { None };
        let placed = |issue: Issue| {
            let keys = issue.keys().clone();
            layer.placed(issue, text.as_ref(), &keys, Show::Key)
        };
        verdict.refused.extend(refused.into_iter().map(placed));
        verdict.warnings.extend(warned.into_iter().map(placed));
    }

    /// The paths of secrets of marked fields; every scalar if `all` are secret.
    fn marked_in(&self, tree: &Value, all: bool) -> Vec<SecretSite> {
        let none = BTreeSet::new();
        let marker = SecretMarker {
            shape: self.config_type.shape,
            hidden: &none,
            providers: Some(self.input.secrets.providers()),
        };
        marker.list(tree, all)
    }

    fn of_secret(
        &self,
        keys: &Keys,
        value: &Value,
        source_kind: SourceKind,
        plaintext: UnknownKeys,
    ) -> Option<(UnknownKeys, Issue)> {
        let by = SecretForm::new(value, self.input.secrets.providers());
        if by == SecretForm::Nothing || value.is_null() {
            return None;
        }
        if !self.allowed().contains(self.source(value, by, source_kind)) {
            return Some((UnknownKeys::Deny, forbidden(keys, self.allowed())));
        }
        let plain = by == SecretForm::Value && plaintext != UnknownKeys::Allow;
        plain.then(|| {
            let providers = self.input.secrets.providers();
            let (shape, names) = (self.config_type.shape, self.input.names);
            (plaintext, plain_secret(keys, value, providers, shape, names))
        })
    }

    /// The source of a secret. For a text with variables, the expanded text decides.
    fn source(&self, value: &Value, by: SecretForm, source_kind: SourceKind) -> SecretSources {
        let secrets = self.input.secrets;
        let resolved = match value.inside() {
            Value::Template(text) => interpolate::beginning(text, &self.variables),
            _ => None,
        };
        let text = resolved.as_ref().map(|text| text.as_str()).or_else(|| value.as_text());
        match text.and_then(|text| secrets.reference(text)) {
            Some(reference) => secrets.source(&reference),
            None => match (by, source_kind) {
                (SecretForm::Reference, _) => SecretSources::STORES,
                (SecretForm::Variables, _) | (_, SourceKind::Variables) => SecretSources::ENVIRONMENT,
                (_, SourceKind::Plain | SourceKind::Encrypted) => SecretSources::FILES,
                (_, SourceKind::Program) => SecretSources::PROGRAM,
            },
        }
    }

    /// A default belongs to the program, and counts only if nothing else gives the value.
    fn of_defaults(&self, sites: &Sites) -> Vec<Issue> {
        let Input { overrides, .. } = self.input;
        let in_force = |keys: &Keys| keys.find(self.merged).is_none() && !is_set(overrides, keys);
        let marked = self.marked_in(self.defaults, false);
        secrets_in(self.defaults, &marked, sites, &self.variables)
            .into_iter()
            .filter(|(keys, _)| in_force(keys))
            .filter_map(|(keys, value)| self.of_secret(&keys, value, SourceKind::Program, UnknownKeys::Allow))
            .map(|(_, issue)| issue.at(Origin::Default))
            .collect()
    }
}

/// The scalars that give a secret: those of marked fields, and those in which the decoder read one.
fn secrets_in<'v>(
    tree: &'v Value,
    marked: &[SecretSite],
    sites: &Sites,
    variables: &Known<'_>,
) -> BTreeMap<Keys, &'v Value> {
    let marked = marked.iter().filter(|place| place.by != SecretForm::Nothing);
    let marked = marked.filter_map(|place| Some((place.own.clone(), place.own.find(tree)?)));
    let mut found: BTreeMap<Keys, &Value> = marked.collect();
    found.extend(sites.in_tree(tree, variables));
    found
}

fn is_set(overrides: &Overrides, keys: &Keys) -> bool {
    overrides.keys().any(|entry| keys.starts_with(entry))
}

const FORBIDDEN: &str = "this source must not supply a secret";

/// The problem of a secret from a source that must not supply it.
pub(super) fn forbidden(keys: &Keys, allowed: SecretSources) -> Issue {
    Issue::new(IssueKind::PlainSecret, keys.clone(), FORBIDDEN).with_help(format!("give it by {allowed}"))
}

/// Without the references that were not followed in leaves of which `refused` says the same, for each layer.
pub(super) fn without_repeated(shape: &'static Shape, found: &mut Vec<Issue>, refused: &[Issue]) {
    let is_forbidden = |issue: &&Issue| issue.message() == FORBIDDEN;
    let mut leaves = shape.leaves();
    leaves.retain(|leaf| refused.iter().filter(is_forbidden).any(|own| own.keys().starts_with(&leaf.keys)));
    let is_repeated = |issue: &Issue| leaves.iter().any(|leaf| issue.keys().starts_with(&leaf.keys));
    found.retain(|issue| !(is_forbidden(&issue) && is_repeated(issue)));
}

/// Removes findings of credentials in secrets, which are not shown anyway.
pub(super) fn without_credentials_of(secrets: &BTreeSet<Keys>, issues: &mut Vec<Issue>) {
    let secret = |keys: &Keys| secrets.iter().any(|leaf| !leaf.is_root() && keys.starts_with(leaf));
    issues.retain(|issue| issue.kind() != IssueKind::Credential || !secret(issue.keys()));
}
