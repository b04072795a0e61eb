//! `encrypt`.

use std::{io::Read, path::PathBuf};

use hotswap_age::seal::encode;

use super::{Ended, Recipients, read, read_input, write};
use crate::output::Output;

/// Arguments of `encrypt`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Encrypt {
    /// Encrypt this file as a whole, instead of a value from the standard input
    #[arg(short = 'i', long = "in", value_name = "PATH")]
    pub input: Option<PathBuf>,
    /// Write the encrypted file here, instead of beside the other with `.age` behind its name
    #[arg(short, long = "out", value_name = "PATH", requires = "input")]
    pub output: Option<PathBuf>,
    /// For whom.
    #[command(flatten)]
    pub recipients: Recipients,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Encrypt {
    pub(super) fn run(&self, input: &mut impl Read, output: &mut Output<'_>) -> Ended {
        let lock = self.recipients.read()?;
        let Some(path) = &self.input else {
            let value = read_input(input, output, "the value")?;
            let reference = format!("age:{}", encode(&lock.encrypt(without_line_end(&value))?));
            match self.json {
                true => output.json(&serde_json::json!({
                    "reference": reference,
                    "recipients": lock.recipients(),
                }))?,
                false => writeln!(output.out, "{reference}")?,
            }
            return Ok(());
        };
        let target = self.output.clone().unwrap_or_else(|| {
            let mut name = path.clone().into_os_string();
            name.push(".age");
            name.into()
        });
        write(&target, &lock.encrypt(&read(path)?)?)?;
        match self.json {
            true => output.json(&serde_json::json!({ "file": target, "recipients": lock.recipients() }))?,
            false => {
                let words = lock.words();
                writeln!(
                    output.out,
                    "{} is encrypted {words}; {} still holds it in plain text",
                    target.display(),
                    path.display()
                )?;
            }
        }
        Ok(())
    }
}

/// `echo` adds one.
fn without_line_end(value: &[u8]) -> &[u8] {
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    value.strip_suffix(b"\r").unwrap_or(value)
}
