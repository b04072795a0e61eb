//! Turns a builder into a running configuration.

mod examine;

use std::{
    any::Any,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};

use super::{
    Builder, LastGood, Options, PathSpec,
    initial_read::InitialRead,
    profile::{Candidates, Profile, waits},
    startup::{Start, StartInputs},
    state_claims,
};
use crate::{
    config::HotConfig,
    describe::StructInfo,
    engine::{
        Core, Policy, State,
        collect::{
            Collector, CustomEntry, EnvEntry, FileEntry, FileKind, ReadResult, Settings, SourceEntry,
            variables_of_process,
        },
        core_ref::CoreRef,
        observers::Observers,
        run::{Command, Engine, Wakeup},
        state_writer::StateWriter,
    },
    erased_config::{self, ErasedConfig},
    error::Error,
    handle::Handle,
    history::{History, Record},
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    load::{self, ConfigType, Input},
    overrides::Overrides,
    schema::PathKind,
    secrets::{refresher::RefreshEvent, secret_manager::SecretManager},
    shape::Shape,
    snapshot::{Cause, Current, Published},
    source::{Changed, UnknownKeys, names::Names, of_defaults, parsed_layer::SecretPolicy, priority, sealed},
    state::{Claim, CurrentSetup, Saved, StateDir},
    value::Value,
    watch::{
        Watcher,
        debounce::{Debounce, Timing},
        hint::Hint,
    },
};

pub use examine::examine;

/// Sources that are ready to be read, and the mistakes in their setup.
struct Sources {
    collector: Collector,
    issues: Vec<Issue>,
    timing: Timing,
    watch: bool,
    policy: Policy,
    /// `None` also for a directory that is a source too, because it must not be touched.
    state_dir: Option<PathBuf>,
    trust_state_dir: bool,
    last_good: LastGood,
    secret_manager: Arc<SecretManager>,
    observers: Observers,
}

impl Options {
    fn timing(&self) -> Timing {
        Timing {
            quiet: self.debounce,
            max_wait: self.max_wait,
            write_wait: self.write_wait,
            poll: self.poll_interval,
        }
    }
}

impl Sources {
    fn new<T: HotConfig>(builder: Builder<T>, commands: &Sender<Command>) -> Result<Self, Error> {
        let names = Names::new(T::SHAPE, builder.env.as_deref()).map_err(Error::new)?;
        let options = builder.options;
        let timing = options.timing();
        let mut settings = Settings {
            shape: T::SHAPE,
            guarded: || StructInfo::new::<T>().guarded(),
            max_file_size: options.max_file_size,
            unknown_in_files: options.unknown_keys.unwrap_or(UnknownKeys::Deny),
            unknown_in_env: options.unknown_keys.unwrap_or(UnknownKeys::Warn),
            missing_grace: options.missing_grace,
            allow_empty_files: options.allow_empty_files,
            names: Arc::new(names),
            secrets: SecretPolicy {
                providers: Arc::clone(builder.secret_manager.providers()),
                ..options.secrets.clone()
            },
            rank: 0,
            process: Arc::new(variables_of_process()),
            dotenv: Arc::default(),
            dotenv_incomplete: false,
            profile: None,
        };
        let candidates = Candidates::new(&settings, &builder.paths);
        let profile = Profile::choose(builder.profile.as_deref(), &candidates)?;
        let is_of_use = builder.profile.is_none() && builder.paths.iter().any(|spec| waits(&spec.path));
        settings.profile = is_of_use.then(|| Arc::new(candidates.choice(&profile)));
        let mut issues: Vec<_> =
            profile.verify(builder.paths.iter().map(|spec| &*spec.path)).into_iter().collect();
        issues.extend(health_without_history(&options.policy));
        issues.extend(builder.secret_manager.mistakes());
        let mut entries = vec![(priority::ENVIRONMENT, SourceEntry::Env(EnvEntry::default()))];
        for spec in builder.paths {
            match file_slot(&spec, profile.apply(&spec.path)) {
                Ok(slot) => entries.push(slot),
                Err(issue) => issues.push(*issue),
            }
        }
        for source in builder.sources {
            let rank = source.priority().unwrap_or(priority::SOURCES);
            entries.push((rank, SourceEntry::Custom(CustomEntry::new(source))));
        }
        // A stable sort, because the order of the builder's calls counts within one priority.
        entries.sort_by_key(|(rank, _)| *rank);
        let mut entries: Vec<_> = entries.into_iter().map(|(_, slot)| slot).collect();
        connect_custom_sources(&mut entries, commands);
        let diagnostics = of_defaults(T::SHAPE, &settings.secrets).into();
        let allowed = settings.secrets.sources;
        let collector = Collector::new(settings, entries);
        issues.extend(last_good_without_state(&options));
        let mut secret_manager = builder.secret_manager;
        (secret_manager.follow, secret_manager.diagnostics, secret_manager.allowed) =
            (options.watch, diagnostics, allowed);
        let Options { watch, policy, state_dir, trust_state_dir, last_good, max_file_size, .. } = options;
        let policy = Policy { max_file_size, ..policy };
        let mut sources = Self {
            collector,
            issues,
            timing,
            watch,
            policy,
            state_dir,
            trust_state_dir,
            last_good,
            secret_manager: Arc::new(secret_manager),
            observers: Observers::new(builder.observers),
        };
        sources.refuse_claims(|claim, sources| state_claims::of_sources(claim, &sources.collector));
        Ok(sources)
    }

    /// Records sources that are files of the state directory, which is then not touched.
    fn refuse_claims(&mut self, find: impl FnOnce(&Claim, &Self) -> Vec<Issue>) {
        let Some(path) = &self.state_dir else { return };
        let found = find(&Claim::new(path), self);
        if !found.is_empty() {
            self.state_dir = None;
            self.issues.extend(found);
        }
    }

    fn refuse_claims_of_secrets(&mut self, shape: &'static Shape, collected: &ReadResult) {
        self.refuse_claims(|claim, sources| {
            state_claims::of_secrets(claim, sources.secret_manager.providers(), shape, collected)
        });
    }

    fn open_state_dir(&mut self) -> Result<Option<StateDir>, Error> {
        let trusted = self.trust_state_dir;
        self.state_dir.take().map(|path| StateDir::open(&path, trusted)).transpose()
    }

    /// The saved state, and the problems with it.
    fn saved(
        &self,
        dir: Option<&mut StateDir>,
        collected: &ReadResult,
        shape: &'static Shape,
    ) -> Result<(Saved, Vec<Issue>), Error> {
        let Some(dir) = dir else { return Ok(Default::default()) };
        dir.read(&CurrentSetup {
            shape,
            sources: self.collector.sources(),
            layers: &collected.layers,
            variables: &collected.variables,
            rules: self.collector.secret_rules(),
        })
    }

    fn first_read(
        &mut self,
        watcher: &mut Option<Watcher>,
        inbox: &Receiver<Command>,
        debounce: &mut Debounce,
    ) -> ReadResult {
        let (collector, timing) = (&mut self.collector, self.timing);
        InitialRead { collector, watcher, inbox, debounce, timing }.run()
    }
}

fn file_slot(spec: &PathSpec, path: PathBuf) -> Result<(i32, SourceEntry), Box<Issue>> {
    let (rank, kind) = match spec.kind {
        PathKind::Dir => (priority::FILES, FileKind::Dir),
        PathKind::Dotenv => (priority::DOTENV, FileKind::Dotenv),
        PathKind::File => {
            let unknown = || {
                Box::new(
                    Issue::new(
                        IssueKind::Setup,
                        Keys::root(),
                        "the format of the file is not known by its extension",
                    )
                    .at(Origin::file(&path))
                    .with_help("use .toml, .yaml, .yml or .json"),
                )
            };
            (priority::FILES, FileKind::File(sealed::format(&path).ok_or_else(unknown)?))
        }
    };
    Ok((rank, SourceEntry::File(FileEntry::new(path, kind, spec.optional))))
}

/// Lets custom sources signal changes.
fn connect_custom_sources(entries: &mut [SourceEntry], commands: &Sender<Command>) {
    for (index, slot) in entries.iter_mut().enumerate() {
        if let SourceEntry::Custom(custom) = slot {
            let commands = std::sync::Mutex::new(commands.clone());
            custom.source().watch(Changed::new(move || {
                let commands = commands.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                // The engine may have ended.
                let _ = commands.send(Command::Source(index));
            }));
        }
    }
}

pub(super) fn check<T: HotConfig>(builder: Builder<T>) -> Result<T, Error> {
    let (commands, inbox) = channel();
    let mut sources = Sources::new(builder, &commands)?;
    let mut debounce = Debounce::new(sources.timing, Instant::now());
    let collected = sources.first_read(&mut None, &inbox, &mut debounce);
    sources.refuse_claims_of_secrets(T::SHAPE, &collected);
    let unread: Vec<_> = sources.issues.into_iter().chain(collected.unread.iter().cloned()).collect();
    let loaded = sources.secret_manager.resolve(collected.accepted(), |secrets| {
        let input = Input {
            layers: &collected.layers,
            overrides: &Overrides::new(),
            names: Some(&collected.names),
            variables: &|name: &str| collected.variable(name),
            unread: unread.clone(),
            secrets,
        };
        load::load(ConfigType::new::<T>(), &input)
    })?;
    let root: Arc<dyn Any + Send + Sync> = loaded.root;
    let typed = root.downcast::<T>().unwrap_or_else(|_| unreachable!("decoded as this type"));
    Ok(Arc::into_inner(typed).unwrap_or_else(|| unreachable!("nobody else has it")))
}

pub(super) fn load<T: HotConfig>(builder: Builder<T>) -> Result<T::Handle, Error> {
    let (commands, inbox) = channel();
    let mut sources = Sources::new(builder, &commands)?;
    // Watches are set before the first read, so that a later change produces a hint.
    let mut watcher = sources.watch.then(|| watcher(&commands));
    let mut debounce = Debounce::new(sources.timing, Instant::now());
    let collected = sources.first_read(&mut watcher, &inbox, &mut debounce);
    let began = Instant::now();
    sources.refuse_claims_of_secrets(T::SHAPE, &collected);
    let mut state_dir = sources.open_state_dir()?;
    if let Some(dir) = &state_dir {
        sources.secret_manager.providers().refuse_files(state_claims::refusal(dir.absolute().to_owned()));
    }
    let (saved, mut found) = sources.saved(state_dir.as_mut(), &collected, T::SHAPE)?;
    let issues = std::mem::take(&mut sources.issues);
    let (policy, last_good, secret_manager) = (&sources.policy, sources.last_good, &sources.secret_manager);
    let given = StartInputs {
        config_type: ConfigType::new::<T>(),
        collected: &collected,
        saved,
        policy,
        last_good,
        secret_manager,
    };
    let Start { first, record, state, history, references, mut warnings, dropped, refused } =
        given.start(issues, began)?;
    found.extend(dropped);
    warnings.extend(state_dir.as_ref().and_then(StateDir::leniency));

    drop(collected.layers);
    sources.collector.add_known_secrets(&first.hidden());
    let state_writer = state_dir.map(|dir| StateWriter::new(dir, &found));
    warnings.extend(found);
    listen_to_stores(&sources.secret_manager, &commands);
    let (current, commands) = (Current::new(first), Some(commands));
    let core = Core::new(
        ConfigType::new::<T>(),
        current,
        state,
        commands,
        sources.policy,
        sources.secret_manager,
        history,
    );
    let core = core.with_names(collected.names).reading(sources.collector.places());
    let core = Arc::new(core.with_state_writer(state_writer).with_observers(sources.observers));
    core.shared_status().references = references;
    core.warn(warnings);
    refused.iter().for_each(|error| core.refuse_start(error, &collected.changed_sources));
    let (end, ended) = channel();
    let engine = Engine {
        core: Arc::downgrade(&core),
        inbox,
        collector: sources.collector,
        watcher,
        debounce,
        later: Wakeup::default(),
        _end: end,
    };
    core.begin(record, refused.as_ref(), began, || start(&core, engine, ended))?;
    Ok(Handle::root(CoreRef::first(core)).into())
}

fn listen_to_stores(secret_manager: &SecretManager, commands: &Sender<Command>) {
    let commands = commands.clone();
    secret_manager.on_event(move |told| {
        // The engine may have ended.
        let _ = commands.send(match told {
            RefreshEvent::Changed => Command::Secrets,
            RefreshEvent::Found => Command::Reconsider,
            RefreshEvent::NoThread => Command::Threads,
        });
    });
}

fn watcher(commands: &Sender<Command>) -> Watcher {
    let commands = commands.clone();
    Watcher::start(move |hint: Hint| {
        // The engine may have ended.
        let _ = commands.send(Command::Hint(hint));
    })
}

fn start(core: &Arc<Core>, engine: Engine, ended: Receiver<()>) -> Result<(), Error> {
    engine.report(core);
    core.observers.start().map_err(|error| no_thread("an observer", &error))?;
    let thread = engine.start().map_err(|error| no_thread("the engine", &error))?;
    core.thread.adopt(thread, ended);
    if let Some(state_writer) = &core.state_writer {
        state_writer.start(core).map_err(|error| no_thread("the state directory", &error))?;
    }
    match &core.policy.health {
        Some(health) => health.start(core).map_err(|error| no_thread("the health check", &error)),
        None => Ok(()),
    }
}

fn no_thread(whose: &str, error: &std::io::Error) -> Error {
    let message = format!("the system gives no thread for {whose}: {error}");
    Issue::new(IssueKind::Setup, Keys::root(), message).with_help("raise the limit of threads").into()
}

/// A health check without a history could not roll anything back, and is a mistake.
fn health_without_history(policy: &Policy) -> Option<Issue> {
    let message = "a health check takes changes back, but no older version is remembered";
    let issue =
        || Issue::new(IssueKind::Setup, Keys::root(), message).with_help("raise `history` to at least 2");
    (policy.health.is_some() && policy.history.versions < 2).then(issue)
}

/// Without a state directory there is no last good configuration.
fn last_good_without_state(options: &Options) -> Option<Issue> {
    let message = "a start from the last good configuration needs a place where that is kept";
    let issue = || Issue::new(IssueKind::Setup, Keys::root(), message).with_help("give it a `state_dir`");
    (options.last_good != LastGood::Never && options.state_dir.is_none()).then(issue)
}

/// A handle with no sources.
pub(crate) fn fixed<T: HotConfig>(value: T) -> T::Handle {
    let mut tree = encode(&value);
    let secrets = load::secrets_in(ConfigType::new::<T>(), &tree);
    load::mark_secrets(&mut tree, T::SHAPE, &secrets);
    let root: Arc<dyn ErasedConfig> = Arc::new(value);
    let state = State::default();
    let content = state.content(&root, &tree, false);
    let current = Current::new(Published::new(1, root, tree, Cause::Start).with_secrets(secrets));
    let policy = Policy::default();
    let history = History::new(policy.history, Record::first(1, Duration::ZERO), content);
    let secrets = Arc::new(SecretManager::new(T::SETUP.stores));
    let core = Core::new(ConfigType::new::<T>(), current, state, None, policy, secrets, history);
    Handle::root(CoreRef::first(Arc::new(core))).into()
}

/// The tree of a value, as far as its leaves can be written.
fn encode<T: HotConfig>(value: &T) -> Value {
    T::SHAPE.leaves().into_iter().fold(Value::empty(), |tree, leaf| {
        let keys = T::SHAPE.keys_of(leaf.slot);
        match erased_config::encode(value, leaf.slot) {
            Ok(encoded) => load::put(&tree, T::SHAPE, &keys, Some(&encoded), None),
            Err(_) => tree,
        }
    })
}
