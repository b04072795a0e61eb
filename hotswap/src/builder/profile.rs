//! Which profile: a name in the paths of files.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
};

const PLACEHOLDER: &str = "{profile}";
const COMMON: &str = "HOTSWAP_PROFILE";
const DEFAULT: &str = "development";

/// A profile, and who chose it.
#[derive(Debug)]
pub(super) struct Profile {
    name: String,
    /// The variable that chose it.
    variable: Option<String>,
    /// Somebody chose it: then it must match a file.
    explicit: bool,
}

impl Profile {
    /// The one that was chosen, else `<PREFIX>_PROFILE`, else `HOTSWAP_PROFILE`, else `development`.
    pub(super) fn choose(chosen: Option<&str>, prefix: Option<&str>) -> Result<Self, Error> {
        let profile = match chosen {
            Some(name) => Self { name: name.to_owned(), variable: None, explicit: true },
            None => Self::from_environment(prefix)?,
        };
        let named = !profile.name.is_empty();
        if named && profile.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            return Ok(profile);
        }
        let message = format!("{:?} is not the name of a profile", profile.name);
        Err(profile.issue(message, "use letters, digits, `_` and `-`").into())
    }

    fn from_environment(prefix: Option<&str>) -> Result<Self, Error> {
        let own = prefix.filter(|prefix| !prefix.is_empty()).map(|prefix| format!("{prefix}_PROFILE"));
        for variable in own.into_iter().chain([COMMON.to_owned()]) {
            let Some(name) = env::var_os(&variable) else { continue };
            let variable_issue = || {
                Issue::new(IssueKind::Setup, Keys::root(), "the name of the profile is not Unicode")
                    .at(Origin::env(&variable))
            };
            let name = name.into_string().map_err(|_| variable_issue())?;
            return Ok(Self { name, variable: Some(variable), explicit: true });
        }
        Ok(Self { name: DEFAULT.to_owned(), variable: None, explicit: false })
    }

    fn issue(&self, message: String, help: &str) -> Issue {
        let issue = Issue::new(IssueKind::Setup, Keys::root(), message).with_help(help);
        issue.at(self.variable.as_ref().map(Origin::env))
    }

    /// The path with the profile's name in it.
    pub(super) fn apply(&self, path: &Path) -> PathBuf {
        match path.to_str() {
            Some(text) if text.contains(PLACEHOLDER) => text.replace(PLACEHOLDER, &self.name).into(),
            _ => path.to_owned(),
        }
    }

    /// A profile that somebody chose and that matches none of the files that could be its own is a mistake.
    pub(super) fn verify<'p>(&self, paths: impl Iterator<Item = &'p Path>) -> Option<Issue> {
        let own: Vec<_> = paths.filter(|path| path.to_string_lossy().contains(PLACEHOLDER)).collect();
        let tried: Vec<_> = own.iter().map(|path| self.apply(path)).collect();
        if !self.explicit || tried.is_empty() || tried.iter().any(|path| path.exists()) {
            return None;
        }
        let absolute =
            |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
        let tried: Vec<_> = tried.iter().map(absolute).collect();
        let message = format!("the profile `{}` matches no file, tried {}", self.name, tried.join(", "));
        Some(self.issue(message, "create the file, or choose another profile"))
    }
}
