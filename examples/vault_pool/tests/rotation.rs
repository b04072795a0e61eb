//! Runs the pool under load while its users change and OpenBao is stopped.

// The helpers of the tests of stores, of which not all are needed here.
#[allow(dead_code, unused_imports)]
#[path = "../../../tests/servers/run/mod.rs"]
mod run;

// Shared by all tests with such servers.
#[path = "../../../tests/e2e/left_out.rs"]
mod left_out;

use std::{
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use run::{Bao, Postgres, ROOT};

/// The servers that the build script did not find, and why.
const LACKS: &str = env!("HOTSWAP_LACKS_SERVERS");

/// The folder that `cargo xtask test` reads at the end.
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/left-out");

#[test]
#[cfg_attr(any(without = "openbao", without = "postgres"), ignore = "needs OpenBao and PostgreSQL")]
fn no_query_fails_while_users_change_and_the_store_goes_away() {
    let (mut bao, postgres) = (Bao::start_durable(), Postgres::start());
    // Each user is valid for 9 s, and is replaced after 6 s.
    postgres.behind(&bao, serde_json::json!({ "default_ttl": "9s", "max_ttl": "9s" }));
    let pool = Command::new(env!("CARGO_BIN_EXE_vault_pool"))
        .arg("20")
        .env("VAULT_ADDR", bao.address())
        .env("VAULT_TOKEN", ROOT)
        .env("POOL_PORT", postgres.port.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_secs(8));
    bao.stop();
    thread::sleep(Duration::from_secs(2));
    bao.start_again();
    let run = pool.wait_with_output().unwrap();
    let (said, failures) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{}\n{said}{failures}", run.status);
    assert!(said.contains(", 0 failed, "), "{said}");
    let users = said.trim_end().rsplit(", ").next().and_then(|users| users.strip_suffix(" users"));
    assert!(users.unwrap().parse::<u32>().unwrap() >= 3, "{said}");
}
