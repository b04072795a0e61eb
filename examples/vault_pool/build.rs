//! Its test needs the same servers as the tests of the stores.

#[path = "../../tests/servers/build.rs"]
mod servers;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    servers::look();
}
