//! Variables from a `.env` file, read as the `dotenvy` crate does. The process's environment is not changed.

use std::{
    cell::Cell,
    io::{self, Read},
};

use zeroize::Zeroizing;

use super::format::text::{Flaw, decode, without_mark};

/// A variable of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// Quotes and escapes resolved. `$NAME` and `${NAME}` stand for a variable of the process, else one above in
    /// the file, else nothing.
    pub(crate) value: Zeroizing<String>,
    /// Where it begins, from 1.
    pub(crate) line: usize,
    /// Whether the value stands for no other variable, whose value may be a secret.
    pub(crate) verbatim: bool,
}

/// Reads a whole file.
///
/// # Errors
/// Every line that does not parse; a message never repeats it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<Variable>, Vec<Flaw>> {
    let text = without_mark(decode(bytes).map_err(|flaw| vec![flaw])?);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let read = Cell::new(0);
    let mut variables = Vec::new();
    let mut flaws = Vec::new();
    let mut last = 0;
    for entry in dotenvy::Iter::new(Lines { lines: &lines, read: &read, rest: &[] }) {
        let line = last + 1 + lines[last..].iter().take_while(|line| is_blank(line)).count();
        last = read.get().min(lines.len());
        match entry {
            Ok((name, value)) => {
                let written = lines.get(line - 1..last);
                let verbatim = written.is_some_and(|lines| !lines.iter().any(|line| line.contains('$')));
                variables.push(Variable { name, value: value.into(), line, verbatim });
            }
            Err(_) => flaws.push(Flaw::new(WRONG, (line, 1))),
        }
    }
    if flaws.is_empty() { Ok(variables) } else { Err(flaws) }
}

const WRONG: &str = "expected `NAME=value`; a value with spaces, quotes or `\\` stands in single quotes";

/// Whether dotenvy passes over the line.
fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// One line per read, so that the count says how far dotenvy's parser has come.
struct Lines<'t> {
    lines: &'t [&'t str],
    read: &'t Cell<usize>,
    rest: &'t [u8],
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let next = self.lines.get(self.read.get()).copied();
            self.read.set(self.read.get() + 1);
            // Without a line break at the end dotenvy refuses a last line that ends in white space.
            self.rest = match next {
                Some(line) => line.as_bytes(),
                None if self.read.get() == self.lines.len() + 1 => b"\n",
                None => b"",
            };
        }
        let length = self.rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest[..length]);
        self.rest = &self.rest[length..];
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::{Variable, parse};

    fn variable(name: &str, value: &str, line: usize) -> Variable {
        Variable { name: name.into(), value: value.to_owned().into(), line, verbatim: true }
    }

    fn lines(text: &str) -> Vec<usize> {
        parse(text.as_bytes()).unwrap_err().into_iter().map(|flaw| flaw.line).collect()
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
        assert_eq!(parse(text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn a_variable_stands_for_one_above() {
        let text = "HOTSWAP_TEST_A=1\nB=x${HOTSWAP_TEST_A}y\nC='${HOTSWAP_TEST_A}'";
        let values: Vec<_> =
            parse(text.as_bytes()).unwrap().iter().map(|variable| variable.value.to_string()).collect();
        assert_eq!(values, ["1", "x1y", "${HOTSWAP_TEST_A}"]);
    }

    #[test]
    fn what_stands_for_another_variable_is_not_verbatim() {
        let text = "A=1\nB=\"x\n${A}\"\nC=2";
        let verbatim: Vec<_> =
            parse(text.as_bytes()).unwrap().into_iter().map(|variable| variable.verbatim).collect();
        assert_eq!(verbatim, [true, false, true]);
    }

    #[test]
    fn every_wrong_line_is_told() {
        assert_eq!(lines("A=1\nno equals\nB=2\nC=a b\n"), [2, 4]);
        assert_eq!(lines("A=1\nB='never closed\n"), [2]);
    }

    #[test]
    fn messages_never_repeat_the_text() {
        let flaws = parse(b"hunter2 hunter2\nA=hunter2 hunter2").unwrap_err();
        assert!(flaws.iter().all(|flaw| !flaw.message.contains("hunter")));
    }

    #[test]
    fn a_byte_order_mark_means_nothing() {
        assert_eq!(parse(b"\xef\xbb\xbfA=1").unwrap(), [variable("A", "1", 1)]);
        assert_eq!(parse(b"").unwrap(), []);
    }

    #[test]
    fn what_is_not_utf8_has_its_line() {
        let flaws = parse(b"A=1\nB=\xff").unwrap_err();
        assert_eq!((flaws.len(), flaws[0].line, flaws[0].column), (1, 2, 3));
    }

    #[test]
    fn a_long_line_is_one_line() {
        let text = format!("A={}\nB=2", "x".repeat(20_000));
        assert_eq!(parse(text.as_bytes()).unwrap()[1].line, 2);
    }
}
