//! From a patch to the document that it leaves and the leaves that it touched. Pure: nothing is published here.
//!
//! A patch is applied to the effective document, in which secrets are masked; places are checked against the fields
//! before anything is applied, so that every wrong place is reported at once.

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
pub(crate) use wide::{restored, with_integers};

/// What changes a document.
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
    /// Where the part stands in the whole.
    pub(crate) base: Keys,
    pub(crate) document: Json,
    /// The same document with a mark in place of each interpolated value; `None` if nothing in it was interpolated.
    pub(crate) marked: Option<Json>,
}

/// What a patch did.
#[derive(Debug)]
pub(crate) struct PatchOutput {
    /// The part of the handle, after the patch.
    pub(crate) document: Json,
    /// The document with the marks where the operations took them.
    pub(crate) marked: Option<Json>,
    /// By the number of the leaf: what touched it last.
    pub(crate) touched: BTreeMap<usize, Touched>,
}

/// One change of a leaf by a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touched {
    /// What did it, for reports; empty where the path says it all.
    pub(crate) by: String,
    /// It took the value away rather than giving another.
    pub(crate) removed: bool,
}

impl Touched {
    /// The problem, with what of the patch is at fault.
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
