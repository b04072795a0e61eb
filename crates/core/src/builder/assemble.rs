//! From a builder to a running configuration.

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
    first_read::FirstRead,
    profile::{Candidates, Profile, waits},
    resume::{Given, Start},
    state_claims,
};
use crate::{
    config::HotConfig,
    describe::Section,
    engine::{
        Core, Policy, State,
        collect::{
            Collected, Collector, CustomSlot, EnvSlot, FileKind, FileSlot, Settings, Slot,
            variables_of_process,
        },
        keeper::Keeper,
        lease::Lease,
        observers::Observers,
        run::{Command, Demand, Engine},
    },
    error::Error,
    handle::Handle,
    history::{History, Record},
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    load::{self, Input, Model},
    pins::Pins,
    root::{self, Root},
    schema::PathKind,
    secrets::{refresher::Told, stores::Stores},
    shape::Shape,
    snapshot::{Cause, Current, Published},
    source::{Changed, UnknownKeys, given::SecretRules, names::Names, of_defaults, priority, sealed},
    state::{Claim, Saved, StateDir, Today},
    value::Value,
    watch::{
        Watcher,
        debounce::{Debounce, Timing},
        hint::Hint,
    },
};

pub use examine::examine;

/// Sources that are ready to be read, and whatever is wrong with the way they were put together.
struct Sources {
    collector: Collector,
    issues: Vec<Issue>,
    timing: Timing,
    watch: bool,
    policy: Policy,
    /// `None` also for one that is a source too: it must not be touched.
    state_dir: Option<PathBuf>,
    trust_state_dir: bool,
    last_good: LastGood,
    stores: Arc<Stores>,
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
    fn of<T: HotConfig>(builder: Builder<T>, commands: &Sender<Command>) -> Result<Self, Error> {
        let names = Names::new(T::SHAPE, builder.env.as_deref()).map_err(Error::new)?;
        let options = builder.options;
        let timing = options.timing();
        let mut settings = Settings {
            shape: T::SHAPE,
            guarded: || Section::of::<T>().guarded(),
            max_file_size: options.max_file_size,
            unknown_in_files: options.unknown_keys.unwrap_or(UnknownKeys::Deny),
            unknown_in_env: options.unknown_keys.unwrap_or(UnknownKeys::Warn),
            missing_grace: options.missing_grace,
            allow_empty_files: options.allow_empty_files,
            names: Arc::new(names),
            secrets: SecretRules { schemes: Arc::clone(builder.stores.schemes()), ..options.secrets.clone() },
            rank: 0,
            process: Arc::new(variables_of_process()),
            dotenv: Arc::default(),
            dotenv_incomplete: false,
            profile: None,
        };
        let candidates = Candidates::of(&settings, &builder.paths);
        let profile = Profile::choose(builder.profile.as_deref(), &candidates)?;
        let is_of_use = builder.profile.is_none() && builder.paths.iter().any(|spec| waits(&spec.path));
        settings.profile = is_of_use.then(|| Arc::new(candidates.choice(&profile)));
        let mut issues: Vec<_> =
            profile.verify(builder.paths.iter().map(|spec| &*spec.path)).into_iter().collect();
        issues.extend(health_without_history(&options.policy));
        issues.extend(builder.stores.mistakes());
        let mut slots = vec![(priority::ENVIRONMENT, Slot::Env(EnvSlot::default()))];
        for spec in builder.paths {
            match file_slot(&spec, profile.apply(&spec.path)) {
                Ok(slot) => slots.push(slot),
                Err(issue) => issues.push(*issue),
            }
        }
        for source in builder.sources {
            let rank = source.priority().unwrap_or(priority::SOURCES);
            slots.push((rank, Slot::Custom(CustomSlot::new(source))));
        }
        // Stable: within one priority the order of the builder's calls counts.
        slots.sort_by_key(|(rank, _)| *rank);
        let mut slots: Vec<_> = slots.into_iter().map(|(_, slot)| slot).collect();
        listen(&mut slots, commands);
        let complaints = of_defaults(T::SHAPE, &settings.secrets).into();
        let allowed = settings.secrets.sources;
        let collector = Collector::new(settings, slots);
        issues.extend(last_good_without_state(&options));
        let mut stores = builder.stores;
        (stores.follow, stores.complaints, stores.allowed) = (options.watch, complaints, allowed);
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
            stores: Arc::new(stores),
            observers: Observers::new(builder.observers),
        };
        sources.refuse_claims(|claim, sources| state_claims::of_sources(claim, &sources.collector));
        Ok(sources)
    }

    /// Takes note of what is a source and a file of the state directory, which is then left alone.
    fn refuse_claims(&mut self, find: impl FnOnce(&Claim, &Self) -> Vec<Issue>) {
        let Some(path) = &self.state_dir else { return };
        let found = find(&Claim::of(path), self);
        if !found.is_empty() {
            self.state_dir = None;
            self.issues.extend(found);
        }
    }

    fn refuse_claims_of_secrets(&mut self, shape: &'static Shape, collected: &Collected) {
        self.refuse_claims(|claim, sources| {
            state_claims::of_secrets(claim, sources.stores.schemes(), shape, collected)
        });
    }

    fn open_state_dir(&mut self) -> Result<Option<StateDir>, Error> {
        let trusted = self.trust_state_dir;
        self.state_dir.take().map(|path| StateDir::open(&path, trusted)).transpose()
    }

    /// What a restart left, and what is wrong with it.
    fn saved(
        &self,
        dir: Option<&mut StateDir>,
        collected: &Collected,
        shape: &'static Shape,
    ) -> Result<(Saved, Vec<Issue>), Error> {
        let Some(dir) = dir else { return Ok(Default::default()) };
        dir.read(&Today {
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
    ) -> Collected {
        let (collector, timing) = (&mut self.collector, self.timing);
        FirstRead { collector, watcher, inbox, debounce, timing }.run()
    }
}

fn file_slot(spec: &PathSpec, path: PathBuf) -> Result<(i32, Slot), Box<Issue>> {
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
    Ok((rank, Slot::File(FileSlot::new(path, kind, spec.optional))))
}

/// Lets custom sources say that they have something new.
fn listen(slots: &mut [Slot], commands: &Sender<Command>) {
    for (index, slot) in slots.iter_mut().enumerate() {
        if let Slot::Custom(custom) = slot {
            let commands = std::sync::Mutex::new(commands.clone());
            custom.source().watch(Changed::new(move || {
                let commands = commands.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                // An engine that has ended needs no news.
                let _ = commands.send(Command::Source(index));
            }));
        }
    }
}

pub(super) fn check<T: HotConfig>(builder: Builder<T>) -> Result<T, Error> {
    let (commands, inbox) = channel();
    let mut sources = Sources::of(builder, &commands)?;
    let mut debounce = Debounce::new(sources.timing, Instant::now());
    let collected = sources.first_read(&mut None, &inbox, &mut debounce);
    sources.refuse_claims_of_secrets(T::SHAPE, &collected);
    let unread: Vec<_> = sources.issues.into_iter().chain(collected.unread.iter().cloned()).collect();
    let loaded = sources.stores.resolve(collected.accepted(), |secrets| {
        let input = Input {
            layers: &collected.layers,
            pins: &Pins::new(),
            names: Some(&collected.names),
            variables: &|name: &str| collected.variable(name),
            unread: unread.clone(),
            secrets,
        };
        load::load(Model::of::<T>(), &input)
    })?;
    let root: Arc<dyn Any + Send + Sync> = loaded.root;
    let typed = root.downcast::<T>().unwrap_or_else(|_| unreachable!("decoded as this type"));
    Ok(Arc::into_inner(typed).unwrap_or_else(|| unreachable!("nobody else has it")))
}

pub(super) fn load<T: HotConfig>(builder: Builder<T>) -> Result<T::Handle, Error> {
    let (commands, inbox) = channel();
    let mut sources = Sources::of(builder, &commands)?;
    // Watches come before the first read, so that a change after it gives a hint.
    let mut watcher = sources.watch.then(|| watcher(&commands));
    let mut debounce = Debounce::new(sources.timing, Instant::now());
    let collected = sources.first_read(&mut watcher, &inbox, &mut debounce);
    let began = Instant::now();
    sources.refuse_claims_of_secrets(T::SHAPE, &collected);
    let mut state_dir = sources.open_state_dir()?;
    let (saved, mut found) = sources.saved(state_dir.as_mut(), &collected, T::SHAPE)?;
    let issues = std::mem::take(&mut sources.issues);
    let (policy, last_good, stores) = (&sources.policy, sources.last_good, &sources.stores);
    let given = Given { model: Model::of::<T>(), collected: &collected, saved, policy, last_good, stores };
    let Start { first, record, state, history, references, mut warnings, dropped, refused } =
        given.start(issues, began)?;
    found.extend(dropped);
    warnings.extend(state_dir.as_ref().and_then(StateDir::leniency));

    drop(collected.layers);
    sources.collector.learn(&first.hidden());
    let keeper = state_dir.map(|dir| Keeper::new(dir, &found));
    warnings.extend(found);
    listen_to_stores(&sources.stores, &commands);
    let (current, commands) = (Current::new(first), Some(commands));
    let core = Core::new(Model::of::<T>(), current, state, commands, sources.policy, sources.stores, history);
    let core = core.named(collected.names).reading(sources.collector.places());
    let core = Arc::new(core.kept_by(keeper).observed_by(sources.observers));
    core.board().references = references;
    core.warn(warnings);
    refused.iter().for_each(|error| core.refuse_start(error, &collected.changed_sources));
    let (end, ended) = channel();
    let engine = Engine {
        core: Arc::downgrade(&core),
        inbox,
        collector: sources.collector,
        watcher,
        debounce,
        later: Demand::default(),
        _end: end,
    };
    core.begin(record, refused.as_ref(), began, || start(&core, engine, ended))?;
    Ok(Handle::root(Lease::first(core)).into())
}

fn listen_to_stores(stores: &Stores, commands: &Sender<Command>) {
    let commands = commands.clone();
    stores.listen(move |told| {
        // An engine that has ended needs no news.
        let _ = commands.send(match told {
            Told::Changed => Command::Secrets,
            Told::Found => Command::Reconsider,
            Told::NoThread => Command::Threads,
        });
    });
}

fn watcher(commands: &Sender<Command>) -> Watcher {
    let commands = commands.clone();
    Watcher::start(move |hint: Hint| {
        // An engine that has ended needs no hints.
        let _ = commands.send(Command::Hint(hint));
    })
}

fn start(core: &Arc<Core>, engine: Engine, ended: Receiver<()>) -> Result<(), Error> {
    engine.report(core);
    core.observers.start().map_err(|error| no_thread("an observer", &error))?;
    let thread = engine.start().map_err(|error| no_thread("the engine", &error))?;
    core.thread.adopt(thread, ended);
    if let Some(keeper) = &core.keeper {
        keeper.start(core).map_err(|error| no_thread("the state directory", &error))?;
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

/// A health check that could take nothing back is a mistake.
fn health_without_history(policy: &Policy) -> Option<Issue> {
    let message = "a health check takes changes back, but no older version is remembered";
    let issue =
        || Issue::new(IssueKind::Setup, Keys::root(), message).with_help("raise `history` to at least 2");
    (policy.health.is_some() && policy.history.versions < 2).then(issue)
}

/// There is no last good configuration where none is kept.
fn last_good_without_state(options: &Options) -> Option<Issue> {
    let message = "a start from the last good configuration needs a place where that is kept";
    let issue = || Issue::new(IssueKind::Setup, Keys::root(), message).with_help("give it a `state_dir`");
    (options.last_good != LastGood::Never && options.state_dir.is_none()).then(issue)
}

/// A handle with no sources.
pub(crate) fn fixed<T: HotConfig>(value: T) -> T::Handle {
    let mut tree = encode(&value);
    let secrets = load::secrets_in(Model::of::<T>(), &tree);
    load::seal(&mut tree, T::SHAPE, &secrets);
    let root: Arc<dyn Root> = Arc::new(value);
    let state = State::default();
    let content = state.content(&root, &tree, false);
    let current = Current::new(Published::new(1, root, tree, Cause::Start).with_secrets(secrets));
    let policy = Policy::default();
    let history = History::begun(policy.history, Record::first(1, Duration::ZERO), content);
    let stores = Arc::new(Stores::new(T::SETUP.stores));
    let core = Core::new(Model::of::<T>(), current, state, None, policy, stores, history);
    Handle::root(Lease::first(Arc::new(core))).into()
}

/// The tree of a value, as far as its leaves can be written.
fn encode<T: HotConfig>(value: &T) -> Value {
    T::SHAPE.leaves().into_iter().fold(Value::empty(), |tree, leaf| {
        let keys = T::SHAPE.keys_of(leaf.slot);
        match root::encode(value, leaf.slot) {
            Ok(encoded) => load::put(&tree, T::SHAPE, &keys, Some(&encoded), None),
            Err(_) => tree,
        }
    })
}
