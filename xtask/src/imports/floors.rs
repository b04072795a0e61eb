//! The floors of `ARCHITECTURE.md`: which module is above which, and what may break the rule.

use std::collections::{BTreeMap, BTreeSet};

/// The first line of the block.
const OPENING: &str = "```floors";

#[derive(Debug, Default, PartialEq)]
pub(super) struct Floors {
    /// From the lowest, by module.
    floor: BTreeMap<String, usize>,
    exceptions: BTreeSet<(String, String)>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Allowed,
    /// Upwards, and listed with a reason.
    Exception,
    Upwards,
    /// The module is on no floor.
    Unknown(String),
}

impl Floors {
    /// Reads the block: a line `<floor>: <module> <module>` for each floor, the lowest first, then lines
    /// `but <module> -> <module>: <reason>`.
    pub(super) fn parse(document: &str) -> Result<Self, String> {
        let missing = || format!("ARCHITECTURE.md has no block that begins with {OPENING}");
        let (_, block) = document.split_once(OPENING).ok_or_else(missing)?;
        let (block, _) = block.split_once("```").ok_or("the block of floors has no end")?;
        let mut floors = Self::default();
        for (number, line) in block.lines().filter(|line| !line.trim().is_empty()).enumerate() {
            let wrong = || format!("ARCHITECTURE.md: neither a floor nor an exception: `{line}`");
            let (head, rest) = line.split_once(':').ok_or_else(wrong)?;
            match head.strip_prefix("but ") {
                Some(exception) => {
                    let (from, to) = exception.split_once(" -> ").ok_or_else(wrong)?;
                    if rest.trim().is_empty() {
                        return Err(format!("ARCHITECTURE.md: the exception `{exception}` has no reason"));
                    }
                    floors.exceptions.insert((from.trim().to_owned(), to.trim().to_owned()));
                }
                None => floors.add(rest, number)?,
            }
        }
        Ok(floors)
    }

    fn add(&mut self, modules: &str, number: usize) -> Result<(), String> {
        for module in modules.split_whitespace() {
            if self.floor.insert(module.to_owned(), number).is_some() {
                return Err(format!("ARCHITECTURE.md: `{module}` is on two floors"));
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, module: &str) -> bool {
        self.floor.contains_key(module)
    }

    pub(super) fn judge(&self, module: &str, used: &str) -> Verdict {
        let floor = |name: &str| self.floor.get(name).ok_or_else(|| Verdict::Unknown(name.to_owned()));
        match (floor(module), floor(used)) {
            (Err(unknown), _) | (_, Err(unknown)) => unknown,
            (Ok(here), Ok(there)) if there <= here => Verdict::Allowed,
            _ if self.exceptions.contains(&(module.to_owned(), used.to_owned())) => Verdict::Exception,
            _ => Verdict::Upwards,
        }
    }

    pub(super) fn exceptions(&self) -> impl Iterator<Item = &(String, String)> {
        self.exceptions.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str =
        "text\n```floors\nvalues: keys value\nload: load de\nbut value -> load: a reason\n```\nmore";

    #[test]
    fn an_import_leads_down_or_stays() {
        let floors = Floors::parse(DRAWING).expect("well formed");
        assert_eq!(floors.judge("load", "value"), Verdict::Allowed);
        assert_eq!(floors.judge("keys", "value"), Verdict::Allowed);
        assert_eq!(floors.judge("keys", "load"), Verdict::Upwards);
        assert_eq!(floors.judge("value", "load"), Verdict::Exception);
        assert_eq!(floors.judge("new", "load"), Verdict::Unknown("new".to_owned()));
    }

    #[test]
    fn a_wrong_drawing_is_refused() {
        for drawing in [
            "nothing",
            "```floors\na: b",
            "```floors\na: b\nc: b\n```",
            "```floors\nbut a -> b:\n```",
            "```floors\nwords\n```",
        ] {
            assert!(Floors::parse(drawing).is_err(), "{drawing}");
        }
    }
}
