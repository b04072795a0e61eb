//! The floors of `ARCHITECTURE.md`: the order of modules, and the exceptions.

use std::collections::{BTreeMap, BTreeSet};

/// The first line of the block.
const OPENING: &str = "```floors";

#[derive(Debug, Default, PartialEq)]
pub(super) struct Floors {
    /// The floor of each module, counted from the lowest.
    floor: BTreeMap<String, usize>,
    exceptions: BTreeSet<(String, String)>,
    /// Modules of one floor that import each other.
    circles: BTreeSet<BTreeSet<String>>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Allowed,
    /// An upward import that is listed with a reason.
    Exception,
    Upwards,
    /// The module is on no floor.
    Unknown(String),
}

impl Floors {
    /// Reads the block: a line `<floor>: <module> <module>` for each floor, the lowest first, then lines
    /// `but <module> -> <module>: <reason>` and `circle <module> <module>: <reason>`.
    pub(super) fn parse(document: &str) -> Result<Self, String> {
        let missing = || format!("ARCHITECTURE.md has no block that begins with {OPENING}");
        let (_, block) = document.split_once(OPENING).ok_or_else(missing)?;
        let (block, _) = block.split_once("```").ok_or("the block of floors has no end")?;
        let mut floors = Self::default();
        for (number, line) in block.lines().filter(|line| !line.trim().is_empty()).enumerate() {
            let wrong = || format!("ARCHITECTURE.md: neither a floor, an exception nor a circle: `{line}`");
            let (head, rest) = line.split_once(':').ok_or_else(wrong)?;
            let (exception, circle) = (head.strip_prefix("but "), head.strip_prefix("circle "));
            if (exception.is_some() || circle.is_some()) && rest.trim().is_empty() {
                return Err(format!("ARCHITECTURE.md: `{head}` has no reason"));
            }
            if let Some(exception) = exception {
                let (from, to) = exception.split_once(" -> ").ok_or_else(wrong)?;
                floors.exceptions.insert((from.trim().to_owned(), to.trim().to_owned()));
            } else if let Some(circle) = circle {
                floors.circles.insert(circle.split_whitespace().map(str::to_owned).collect());
            } else {
                floors.add(rest, number)?;
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

    /// One problem for each circle that is found and not listed, or listed and not found. Imports that are exceptions do not
    /// count.
    pub(super) fn wrong_circles(&self, found: &BTreeSet<BTreeSet<String>>) -> Vec<String> {
        let names = |circle: &BTreeSet<String>| circle.iter().cloned().collect::<Vec<_>>().join(" ");
        let new = found.difference(&self.circles).map(|circle| {
            format!("ARCHITECTURE.md: `{}` import each other, and no line `circle` lists them", names(circle))
        });
        let gone = self.circles.difference(found).map(|circle| {
            format!(
                "ARCHITECTURE.md: `{}` are no circle of modules any more, correct the line",
                names(circle)
            )
        });
        new.chain(gone).collect()
    }

    pub(super) fn exceptions(&self) -> impl Iterator<Item = &(String, String)> {
        self.exceptions.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = "text\n```floors\nvalues: keys value\nload: load de\nbut value -> load: a reason\n\
         circle load de: another\n```\nmore";

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
    fn a_circle_is_listed_exactly() {
        let floors = Floors::parse(DRAWING).expect("well formed");
        let circle = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        let wrong = |circles: &[&str]| floors.wrong_circles(&circles.iter().map(|c| circle(c)).collect());
        assert!(wrong(&["de load"]).is_empty());
        assert_eq!(wrong(&[]).len(), 1);
        assert_eq!(wrong(&["de load", "keys value"]).len(), 1);
        assert_eq!(wrong(&["de load value"]).len(), 2);
    }

    #[test]
    fn a_wrong_drawing_is_refused() {
        for drawing in [
            "nothing",
            "```floors\na: b",
            "```floors\na: b\nc: b\n```",
            "```floors\nbut a -> b:\n```",
            "```floors\ncircle a b:\n```",
            "```floors\nwords\n```",
        ] {
            assert!(Floors::parse(drawing).is_err(), "{drawing}");
        }
    }
}
