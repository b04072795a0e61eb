//! The value of a variable that a text names, in a field that is no secret: it is in the value itself and nowhere else.

use std::{
    fs,
    path::Path,
    sync::{Mutex, mpsc},
    time::Duration,
};

use hotswap::{Format, HotConfig};
use serde::Deserialize;

use crate::{
    canary::{CANARY, assert_silent},
    heard::{heard, listen},
};

#[derive(Deserialize, HotConfig)]
struct Site {
    url: String,
    #[hot(default = [])]
    urls: Vec<String>,
    #[hot(restart, default = "")]
    held: String,
    #[hot(default = 1, range(max = 8))]
    n: u32,
}

fn text(n: u32) -> String {
    let url = "pg://app:${CANARY_PW}@a";
    format!("url = '{url}/{n}'\nurls = ['{url}', '{n}']\nheld = '{url}/{n}'\nn = {n}\n")
}

fn told_by(site: &SiteHandle, folder: &Path) -> String {
    let version = site.version();
    let history = site.history();
    let mut said = format!("{history:?}{}", serde_json::to_string(&history).unwrap());
    said += &format!("{:?}{:?}", site.diff(1, version).unwrap(), site.explain_all());
    said += &format!("{:?}{:?}{:?}", site.overrides(), site.pending_restart(), site.status());
    said += &format!("{site:?}{}", serde_json::to_string(&site.status()).unwrap());
    for format in [Format::Toml, Format::Yaml, Format::Json] {
        let path = folder.join(format!("saved.{}", format!("{format:?}").to_lowercase()));
        site.save(&path).unwrap();
        site.save_overrides(&path).unwrap();
        said += &fs::read_to_string(&path).unwrap();
    }
    site.flush_state().unwrap();
    for entry in fs::read_dir(folder.join("state")).unwrap() {
        said += &fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
    }
    said + &heard()
}

#[test]
fn all_that_is_said_and_kept_of_interpolated_text_keeps_it() {
    listen();
    let folder = tempfile::tempdir().unwrap();
    let (path, env) = (folder.path().join("site.toml"), folder.path().join(".env"));
    let variable = |suffix: &str| format!("CANARY_PW='{}{suffix}'\n", *CANARY);
    fs::write(&path, text(1)).unwrap();
    fs::write(&env, variable("")).unwrap();
    let load = || {
        let builder = Site::hot_builder().file(&path).dotenv(&env).watch(false);
        builder.state_dir(folder.path().join("state")).load().unwrap()
    };
    let site = load();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    site.watch_pattern("**", move |field| tell.lock().unwrap().send(format!("{field} {field:?}")).unwrap())
        .detach();
    fs::write(&path, text(2)).unwrap();
    site.reload().unwrap();
    let mut said: String = (0..3).map(|_| told.recv_timeout(Duration::from_secs(30)).unwrap()).collect();
    fs::write(&env, variable("2")).unwrap();
    site.reload().unwrap();
    site.update(|site| site.urls.push("new".into())).unwrap();
    site.merge_patch(serde_json::json!({ "n": 3 })).unwrap();
    said += &site.set_n(9).unwrap_err().report().to_string();
    site.rollback(1).unwrap();
    said += &told_by(&site, folder.path());
    assert!(site.url().contains(&*CANARY));
    site.shutdown().unwrap();
    drop(site);
    let again = load();
    said += &told_by(&again, folder.path());
    fs::write(&path, text(2).replace("n = 2", "n = 'x${CANARY_PW}'")).unwrap();
    said += &again.reload().unwrap_err().report().to_string();
    assert!(said.contains("${CANARY_PW}"), "{said}");
    assert_silent("interpolated text", &said);
}
