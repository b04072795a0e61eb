use std::collections::BTreeMap;

use super::{Outside, Variable, parse};
use crate::secret::Private;

/// Variables of the process and of earlier files; names that begin with `SECRET` belong to a secret
/// field.
#[derive(Default)]
struct World {
    process: BTreeMap<&'static str, &'static str>,
    files: BTreeMap<&'static str, &'static str>,
}

impl Outside for World {
    fn of_process(&self, name: &str) -> Option<Private> {
        self.process.get(name).map(|value| (*value).into())
    }

    fn of_files(&self, name: &str) -> Option<Private> {
        self.files.get(name).map(|value| (*value).into())
    }

    fn is_incomplete(&self) -> bool {
        false
    }

    fn is_secret(&self, name: &str) -> bool {
        name.starts_with("SECRET")
    }

    fn is_open(&self, name: &str) -> bool {
        !name.starts_with("SECRET")
    }
}

fn world() -> World {
    World { process: [("HOME", "/root"), ("EMPTY", "")].into(), files: [("ABOVE", "a")].into() }
}

fn variable(name: &str, value: &str, line: usize) -> Variable {
    Variable { name: name.into(), value: value.into(), line, verbatim: true, raw: None }
}

/// The value of the last variable.
#[track_caller]
fn value(text: &str) -> String {
    let variables = parse(text, &world()).unwrap_or_else(|flaws| panic!("{text}: {flaws:?}"));
    variables.last().unwrap().value.to_str().unwrap().to_owned()
}

#[track_caller]
fn messages(text: &str) -> Vec<String> {
    let flaws = parse(text, &world()).err().unwrap_or_else(|| panic!("{text} is accepted"));
    flaws.into_iter().map(|flaw| format!("{}:{} {}", flaw.line, flaw.column, flaw.message)).collect()
}

#[track_caller]
fn lines(text: &str) -> Vec<usize> {
    parse(text, &world()).unwrap_err().into_iter().map(|flaw| flaw.line).collect()
}

#[test]
fn a_variable_has_its_line() {
    let text = "# first\n\nA=1\r\nexport B='two words' # why\n\n  # more\nC=\"x\ny\"\nD=4 ";
    let expected = [
        variable("A", "1", 3),
        variable("B", "two words", 4),
        variable("C", "x\ny", 7),
        variable("D", "4", 9),
    ];
    assert_eq!(parse(text, &world()).unwrap(), expected);
}

#[test]
fn names_are_read_as_compose_reads_them() {
    for text in
        ["A=1", "A = 1", " \tA=1", "export A=1", "export\tA = 1", "A: 1", "A : 1", "A='1'", "A= \"1\" "]
    {
        assert_eq!(parse(text, &world()).unwrap(), [variable("A", "1", 1)], "{text}");
    }
    for name in ["a.b-c_1", "exportA", "ÜBER", "A[0]"] {
        assert_eq!(parse(&format!("{name}=1"), &world()).unwrap(), [variable(name, "1", 1)]);
    }
    for text in ["A B=1", "=1", "A", "A$=1", "A\"=1", "A/B=1", "export A B=1", "export", "A;B=1"] {
        assert_eq!(messages(text).len(), 1, "{text}");
    }
}

#[test]
fn a_name_alone_stands_for_a_variable_of_the_process() {
    assert_eq!(parse("HOME\nexport HOME # as it is\n", &world()).unwrap(), []);
    assert!(messages("A=1\nABOVE\n")[0].starts_with("2:1 expected `NAME=value`; a name alone"));
}

#[test]
fn values_without_quotes_end_with_their_line_or_at_a_comment() {
    for (text, expected) in [
        ("A=two words", "two words"),
        ("A=1 # why", "1"),
        ("A=1\t# why", "1"),
        ("A=1# why", "1# why"),
        ("A=#1", "#1"),
        ("A= # why", ""),
        ("A=", ""),
        ("A=a=b", "a=b"),
        ("A=it's \"so\"", "it's \"so\""),
        ("A=x'y'", "x'y'"),
        ("A=a\\nb", "a\\nb"),
        ("A=C:\\new", "C:\\new"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn single_quotes_are_literal() {
    for (text, expected) in [
        ("A='$HOME ${HOME} $$ \\n # x'", "$HOME ${HOME} $$ \\n # x"),
        ("A='Let\\'s go!'", "Let's go!"),
        ("A='a\\\\b'", "a\\\\b"),
        ("A='two\nlines'", "two\nlines"),
        ("A='' # none", ""),
        ("A='x'# y", "x"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn double_quotes_know_escapes() {
    for (text, expected) in [
        ("A=\"a\\n\\r\\t\\\\b\"", "a\n\r\t\\b"),
        ("A=\"{\\\"hello\\\": \\\"json\\\"}\"", "{\"hello\": \"json\"}"),
        ("A=\"\\x \\' \\é\"", "\\x \\' \\é"),
        ("A=\"\\$HOME \\${HOME}\"", "$HOME ${HOME}"),
        ("A=\"# no comment\" # one", "# no comment"),
        ("A=\"\\\\$HOME\"", "\\/root"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn a_quote_that_does_not_end_the_value_is_refused() {
    for text in ["A='x'y", "A=\"x\" y", "A='it's'", "A=\"x\"B=2"] {
        assert!(messages(text)[0].contains("behind the closing quote"), "{text}");
    }
    assert_eq!(messages("A=1\nB='never closed\n").len(), 1);
    assert!(messages("A=\"x\\\"").concat().starts_with("1:3 the quote is never closed"));
}

#[test]
fn variables_are_replaced() {
    for (text, expected) in [
        ("B=$HOME", "/root"),
        ("B=x${HOME}y", "x/rooty"),
        ("B=\"$HOME:$ABOVE\"", "/root:a"),
        ("B=$EMPTY.", "."),
        ("B=${EMPTY:-d}${EMPTY-d}", "d"),
        ("B=${NOPE:-5432}", "5432"),
        ("B=${NOPE-}", ""),
        ("B=${NOPE:-${ALSO_NOPE:-$HOME}}", "/root"),
        ("B=${HOME:-$NOPE}", "/root"),
        ("B=${HOME:+set}${NOPE:+set}${EMPTY:+set}${EMPTY+set}", "setset"),
        ("B=${HOME:?it must be set}", "/root"),
        ("B=${EMPTY?x}", ""),
        ("B=\"${NOPE:-a\\tb}\"", "a\tb"),
        ("B=pa$$word", "pa$word"),
        ("B=$$HOME $${HOME}", "$HOME ${HOME}"),
        ("B=5$ $5 $( $", "5$ $5 $( $"),
        ("B=${NOPE:-{\"a\": {}}}", "{\"a\": {}}"),
        ("B=${HOME:-{name}}", "/root"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

/// Like compose: a file does not override variables exported in the shell.
#[test]
fn the_process_wins_over_lines_above_and_these_over_files_before() {
    assert_eq!(value("HOME=/home\nB=$HOME"), "/root");
    assert_eq!(value("ABOVE=b\nB=$ABOVE"), "b");
    assert_eq!(value("A=1\nA=2\nB=$A"), "2");
    assert_eq!(value("B='$A'\nC=$B"), "$A");
    assert!(messages("B=$A\nA=1")[0].starts_with("1:3 the variable A is not set"));
}

#[test]
fn a_variable_that_is_not_set_is_refused_with_its_place() {
    assert_eq!(
        messages("A=1\nB=\"x\ny $DB_USER\""),
        [
            "3:3 the variable DB_USER is not set; write `${DB_USER:-default}` for a default, or `$$` for a literal `$`"
        ]
    );
    assert_eq!(messages("A=$ONE ${TWO} $ONE").len(), 2);
    assert_eq!(messages("A=${NOPE:?set it first}"), ["1:3 the variable NOPE is not set: set it first"]);
    assert_eq!(messages("A=${EMPTY:?}"), ["1:3 the variable EMPTY is not set"]);
}

#[test]
fn forms_that_mean_something_else_elsewhere_are_refused_whether_the_variable_is_set_or_not() {
    for text in [
        "${HOME:5432}",
        "${NOPE:5432}",
        "${HOME",
        "${NOPE:-x",
        "${}",
        "${1}",
        "${HOME/a/b}",
        "${NOPE:=x}",
        "${HOME:-{}",
        "${ HOME}",
        "${HOME }",
        "\\$HOME",
        "\\${HOME}",
        "${NOPE:-${HOME:x}}",
        "${HOME:-${NOPE:x}}",
    ] {
        assert_eq!(messages(&format!("A={text}")).len(), 1, "{text}");
    }
    assert!(messages("A=${NOPE:5432}")[0].contains("expected `${NAME}`, `${NAME:-default}`"));
}

/// A reference to a variable with a malformed statement is not another mistake.
#[test]
fn one_cause_is_one_error() {
    for (text, line) in [
        ("A=$NOPE\nB=$A\nC=${B}x", 1),
        ("A=$NOPE\nB=${A:-x}\nC=${A:+$B}\nD=${A:?why}\nE=${A-${A}}", 1),
        ("A='x\nB=$A", 1),
        ("A=${NOPE:5}\nB=$A", 1),
        ("A='x' y\nB=\"$A\"\nC=$B", 1),
        ("NOPE\nB=$NOPE", 1),
        ("HOME=1\nA=$NOPE\nHOME=$A\nB=$HOME", 2),
        ("OK=1\nA=$NOPE\nA=2\nB=$A", 2),
        ("OK=1\nOK=$NOPE\nB=$OK", 2),
    ] {
        assert_eq!(lines(text), [line], "{text}");
    }
    assert_eq!(lines("A=$NOPE\nB=$A\nC=$OTHER\nD=${A}${OTHER}"), [1, 3, 4]);
}

/// Messages do not quote secrets, and the advice is a sentence.
#[test]
fn an_unset_dollar_of_a_secret_has_its_advice() {
    let found = messages("A=\"x$nope\"");
    assert!(
        found[0].ends_with("a `$` names a variable that is not set; write `$$` for a literal `$`"),
        "{found:?}"
    );
}

#[test]
fn what_stands_for_another_variable_is_not_verbatim() {
    let variables = parse("A=1\nB=\"x\n${A}\"\nC=2\nD='$A'\nE=$$A", &world()).unwrap();
    let verbatim: Vec<_> = variables.into_iter().map(|variable| variable.verbatim).collect();
    assert_eq!(verbatim, [true, false, true, true, true]);
}

#[test]
fn every_wrong_line_is_told() {
    assert_eq!(lines("A=1\nno equals\nB=2\nC=$NOPE\n\nD='x' y\nE=3"), [2, 4, 6]);
    assert_eq!(lines("A=1\nB='never closed\n"), [2]);
}

#[test]
fn of_many_wrong_lines_the_first_are_told_and_the_others_counted() {
    let flaws = parse(&"A B\n".repeat(1000), &world()).unwrap_err();
    assert_eq!(flaws.len(), 50);
    assert!(flaws[49].message.ends_with("; 950 more problems follow"));
}

#[test]
fn messages_never_repeat_a_value() {
    for text in [
        "hunter2 hunter2",
        "hunter2",
        "A='hunter2' hunter2",
        "A='hunter2",
        "A=pa$hunter2",
        "A=${hunter 2}",
        "A=${hunter2",
        "A=${NOPE:hunter2}",
        "SECRET=$HUNTER2",
        "SECRET=${NOPE?hunter2}",
        "A=\\$hunter2",
    ] {
        let told = messages(text).concat();
        assert!(!told.to_lowercase().contains("hunter"), "{text}: {told}");
    }
}

#[test]
fn variables_that_double_are_refused() {
    for reference in ["${A0}${A0}", "$A0$A0", "${NOPE:-$A0$A0}", "${A0:+$A0$A0}"] {
        let line = |number: usize| {
            format!("A{}=\"{}\"\n", number + 1, reference.replace("A0", &format!("A{number}")))
        };
        let text = format!("A0=x\n{}", (0..40).map(line).collect::<String>());
        let flaws = messages(&text);
        assert!(flaws[0].contains("expand to more than 1 MiB"), "{reference}: {flaws:?}");
    }
}

#[test]
fn the_budget_counts_what_variables_add_and_nothing_else() {
    let big = "x".repeat(2 << 20);
    assert_eq!(value(&format!("A={big}")).len(), big.len());
    let half = "x".repeat(1 << 19);
    assert_eq!(value(&format!("A={half}\nB=$A\nC=$A")).len(), half.len());
    assert!(messages(&format!("A={half}\nB=$A\nC=$A\nD=${{B:0}}\nD=$EMPTY$HOME"))[0].starts_with("4:"));
    assert!(
        messages(&format!("A={half}\nB=$A\nC=$A\nD=$HOME"))[0]
            .starts_with("4:3 the variables of this source")
    );
}

#[test]
fn a_hundred_thousand_defaults_are_refused() {
    assert!(messages(&format!("A={}", "${B:-".repeat(100_000)))[0].contains("too deep"));
}

#[test]
fn a_byte_order_mark_means_nothing() {
    assert_eq!(parse("\u{feff}A=1", &world()).unwrap(), [variable("A", "1", 1)]);
    assert_eq!(parse("", &world()).unwrap(), []);
}

#[test]
fn a_long_line_is_one_line() {
    let text = format!("A={}\nB=2", "x".repeat(20_000));
    assert_eq!(parse(&text, &world()).unwrap()[1].line, 2);
}
