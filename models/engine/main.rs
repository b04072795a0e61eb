//! The order of events in the engine under shuttle: reads, replies, and writes to disk.

mod broken;
mod disk;
mod reload_cycles;
#[allow(dead_code, unused_imports, reason = "shared with the model of the notifier")]
#[path = "../notify/sync.rs"]
mod sync;
#[allow(dead_code, reason = "the model asks for no outcome")]
#[path = "../../crates/core/src/engine/state_writer/write_queue.rs"]
mod write_queue;

const SCHEDULES: usize = 2_000;

fn explore(model: impl Fn() + Send + Sync + 'static) {
    let model = std::sync::Arc::new(model);
    let again = std::sync::Arc::clone(&model);
    shuttle::check_random(move || model(), SCHEDULES);
    shuttle::check_pct(move || again(), SCHEDULES, 3);
}

/// A reload reads after it was requested, and a change during a read is read again.
#[test]
fn an_answer_is_no_older_than_the_question_and_the_last_edit_is_published() {
    explore(|| reload_cycles::edits_and_questions(reload_cycles::Mistake::None));
}

#[test]
fn what_is_told_is_on_the_disk_and_the_last_commit_gets_there() {
    explore(|| disk::commits(disk::Mistake::None));
}
