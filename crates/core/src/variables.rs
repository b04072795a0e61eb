//! The variables for `${..}` and references: those of the process and of dotenv files.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use crate::secret::Private;

/// The variables at the time when the sources were last read.
pub(crate) type Variables = BTreeMap<OsString, Private>;

/// The value of a variable, if it is Unicode text.
pub(crate) fn find(variables: &Variables, name: &str) -> Option<String> {
    variables.get(OsStr::new(name)).and_then(|value| value.to_str()).map(str::to_owned)
}
