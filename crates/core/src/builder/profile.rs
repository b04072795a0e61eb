//! The profile: a name in the paths of files.

use std::{
    cell::OnceCell,
    fs,
    path::{Path, PathBuf},
};

use super::PathSpec;
use crate::{
    engine::collect::{COMMON, ProfileChoice, Settings, dotenv_variables},
    error::Error,
    excerpt,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    schema::PathKind,
    secret::Private,
    source::{dotenv::Variable, read_error::ReadError},
    variables::Variables,
};

const PLACEHOLDER: &str = "{profile}";
const DEFAULT: &str = "development";

/// A profile and its origin.
#[derive(Debug)]
pub(super) struct Profile {
    name: String,
    /// The origin of the choice, unless the program chose it.
    origin: Option<Origin>,
    /// Whether it was chosen explicitly and so must match a file.
    explicit: bool,
}

/// Variables that may name the profile.
pub(super) struct Candidates<'c> {
    settings: &'c Settings,
    /// The dotenv files that are read before the profile is known. The last one has precedence.
    dotenv: Vec<&'c Path>,
    /// Their variables, read on first use.
    variables: OnceCell<Vec<(Variable, PathBuf)>>,
}

impl<'c> Candidates<'c> {
    /// A dotenv file whose path depends on the profile cannot choose it.
    pub(super) fn new(settings: &'c Settings, paths: &'c [PathSpec]) -> Self {
        let known = |spec: &&PathSpec| spec.kind == PathKind::Dotenv && !waits(&spec.path);
        let dotenv = paths.iter().filter(known).map(|spec| &*spec.path).collect();
        Self { settings, dotenv, variables: OnceCell::new() }
    }

    /// The variables of the dotenv files; empty if the environment decides, so that no file is read without
    /// need.
    fn variables(&self) -> &[(Variable, PathBuf)] {
        self.variables.get_or_init(|| match self.is_settled() {
            true => Vec::new(),
            false => dotenv_variables(self.settings, &self.dotenv),
        })
    }

    /// The choice with which later changes of these variables are compared.
    pub(super) fn choice(&self, profile: &Profile) -> ProfileChoice {
        let names = |name: &str| name == COMMON || self.settings.names.is_profile(name);
        let given = self.variables().iter().filter(|(variable, _)| names(&variable.name));
        ProfileChoice {
            name: profile.name.clone(),
            files: self.dotenv.iter().map(|path| path.to_path_buf()).collect(),
            given: given.cloned().collect(),
        }
    }

    /// The variable with the prefix, from the environment and then from a dotenv file; then the common
    /// variable in the same way.
    fn find(&self) -> Option<(Private, Origin)> {
        let files = self.variables();
        let own = |name: &str| self.settings.names.is_profile(name);
        let common = |name: &str| name == COMMON;
        [&own as &dyn Fn(&str) -> bool, &common].into_iter().find_map(|named| {
            let of_process = of_process(&self.settings.process, named);
            of_process.or_else(|| {
                let found = files.iter().rfind(|(variable, _)| named(&variable.name))?;
                let (variable, path) = found;
                let line = Some(variable.line);
                let origin = Origin::File { path: path.clone(), line, column: Some(1) };
                Some((variable.value.clone(), origin))
            })
        })
    }

    /// Whether the environment decides.
    fn is_settled(&self) -> bool {
        self.dotenv.is_empty()
            || of_process(&self.settings.process, &|name| self.settings.names.is_profile(name)).is_some()
    }
}

/// The shortest of several spellings of the name, which is the exact one if it exists.
fn of_process(process: &Variables, named: &dyn Fn(&str) -> bool) -> Option<(Private, Origin)> {
    let matching = process.iter().filter_map(|(name, value)| Some((name.to_str()?, value)));
    let (name, value) = matching.filter(|(name, _)| named(name)).min_by_key(|(name, _)| name.len())?;
    Some((value.clone(), Origin::env(name)))
}

/// A file that cannot be examined may exist: its problem is reported when it is read.
fn may_exist(path: &Path) -> bool {
    fs::metadata(path).map_or_else(|error| !ReadError::from_io(path, error).is_missing(), |_| true)
}

pub(super) fn waits(path: &Path) -> bool {
    path.to_string_lossy().contains(PLACEHOLDER)
}

impl Profile {
    /// The profile that the program or a variable chose, else `development`.
    pub(super) fn choose(chosen: Option<&str>, candidates: &Candidates<'_>) -> Result<Self, Error> {
        let profile = match chosen {
            Some(name) => Self { name: name.to_owned(), origin: None, explicit: true },
            None => Self::from_variables(candidates)?,
        };
        let named = !profile.name.is_empty();
        if named && profile.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            return Ok(profile);
        }
        let message = format!("\"{}\" is not the name of a profile", excerpt::name(&profile.name));
        Err(profile.issue(message, "use letters, digits, `_` and `-`").into())
    }

    fn from_variables(candidates: &Candidates<'_>) -> Result<Self, Error> {
        let Some((name, origin)) = candidates.find() else {
            return Ok(Self { name: DEFAULT.to_owned(), origin: None, explicit: false });
        };
        match name.to_str() {
            Some(name) => Ok(Self { name: name.to_owned(), origin: Some(origin), explicit: true }),
            None => {
                let message = "the name of the profile is not Unicode";
                Err(Issue::new(IssueKind::Setup, Keys::root(), message).at(origin).into())
            }
        }
    }

    fn issue(&self, message: String, help: &str) -> Issue {
        Issue::new(IssueKind::Setup, Keys::root(), message).with_help(help).at(self.origin.clone())
    }

    /// The path with `{profile}` replaced.
    pub(super) fn apply(&self, path: &Path) -> PathBuf {
        match path.to_str() {
            Some(text) if text.contains(PLACEHOLDER) => text.replace(PLACEHOLDER, &self.name).into(),
            _ => path.to_owned(),
        }
    }

    /// An explicitly chosen profile that matches no file with `{profile}` in its path is a mistake.
    pub(super) fn verify<'p>(&self, paths: impl Iterator<Item = &'p Path>) -> Option<Issue> {
        let own: Vec<_> = paths.filter(|path| waits(path)).collect();
        let tried: Vec<_> = own.iter().map(|path| self.apply(path)).collect();
        if !self.explicit || tried.is_empty() || tried.iter().any(|path| may_exist(path)) {
            return None;
        }
        let absolute =
            |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
        let tried: Vec<_> = tried.iter().map(absolute).collect();
        let message = format!("the profile `{}` matches no file, tried {}", self.name, tried.join(", "));
        Some(self.issue(message, "create the file, or choose another profile"))
    }
}
