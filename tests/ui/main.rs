//! What the derive refuses, and in which words; and for each family of mistakes a program that has none.
//!
//! `TRYBUILD=overwrite cargo test -p hotswap-ui` writes the words anew.

mod pass;

#[test]
fn mistakes() {
    let cases = trybuild::TestCases::new();
    for family in
        ["attribute", "default", "env", "nested", "shape", "collision", "bound", "rule", "secret", "several"]
    {
        cases.compile_fail(format!("{family}/*.rs"));
    }
}
