//! Random schedules against a model that is simple enough to be obviously correct.

use std::{collections::BTreeMap, sync::Arc};

use hotswap::{HotConfig, Subscription};
use proptest::prelude::*;

use super::{Log, Tap, Whole, WholeHandle, ok};
use crate::support::eventually;

#[derive(Clone, Debug)]
enum Step {
    SetA(u64),
    SetB(u64),
    UpdateBoth(u64),
    Refused,
    Reload(u64),
    Clear,
    Subscribe(u8),
    Unsubscribe(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4_u64).prop_map(Step::SetA),
        2 => (0..4_u64).prop_map(Step::SetB),
        2 => (0..4_u64).prop_map(Step::UpdateBoth),
        1 => Just(Step::Refused),
        2 => (0..4_u64).prop_map(Step::Reload),
        1 => Just(Step::Clear),
        2 => (0..3_u8).prop_map(Step::Subscribe),
        1 => (0..3_u8).prop_map(Step::Unsubscribe),
    ]
}

/// The value of the source, the override, and the number of changes of the effective value.
struct Model {
    source: (u64, u64),
    pins: (Option<u64>, Option<u64>),
    version: u64,
}

impl Model {
    fn seen(&self) -> (u64, u64) {
        (self.pins.0.unwrap_or(self.source.0), self.pins.1.unwrap_or(self.source.1))
    }

    /// A leaf is overridden if a write changes it.
    fn write(&mut self, a: Option<u64>, b: Option<u64>) {
        let seen = self.seen();
        self.change(|model| {
            model.pins.0 = a.filter(|a| *a != seen.0).or(model.pins.0);
            model.pins.1 = b.filter(|b| *b != seen.1).or(model.pins.1);
        });
    }

    fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.seen();
        change(self);
        self.version += u64::from(before != self.seen());
    }
}

type Calls = Arc<Log<(u64, u64)>>;

struct Listeners {
    on: BTreeMap<u8, (Calls, u64, Subscription)>,
    gone: Vec<(Calls, u64)>,
}

impl Listeners {
    fn subscribe(&mut self, config: &WholeHandle, name: u8) {
        self.unsubscribe(name);
        let log = Log::new();
        let seen = Arc::clone(&log);
        let subscription = config.on_a_change(move |old, new| seen.push((*old, *new)));
        self.on.insert(name, (log, config.a(), subscription));
    }

    fn unsubscribe(&mut self, name: u8) {
        if let Some((log, first, subscription)) = self.on.remove(&name) {
            drop(subscription);
            self.gone.push((log, first));
        }
    }
}

/// Starts with the value at the subscription; each call continues from the previous one, and changes the
/// value.
fn assert_chain(calls: &[(u64, u64)], first: u64) {
    let mut last = first;
    for (old, new) in calls {
        assert!(*old == last && old != new, "{calls:?} from {first}");
        last = *new;
    }
}

fn run(steps: &[Step]) {
    let tap = Tap::new(serde_json::json!({ "a": 0, "b": 0 }));
    let config = Whole::hot_builder().source(tap.source()).load().unwrap();
    let mut model = Model { source: (0, 0), pins: (None, None), version: 1 };
    let mut listeners = Listeners { on: BTreeMap::new(), gone: Vec::new() };
    for step in steps {
        apply(step, &config, &tap, &mut model, &mut listeners);
        assert_eq!(((config.a(), config.b()), config.version()), (model.seen(), model.version), "{step:?}");
    }
    for (log, first, _) in listeners.on.values() {
        let last = || log.last().map_or(*first, |(_, new)| new);
        eventually("the last value is delivered", || last() == config.a());
    }
    let on = listeners.on.values().map(|(log, first, _)| (log, first));
    on.chain(listeners.gone.iter().map(|(log, first)| (log, first)))
        .for_each(|(log, first)| assert_chain(&log.all(), *first));
}

fn apply(
    step: &Step,
    config: &WholeHandle,
    tap: &Tap<serde_json::Value>,
    model: &mut Model,
    listeners: &mut Listeners,
) {
    match step {
        Step::SetA(a) => {
            model.write(Some(*a), None);
            assert_eq!(config.set_a(*a).unwrap(), model.version);
        }
        Step::SetB(b) => {
            model.write(None, Some(*b));
            assert_eq!(config.set_b(*b).unwrap(), model.version);
        }
        Step::UpdateBoth(value) => {
            model.write(Some(*value), Some(*value));
            assert_eq!(config.update(|whole| (whole.a, whole.b) = (*value, *value)).unwrap(), model.version);
        }
        Step::Refused => assert!(config.update_if(model.version + 1, |whole| whole.a = 99).is_err()),
        Step::Reload(value) => {
            tap.put(serde_json::json!({ "a": value, "b": value + 1 }));
            model.change(|model| model.source = (*value, value + 1));
            assert_eq!(config.reload().unwrap(), model.version);
        }
        Step::Clear => {
            model.change(|model| model.pins = (None, None));
            assert_eq!(config.clear_overrides().unwrap(), model.version);
        }
        Step::Subscribe(name) => listeners.subscribe(config, *name),
        Step::Unsubscribe(name) => listeners.unsubscribe(*name),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schedules_end_as_the_model_says(steps in proptest::collection::vec(step(), 1..40)) {
        run(&steps);
    }

    #[test]
    fn schedules_of_two_threads_end_with_the_last_value(
        left in proptest::collection::vec(1..50_u64, 1..20),
        right in proptest::collection::vec(51..99_u64, 1..20),
    ) {
        let config = Whole::hot_fixed(Whole::of(0));
        let mut listeners = Listeners { on: BTreeMap::new(), gone: Vec::new() };
        listeners.subscribe(&config, 0);
        std::thread::scope(|scope| {
            for values in [&left, &right] {
                let config = &config;
                scope.spawn(move || values.iter().for_each(|value| ok(config.set_a(*value))));
            }
            listeners.subscribe(&config, 1);
            drop(config.on_a_change(|_, _| ()));
        });
        let (early, first, _) = &listeners.on[&0];
        eventually("the last value is delivered", || early.last().is_some_and(|(_, new)| new == config.a()));
        assert_chain(&early.all(), *first);
        // This subscription may have started with the last value.
        let (late, ..) = &listeners.on[&1];
        eventually("the last value is delivered", || late.last().is_none_or(|(_, new)| new == config.a()));
    }
}
