//! Applies a patch: the result is the patched document and the touched leaves. Pure: nothing is published here.
//!
//! A patch is applied to the effective document, in which secrets are masked; paths are checked against the fields
//! before anything is applied, so that all wrong paths are reported at once.

mod fields;
mod limits;
mod merge;
mod operation;
mod pointer;
mod trace;
mod wide;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::{
    issue::{Issue, IssueKind},
    keys::Keys,
};
pub(crate) use fields::{OverridableField, OverridableFields, secret_paths};
pub(crate) use trace::Traced;
pub(crate) use wide::{restored, with_integers, without_duplicates};

/// A patch of a document.
#[derive(Clone, Debug)]
pub(crate) enum Patch {
    /// RFC 6902.
    Operations(Json),
    /// RFC 7396.
    Merge(Json),
}

/// The document to be patched: the part of one handle.
pub(crate) struct PatchInput<'s> {
    pub(crate) fields: &'s OverridableFields,
    /// The path of this part in the whole document.
    pub(crate) base: Keys,
    pub(crate) document: Json,
    /// The same document with a mark in place of each interpolated value; `None` if nothing in it was interpolated.
    pub(crate) marked: Option<Json>,
}

/// The result of a patch.
#[derive(Debug)]
pub(crate) struct PatchOutput {
    /// The part of the handle, after the patch.
    pub(crate) document: Json,
    /// The document with the marks at the paths to which the operations moved them.
    pub(crate) marked: Option<Json>,
    /// By the number of the leaf: the last change.
    pub(crate) touched: BTreeMap<usize, Touched>,
    /// The problems of the parts of the patch that were left out.
    pub(crate) refused: Vec<Issue>,
}

/// One change of a leaf by a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touched {
    /// The operation, for reports; empty if the path is enough.
    pub(crate) by: String,
    /// Whether it removed the value.
    pub(crate) removed: bool,
}

impl Touched {
    /// Adds the operation at fault to the problem.
    pub(crate) fn attribute_to_patch(&self, issue: Issue) -> Issue {
        if self.by.is_empty() { issue } else { issue.because(&self.by) }
    }
}

impl Patch {
    pub(crate) fn apply(&self, input: PatchInput<'_>) -> Result<PatchOutput, Vec<Issue>> {
        match self {
            Self::Operations(operations) => operation::apply(input, operations),
            Self::Merge(patch) => merge::apply(input, patch),
        }
    }
}

fn refusal(keys: Keys, message: impl Into<String>) -> Issue {
    Issue::new(IssueKind::Write, keys, message)
}
