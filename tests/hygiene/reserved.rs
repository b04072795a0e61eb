//! The derive refuses names that would hide a method of every handle; its list must know all of them.

const HANDLE: &str = include_str!("../../hotswap/src/handle.rs");
const NAMES: &str = include_str!("../../hotswap-derive/src/names.rs");

#[test]
fn every_method_of_the_handle_is_reserved() {
    let (_, list) = NAMES.split_once("const RESERVED").expect("the list");
    let (list, _) = list.split_once("];").expect("its end");
    let (handle, _) = HANDLE.split_once("struct WeakHandle").expect("the handle comes first");
    let methods = handle.lines().filter_map(|line| line.trim_start().strip_prefix("pub fn "));
    let names = methods.filter_map(|rest| rest.split(['(', '<']).next());
    // `of` is an associated function: no field can hide it.
    let missing: Vec<_> = names
        .filter(|name| !name.starts_with("__") && *name != "of")
        .filter(|name| !list.contains(&format!("\"{name}\"")))
        .collect();
    assert!(missing.is_empty(), "not reserved: {missing:?}");
}
