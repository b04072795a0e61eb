//! Files below variables that give another value after a restart.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use hotswap::HotConfig;
use serde::{Deserialize, Serialize};

use crate::support::{Folder, eventually, this_test, with_variables};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
#[hot(env = "UNDER")]
struct App {
    #[hot(default = 1)]
    n: u32,
    #[hot(default = 1)]
    m: u32,
    #[serde(default)]
    list: Vec<u32>,
    #[hot(nested)]
    pool: Pool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Pool {
    #[hot(default = 4)]
    size: u32,
}

struct Running {
    folder: Folder,
    config: AppHandle,
    warnings: Arc<Mutex<Vec<String>>>,
    _subscription: hotswap::Subscription,
}

impl Running {
    fn new(dotenv: &str) -> Self {
        let folder = Folder::with("a.toml", "n = 1\n");
        folder.write(".env", dotenv);
        let config = Self::builder(&folder).load().unwrap();
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&warnings);
        let _subscription = config.on_warning(move |warning| into.lock().unwrap().push(warning.to_string()));
        Self { folder, config, warnings, _subscription }
    }

    fn builder(folder: &Folder) -> hotswap::Builder<App> {
        App::hot_builder().file(folder.path("a.toml")).dotenv(folder.path(".env")).watch(false)
    }

    fn save(&self, whole: bool) {
        let path = self.folder.path("a.toml");
        let save =
            |path: &Path| if whole { self.config.save(path) } else { self.config.save_overrides(path) };
        save(&path).unwrap();
    }

    fn assert_warned(&self, parts: &[&str]) {
        let is_warned = |warning: &String| parts.iter().all(|part| warning.contains(part));
        eventually("the warning", || self.warnings.lock().unwrap().iter().any(is_warned));
    }
}

#[test]
fn a_value_below_a_dotenv_file_is_saved_with_a_warning() {
    for whole in [false, true] {
        let running = Running::new("UNDER_N=7\nUNDER_POOL_SIZE=8\nUNDER_LIST=1,2\n");
        running.config.set_n(3).unwrap();
        running.config.set_m(3).unwrap();
        running.config.set_list(vec![5]).unwrap();
        running.config.set_pool_size(9).unwrap();
        running.save(whole);
        for (path, variable) in [("n", "UNDER_N"), ("list", "UNDER_LIST"), ("pool.size", "UNDER_POOL_SIZE")] {
            running.assert_warned(&[&format!("{path}: "), variable, ".env", "another value"]);
        }
        let warnings = running.warnings.lock().unwrap().join("\n");
        assert!(!warnings.contains("m: "), "{warnings}");
        let text = fs::read_to_string(running.folder.path("a.toml")).unwrap();
        assert!(text.contains("n = 3") && text.contains("m = 3"), "{text}");
    }
}

#[test]
fn a_value_below_the_environment_is_saved_with_a_warning() {
    with_variables(&this_test(), &[("UNDER_N", "7")], || {
        for whole in [false, true] {
            let running = Running::new("UNDER_M=2");
            running.config.set_n(3).unwrap();
            running.save(whole);
            running.assert_warned(&["n: ", "UNDER_N", "environment", "another value"]);
        }
    });
}

#[test]
fn a_saved_value_that_a_variable_gives_too_needs_no_warning() {
    for whole in [false, true] {
        let running = Running::new("UNDER_N=7\nUNDER_LIST=1,2\n");
        running.config.set_n(7).unwrap();
        running.config.set_list(vec![1, 2]).unwrap();
        running.save(whole);
        // Another warning is delivered after all earlier ones.
        running.config.set_n(8).unwrap();
        running.save(whole);
        running.assert_warned(&["n: ", "UNDER_N"]);
        let warnings = running.warnings.lock().unwrap().join("\n");
        assert!(warnings.matches("another value").count() == 1, "{warnings}");
    }
}
