//! The same code with one bug each: a model that does not find the bugs proves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{disk, explore, reload_cycles};

fn found(model: impl Fn() + Send + Sync + 'static) -> bool {
    catch_unwind(AssertUnwindSafe(|| explore(model))).is_err()
}

#[test]
fn an_answer_to_a_late_question_is_found() {
    assert!(found(|| reload_cycles::edits_and_questions(reload_cycles::Mistake::AnswersLateQuestions)));
}

#[test]
fn a_late_hint_that_is_dropped_is_found() {
    assert!(found(|| reload_cycles::edits_and_questions(reload_cycles::Mistake::DropsLateHints)));
}

#[test]
fn a_note_before_its_commit_shows_is_found() {
    assert!(found(|| disk::commits(disk::Mistake::NotesBeforeItShows)));
}

#[test]
fn a_look_before_the_number_is_taken_is_found() {
    assert!(found(|| disk::commits(disk::Mistake::LooksBeforeItTakesTheNumber)));
}
