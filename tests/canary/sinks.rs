//! The possible outputs of a secret: those that are searched here, and those that do not exist in
//! this project.

/// Either the tests that search it, or why there is nothing to search.
const SINKS: &[(&str, Result<&str, &str>)] = &[
    ("S1 Debug and Display", Ok("app::told_by")),
    ("S2 Serialize", Ok("app::told_by")),
    ("S3 load errors", Ok("app::told_of")),
    ("S4 errors of rules and checks", Ok("texts: a rule, a check")),
    ("S5 panics", Ok("heard")),
    ("S6 log records", Ok("heard")),
    ("S7 diffs", Ok("app::told_by; interpolated")),
    ("S8 audit rows", Ok("app::told_by: who changed what is in the history")),
    ("S9 history and rollbacks", Ok("run_time::reloads_and_rollbacks_keep_it; interpolated")),
    ("S10 labels of metrics", Err("no metrics are kept")),
    ("S11 schemas", Ok("app::told_by")),
    ("S12 patches", Ok("run_time::patches_keep_it")),
    ("S13 bodies of HTTP errors", Err("nothing here speaks HTTP to others")),
    ("S14 the environment", Ok("sinks::the_environment_is_left_alone")),
    ("S15 core dumps", Err("what the system dumps is for the program to forbid; see the limits")),
    ("S16 swap", Err("memory is not locked; see the limits")),
    ("S17 temporary files", Ok("app::saved reads the whole folder; their mode is tested with saving")),
    ("S18 arguments of the command line", Err("no command takes a secret as an argument")),
    ("S19 URLs in logs", Ok("sources::a_name_of_a_source_keeps_it")),
    ("S20 caches on disk", Ok("run_time::what_survives_a_restart_keeps_it; interpolated")),
    ("S21 crash reporters", Err("there is none")),
    ("S22 pages that dump the configuration", Err("there is none; S1 and S2 are what one would show")),
    ("S23 webhooks", Err("there are none; callbacks get what S7 shows")),
    (
        "S24 keys named like a secret that no field takes",
        Ok("sources::a_key_that_no_field_takes_keeps_it_even_if_it_is_let_pass"),
    ),
    ("S25 values kept for their origin", Ok("app::told_by: explain; memory")),
    ("S26 messages of assertions", Ok("run_time::hooks_and_callbacks_keep_it")),
    ("S27 side channels of compression and tags", Err("nothing is compressed, and no tag is made of values")),
];

#[test]
fn every_sink_is_searched_or_is_not_there() {
    let numbers: Vec<usize> =
        SINKS.iter().map(|(name, _)| name[1..].split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(numbers, (1..=27).collect::<Vec<_>>());
    for (name, reason) in SINKS.iter().filter_map(|(name, how)| Some((name, how.err()?))) {
        println!("not here: {name}: {reason}");
    }
}

#[test]
fn the_environment_is_left_alone() {
    use hotswap::HotConfig;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    std::fs::write(&path, format!("APP_PASSWORD='{}'", *crate::canary::CANARY)).unwrap();
    let app = crate::app::App::hot_builder().env("APP").dotenv(&path).load().unwrap();
    let environment: String = std::env::vars_os().map(|pair| format!("{pair:?}")).collect();
    crate::canary::assert_silent("the environment", &environment);
    drop(app);
}
