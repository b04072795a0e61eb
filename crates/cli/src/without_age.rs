//! Replaces `encrypt`, `decrypt` and `rotate-recipients` in a build without the feature `age`.

use std::io;

use super::output::{End, Output};

/// Commands about secrets that are encrypted; there are none without the feature `age`.
#[derive(Clone, Debug, clap::Subcommand)]
#[non_exhaustive]
pub enum SecretCommand {}

impl SecretCommand {
    pub(super) fn run(&self, _: &mut Output<'_>) -> io::Result<End> {
        match *self {}
    }
}
