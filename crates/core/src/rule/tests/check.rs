use super::*;

struct App {
    error: fn() -> CheckError,
}

impl App {
    fn fits(&self) -> Result<(), CheckError> {
        Err((self.error)())
    }

    fn plain(&self) -> Result<(), &'static str> {
        Err("does not fit")
    }
}

const FITS: Rules<App> = &[&Check { name: "check", check: |value| blaming(App::fits(value)), shape: &APP }];
const PLAIN: Rules<App> = &[&Check { name: "check", check: |value| blaming(App::plain(value)), shape: &APP }];

fn told_at(field: fn() -> CheckError) -> String {
    told(FITS, App { error: field })
}

#[test]
fn no_field_blames_the_struct() {
    assert_eq!(told(PLAIN, App { error: || "".into() }), "does not fit");
}

#[test]
fn a_rust_name_becomes_the_name_in_files() {
    assert_eq!(told_at(|| CheckError::new("no").field("db.max_size")), "database.maxSize: no");
    assert_eq!(told_at(|| CheckError::new("no").field("database.maxSize")), "database.maxSize: no");
    assert_eq!(told_at(|| CheckError::new("no").field("flat.max_size")), "maxSize: no");
}

#[test]
fn an_unknown_path_stands_as_it_is() {
    assert_eq!(told_at(|| CheckError::new("no").field("servers[3].port")), "servers[3].port: no");
}

#[test]
fn each_field_at_fault_is_told() {
    assert_eq!(told_at(|| CheckError::new("no").field("a").field("b")), "a: no\nb: no");
}

#[test]
fn help_is_kept() {
    let app = App { error: || CheckError::new("no").help("raise it") };
    assert_eq!(Findings::check(&app, FITS, false).found[0].help.as_deref(), Some("raise it"));
}

#[test]
fn a_panic_is_a_finding() {
    assert_eq!(told_at(|| panic!("oh")), "check panicked: oh");
}

#[test]
fn a_secret_is_not_shown() {
    let app = App { error: || CheckError::new("hunter2").field("db").help("hunter2") };
    let found = Findings::check(&app, FITS, true).found;
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    assert_eq!(found[0].keys.to_string(), "database");
}
