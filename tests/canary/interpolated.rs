//! The value of a variable in the text of a field that is not secret appears only in the value itself.

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
#[hot(env = "SITE")]
struct Site {
    url: String,
    #[hot(default = [])]
    urls: Vec<String>,
    #[hot(restart, default = "")]
    held: String,
    #[hot(default = 1, range(max = 8))]
    n: u32,
}

fn text(edit: u32, n: &str) -> String {
    let url = "pg://app:${CANARY_PW}@a";
    format!("url = '{url}/{edit}'\nurls = ['{url}', '{edit}']\nheld = '{url}/{edit}'\nn = {n}\n")
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

/// The position of the text with the variable.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    File,
    Dotenv,
}

/// Writes the sources: the variable ends with `suffix`, and `n` is the value of the field.
fn write(place: Place, folder: &Path, suffix: &str, edit: u32, n: &str) {
    let mut variables = format!("CANARY_PW='{}{suffix}'\n", *CANARY);
    let mut file = "# empty\n".to_owned();
    match place {
        Place::File if n.starts_with('x') => file = text(edit, &format!("'{n}'")),
        Place::File => file = text(edit, n),
        Place::Dotenv => {
            let url = "pg://app:${CANARY_PW}@a";
            let urls = format!("{url},{edit}");
            variables +=
                &format!("SITE_URL={url}/{edit}\nSITE_URLS={urls}\nSITE_HELD={url}/{edit}\nSITE_N={n}\n");
        }
    }
    fs::write(folder.join("site.toml"), file).unwrap();
    fs::write(folder.join(".env"), variables).unwrap();
}

/// All outputs and stored data across edits, writes, a rollback, a restart and refusals.
fn said_of(place: Place) -> String {
    listen();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let load = || {
        let builder = Site::hot_builder().file(folder.join("site.toml")).dotenv(folder.join(".env"));
        builder.watch(false).state_dir(folder.join("state")).load().unwrap()
    };
    write(place, folder, "", 1, "1");
    let site = load();
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    site.watch_pattern("**", move |field| tell.lock().unwrap().send(format!("{field} {field:?}")).unwrap())
        .detach();
    write(place, folder, "", 2, "2");
    site.reload().unwrap();
    let mut said: String = (0..3).map(|_| told.recv_timeout(Duration::from_secs(30)).unwrap()).collect();
    write(place, folder, "2", 2, "2");
    site.reload().unwrap();
    site.update(|site| site.urls.push("new".into())).unwrap();
    site.merge_patch(serde_json::json!({ "n": 3 })).unwrap();
    said += &site.set_n(9).unwrap_err().report().to_string();
    site.rollback(1).unwrap();
    said += &told_by(&site, folder);
    assert!(site.url().contains(&*CANARY));
    site.shutdown().unwrap();
    drop(site);
    let again = load();
    said += &told_by(&again, folder);
    write(place, folder, "2", 2, "x${CANARY_PW}");
    said += &again.reload().unwrap_err().report().to_string();
    said
}

#[test]
fn all_that_is_said_and_kept_of_interpolated_text_keeps_it() {
    for (place, what) in [(Place::File, "interpolated text"), (Place::Dotenv, "text of a dotenv file")] {
        let said = said_of(place);
        assert!(said.contains("pg://app:${CANARY_PW}@a/2"), "{said}");
        assert_silent(what, &said);
    }
}
