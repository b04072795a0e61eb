//! What the derive refuses, and in which words; and for each family of mistakes a program that has none.
//!
//! `TRYBUILD=overwrite cargo test -p hotswap-tests --test ui` writes the words anew.

#[test]
fn mistakes() {
    let cases = trybuild::TestCases::new();
    for family in
        ["attribute", "default", "env", "nested", "shape", "collision", "bound", "rule", "secret", "several"]
    {
        cases.compile_fail(format!("ui/{family}/*.rs"));
    }
}

// A test of its own: among programs that pass, trybuild builds all of them instead of checking them.
#[test]
fn programs_without_mistakes() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}
