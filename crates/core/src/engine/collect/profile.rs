//! Finds variables of dotenv files that name a profile without effect: the profile is chosen once, before
//! most files are read.

use std::path::{Path, PathBuf};

use super::Settings;
use crate::{
    excerpt,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    secret::Private,
    source::dotenv::Variable,
};

/// The variable for the profile of every program that has no variable of its own.
pub(crate) const COMMON: &str = "HOTSWAP_PROFILE";

/// The profile in use, and the dotenv variables that were considered when it was chosen.
#[derive(Debug)]
pub(crate) struct ProfileChoice {
    pub(crate) name: String,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
    /// Their variables.
    pub(crate) given: Vec<(Variable, PathBuf)>,
}

/// A warning for each variable of a dotenv file that would choose another profile than the one in use.
pub(super) fn ineffective(
    shown: &Path,
    lines: &[Variable],
    settings: &Settings,
    origin: &dyn Fn(&str) -> Origin,
) -> Vec<Issue> {
    let Some(choice) = settings.profile.as_deref() else { return Vec::new() };
    let own = |name: &str| settings.names.is_profile(name);
    let is_set =
        |named: &dyn Fn(&str) -> bool| settings.process.keys().any(|name| name.to_str().is_some_and(named));
    if is_set(&own) {
        return Vec::new();
    }
    let given = lines.iter().chain(choice.given.iter().map(|(variable, _)| variable));
    let common_counts =
        !is_set(&|name| name == COMMON) && given.map(|variable| &*variable.name).all(|name| !own(name));
    let counts = |name: &str| own(name) || (name == COMMON && common_counts);
    let was_asked = choice.files.iter().any(|file| file == shown);
    let mut issues = Vec::new();
    for variable in lines.iter().filter(|line| counts(&line.name)) {
        let is_last = lines.iter().rfind(|line| line.name == variable.name) == Some(variable);
        if is_last && !choice.is_of(shown, &variable.name, &variable.value) {
            issues.push(choice.warning(&variable.name, was_asked).at(origin(&variable.name)));
        }
    }
    let is_gone = |name: &str| lines.iter().all(|line| line.name != name);
    for (variable, _) in choice.given.iter().filter(|(_, file)| file == shown) {
        let decided = variable.value.to_str() == Some(&choice.name) && counts(&variable.name);
        if decided && is_gone(&variable.name) {
            issues.push(choice.warning(&variable.name, true).at(Origin::file(shown)));
        }
    }
    issues
}

impl ProfileChoice {
    /// Whether this variable was considered, or would not change the choice.
    fn is_of(&self, shown: &Path, name: &str, value: &Private) -> bool {
        let knew = |(variable, file): &(Variable, PathBuf)| {
            file == shown && variable.name == name && variable.value == *value
        };
        value.to_str() == Some(&self.name) || self.given.iter().any(knew)
    }

    fn warning(&self, name: &str, was_asked: bool) -> Issue {
        let (why, help) = match was_asked {
            true => ("the profile is chosen at the start", "restart the program to use another profile"),
            false => (
                "the path of the file depends on the profile",
                "set the variable in the environment or in a dotenv file without `{profile}` in its path",
            ),
        };
        let message = format!("{} has no effect: {why}, and is `{}`", excerpt::name(name), self.name);
        Issue::new(IssueKind::Setup, Keys::root(), message).with_help(help)
    }
}
