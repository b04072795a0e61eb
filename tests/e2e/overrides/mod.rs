//! Values set at run time: their authors, and values that must not be set.

mod conflicts;
mod covered;
mod expiry;
mod flattened;

use hotswap::{Handle, HotConfig, IssueKind};
use serde::{Deserialize, Serialize};

use crate::support::Folder;

/// The paths of the values set at run time.
pub(crate) fn paths<T: HotConfig>(config: &Handle<T>) -> Vec<String> {
    config.overrides().iter().map(|value| value.path().to_owned()).collect()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct App {
    #[hot(default = 1)]
    plain: u32,
    #[hot(default = "hush", secret)]
    token: hotswap::Secret<String>,
    #[hot(default = 1, readonly)]
    fixed: u32,
    #[hot(nested, readonly)]
    whole: Inner,
    #[hot(nested)]
    part: Part,
    #[hot(nested)]
    perhaps: Option<Part>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Inner {
    #[hot(default = 1)]
    a: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, HotConfig)]
struct Part {
    #[hot(default = 1, readonly)]
    fixed: u32,
    #[hot(default = 1)]
    free: u32,
}

fn app(folder: &Folder) -> AppHandle {
    App::hot_builder().file(folder.path("app.toml")).load().unwrap()
}

#[test]
fn what_is_set_is_whose_handle_it_was() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    let alice = app.by("alice");
    alice.part().set_free(2).unwrap();
    app.set_plain(2).unwrap();
    let by: Vec<_> = app.overrides().iter().map(|value| value.by().map(str::to_owned)).collect();
    assert_eq!(by, [Some("alice".to_owned()), None]);
}

#[test]
fn explain_says_who_and_when() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.by("alice").set_plain(2).unwrap();
    let explanation = app.explain("plain");
    assert_eq!(explanation.given[0].by.as_deref(), Some("alice"));
    assert!(explanation.given[0].at.is_some() && explanation.given[1].at.is_none());
    assert!(explanation.to_string().contains("= 2 from a value set at run time by alice at 2"));
}

#[test]
fn an_override_of_a_secret_does_not_show_it() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.set_token("leak".into()).unwrap();
    assert_eq!(app.overrides()[0].value(), Some(&"***".into()));
    let told = format!("{:?} {} {:?}", app.overrides(), app.status(), app.explain("token"));
    assert!(!told.contains("leak"), "{told}");
}

#[test]
fn the_status_lists_overrides() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    app.by("alice").set_plain(2).unwrap();
    assert_eq!(app.status().overrides, app.overrides());
    assert!(app.status().to_string().contains("\n  override plain = 2, set by alice at "));
}

#[track_caller]
fn refused(app: &AppHandle, change: impl FnOnce(&mut App), path: &str) {
    let error = app.update(change).unwrap_err();
    let found: Vec<_> = error.issues().map(|issue| (issue.path(), issue.kind())).collect();
    assert_eq!(found, [(path.to_owned(), IssueKind::Write)]);
    assert!(error.to_string().contains("the field is read-only at run time"), "{error}");
    assert_eq!((app.version(), app.overrides().len()), (1, 0));
}

#[test]
fn what_is_readonly_is_not_written() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    refused(&app, |app| app.fixed = 2, "fixed");
    refused(&app, |app| app.whole.a = 2, "whole.a");
    refused(&app, |app| app.part.fixed = 2, "part.fixed");
    assert!(app.part().set_fixed(2).is_err() && app.whole().set_a(2).is_err());
    app.set_part(Part { fixed: 1, free: 2 }).unwrap();
}

#[test]
fn what_is_readonly_inside_an_option_is_not_written() {
    let folder = Folder::with("app.toml", "[perhaps]\nfixed = 5");
    let app = app(&folder);
    refused(&app, |app| app.perhaps = None, "perhaps.fixed");
    app.set_perhaps(Some(Part { fixed: 5, free: 2 })).unwrap();
    assert_eq!(paths(&app), ["perhaps"]);
}

#[test]
fn a_file_writes_what_is_readonly() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    folder.write("app.toml", "fixed = 2");
    app.reload().unwrap();
    assert_eq!(app.fixed(), 2);
}

#[test]
fn a_blank_name_is_no_author() {
    let folder = Folder::with("app.toml", "#");
    let app = app(&folder);
    for name in ["", " ", "\t"] {
        app.by(name).set_plain(2).unwrap();
        let set = &app.overrides()[0];
        assert_eq!(set.by(), None);
        assert!(set.to_string().starts_with("plain = 2, set at "), "{set}");
        app.by("alice").by(name).clear_overrides().unwrap();
        assert_eq!(app.history().last().unwrap().by, None);
    }
}

#[test]
fn a_handle_without_sources_has_readonly_fields_too() {
    let part = Part::hot_fixed(Part { fixed: 1, free: 1 });
    assert!(part.set_fixed(2).is_err());
    part.set_free(2).unwrap();
}

#[test]
fn nothing_expires_where_nothing_is_below() {
    let part = Part::hot_fixed(Part { fixed: 1, free: 1 });
    let error = part.for_duration(std::time::Duration::from_secs(1)).set_free(2).unwrap_err();
    assert!(error.to_string().contains("nothing to go back to"), "{error}");
}

#[test]
fn a_handle_for_one_version_refuses_every_write_onto_another() {
    let app = App::hot_builder().watch(false).load().unwrap();
    app.set_plain(6).unwrap();
    let old = app.if_version(1).by("alice");
    let patch = serde_json::json!({ "plain": 7 });
    let refused = [
        old.set_plain(7).unwrap_err(),
        old.update(|app| app.plain = 7).unwrap_err(),
        old.merge_patch(patch.clone()).unwrap_err(),
        old.clear_override("plain").unwrap_err(),
        old.clear_overrides().unwrap_err(),
        old.rollback(1).unwrap_err(),
    ];
    for error in refused {
        assert!(error.to_string().contains("expected version 1, but version 2 is current"), "{error}");
        assert_eq!(error.issues().next().unwrap().help(), Some("read the configuration again, and retry"));
    }
    assert_eq!((app.version(), app.plain()), (2, 6));
    let version = app.by("alice").if_version(2).merge_patch(patch).unwrap();
    assert_eq!((version, app.overrides()[0].by()), (3, Some("alice")));
    assert_eq!(app.if_version(3).rollback(1).unwrap(), 4);
}
