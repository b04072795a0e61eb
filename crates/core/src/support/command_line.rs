use std::path::Path;

use crate::{
    builder::Builder,
    config::HotConfig,
    effective::{self, SecretDisplay, SecretTexts},
    error::Error,
    handle::Handle,
    issue::{Issue, IssueKind, Origin},
    save,
    source::{format::Format, names::Names},
    value::Value,
};
pub use crate::{
    builder::examine,
    excerpt::{misleads, name as shown_name, shown},
    explain::Rejected,
    keys::Keys,
    save::{
        atomic::{write, write_private},
        unwritten,
    },
    source::sealed::is_sealed,
    support::references::References,
};

/// Creates issues for the command line; programs only receive issues.
pub trait MakeIssue: Sized {
    /// An issue at this path of the configuration.
    fn new(kind: IssueKind, path: Keys, message: impl Into<String>) -> Self;
    /// The same with an origin.
    #[must_use]
    fn at(self, origin: Origin) -> Self;
    /// The same with advice.
    #[must_use]
    fn with_help(self, help: impl Into<String>) -> Self;
    /// The same with advice, if there is any.
    #[must_use]
    fn with_any_help(self, help: Option<&str>) -> Self;
}

impl MakeIssue for Issue {
    fn new(kind: IssueKind, path: Keys, message: impl Into<String>) -> Self {
        Issue::new(kind, path, message)
    }

    fn at(self, origin: Origin) -> Self {
        Issue::at(self, origin)
    }

    fn with_help(self, help: impl Into<String>) -> Self {
        Issue::with_help(self, help)
    }

    fn with_any_help(self, help: Option<&str>) -> Self {
        Issue::with_any_help(self, help)
    }
}

/// An origin that is a file as a whole.
pub fn file(path: &Path) -> Origin {
    Origin::file(path)
}

/// All of these, as one error.
pub fn error(issues: Vec<Issue>) -> Error {
    Error::new(issues)
}

/// The warnings of a loaded configuration.
pub fn warnings<T: HotConfig>(config: &Handle<T>) -> Error {
    Error::warnings(config.core.shared_status().warnings.clone())
}

/// The effective configuration, with secrets masked.
pub fn document<T: HotConfig>(config: &Handle<T>) -> serde_json::Value {
    let published = config.core.current.load_full();
    effective::document(&published, SecretDisplay::Masked).to_json()
}

/// The effective configuration as the text of a file. Secrets are masked, or their references are written in their place.
///
/// # Errors
/// A value that cannot be written in this format.
pub fn text<T: HotConfig>(config: &Handle<T>, format: Format, masked: bool) -> Result<String, String> {
    let published = config.core.current.load_full();
    let texts = SecretTexts::of_references(&config.core.shared_status().references, &published);
    let secrets = if masked { SecretDisplay::Masked } else { SecretDisplay::LeftOut(&texts) };
    let leaves = effective::leaves(&published, secrets).into_iter();
    save::document(format, leaves.filter(|(_, value)| *value != Value::Null))
}

/// An environment variable that a configuration reads.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The dotted path of the field.
    pub path: String,
    /// The type of the field.
    pub ty: &'static str,
    /// The docs of the field.
    pub docs: &'static str,
}

/// The variables that a configuration reads.
///
/// # Errors
/// Two fields read the same variable.
pub fn variables<T: HotConfig>(builder: &Builder<T>) -> Result<Vec<Variable>, Error> {
    let names = Names::new(T::SHAPE, builder.env.as_deref()).map_err(Error::new)?;
    let leaves = T::SHAPE.leaves();
    let variables = leaves.iter().filter_map(|leaf| {
        let name = names.variable(&leaf.keys)?;
        Some(Variable { name, path: leaf.keys.to_string(), ty: leaf.field().ty, docs: leaf.field().docs })
    });
    Ok(variables.collect())
}
