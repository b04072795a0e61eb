//! Its test needs the servers that the tests of the stores need.

#[path = "../../tests/servers/build.rs"]
mod servers;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    servers::look();
}
