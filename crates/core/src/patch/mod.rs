//! From a patch to the document that it leaves and the leaves that it touched. Pure: nothing is published here.
//!
//! A patch is applied to the effective document, in which secrets are masked; places are checked against the fields
//! before anything is applied, so that every wrong place is reported at once.

mod budget;
mod merge;
mod operation;
mod pointer;
mod trace;
mod units;
mod wide;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::{
    issue::{Issue, IssueKind},
    keys::Keys,
};
pub(crate) use trace::Traced;
pub(crate) use units::{Unit, Units, marks};
pub(crate) use wide::{restored, settled};

/// What changes a document.
#[derive(Clone, Debug)]
pub(crate) enum Patch {
    /// RFC 6902.
    Operations(Json),
    /// RFC 7396.
    Merge(Json),
}

/// A document to be patched: the part of one handle.
pub(crate) struct Scene<'s> {
    pub(crate) units: &'s Units,
    /// Where the part stands in the whole.
    pub(crate) base: Keys,
    pub(crate) document: Json,
    /// The same document with a mark in place of each interpolated value; `None` if nothing in it was interpolated.
    pub(crate) marked: Option<Json>,
}

/// What a patch did.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The part of the handle, after the patch.
    pub(crate) document: Json,
    /// The document with the marks where the operations took them.
    pub(crate) marked: Option<Json>,
    /// By the number of the leaf: what touched it last.
    pub(crate) touched: BTreeMap<usize, Touch>,
}

/// One change of a leaf by a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    /// What did it, for reports; empty where the path says it all.
    pub(crate) by: String,
    /// It took the value away rather than giving another.
    pub(crate) removed: bool,
}

impl Touch {
    /// The problem, with what of the patch is at fault.
    pub(crate) fn blame(&self, issue: Issue) -> Issue {
        if self.by.is_empty() { issue } else { issue.because(&self.by) }
    }
}

impl Patch {
    pub(crate) fn apply(&self, scene: Scene<'_>) -> Result<Outcome, Vec<Issue>> {
        match self {
            Self::Operations(operations) => operation::apply(scene, operations),
            Self::Merge(patch) => merge::apply(scene, patch),
        }
    }
}

fn refusal(keys: Keys, message: impl Into<String>) -> Issue {
    Issue::new(IssueKind::Write, keys, message)
}
