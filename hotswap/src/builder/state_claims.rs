//! Whether a state directory is also a source. It is found before the directory is touched: afterwards a source may
//! already have been written over, or set aside as a damaged state file.

use std::path::{Path, PathBuf};

use crate::{
    engine::collect::{Collected, Collector},
    issue::Issue,
    secrets::{reference::Reference, schemes::Schemes},
    shape::Shape,
    source::dir,
    state::{Claim, collision},
    value::Value,
    watch::chain::Target,
};

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

/// Every file of a secret, and every file of keys, that is a file of the state directory. Where secrets are kept may
/// depend on what the sources say.
pub(super) fn of_secrets(
    claim: &Claim,
    schemes: &Schemes,
    shape: &'static Shape,
    collected: &Collected,
) -> Vec<Issue> {
    let marked = shape.leaves().into_iter().filter_map(|leaf| leaf.field().reference.and_then(file_of));
    let mut secrets: Vec<PathBuf> = marked.collect();
    collected.layers.iter().for_each(|layer| files_in(layer.tree(), &mut secrets));
    secrets.sort();
    secrets.dedup();
    let secrets = secrets.into_iter().map(|path| (path, "the file of a secret"));
    let keys = schemes.key_files().into_iter().map(|path| (path, "a file of keys"));
    secrets
        .chain(keys)
        .filter(|(path, _)| claim.has_file(path))
        .map(|(path, what)| collision(&path, what))
        .collect()
}

fn file_of(text: &str) -> Option<PathBuf> {
    let reference = Reference::parse(text, |scheme| scheme == "file")?;
    Some(reference.place.location.as_str().into())
}

fn files_in(value: &Value, files: &mut Vec<PathBuf>) {
    match value.inside() {
        Value::List(items) => items.iter().for_each(|item| files_in(item, files)),
        Value::Table(table) => table.values().for_each(|value| files_in(value, files)),
        scalar => files.extend(scalar.as_text().and_then(file_of)),
    }
}
