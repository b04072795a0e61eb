//! The same scenarios with one bug each: a model that does not find the bugs proves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    explore,
    fixture::{Fixture, Mistake},
    the_last_value_arrives, who_left_hears_nothing_new,
};

fn found(model: impl Fn() + Send + Sync + 'static) -> bool {
    catch_unwind(AssertUnwindSafe(|| explore(model))).is_err()
}

#[test]
fn an_announcement_before_the_publish_is_found() {
    assert!(found(|| the_last_value_arrives(|| Fixture::with(Mistake::AnnounceBeforePublish))));
}

#[test]
fn a_missing_second_look_on_subscribing_is_found() {
    assert!(found(|| the_last_value_arrives(|| Fixture::with(Mistake::NoSecondLookOnSubscribing))));
}

#[test]
fn a_call_that_does_not_ask_is_found() {
    assert!(found(|| who_left_hears_nothing_new(|| Fixture::with(Mistake::CallWithoutAsking))));
}
