//! A text as a source: a file without a file system.

use hotswap::{Format, Reading, Source, SourceError};

pub(crate) struct Said(pub(crate) Format, pub(crate) String);

impl Source for Said {
    fn name(&self) -> String {
        "a text".into()
    }

    fn read(&mut self) -> Result<Reading, SourceError> {
        Ok(Reading::text(self.0, &self.1)?)
    }
}
