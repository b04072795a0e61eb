//! Many problems of one kind.

use super::Issue;

/// Problems of one kind in one source: the first ones, and the number of the others.
///
/// A file with a million unknown keys is one mistake, and must not cost a million issues.
#[derive(Debug)]
pub(crate) struct Issues {
    first: Vec<Issue>,
    more: usize,
    most: usize,
}

impl Default for Issues {
    fn default() -> Self {
        Self::up_to(Self::MAX)
    }
}

impl Issues {
    /// The number of issues that are kept.
    pub(crate) const MAX: usize = 100;

    /// Sets another limit.
    pub(crate) fn up_to(most: usize) -> Self {
        Self { first: Vec::new(), more: 0, most }
    }

    /// Adds the result of `issue`, which is called only if it is kept.
    pub(crate) fn push_with(&mut self, issue: impl FnOnce() -> Issue) {
        if self.first.len() < self.most { self.first.push(issue()) } else { self.more += 1 }
    }

    /// The number of issues kept so far.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }

    pub(crate) fn into_vec(mut self) -> Vec<Issue> {
        self.first.last_mut().into_iter().for_each(|last| last.more += self.more);
        self.first
    }
}
