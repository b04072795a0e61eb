//! Converts events of the system to hints.
//!
//! An event is only a hint. A read causes events too, names are those under which a directory was watched and may
//! be outdated, and some changes cause no event at all; so an event only shows that a read is worthwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use notify::{
    Event, EventKind,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};

use crate::watch::resolved_path::Names;

/// A possible change. A path only identifies a writer and must not be opened, because it may be another name
/// of the file than the one that the program uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// A relevant change.
    Changed,
    /// Content was written, and the file has not been closed since.
    Writing(PathBuf),
    /// The file with this name is no longer written to: it was closed after writing, replaced, moved or
    /// removed.
    Settled(PathBuf),
    /// Events or a watch were lost.
    Rescan,
}

/// Only Linux reports when a file is closed; elsewhere a write would seem never to end.
pub(crate) const CLOSES_ARE_TOLD: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// The data of the event handler: the relevant names of each directory, and the watches that were lost.
#[derive(Debug, Default)]
pub(crate) struct Interest {
    pub(crate) roots: BTreeMap<PathBuf, Names>,
    /// The file of the barrier. Until its open event arrives, earlier events may still be pending.
    pub(crate) awaited: Option<PathBuf>,
    lost: BTreeSet<PathBuf>,
}

impl Interest {
    /// The watches lost since the last call.
    pub(crate) fn take_lost(&mut self) -> BTreeSet<PathBuf> {
        std::mem::take(&mut self.lost)
    }

    pub(crate) fn lose_all(&mut self) {
        self.lost.extend(self.roots.keys().cloned());
    }

    /// The hints for an event; none for most events.
    pub(crate) fn hints(&mut self, event: &Event) -> Vec<Hint> {
        // A program that opens the file ten thousand times causes ten thousand events.
        let closed_after_writing = EventKind::Access(AccessKind::Close(AccessMode::Write));
        if event.kind.is_access() && event.kind != closed_after_writing {
            self.awaited.take_if(|awaited| event.paths.first() == Some(awaited));
            return Vec::new();
        }
        if event.paths.is_empty() {
            return vec![Hint::Rescan];
        }
        let mut hints = Vec::new();
        for (index, path) in event.paths.iter().enumerate() {
            if went(event.kind, index) && self.lose(path) {
                hints.push(Hint::Rescan);
            }
            if self.matters(path) {
                hints.push(meaning(event.kind, path));
            }
        }
        hints
    }

    fn matters(&self, path: &Path) -> bool {
        let inside = || {
            let (dir, name) = (path.parent()?, path.file_name()?);
            Some(self.roots.get(dir)?.matter(name))
        };
        // An event for the directory itself may be the only one, because its parent need not be readable.
        self.roots.contains_key(path) || inside().unwrap_or(false)
    }

    /// If a watched directory moves, notify silently drops its watch and every watch below it; if one is
    /// removed, the kernel does. This cannot be detected later, because another directory, or the same one, may
    /// be at that path again.
    fn lose(&mut self, path: &Path) -> bool {
        let below: Vec<_> = self.roots.keys().filter(|root| root.starts_with(path)).cloned().collect();
        let any = !below.is_empty();
        self.lost.extend(below);
        any
    }
}

/// Whether the event shows that the file with this name was moved or removed.
fn went(kind: EventKind, index: usize) -> bool {
    match kind {
        EventKind::Remove(_) => true,
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => false,
        // With both names in one event, only the first one was moved away.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => index == 0,
        EventKind::Modify(ModifyKind::Name(_)) => true,
        _ => false,
    }
}

fn meaning(kind: EventKind, path: &Path) -> Hint {
    match kind {
        EventKind::Modify(ModifyKind::Data(_)) if CLOSES_ARE_TOLD => Hint::Writing(path.to_owned()),
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_) => {
            Hint::Settled(path.to_owned())
        }
        _ => Hint::Changed,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use notify::{
        Event, EventKind,
        event::{
            AccessKind, AccessMode, CreateKind, DataChange, MetadataKind, ModifyKind, RemoveKind, RenameMode,
        },
    };

    use super::{Hint, Interest};
    use crate::watch::resolved_path::{ResolvedPath, Target};

    /// Knows every directory above `/nowhere/app.toml`, which does not exist, and the one that would hold it.
    fn interest() -> Interest {
        let mut roots = ResolvedPath::resolve(&[Target::File("/nowhere/app.toml".into())]).dirs;
        let names = ResolvedPath::resolve(&[Target::File("/app.toml".into())])
            .dirs
            .remove(&PathBuf::from("/"))
            .unwrap();
        roots.insert("/nowhere".into(), names);
        Interest { roots, ..Interest::default() }
    }

    fn hints(kind: EventKind, path: &str) -> Vec<Hint> {
        interest().hints(&Event::new(kind).add_path(path.into()))
    }

    const NAMED: fn(RenameMode) -> EventKind = |mode| EventKind::Modify(ModifyKind::Name(mode));
    const WRITTEN: EventKind = EventKind::Modify(ModifyKind::Data(DataChange::Any));

    #[test]
    fn reading_is_no_hint() {
        for access in
            [AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read), AccessKind::Read]
        {
            assert_eq!(hints(EventKind::Access(access), "/nowhere/app.toml"), []);
        }
    }

    #[test]
    fn a_close_after_writing_settles() {
        let close = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert_eq!(hints(close, "/nowhere/app.toml"), [Hint::Settled("/nowhere/app.toml".into())]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_write_has_begun() {
        assert_eq!(hints(WRITTEN, "/nowhere/app.toml"), [Hint::Writing("/nowhere/app.toml".into())]);
    }

    #[test]
    fn what_is_created_or_touched_has_changed() {
        for kind in
            [EventKind::Create(CreateKind::File), EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any))]
        {
            assert_eq!(hints(kind, "/nowhere/app.toml"), [Hint::Changed]);
        }
    }

    #[test]
    fn other_names_do_not_matter() {
        for path in
            ["/nowhere/.app.toml.swp", "/nowhere/4913", "/elsewhere/app.toml", "/nowhere/app.toml/below"]
        {
            assert_eq!(hints(WRITTEN, path), []);
        }
    }

    #[test]
    fn a_directory_that_goes_loses_its_watch() {
        for kind in [NAMED(RenameMode::From), EventKind::Remove(RemoveKind::Folder)] {
            let mut interest = interest();
            let event = Event::new(kind).add_path("/nowhere".into());
            assert_eq!(interest.hints(&event), [Hint::Rescan, Hint::Settled("/nowhere".into())]);
            assert_eq!(interest.take_lost(), [PathBuf::from("/nowhere")].into());
            assert!(interest.take_lost().is_empty());
        }
    }

    #[test]
    fn a_directory_that_comes_loses_nothing() {
        assert_eq!(hints(NAMED(RenameMode::To), "/nowhere"), [Hint::Settled("/nowhere".into())]);
    }

    #[test]
    fn of_both_names_only_the_first_went() {
        let mut interest = interest();
        let event = Event::new(NAMED(RenameMode::Both)).add_path("/x".into()).add_path("/nowhere".into());
        assert_eq!(interest.hints(&event), [Hint::Settled("/nowhere".into())]);
    }

    #[test]
    fn an_event_without_a_place_means_that_all_is_looked_at() {
        assert_eq!(interest().hints(&Event::new(EventKind::Other)), [Hint::Rescan]);
    }
}
