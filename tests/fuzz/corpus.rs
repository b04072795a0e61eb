//! Initial texts, pieces to insert into them, and mutations.

use crate::random::Random;

/// The entry points for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entrance {
    Toml,
    Yaml,
    Json,
    Template,
    Dotenv,
    Patch,
}

impl Entrance {
    pub(crate) const ALL: [Self; 6] =
        [Self::Toml, Self::Yaml, Self::Json, Self::Template, Self::Dotenv, Self::Patch];

    fn seeds(self) -> &'static [&'static str] {
        match self {
            Self::Toml => &[
                "number = 7\ntext = 'a'\nlist = [1, 2]\nmap = { a = 1.5 }\n[[items]]\nport = 80\n[inner]\nratio = 0.1\n",
                "any.a.b = [{ c = 1979-05-27T07:32:00Z }]\ntext = \"\"\"\nx\\\n y\"\"\"\npassword = 'hunter2'\n",
                "kind.many.list = [true]\n\"a b\".'c' = 0x1F\n# note\ntext = \"${HOME:x}\"\n",
            ],
            Self::Yaml => &[
                "number: 7\ntext: a\nlist: [1, 2]\nmap: {a: 1.5}\nitems:\n- port: 80\n  name: x\ninner:\n  ratio: 0.1\n",
                "a: &a [x, y]\nany: [*a, *a]\nmap: &m {k: 1}\ninner:\n  <<: *m\n  tags: *a\n",
                "text: |\n  x\n   y\nkind: !!str one\n? number\n: 017\npassword: \"a\\u202eb\"\n--- \n",
            ],
            Self::Json => &[
                "{\"number\": 7, \"text\": \"a\", \"list\": [1, 2], \"map\": {\"a\": 1.5}, \"items\": [{\"port\": 80}]}",
                "{\"any\": {\"a\": [null, true, -0, 1e400, 18446744073709551616]}, \"kind\": {\"one\": 1}}",
                "{\"inner\": {\"ratio\": 0.1, \"tags\": [\"${HOME:x}\"]}, \"password\": \"\\ud83d\\ude00\"}",
            ],
            Self::Template => &["${HOME}", "a${NOPE:b}c", "${NOPE:${HOME:{}}}", "$${x} ${NOPE: -5}"],
            Self::Dotenv => &[
                "FUZ_NUMBER=7\nexport FUZ_TEXT='a b' # c\nFUZ_LIST=1,2\nFUZ_MAP={\"a\": 1}\n",
                "A=x\nB=\"${A}${A}\"\nC=\"$B$B\"\nFUZ_TEXT=${NOPE:-$C}\nFUZ_INNER_TAGS=\"a\\n,b\"\n",
                "A0=xxxxxxxxxxxxxxxx\nA1=$A0$A0\nA2=$A1$A1\nA3=$A2$A2\nFUZ_TEXT=$A3$A3\n",
            ],
            Self::Patch => &[
                "[{\"op\": \"replace\", \"path\": \"/number\", \"value\": 5}]",
                "[{\"op\": \"add\", \"path\": \"/list/-\", \"value\": 5}, {\"op\": \"copy\", \"from\": \"/list\", \"path\": \"/any\"}]",
                "[{\"op\": \"test\", \"path\": \"/inner/ratio\", \"value\": 0.5}, {\"op\": \"move\", \"from\": \"/any\", \"path\": \"/any\"}]",
                "{\"inner\": {\"ratio\": null}, \"any\": {\"a\": [1]}, \"map\": {\"x\": 1}}",
            ],
        }
    }
}

/// Pieces with a meaning in one of the languages.
const PIECES: &[&str] = &[
    "\n",
    " ",
    "\t",
    "=",
    ":",
    ": ",
    ",",
    ".",
    "#",
    " #",
    "-",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "]]",
    "(",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "\\n",
    "\\u",
    "\\$",
    "$",
    "$$",
    "${",
    "${A",
    "${A}",
    "${A:-",
    "${A:",
    "$A",
    "~",
    "/",
    "~0",
    "&a ",
    "*a",
    "<<: ",
    "!!",
    "!!int ",
    "? ",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "%",
    "@",
    "`",
    "null",
    "true",
    "0",
    "1",
    "-1",
    "1e400",
    "0x",
    "inf",
    "nan",
    "17",
    "99999999999999999999999999999999999999999",
    "number",
    "text",
    "list",
    "map",
    "items",
    "any",
    "kind",
    "inner",
    "export ",
    "FUZ_",
    "FUZ_NUMBER=",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "\r",
    "ü",
    "名",
    "😀",
];

/// A text of the corpus after a few changes.
pub(crate) fn mutated(entrance: Entrance, random: &mut Random) -> String {
    let mut text: Vec<char> = random.one_of(entrance.seeds()).chars().collect();
    for _ in 0..=random.below(8) {
        change(&mut text, random);
    }
    if random.below(8) == 0 {
        let more: Vec<char> = random.one_of(entrance.seeds()).chars().collect();
        text.extend(more);
    }
    text.into_iter().collect()
}

fn change(text: &mut Vec<char>, random: &mut Random) {
    let at = random.below(text.len() + 1);
    match random.below(6) {
        0..=2 => {
            let piece: Vec<char> = random.one_of(PIECES).chars().collect();
            text.splice(at..at, piece);
        }
        3 => {
            let end = (at + 1 + random.below(8)).min(text.len());
            text.drain(at..end);
        }
        4 => repeat(text, at, random),
        _ => {
            if let Some(letter) = text.get_mut(at) {
                *letter = char::from_u32(u32::try_from(random.below(0x250)).unwrap()).unwrap_or('x');
            }
        }
    }
}

/// A repeated part, at most a few thousand letters.
fn repeat(text: &mut Vec<char>, at: usize, random: &mut Random) {
    let end = (at + 1 + random.below(16)).min(text.len());
    let part = text[at.min(end)..end].to_vec();
    if !part.is_empty() && text.len() < 10_000 {
        let times = 1 << random.below(10);
        let more: Vec<char> = part.iter().copied().cycle().take(part.len() * times).collect();
        text.splice(at..at, more);
    }
}
