use super::*;

/// A second owner of the text can see whether it was overwritten.
#[test]
fn a_text_with_other_owners_is_copied_and_not_wiped() {
    let text: Arc<str> = "hunter2".into();
    let secret = Value::secret(Value::list([Value::Text(Arc::clone(&text))]));
    assert_eq!(Arc::strong_count(&text), 1);
    drop(secret);
    assert_eq!(&*text, "hunter2");
}

#[test]
fn what_nobody_else_owns_is_overwritten() {
    let mut value = Value::table([("a".into(), Value::list([Value::text("hunter2"), Value::Int(7)]))]);
    value.wipe();
    let wiped = Value::list([Value::text(&"\0".repeat(7)), Value::Int(0)]);
    assert_eq!(value, Value::table([("a".into(), wiped)]));
}

#[test]
fn a_secret_equals_the_value_that_it_holds_and_shows_nothing() {
    let secret = Value::secret(Value::text("hunter2"));
    assert_eq!(secret, Value::text("hunter2"));
    assert_eq!((format!("{secret:?}"), secret.to_json()), ("Secret(***)".to_owned(), MASK.into()));
}
