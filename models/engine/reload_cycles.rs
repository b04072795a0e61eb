//! The engine's thread as in `engine/run.rs`: a source that is a number, hints, and requests.

use shuttle::sync::mpsc::{Receiver, Sender, channel};

use crate::sync::{Arc, AtomicU64, Ordering, thread};

/// The bugs that the model must find.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mistake {
    None,
    /// Requests that arrive during the read are answered by it.
    AnswersLateQuestions,
    /// Hints that arrive during the read count as handled by it.
    DropsLateHints,
}

enum Command {
    Hint,
    Reload(Sender<u64>),
}

/// The reason for a cycle.
#[derive(Default)]
struct Wakeup {
    hint: bool,
    questions: Vec<Sender<u64>>,
}

impl Wakeup {
    fn apply_command(&mut self, command: Command) {
        match command {
            Command::Hint => self.hint = true,
            Command::Reload(reply) => self.questions.push(reply),
        }
    }

    fn is_empty(&self) -> bool {
        !self.hint && self.questions.is_empty()
    }
}

struct Engine {
    inbox: Receiver<Command>,
    source: Arc<AtomicU64>,
    current: Arc<AtomicU64>,
    later: Wakeup,
    mistake: Mistake,
}

impl Engine {
    fn run(mut self) {
        loop {
            let mut wakeup = std::mem::take(&mut self.later);
            if wakeup.is_empty() {
                let Ok(first) = self.inbox.recv() else { return };
                wakeup.apply_command(first);
            }
            // The requests up to now are answered by a read that starts after them.
            self.inbox.try_iter().for_each(|command| wakeup.apply_command(command));
            self.reload_cycle(wakeup);
        }
    }

    fn reload_cycle(&mut self, mut wakeup: Wakeup) {
        let read = self.source.load(Ordering::SeqCst);
        let mut later = Wakeup::default();
        self.inbox.try_iter().for_each(|command| later.apply_command(command));
        match self.mistake {
            Mistake::None => {}
            Mistake::AnswersLateQuestions => wakeup.questions.append(&mut later.questions),
            Mistake::DropsLateHints => later.hint = false,
        }
        self.later = later;
        self.current.store(read, Ordering::SeqCst);
        for reply in wakeup.questions {
            // The caller may have stopped waiting.
            let _ = reply.send(read);
        }
    }
}

/// Two edits, and a caller that requests a reload.
pub(crate) fn edits_and_questions(mistake: Mistake) {
    let (commands, inbox) = channel();
    let (source, current) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let engine = Engine {
        inbox,
        source: Arc::clone(&source),
        current: Arc::clone(&current),
        later: Wakeup::default(),
        mistake,
    };
    let engine = thread::spawn(move || engine.run());
    let editor = {
        let (source, commands) = (Arc::clone(&source), commands.clone());
        thread::spawn(move || {
            for edit in 1..=2 {
                source.store(edit, Ordering::SeqCst);
                commands.send(Command::Hint).expect("the engine runs");
            }
        })
    };
    let before = source.load(Ordering::SeqCst);
    let (reply, answer) = channel();
    commands.send(Command::Reload(reply)).expect("the engine runs");
    let answered = answer.recv().expect("the engine answers");
    assert!(answered >= before, "{answered} is older than {before}, which was there before the question");
    editor.join().expect("the editor ends");
    drop(commands);
    engine.join().expect("the engine ends");
    assert_eq!(current.load(Ordering::SeqCst), 2, "the last edit is published");
}
