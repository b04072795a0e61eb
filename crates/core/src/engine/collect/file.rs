//! Files: single ones, directories of them, dotenv files.

mod parsed;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use super::{FilePlace, Settings, SourceOutput, SourceStatus};
use crate::{
    health::Health,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    secret::marker::SecretMarker,
    source::{
        dir, format::Format, read::FileContent, read_error::ReadError, redacted_text::RedactedText, sealed,
    },
    variables::Variables,
    watch::{grace::Grace, resolved_path::Target},
};
use parsed::Parsed;

/// The kind of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// One file in the format of its extension.
    File(Format),
    /// Every file of a known format, ordered by name.
    Dir,
    /// `NAME=value` lines.
    Dotenv,
}

/// A path of the builder, and its files.
pub(crate) struct FileEntry {
    path: PathBuf,
    /// Resolved at the start, because the program may change its working directory.
    absolute: PathBuf,
    kind: FileKind,
    optional: bool,
    files: BTreeMap<PathBuf, FileState>,
    /// The error of listing the directory.
    unlisted: Option<ReadError>,
    /// The files that changed in the last read.
    changed: Vec<PathBuf>,
}

/// The state of one file between reads.
struct FileState {
    shown: PathBuf,
    content: Option<Parsed>,
    grace: Grace,
    trouble: Option<Trouble>,
    changed: bool,
    deleted: bool,
    write_in_progress: bool,
}

/// The reason for which a file gives no new content.
#[derive(Clone, Debug, PartialEq)]
enum Trouble {
    Away,
    Unread(Box<Issue>),
}

/// Extensions that directories are searched for.
const EXTENSIONS: &[&str] = Format::EXTENSIONS;

impl FileEntry {
    pub(crate) fn new(path: PathBuf, kind: FileKind, optional: bool) -> Self {
        let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        Self { path, absolute, kind, optional, files: BTreeMap::new(), unlisted: None, changed: Vec::new() }
    }

    /// The path as the program gave it.
    pub(super) fn named(&self) -> &Path {
        &self.path
    }

    pub(super) fn place(&self, rank: usize) -> FilePlace {
        FilePlace { rank, named: self.path.clone(), absolute: self.absolute.clone(), kind: self.kind }
    }

    pub(super) fn target(&self) -> Target {
        match self.kind {
            FileKind::Dir => Target::Dir { path: self.absolute.clone(), extensions: EXTENSIONS },
            FileKind::File(_) | FileKind::Dotenv => Target::File(self.absolute.clone()),
        }
    }

    /// The files to read now.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        match self.kind {
            FileKind::Dir => dir::list(&self.absolute, EXTENSIONS).unwrap_or_default(),
            FileKind::File(_) | FileKind::Dotenv => vec![self.absolute.clone()],
        }
    }

    pub(super) fn is_dotenv(&self) -> bool {
        self.kind == FileKind::Dotenv
    }

    pub(super) fn changed_paths(&self) -> impl Iterator<Item = PathBuf> {
        self.changed.iter().cloned()
    }

    pub(super) fn statuses(&self) -> Vec<SourceStatus> {
        let unlisted = self.unlisted.iter().map(|error| {
            let message = Some(error.to_string());
            SourceStatus::new(self.path.display().to_string(), Health::Failing, message)
        });
        let status = if self.is_dotenv() { FileState::status_of_variables } else { FileState::status };
        unlisted.chain(self.files.values().map(status)).collect()
    }

    /// What the files give that were read for this source.
    pub(super) fn produce(
        &mut self,
        mut read: BTreeMap<PathBuf, Result<FileContent, ReadError>>,
        settings: &Settings,
        last_try: bool,
        dotenv: &mut Variables,
    ) -> SourceOutput {
        let mut given = SourceOutput::default();
        self.changed.clear();
        self.list(&mut given);
        for path in read.keys() {
            if !self.files.contains_key(path) {
                let shown = self.shown(path);
                self.files.insert(path.clone(), FileState::new(shown, settings));
            }
        }
        let now = Instant::now();
        let (kind, optional) = (self.kind, self.optional || self.kind == FileKind::Dir);
        for (path, state) in &mut self.files {
            let format = match kind {
                FileKind::File(format) => Some(format),
                FileKind::Dir => sealed::format(path),
                FileKind::Dotenv => None,
            };
            let outcome = read.remove(path).unwrap_or_else(|| Err(ReadError::missing(path)));
            state.update(outcome, format, optional, settings, last_try, now);
            state.contribute_to(optional, &mut given, dotenv);
        }
        self.changed.extend(self.files.values().filter(|file| file.changed).map(|file| file.shown.clone()));
        given.changed = !self.changed.is_empty();
        self.files.retain(|_, state| kind != FileKind::Dir || !state.is_gone());
        given
    }

    pub(super) fn add_known_secrets(&mut self, marker: SecretMarker<'_>) {
        self.files.values_mut().for_each(|file| file.add_known_secrets(marker));
    }

    fn shown(&self, path: &Path) -> PathBuf {
        match (self.kind, path.file_name()) {
            (FileKind::Dir, Some(name)) => self.path.join(name),
            _ => self.path.clone(),
        }
    }

    fn list(&mut self, given: &mut SourceOutput) {
        if self.kind != FileKind::Dir {
            return;
        }
        let error = dir::list(&self.absolute, EXTENSIONS)
            .err()
            .filter(|error| !(self.optional && error.is_missing()));
        if error.as_ref().map(ToString::to_string) != self.unlisted.as_ref().map(ToString::to_string) {
            self.changed.push(self.path.clone());
        }
        given.issues.extend(error.as_ref().map(|error| match error.is_missing() {
            true => unreadable(&self.path, error).with_help("create the directory, or correct the path"),
            false => unreadable(&self.path, error),
        }));
        self.unlisted = error;
    }
}

impl FileState {
    fn new(shown: PathBuf, settings: &Settings) -> Self {
        Self {
            shown,
            content: None,
            grace: Grace::new(settings.missing_grace),
            trouble: None,
            changed: false,
            deleted: false,
            write_in_progress: false,
        }
    }

    fn update(
        &mut self,
        outcome: Result<FileContent, ReadError>,
        format: Option<Format>,
        optional: bool,
        settings: &Settings,
        last_try: bool,
        now: Instant,
    ) {
        self.changed = false;
        let before = self.trouble.clone();
        let empty = content_is_blank(&outcome) && !settings.allow_empty_files && format.is_some();
        let waited_for = empty && matches!(&before, Some(Trouble::Unread(issue)) if issue.message() == EMPTY);
        let torn = outcome.as_ref().is_ok_and(|content| content.torn);
        self.write_in_progress = (torn || empty) && !last_try && !waited_for;
        if !outcome.as_ref().is_err_and(ReadError::is_missing) {
            // The file is unfinished or unreadable, but exists, so its grace period starts again if it
            // disappears.
            self.grace.found();
        }
        match outcome {
            _ if self.write_in_progress => return,
            Ok(_) if empty => self.trouble = Some(Trouble::Unread(Box::new(emptied(&self.shown)))),
            Ok(content) => {
                self.trouble = None;
                self.deleted = content.is_deleted();
                self.read(content, format, settings);
            }
            Err(error) if error.is_missing() && optional => self.mark_missing(now),
            Err(error) => self.trouble = Some(Trouble::Unread(Box::new(unreadable(&self.shown, &error)))),
        }
        // A new error must be reported, and so must its end.
        let differs = self.trouble != before;
        self.changed |= differs && ![&self.trouble, &before].contains(&&Some(Trouble::Away));
    }

    fn read(&mut self, content: FileContent, format: Option<Format>, settings: &Settings) {
        let fresh = self.content.as_ref().is_none_or(|kept| !kept.is_of(&content, settings));
        if fresh || self.content.as_ref().is_some_and(|kept| kept.locked) {
            let parsed = Parsed::parse(&self.shown, content, format, settings);
            // A file that still cannot be decrypted has not changed.
            let told = |kept: &Parsed| kept.result.as_ref().err() == parsed.result.as_ref().err();
            self.changed = fresh || !self.content.as_ref().is_some_and(told);
            self.content = Some(parsed);
        }
    }

    /// A missing optional file leaves the merge after its grace period.
    fn mark_missing(&mut self, now: Instant) {
        self.trouble = Some(Trouble::Away);
        if self.grace.missed(now) || self.content.is_none() {
            self.changed = self.content.take().is_some();
        }
    }

    fn is_gone(&self) -> bool {
        self.content.is_none() && self.trouble == Some(Trouble::Away)
    }

    fn contribute_to(&self, optional: bool, given: &mut SourceOutput, dotenv: &mut Variables) {
        given.write_in_progress |= self.write_in_progress;
        if optional && self.trouble == Some(Trouble::Away) && self.content.is_some() {
            given.recheck_at = given.recheck_at.into_iter().chain(self.grace.deadline()).min();
        }
        if let Some(Trouble::Unread(issue)) = &self.trouble {
            given.issues.push(Issue::clone(issue));
            return;
        }
        let Some(content) = &self.content else { return };
        match &content.result {
            Ok(layer) => given.layers.push(Arc::clone(layer)),
            Err(issues) => given.issues.extend(issues.iter().cloned()),
        }
        dotenv.extend(content.variables.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    fn add_known_secrets(&mut self, marker: SecretMarker<'_>) {
        let Some(Parsed { text, result: Ok(layer), .. }) = &mut self.content else { return };
        if layer.kept().is_none() {
            Arc::make_mut(layer).add_known_secrets(marker);
            return;
        }
        // Both share the text, which is overwritten in place if it has only one owner.
        *text = Arc::new(RedactedText::fully_redacted(""));
        Arc::make_mut(layer).add_known_secrets(marker);
        layer.kept().into_iter().for_each(|kept| *text = Arc::clone(kept));
    }

    /// The status of a dotenv file, with the names of its variables.
    fn status_of_variables(&self) -> SourceStatus {
        let variables = self.content.iter().flat_map(|content| content.variables.keys().cloned());
        SourceStatus { variables: Some(variables.collect()), ..self.status() }
    }

    fn status(&self) -> SourceStatus {
        let first = |issues: &[Issue]| issues.first().map(|issue| issue.message().to_owned());
        let (health, message) = match (&self.trouble, &self.content) {
            (Some(Trouble::Away), None) => (Health::Absent, None),
            (Some(Trouble::Away), Some(_)) => (Health::Missing, Some("it was there a moment ago".to_owned())),
            (Some(Trouble::Unread(issue)), _) => (Health::Failing, Some(issue.message().to_owned())),
            (None, Some(Parsed { result: Err(issues), .. })) => (Health::Failing, first(issues)),
            (None, _) if self.deleted => (
                Health::Degraded,
                Some(
                    "it has no name any more: a mount of a single file never shows what replaced it"
                        .to_owned(),
                ),
            ),
            (None, Some(Parsed { mounted: true, .. })) => (
                Health::Degraded,
                Some("it is mounted by itself: what replaces the original stays unseen, a mounted directory shows it".to_owned()),
            ),
            (None, _) => (Health::Ok, None),
        };
        SourceStatus::new(self.shown.display().to_string(), health, message)
    }
}

const EMPTY: &str = "the file is empty";

fn content_is_blank(outcome: &Result<FileContent, ReadError>) -> bool {
    outcome.as_ref().is_ok_and(FileContent::is_blank)
}

/// The first half of a rewrite in place looks like this, so an empty file is never taken for "all defaults".
fn emptied(shown: &Path) -> Issue {
    Issue::new(IssueKind::Unreadable, Keys::root(), EMPTY)
        .at(Origin::file(shown))
        .with_help("give it a value or a comment, or allow it with `allow_empty_files(true)`")
}

fn unreadable(shown: &Path, error: &ReadError) -> Issue {
    let place = error.line_col();
    let origin = Origin::File {
        path: shown.to_owned(),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
    };
    Issue::new(IssueKind::Unreadable, Keys::root(), error.to_string()).at(origin).with_any_help(error.help())
}
