//! What the derive refuses, and in which words; and for each family of mistakes a program that has none.
//!
//! `TRYBUILD=overwrite cargo test -p hotswap-tests --test ui` writes the words anew.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    for family in ["attribute", "default", "env", "nested", "shape", "collision", "bound", "rule", "several"]
    {
        cases.compile_fail(format!("ui/{family}/*.rs"));
    }
    cases.pass("ui/pass/*.rs");
}
