use super::registry::{Delivery, Registry, Topic};

struct Nothing;

impl Delivery for Nothing {
    fn deliver(&self, _wanted: &dyn Fn() -> bool) {}
}

#[test]
fn subscribers_are_told_once_and_in_the_order_in_which_they_came() {
    let registry = Registry::default();
    let (first, second) = (Topic::Slot(1), Topic::Slot(0));
    let topics = [vec![first], vec![first, second], vec![second], vec![Topic::Warning]];
    let all: Vec<_> =
        topics.into_iter().filter_map(|topics| registry.add(topics, Box::new(Nothing))).collect();
    let told: Vec<_> = registry.subscribers_of([second, first]).collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().zip(&all).all(|(told, one)| std::sync::Arc::ptr_eq(told, one)));
}
