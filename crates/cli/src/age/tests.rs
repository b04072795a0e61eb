use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use age::{secrecy::ExposeSecret as _, x25519};
use clap::Parser;

use super::{SecretCommand, within};
use crate::output::Output;

#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    command: SecretCommand,
}

/// A folder with an identity in `key.txt`, and one in `other.txt`.
struct Fixture {
    folder: tempfile::TempDir,
    key: x25519::Identity,
    other: x25519::Identity,
}

/// The output and the exit code of a command.
struct Said {
    code: u8,
    out: String,
    err: String,
}

impl Fixture {
    fn new() -> Self {
        let (key, other) = (x25519::Identity::generate(), x25519::Identity::generate());
        let fixture = Self { folder: tempfile::tempdir().unwrap(), key, other };
        fixture.write("key.txt", fixture.key.to_string().expose_secret());
        fixture.write("other.txt", fixture.other.to_string().expose_secret());
        ["key.txt", "other.txt"].iter().for_each(|name| fixture.set_mode(name, 0o600));
        fixture
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs a command: `@name` is a file of the folder, `$key` and `$other` are recipients.
    fn run(&self, words: &str, input: &str) -> Said {
        let word = |word: &str| match word {
            "$key" => self.key.to_public().to_string(),
            "$other" => self.other.to_public().to_string(),
            word => match word.strip_prefix('@') {
                Some(name) => self.path(name).display().to_string(),
                None => word.to_owned(),
            },
        };
        let arguments = std::iter::once("program".to_owned()).chain(words.split_whitespace().map(word));
        let program = Program::try_parse_from(arguments).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output { out: &mut out, err: &mut err, standard: false };
        let code = program.command.read_from(&mut input.as_bytes(), &mut output).unwrap() as u8;
        Said { code, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
    }

    fn done(&self, words: &str, input: &str) -> String {
        let said = self.run(words, input);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        said.out
    }

    fn fails(&self, words: &str, input: &str) -> String {
        let said = self.run(words, input);
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        said.err
    }

    /// A reference for the first identity.
    fn reference(&self, value: &str) -> String {
        self.done("encrypt --recipient $key", value).trim_end().to_owned()
    }

    fn opens(&self, reference: &str, with: &str) -> String {
        self.done(&format!("decrypt --stdout -I @{with}"), reference)
    }
}

#[test]
fn a_value_becomes_a_reference_and_a_value_again() {
    let fixture = Fixture::new();
    let reference = fixture.reference("hunter2\n");
    assert!(reference.starts_with("age:YWdlLWVuY3J5cHRpb24ub3JnL3Yx") && !reference.contains('\n'));
    assert_eq!(fixture.opens(&format!("{reference}\n"), "key.txt"), "hunter2");
    assert_eq!(fixture.opens(&format!("{reference}#part"), "key.txt"), "hunter2");
    let json: serde_json::Value =
        serde_json::from_str(&fixture.done("encrypt --json -r $key -r $other", "hunter2")).unwrap();
    assert_eq!(json["recipients"].as_array().unwrap().len(), 2);
    let both = json["reference"].as_str().unwrap();
    assert_eq!(
        (fixture.opens(both, "key.txt"), fixture.opens(both, "other.txt")),
        ("hunter2".into(), "hunter2".into())
    );
    let shown = fixture.done("decrypt --stdout --json -I @key.txt", both);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["value"], "hunter2");
}

#[test]
fn a_whole_file_is_encrypted_beside_itself_and_for_its_owner() {
    let fixture = Fixture::new();
    fixture.write("app.toml", "a = 'hunter2'\n");
    let said = fixture.done("encrypt --in @app.toml --recipient $key", "");
    assert!(
        said.contains("app.toml.age is encrypted for 1 recipient;") && said.contains("plain text"),
        "{said}"
    );
    assert_eq!(fixture.mode("app.toml.age"), 0o600);
    fixture.done("decrypt --in @app.toml.age --out @back.toml -I @key.txt", "");
    assert_eq!((fixture.read("back.toml"), fixture.mode("back.toml")), ("a = 'hunter2'\n".into(), 0o600));
    let json = fixture.done("encrypt --json -i @app.toml -o @b.age -r $key", "");
    assert!(
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["file"]
            .as_str()
            .unwrap()
            .ends_with("b.age")
    );
}

#[test]
fn recipients_are_read_from_files() {
    let fixture = Fixture::new();
    let lines = format!("# the team\n\n{}\n  {}\n", fixture.key.to_public(), fixture.other.to_public());
    fixture.write("team.txt", lines);
    let reference = fixture.done("encrypt --recipients-file @team.txt", "hunter2");
    assert_eq!(fixture.opens(&reference, "other.txt"), "hunter2");
    fixture.write("team.txt", "\nsomebody");
    let error = fixture.fails("encrypt -R @team.txt", "hunter2");
    assert!(error.contains("the line is no recipient") && error.contains("2"), "{error}");
    assert!(!error.contains("somebody"), "{error}");
}

#[test]
fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let fixture = Fixture::new();
    let key = fixture.read("key.txt");
    let error = fixture.fails(&format!("encrypt --recipient {key}"), "hunter2");
    assert!(error.contains("an identity, which is secret") && !error.contains(&key), "{error}");
    assert!(fixture.fails("encrypt", "hunter2").contains("nobody is named who may decrypt it"));
    // A secret is not written without an explicit target.
    assert!(Program::try_parse_from(["program", "decrypt"]).is_err());
}

#[test]
fn what_does_not_open_says_why() {
    let fixture = Fixture::new();
    let reference = fixture.reference("hunter2");
    assert!(
        fixture
            .fails("decrypt --stdout -I @other.txt", &reference)
            .contains("encrypted for other identities")
    );
    assert!(fixture.fails("decrypt --stdout -I @key.txt", &reference[..99]).contains("cut short"));
    assert!(fixture.fails("decrypt --stdout -I @key.txt", "hunter2!").contains("no base64"));
    assert!(fixture.fails("decrypt --stdout -I @none.txt", &reference).contains("no file at"));
    assert!(fixture.fails("decrypt --in @none.age --stdout -I @key.txt", "").contains("no file at"));
}

#[test]
fn a_symlink_is_not_written_over() {
    let fixture = Fixture::new();
    fixture.write("app.toml", "a = 1");
    symlink("elsewhere", fixture.path("app.toml.age")).unwrap();
    assert!(fixture.fails("encrypt -i @app.toml -r $key", "").contains("a symlink stands in its place"));
    assert!(!Path::new(&fixture.path("elsewhere")).exists());
}

#[test]
fn whole_files_are_rotated_and_stay_armored() {
    let fixture = Fixture::new();
    fixture.write("a.toml", "a = 'hunter2'");
    fixture.done("encrypt -i @a.toml -r $key", "");
    let armored = hotswap_age::seal::armored(&fs::read(fixture.path("a.toml.age")).unwrap());
    fixture.write("b.toml.age", armored);
    fixture.set_mode("a.toml.age", 0o640);
    let said = fixture.done("rotate-recipients @a.toml.age @b.toml.age -I @key.txt -r $other", "");
    assert_eq!(said.matches(": encrypted for 1 recipient\n").count(), 2, "{said}");
    assert_eq!(fixture.mode("a.toml.age"), 0o640);
    assert!(fixture.read("b.toml.age").starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"));
    for name in ["a.toml.age", "b.toml.age"] {
        assert_eq!(fixture.done(&format!("decrypt --stdout -i @{name} -I @other.txt"), ""), "a = 'hunter2'");
        fixture.fails(&format!("decrypt --stdout -i @{name} -I @key.txt"), "");
    }
}

/// The text with every reference as `R`, and each of them opened.
fn told(fixture: &Fixture, text: &str, with: &str) -> (String, Vec<String>) {
    let mut rest = String::new();
    let mut values = Vec::new();
    for (place, part) in text.split("age:").enumerate() {
        let end = part.find(|letter: char| !(letter.is_ascii_alphanumeric() || "+/".contains(letter)));
        let (ciphertext, after) = part.split_at(if place == 0 { 0 } else { end.unwrap_or(part.len()) });
        if place > 0 && ciphertext.is_empty() {
            rest.push_str("age:");
        } else if place > 0 {
            values.push(fixture.opens(ciphertext, with));
            rest.push('R');
        }
        rest.push_str(after);
    }
    (rest, values)
}

#[test]
fn references_in_files_are_rotated_and_nothing_else_changes() {
    for (name, form) in [
        (
            "a.toml",
            "# why\na.b   = 'A'  # here\nlist = [\n  \"A#key\", # one\n  'B',\n]\nname = 'age: 7'\n\n[c]\n# A\nd=\"\"\"B\"\"\"\n",
        ),
        ("a.yaml", "# why\na:\n    b:   A # here\nlist: [ 'B', \"A#key\" ]\nc: &x B\nd: *x\nn: 007\n"),
        ("a.json", "{\n\t\"a\" : \"A\",\n  \"list\": [\"B\", {\"c\":\"A#key\"}], \"n\": 1.50 }"),
    ] {
        let fixture = Fixture::new();
        let (one, two) = (fixture.reference("one"), fixture.reference("two"));
        let text = form.replace('A', "\0").replace('B', &two).replace('\0', &one);
        fixture.write(name, &text);
        let said = fixture.done(&format!("rotate-recipients @{name} -I @key.txt -r $other"), "");
        assert!(said.contains("values encrypted for 1 recipient"), "{said}");
        let (before, after) =
            (told(&fixture, &text, "key.txt"), told(&fixture, &fixture.read(name), "other.txt"));
        assert_eq!(after, before);
        assert!(!fixture.read(name).contains(&one) && !fixture.read(name).contains(&two));
    }
}

#[test]
fn a_file_is_rotated_whole_or_not_at_all() {
    let fixture = Fixture::new();
    let (mine, foreign) = (fixture.reference("one"), fixture.done("encrypt -r $other", "two"));
    let text = format!("a = '{mine}'\n\nb = '{}'\n", foreign.trim_end());
    fixture.write("a.toml", &text);
    fixture.write("b.toml", format!("a = '{mine}'"));
    let error = fixture.fails("rotate-recipients @b.toml @a.toml -I @key.txt -r $other", "");
    assert!(error.contains("3:5") && error.contains("encrypted for other identities"), "{error}");
    assert_eq!(fixture.read("a.toml"), text);
    assert_eq!(fixture.read("b.toml"), format!("a = '{mine}'"));
}

#[test]
fn a_reference_that_is_folded_is_left_to_people() {
    let fixture = Fixture::new();
    let reference = fixture.reference("one");
    let text = format!("a: >-\n  {}\n  {}\n", &reference[..80], &reference[80..]);
    fixture.write("a.yaml", &text);
    let error = fixture.fails("rotate-recipients @a.yaml -I @key.txt -r $other", "");
    assert!(error.contains("spans more than one line") && error.contains("a.yaml"), "{error}");
    assert_eq!(fixture.read("a.yaml"), text);
}

#[test]
fn what_holds_no_reference_is_not_touched() {
    let fixture = Fixture::new();
    fixture.write("a.toml", "a = 'age: 7'\nb = 'age:YWdl'\n");
    fixture.set_mode("a.toml", 0o400);
    let said = fixture.done("rotate-recipients @a.toml -I @key.txt -r $other", "");
    assert!(said.ends_with("a.toml: holds no `age:` reference\n"), "{said}");
    let json = fixture.done("rotate-recipients --json @a.toml -I @key.txt -r $other", "");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["files"][0]["values"], 0);
    fixture.write("a.ini", "a = 1");
    assert!(
        fixture
            .fails("rotate-recipients @a.ini -I @key.txt -r $other", "")
            .contains("not known by its extension")
    );
    fixture.write("b.toml", "a = = 'hunter2'");
    let broken = fixture.fails("rotate-recipients @b.toml -I @key.txt -r $other", "");
    assert!(broken.contains("b.toml:1:5") && !broken.contains("hunter2"), "{broken}");
}

#[test]
fn input_without_end_is_refused() {
    let endless = std::io::repeat(b'x');
    assert!(within(endless, 0, super::MAX_SIZE).unwrap().is_none());
}
