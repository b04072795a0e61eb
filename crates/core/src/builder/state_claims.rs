//! Detects sources that are part of the state directory. This must happen before the directory is touched:
//! afterwards a source may already have been overwritten, or renamed as a damaged state file.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    engine::collect::{Collector, ReadResult},
    issue::Issue,
    load,
    resolve::interpolate,
    secrets::{
        FetchError,
        reference::Reference,
        registry::{ENV, ProviderRegistry},
    },
    shape::Shape,
    source::dir,
    state::{Claim, collision},
    value::Value,
    watch::resolved_path::Target,
};

/// What a file is used for.
const SECRET: &str = "the file of a secret";

/// Every source that is a file of the state directory, or the directory itself.
pub(super) fn of_sources(claim: &Claim, collector: &Collector) -> Vec<Issue> {
    collector.claims().flat_map(|(named, target)| of_source(claim, named, &target)).collect()
}

fn of_source(claim: &Claim, named: &Path, target: &Target) -> Vec<Issue> {
    match target {
        Target::File(path) => {
            claim.has_file(path).then(|| collision(named, "a source")).into_iter().collect()
        }
        Target::Dir { path, .. } if claim.is_dir(path) => {
            vec![collision(named, "a directory of configuration files")]
        }
        Target::Dir { path, extensions } => {
            // A directory that cannot be listed is reported when it is read.
            let files = dir::list(path, extensions).unwrap_or_default();
            files.iter().filter(|file| claim.has_file(file)).map(|file| collision(file, "a source")).collect()
        }
    }
}

/// Every file of a secret, and every key file, that is a file of the state directory. Which files contain secrets
/// may depend on the content of the sources.
pub(super) fn of_secrets(
    claim: &Claim,
    providers: &ProviderRegistry,
    shape: &'static Shape,
    collected: &ReadResult,
) -> Vec<Issue> {
    let mut secrets = SecretFiles { collected, found: BTreeSet::new(), followed: BTreeSet::new() };
    shape.leaves().iter().filter_map(|leaf| leaf.field().reference).for_each(|text| secrets.text(text));
    let defaults = load::all_defaults(shape);
    let trees = collected.layers.iter().map(|layer| layer.tree());
    trees.chain([&defaults]).for_each(|tree| secrets.tree(tree));
    let secrets = secrets.found.into_iter().map(|path| (path, SECRET));
    let keys = providers.key_files().into_iter().map(|path| (path, "a file of keys"));
    secrets
        .chain(keys)
        .filter(|(path, _)| claim.has_file(path))
        .map(|(path, what)| collision(&path, what))
        .collect()
}

/// Why a file must not be read as a secret while the program runs. What the paths name may change, so the directory is resolved
/// each time.
pub(super) fn refusal(dir: PathBuf) -> impl Fn(&Path) -> Option<FetchError> {
    move |file| {
        let issue = Claim::new(&dir).has_file(file).then(|| collision(file, SECRET))?;
        Some(FetchError::invalid(issue.message()).with_any_help(issue.help()))
    }
}

/// The files to which references in a configuration may refer: as the references are written, and with variables
/// expanded and the texts of variables read as lists and tables.
struct SecretFiles<'c> {
    collected: &'c ReadResult,
    found: BTreeSet<PathBuf>,
    /// Variables that were already searched.
    followed: BTreeSet<String>,
}

impl SecretFiles<'_> {
    fn tree(&mut self, tree: &Value) {
        self.value(tree);
        let variable = |name: &str| self.collected.variable(name);
        // A text that cannot be resolved is refused by the load.
        let resolved = interpolate::resolve_what_can_be(tree, &variable);
        resolved.iter().for_each(|tree| self.value(tree));
    }

    fn value(&mut self, value: &Value) {
        match value.inside() {
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Table(table) => table.values().for_each(|value| self.value(value)),
            Value::Untyped(untyped) => {
                self.text(&untyped.text);
                // A text without a comma is a list of only itself.
                let list = untyped.text.contains(',').then(|| untyped.list()).flatten();
                let inside = untyped.json().or(list).and_then(Result::ok);
                inside.into_iter().for_each(|inside| self.value(inside));
            }
            scalar => scalar.as_text().into_iter().for_each(|text| self.text(text)),
        }
    }

    fn text(&mut self, text: &str) {
        let known = |scheme: &str| matches!(scheme, "file" | "age" | ENV);
        let Some(reference) = Reference::parse(text, known) else { return };
        let location = reference.secret_key.location.as_str();
        if &*reference.secret_key.scheme != ENV {
            self.found.insert(location.into());
        } else if self.followed.insert(location.to_owned())
            && let Some(text) = self.collected.variable(location)
        {
            self.value(&Value::variable(&text));
        }
    }
}
