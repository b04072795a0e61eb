//! `decrypt`.

use std::{io::Read, path::PathBuf};

use hotswap_age::seal::{is_age_file, reference};

use super::{Ended, IdentityFiles, read, read_input, refusal, unopened, write};
use crate::output::Output;

/// Arguments of `decrypt`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Decrypt {
    /// Decrypt this file, instead of a reference or a file from the standard input
    #[arg(short = 'i', long = "in", value_name = "PATH")]
    pub input: Option<PathBuf>,
    /// Write the secret into this file, which only its owner may read
    #[arg(short, long = "out", value_name = "PATH", required_unless_present = "stdout")]
    pub output: Option<PathBuf>,
    /// Print the secret, for everybody to see who sees the screen
    #[arg(long, conflicts_with = "output")]
    pub stdout: bool,
    /// With what.
    #[command(flatten)]
    pub identities: IdentityFiles,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Decrypt {
    pub(super) fn run(&self, input: &mut impl Read, output: &mut Output<'_>) -> Ended {
        let content = match &self.input {
            Some(path) => read(path)?,
            None => read_input(input, output, "the reference")?,
        };
        let identities = self.identities.read()?;
        let plaintext = match is_age_file(&content) {
            true => identities.open_file(&content),
            false => reference(&content).and_then(|ciphertext| identities.open_file(&ciphertext)),
        };
        let plaintext = plaintext.map_err(|error| unopened(&error))?;
        match (&self.output, self.json) {
            (Some(path), _) => {
                write(path, &plaintext)?;
                match self.json {
                    true => output.json(&serde_json::json!({ "file": path }))?,
                    false => writeln!(output.out, "{} holds it in plain text", path.display())?,
                }
            }
            (None, true) => {
                let text = std::str::from_utf8(&plaintext).map_err(|_| {
                    refusal("it is not UTF-8 text, so JSON cannot hold it", "leave `--json` out")
                })?;
                output.json(&serde_json::json!({ "value": text }))?;
            }
            // Unchanged, without an additional line break that could be mistaken for part of it.
            (None, false) => output.out.write_all(&plaintext)?,
        }
        Ok(())
    }
}
