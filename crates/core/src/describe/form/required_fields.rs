//! Finds the required fields of a struct of the program.
//!
//! Only its `Deserialize` knows, and reports a missing key. So it is run with some keys and sample values, and reports
//! the keys that it misses. A field that user code refuses for another reason stays unknown, and counts as optional.

use super::{Form, MAX_RUNS, Walk};
use crate::{
    de::{DecodeError, Decoder, Tracer},
    issue::IssueKind,
    keys::{Key, Keys},
    panics,
};

type Fields = Vec<(&'static str, Form)>;

/// The result for one key of a struct.
struct Verdict {
    key: &'static str,
    missing: bool,
}

impl Walk<'_> {
    /// Marks the required fields of the struct at `target`. Secrets are supplied outside of files.
    pub(super) fn needing(&mut self, mut fields: Fields, target: &Keys) -> Fields {
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let mut given = Vec::new();
        // Each run reports one missing key.
        while let Some(Verdict { key, missing: true }) = self.verdict(&given, &names, target) {
            given.push(key);
            let needed = self.is_needed(key, &names, target);
            let form = fields.iter_mut().find(|(name, _)| *name == key).map(|(_, form)| form);
            if let Some(form) = form.filter(|form| needed && !form.holds_secret()) {
                form.needed = true;
            }
        }
        fields
    }

    /// Whether it is missed even if every other key is present: one of them may be an alias of it.
    fn is_needed(&mut self, name: &'static str, names: &[&'static str], target: &Keys) -> bool {
        let mut given: Vec<_> = names.iter().copied().filter(|other| *other != name).collect();
        while let Some(Verdict { key, missing }) = self.verdict(&given, names, target) {
            let Some(at) = given.iter().position(|other| *other == key) else {
                return missing && key == name;
            };
            // Its type refuses the sample, or it is an alias of a present key.
            given.remove(at);
        }
        false
    }

    /// The key for which the struct at `target` is refused if the keys `given` are present; a key that is not
    /// among them is missing.
    fn verdict(&mut self, given: &[&'static str], names: &[&'static str], target: &Keys) -> Option<Verdict> {
        self.trials += 1;
        if self.trials > MAX_RUNS {
            return None;
        }
        let tracer = Tracer::giving(target.clone(), given.to_vec());
        let error = panics::catch_panic(|| (self.read)(Decoder::tracing(&tracer)))??;
        let (place, depth) = (error.keys(), target.0.len());
        let key = match place.0.get(depth).filter(|_| place.starts_with(target))? {
            Key::Name(name) => names.iter().copied().find(|known| **known == **name)?,
            Key::Index(_) => return None,
        };
        let missing = !given.contains(&key) && is_missing(&error) && place.0.len() == depth + 1;
        (missing || given.contains(&key)).then_some(Verdict { key, missing })
    }
}

fn is_missing(error: &DecodeError) -> bool {
    error.kind() == IssueKind::Missing
}
