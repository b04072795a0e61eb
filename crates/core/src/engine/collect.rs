//! Reads the sources and keeps their output, so that only changed content is parsed again.

mod changes;
mod custom;
mod file;
mod file_place;
mod profile;
mod variables;

use std::{
    collections::{BTreeSet, VecDeque},
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

use changes::Changes;
pub(crate) use custom::CustomEntry;
pub(crate) use file::{FileEntry, FileKind};
pub(crate) use file_place::FilePlace;
use file_place::RankedPath;
pub(crate) use profile::{COMMON, ProfileChoice};
pub(super) use variables::ENVIRONMENT;
pub(crate) use variables::{EnvEntry, dotenv_variables};

use crate::{
    excerpt,
    health::Health,
    issue::Issue,
    keys::Keys,
    secret::{Private, marker::SecretMarker},
    secrets::lookup::SecretSet,
    shape::{Leaf, Shape},
    snapshot::Cause,
    source::{
        Layer, SourceId, UnknownKeys,
        names::Names,
        parsed_layer::{LayerOptions, SecretPolicy, SourceKind},
        together::{ReadOutcome, read_all_together},
    },
    variables::Variables,
    watch::resolved_path::Target,
};

/// How sources are read.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) shape: &'static Shape,
    /// The leaves that may contain a secret; computed only if there is a problem.
    pub(crate) guarded: fn() -> BTreeSet<Keys>,
    pub(crate) max_file_size: u64,
    pub(crate) unknown_in_files: UnknownKeys,
    pub(crate) unknown_in_env: UnknownKeys,
    pub(crate) missing_grace: Duration,
    pub(crate) allow_empty_files: bool,
    pub(crate) names: Arc<Names>,
    pub(crate) secrets: SecretPolicy,
    /// The rank, in the order of precedence, of the source that is being read.
    pub(crate) rank: usize,
    /// The variables of the process in this reload cycle.
    pub(crate) process: Arc<Variables>,
    /// The variables of the dotenv files before the source that is being read.
    pub(crate) dotenv: Arc<Variables>,
    /// Whether one of those files gives no variables because of an error.
    pub(crate) dotenv_incomplete: bool,
    /// How the profile was chosen; `None` if by the program, or if no path depends on it.
    pub(crate) profile: Option<Arc<ProfileChoice>>,
}

impl Settings {
    /// The id of the source that is being read, with its name in the status.
    fn source(&self, name: impl fmt::Display) -> SourceId {
        SourceId { rank: self.rank, name: name.to_string().into() }
    }

    /// The options for reading a source.
    fn layer_options(&self, source_kind: SourceKind) -> LayerOptions<'_> {
        let unknown_keys =
            if source_kind == SourceKind::Variables { self.unknown_in_env } else { self.unknown_in_files };
        let (shape, secrets) = (self.shape, &self.secrets);
        LayerOptions { shape, unknown_keys, source_kind, secrets }
    }

    fn secret_marker(&self) -> SecretMarker<'_> {
        self.secrets.marker(self.shape)
    }

    /// Whether a variable may be meant for a field.
    fn concerns(&self, variable: &std::ffi::OsStr) -> bool {
        let name = variable.to_string_lossy();
        self.names.find(&name).is_some() || self.names.is_ours(&name)
    }
}

/// The environment of the process, as it is now.
pub(crate) fn variables_of_process() -> Variables {
    std::env::vars_os().map(|(name, value)| (name, Private::from(value))).collect()
}

/// A source with its last output.
pub(crate) enum SourceEntry {
    File(FileEntry),
    Env(EnvEntry),
    Custom(CustomEntry),
}

impl SourceEntry {
    fn statuses(&self) -> Vec<SourceStatus> {
        match self {
            Self::File(file) => file.statuses(),
            Self::Env(env) => vec![env.status()],
            Self::Custom(custom) => vec![custom.status()],
        }
    }
}

/// The status of a source; part of a [`Status`](crate::Status).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let config = Config::hot_load()?;
/// let lines: Vec<String> = config.status().sources.iter().map(ToString::to_string).collect();
/// assert_eq!(lines, ["app.toml: absent", "environment: ok"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceStatus {
    /// The path of a file, or the name of another source.
    pub name: String,
    /// Its health.
    pub health: Health,
    /// The problem, unless it is healthy.
    pub message: Option<String>,
    /// The version whose values are used instead of the current content of the source, because that was rolled back.
    /// This ends when the source supplies other content, or with [`reload`](crate::Handle::reload).
    pub held: Option<u64>,
    /// The variables of a dotenv file; `None` for another source.
    #[serde(skip)]
    pub(crate) variables: Option<BTreeSet<OsString>>,
}

impl SourceStatus {
    fn new(name: impl Into<String>, health: Health, message: Option<String>) -> Self {
        Self { name: name.into(), health, message, held: None, variables: None }
    }

    /// Whether it is a dotenv file that gives this variable.
    pub(crate) fn gives(&self, variable: &OsStr) -> bool {
        self.variables.as_ref().is_some_and(|variables| variables.contains(variable))
    }

    pub(crate) fn is_dotenv(&self) -> bool {
        self.variables.is_some()
    }

    pub(crate) fn is_environment(&self) -> bool {
        self.name == ENVIRONMENT
    }

    /// Records the reason for which the content of the source is not in force.
    pub(crate) fn refused(&mut self, why: &str) {
        if matches!(self.health, Health::Ok | Health::Degraded) {
            (self.health, self.message) = (Health::Refused, Some(why.to_owned()));
        }
    }

    pub(crate) fn absent(name: &str) -> Self {
        Self::new(name, Health::Absent, None)
    }
}

impl fmt::Display for SourceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        excerpt::escaping(f, |f| {
            write!(f, "{}: {}", excerpt::name(&self.name), self.health)?;
            self.message.iter().try_for_each(|message| write!(f, ", {message}"))?;
            self.held.iter().try_for_each(|version| write!(f, ", rolled back to version {version}"))
        })
    }
}

/// What one source returned in a reload cycle.
#[derive(Default)]
pub(crate) struct SourceOutput {
    pub(crate) layers: Vec<Arc<Layer>>,
    /// The problems because of which values are missing; the load is refused.
    pub(crate) issues: Vec<Issue>,
    /// Whether its content differs from that of the last cycle.
    pub(crate) changed: bool,
    /// Whether a write seems to be in progress.
    pub(crate) write_in_progress: bool,
    pub(crate) recheck_at: Option<Instant>,
}

/// What all sources returned in a reload cycle.
pub(crate) struct ReadResult {
    /// Lowest precedence first.
    pub(crate) layers: Vec<Arc<Layer>>,
    pub(crate) unread: Vec<Issue>,
    pub(crate) names: Arc<Names>,
    pub(crate) variables: Arc<Variables>,
    pub(crate) cause: Cause,
    pub(crate) changed: bool,
    /// The names of the sources whose content changed. A cause contains only sources of one kind.
    pub(crate) changed_sources: BTreeSet<String>,
    /// The names of the sources that are files.
    pub(crate) files: BTreeSet<String>,
    pub(crate) write_in_progress: bool,
    pub(crate) recheck_at: Option<Instant>,
}

/// All sources, lowest precedence first.
pub(crate) struct Collector {
    settings: Settings,
    entries: Vec<SourceEntry>,
    variables: Arc<Variables>,
    /// The changes since the last read that was used.
    changes: Changes,
}

impl Collector {
    pub(crate) fn new(settings: Settings, entries: Vec<SourceEntry>) -> Self {
        Self { settings, entries, variables: Arc::default(), changes: Changes::default() }
    }

    /// The targets for the watcher.
    pub(crate) fn targets(&self) -> Vec<Target> {
        self.files().map(FileEntry::target).collect()
    }

    /// The files to read now.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.files().flat_map(FileEntry::paths).collect()
    }

    /// The same paths, each with its source: a directory and a later source may name the same file.
    fn ranked_paths(&self) -> Vec<RankedPath> {
        let ranked = |(rank, entry): (usize, &SourceEntry)| {
            let paths = match entry {
                SourceEntry::File(file) => file.paths(),
                SourceEntry::Env(_) | SourceEntry::Custom(_) => Vec::new(),
            };
            paths.into_iter().map(move |path| RankedPath { rank, path })
        };
        self.entries.iter().enumerate().flat_map(ranked).collect()
    }

    /// The precedence of files among the sources.
    pub(crate) fn places(&self) -> Vec<FilePlace> {
        let place = |(rank, entry): (usize, &SourceEntry)| match entry {
            SourceEntry::File(file) => Some(file.place(rank)),
            _ => None,
        };
        self.entries.iter().enumerate().filter_map(place).collect()
    }

    /// The files and directories that are sources, each with the path that the program gave and with its
    /// current target.
    pub(crate) fn claims(&self) -> impl Iterator<Item = (&Path, Target)> {
        self.files().map(|file| (file.named(), file.target()))
    }

    pub(crate) fn statuses(&self) -> Vec<SourceStatus> {
        self.entries.iter().flat_map(SourceEntry::statuses).collect()
    }

    pub(crate) fn secret_rules(&self) -> &SecretPolicy {
        &self.settings.secrets
    }

    /// The ids of the sources that are known now.
    pub(crate) fn sources(&self) -> Vec<SourceId> {
        let of = |(rank, entry): (usize, &SourceEntry)| {
            let named = move |status: SourceStatus| SourceId { rank, name: status.name.into() };
            entry.statuses().into_iter().map(named)
        };
        self.entries.iter().enumerate().flat_map(of).collect()
    }

    /// Marks the custom source with this index as changed.
    pub(crate) fn wake(&mut self, index: usize) {
        if let Some(SourceEntry::Custom(custom)) = self.entries.get_mut(index) {
            custom.wake();
        }
    }

    /// Reads the sources. On the last try, content that seems unfinished is used as it is. With `thorough`,
    /// custom sources are read even if they did not signal a change.
    pub(crate) fn read(&mut self, last_try: bool, thorough: bool) -> ReadResult {
        let process = Arc::new(variables_of_process());
        self.settings.process = Arc::clone(&process);
        let mut outcomes: VecDeque<ReadOutcome<RankedPath>> =
            read_all_together(|| self.ranked_paths(), self.settings.max_file_size).into();
        let mut collected = ReadResult::empty(&self.settings.names, &self.variables);
        let mut dotenv = Variables::new();
        self.settings.dotenv_incomplete = false;
        for (rank, entry) in self.entries.iter_mut().enumerate() {
            self.settings.rank = rank;
            if matches!(entry, SourceEntry::File(file) if file.is_dotenv()) {
                self.settings.dotenv = Arc::new(dotenv.clone());
            }
            let own = std::iter::from_fn(|| outcomes.pop_front_if(|(path, _)| path.rank == rank));
            let mut given = match entry {
                SourceEntry::File(file) => {
                    let read = own.map(|(path, outcome)| (path.path, outcome)).collect();
                    file.produce(read, &self.settings, last_try, &mut dotenv)
                }
                SourceEntry::Env(env) => env.produce(&process, &self.settings),
                SourceEntry::Custom(custom) => custom.produce(&self.settings, thorough),
            };
            if given.changed {
                self.changes.record(entry);
            }
            if matches!(entry, SourceEntry::File(file) if file.is_dotenv()) {
                self.settings.dotenv_incomplete |= !given.issues.is_empty();
                given.issues = given.issues.into_iter().map(Issue::withholding_variables).collect();
            }
            collected.add(given);
        }
        // A variable of the process overrides that of a dotenv file.
        dotenv.extend(process.iter().map(|(name, value)| (name.clone(), value.clone())));
        if *self.variables != dotenv {
            self.variables = Arc::new(dotenv);
            let refers = self.settings.shape.leaves().iter().any(Leaf::secret);
            self.changes.variables |= refers || collected.layers.iter().any(|layer| layer.has_templates());
        }
        collected.variables = Arc::clone(&self.variables);
        collected.changed = self.changes.any();
        collected.changed_sources = self.changes.names();
        collected.cause = self.changes.clone().cause();
        collected.files = self.files().flat_map(FileEntry::statuses).map(|status| status.name).collect();
        collected
    }

    /// Seals secrets in the stored output of the sources, after the load found secrets in leaves that are not
    /// marked.
    pub(crate) fn add_known_secrets(&mut self, secrets: &BTreeSet<Keys>) {
        if secrets.is_subset(&self.settings.secrets.hidden) {
            return;
        }
        self.settings.secrets.hidden.extend(secrets.iter().cloned());
        let marker = self.settings.secret_marker();
        for entry in &mut self.entries {
            match entry {
                SourceEntry::File(file) => file.add_known_secrets(marker),
                SourceEntry::Env(env) => env.add_known_secrets(marker),
                SourceEntry::Custom(custom) => custom.add_known_secrets(marker),
            }
        }
    }

    /// Marks the last read as used: later changes are counted from here.
    pub(crate) fn mark_consumed(&mut self) {
        self.changes = Changes::default();
    }

    fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.entries.iter().filter_map(|entry| match entry {
            SourceEntry::File(file) => Some(file),
            _ => None,
        })
    }
}

impl ReadResult {
    /// The secrets for the first load.
    pub(crate) fn accepted(&self) -> SecretSet {
        SecretSet { table: Arc::default(), variables: Arc::clone(&self.variables) }
    }

    /// A variable of the process, else of a dotenv file.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        crate::variables::find(&self.variables, name)
    }

    /// The cause of a load of these sources, none of which changed in this read. A cause contains only sources of one
    /// kind: files before others, and the environment last.
    pub(crate) fn cause_of(&self, sources: &BTreeSet<String>) -> Cause {
        let (files, others): (Vec<_>, Vec<_>) =
            sources.iter().cloned().partition(|name| self.files.contains(name));
        let named: Vec<_> = others.iter().filter(|name| *name != ENVIRONMENT).cloned().collect();
        match (files.is_empty(), named.is_empty(), others.is_empty()) {
            (false, ..) => Cause::Files(files.into_iter().map(PathBuf::from).collect()),
            (true, false, _) => Cause::Sources(named),
            (true, true, false) => Cause::Environment,
            (true, true, true) => Cause::Reload,
        }
    }

    fn empty(names: &Arc<Names>, variables: &Arc<Variables>) -> Self {
        Self {
            layers: Vec::new(),
            unread: Vec::new(),
            names: Arc::clone(names),
            variables: Arc::clone(variables),
            cause: Cause::Start,
            changed: false,
            changed_sources: BTreeSet::new(),
            files: BTreeSet::new(),
            write_in_progress: false,
            recheck_at: None,
        }
    }

    fn add(&mut self, given: SourceOutput) {
        self.layers.extend(given.layers);
        let behind = self.layers.len();
        self.unread.extend(given.issues.into_iter().map(|issue| issue.behind(behind)));
        self.write_in_progress |= given.write_in_progress;
        self.recheck_at = self.recheck_at.into_iter().chain(given.recheck_at).min();
    }
}
