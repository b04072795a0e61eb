//! Secrets that a requested reload could not fetch again, although the rest of it is in force.

use std::collections::BTreeMap;

use super::Core;
use crate::{
    error::Error,
    issue::{Issue, IssueKind},
    secrets::{FetchError, reference::SecretKey},
};

impl Core {
    /// Adds to the outcome of a reload the secrets in use that could not be fetched.
    pub(super) fn with_unfetched(
        &self,
        outcome: Result<u64, Error>,
        unfetched: &BTreeMap<SecretKey, FetchError>,
    ) -> Result<u64, Error> {
        if unfetched.is_empty() {
            return outcome;
        }
        let issues = self.unfetched(unfetched);
        match outcome {
            Ok(version) if issues.is_empty() => Ok(version),
            Ok(_) => Err(Error::incomplete(issues)),
            Err(error) => Err(error.and(Error::new(issues))),
        }
    }

    fn unfetched(&self, unfetched: &BTreeMap<SecretKey, FetchError>) -> Vec<Issue> {
        let secrets = self.secret_manager.secrets(self.secret_manager.accepted());
        let references = self.shared_status().references.clone();
        let failed = references.into_iter().filter_map(|(keys, text)| {
            let reference = secrets.reference(&text)?;
            let error = unfetched.get(&reference.secret_key)?;
            let message =
                format!("cannot fetch secret `{reference}` again, its last value stays in force: {error}");
            let issue = Issue::new(IssueKind::Secret, keys, message);
            Some(error.help().into_iter().fold(issue, |issue, help| issue.with_help(help)))
        });
        failed.collect()
    }
}
