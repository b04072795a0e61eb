//! Replaces all tests if the client is not built.

#[test]
#[ignore = "needs `--features vault`, as `cargo xtask test` gives it"]
fn every_test_of_a_store() {
    panic!("build it with `--features vault`");
}
