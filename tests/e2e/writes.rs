//! Values set at run time, overrides, fields that need a restart.

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::{
    overrides::paths,
    support::{Folder, eventually, this_test, with_variables},
};

#[derive(Debug, Deserialize, HotConfig)]
struct App {
    #[hot(nested)]
    limit: Limit,
    #[hot(default = 80, restart)]
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Limit {
    #[hot(default = 5, range(min = 1))]
    max: u32,
    #[hot(default = 1)]
    burst: u32,
}

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder().file(folder.path("app.toml")).load().unwrap()
}

#[test]
fn a_value_that_is_set_survives_a_reload() {
    let folder = Folder::with("app.toml", "limit.max = 5");
    let app = app(&folder);
    assert_eq!(app.set_limit_max(9).unwrap(), 2);
    folder.write("app.toml", "limit.max = 6\nlimit.burst = 2");
    eventually("the file is read", || app.limit_burst() == 2);
    assert_eq!((app.limit_max(), paths(&app)), (9, vec!["limit.max".to_owned()]));
}

#[test]
fn what_breaks_a_rule_is_refused_and_nothing_changes() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let error = app.set_limit_max(0).unwrap_err().to_string();
    assert!(
        error.contains("limit.max: 0 is less than the minimum 1\n    from a value set at run time"),
        "{error}"
    );
    assert_eq!((app.version(), app.limit_max(), app.overrides().len()), (1, 5, 0));
}

#[test]
fn a_write_that_changes_nothing_publishes_nothing() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    assert_eq!((app.set_limit_max(5).unwrap(), app.version()), (1, 1));
}

#[test]
fn an_update_is_one_version() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.update(|config| {
        config.limit.max = 7;
        config.limit.burst = 3;
    })
    .unwrap();
    assert_eq!((app.version(), app.limit_max(), app.limit_burst()), (2, 7, 3));
}

#[test]
fn a_whole_nested_struct_can_be_set() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.set_limit(Limit { max: 2, burst: 2 }).unwrap();
    assert_eq!(paths(&app), ["limit.burst", "limit.max"]);
}

#[test]
fn clearing_overrides_gives_the_file_its_say_back() {
    let folder = Folder::with("app.toml", "limit.max = 6");
    let app = app(&folder);
    app.set_limit_max(9).unwrap();
    app.clear_overrides().unwrap();
    assert_eq!((app.limit_max(), app.version()), (6, 3));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(check = Pair::in_order)]
struct Pair {
    #[hot(default = 1)]
    low: u32,
    #[hot(default = 9)]
    high: u32,
}

impl Pair {
    fn in_order(&self) -> Result<(), &'static str> {
        if self.low <= self.high { Ok(()) } else { Err("low is above high") }
    }
}

/// A file that is refused because of an override.
fn refused_pair(folder: &Folder) -> PairHandle {
    let pair = Pair::hot_builder().file(folder.path("app.toml")).load().unwrap();
    pair.set_low(5).unwrap();
    folder.write("app.toml", "high = 4");
    eventually("the file is refused", || pair.status().last_error.is_some());
    pair
}

#[test]
fn a_file_that_only_an_override_held_back_is_taken_when_the_override_goes() {
    let folder = Folder::with("app.toml", "#");
    let pair = refused_pair(&folder);
    pair.clear_overrides().unwrap();
    eventually("the file is taken", || (pair.low(), pair.high()) == (1, 4));
    assert_eq!((pair.version(), pair.status().last_error), (4, None));
}

#[test]
fn who_watches_nothing_is_not_made_to_read_by_a_write() {
    let folder = Folder::with("app.toml", "#");
    let pair = Pair::hot_builder().file(folder.path("app.toml")).watch(false).load().unwrap();
    pair.set_low(5).unwrap();
    folder.write("app.toml", "high = 4");
    assert!(pair.reload().is_err());
    pair.clear_overrides().unwrap();
    // This response comes after the effects of the write.
    folder.write("app.toml", "high = 0");
    assert!(pair.reload().is_err());
    assert_eq!((pair.version(), pair.status().counts.reloads), (3, 2));
}

#[test]
fn a_component_writes_but_does_not_reload_the_application() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let limit: LimitHandle = app.limit();
    limit.set_max(8).unwrap();
    assert_eq!((app.limit_max(), limit.version()), (8, 2));
    assert!(limit.reload().is_err() && limit.shutdown().is_err() && limit.clear_overrides().is_err());
}

#[test]
fn a_write_inside_a_write_is_an_error() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.update(|_| assert!(app.set_limit_max(3).is_err() && app.reload().is_err())).unwrap();
}

#[test]
fn a_field_that_needs_a_restart_waits_while_others_go_live() {
    let folder = Folder::with("app.toml", "port = 80");
    let app = app(&folder);
    folder.write("app.toml", "port = 81\nlimit.max = 6");
    eventually("the other field is live", || app.limit_max() == 6);
    let pending = app.pending_restart();
    assert_eq!((app.port(), pending.len(), &*pending[0].path), (80, 1, "port"));
    folder.write("app.toml", "port = 80\nlimit.max = 7");
    eventually("going back clears it", || app.limit_max() == 7 && app.pending_restart().is_empty());
}

#[test]
fn what_waits_for_a_restart_has_the_type_of_its_field() {
    let folder = Folder::with("app.yaml", "port: 80");
    let app = App::hot_builder().file(folder.path("app.yaml")).load().unwrap();
    folder.write("app.yaml", "port: 0x51");
    eventually("it waits", || !app.pending_restart().is_empty());
    let pending = &app.pending_restart()[0];
    assert_eq!((&pending.running, &pending.waiting), (&80.into(), &81.into()));
    assert!(app.status().to_string().contains("\n  port stays 80 until a restart, then it is 81"));
}

#[test]
fn the_status_tells_all_that_is_not_as_it_should_be() {
    let folder = Folder::with("app.toml", "#");
    let app = App::hot_builder()
        .file(folder.path("app.toml"))
        .unknown_keys(hotswap::UnknownKeys::Warn)
        .load()
        .unwrap();
    let calm = app.status().to_string();
    assert!(
        ["warning", "restart", "set at run time", "refused"].iter().all(|word| !calm.contains(word)),
        "{calm}"
    );

    app.set_limit_max(9).unwrap();
    folder.write("app.toml", "colour = 'red'");
    eventually("a warning", || !app.status().warnings.is_empty());
    folder.write("app.toml", "limit.burst = 'x'");
    eventually("a refusal", || app.status().last_error.is_some());
    let lines = app.status().to_string();
    for line in [
        "\n  warning: colour: unknown key",
        "\n  override limit.max = ",
        "\n  last reload refused: configuration rejected: 1 problem\n    limit.burst: ",
    ] {
        assert!(lines.contains(line), "{line:?} is not in\n{lines}");
    }
}

#[test]
fn a_fixed_handle_writes_and_validates() {
    let limit = Limit::hot_fixed(Limit { max: 1, burst: 1 });
    assert_eq!(limit.set_max(4).unwrap(), 2);
    assert!(limit.set_max(0).is_err());
    assert_eq!(limit.max(), 4);
}

#[test]
fn a_fixed_handle_explains_the_value_it_was_made_with() {
    let limit = Limit::hot_fixed(Limit { max: 7, burst: 1 });
    assert_eq!(limit.explain("max").to_string(), "max\n  = 7 from the value that the handle was made with");
    limit.set_max(8).unwrap();
    assert_eq!(limit.explain("max").to_string(), "max\n  = 8 from a value set at run time");
}

#[test]
fn explain_names_every_layer() {
    let folder = Folder::with("app.toml", "limit.max = 6");
    let app = app(&folder);
    app.set_limit_max(9).unwrap();
    let text = app.explain("limit.max").to_string();
    let path = folder.path("app.toml").display().to_string();
    assert_eq!(
        text,
        format!(
            "limit.max\n  = 9 from a value set at run time\n    6 at {path}:1:13\n    5 from the default of the field"
        )
    );
    assert_eq!(app.limit().explain("max").given.len(), 3);
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, HotConfig)]
#[hot(env = "NUM")]
struct Numbered {
    #[serde(default)]
    list: Vec<u16>,
    #[serde(default)]
    rows: Vec<Vec<u16>>,
    #[serde(default)]
    map: std::collections::BTreeMap<String, u16>,
}

#[test]
fn a_number_in_a_path_is_an_index_where_a_list_is() {
    with_variables(&this_test(), &[("NUM_LIST", "15,16")], || {
        let folder = Folder::with("app.toml", "list = [5, 6]\nrows = [[1], [2, 3]]\nmap.1 = 7");
        let config = Numbered::hot_builder().file(folder.path("app.toml")).env("NUM").load().unwrap();
        assert_eq!(config.explain("list.1").given[0].value, "16");
        for (number, index) in [("list.0", "list[0]"), ("rows.1.0", "rows[1][0]"), ("map.1", "map.\"1\"")] {
            assert_eq!(config.explain(number).given, config.explain(index).given);
            assert!(!config.explain(number).given.is_empty(), "{number}");
        }
        assert!(config.explain("list.7").given.is_empty());
        config.set_list(vec![8, 9, 10]).unwrap();
        assert_eq!(config.explain("list.2").given[0].value, 10);
    });
    let fixed = Numbered::hot_fixed(Numbered { list: vec![1, 2], rows: Vec::new(), map: Default::default() });
    assert_eq!(fixed.explain("list.1").given[0].value, 2);
}
