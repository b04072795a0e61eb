//! `rotate-recipients`.

use std::path::{Path, PathBuf};

use hotswap_age::{
    Identities,
    seal::{armored, is_armored},
};
use hotswap_core::{
    Issue,
    support::command_line::{self, MakeIssue as _, file, is_sealed},
};

use super::{
    Ended, Failed, IdentityFiles, Recipients, Refusal, inline_values, keys::Lock, read, unopened, unwritten,
};
use crate::output::Output;

/// Arguments of `rotate-recipients`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct RotateRecipients {
    /// Files that end in `.age`, and files with `age:` references in them
    #[arg(required = true, value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// For whom, from now on.
    #[command(flatten)]
    pub recipients: Recipients,
    /// With what, until now.
    #[command(flatten)]
    pub identities: IdentityFiles,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A file with its new content.
struct Rotated<'p> {
    path: &'p Path,
    content: Vec<u8>,
    /// The number of values; `None` for a file that is encrypted as a whole.
    values: Option<usize>,
}

impl RotateRecipients {
    /// No file is written before all of them are decrypted.
    pub(super) fn run(&self, output: &mut Output<'_>) -> Ended {
        let lock = self.recipients.read()?;
        let identities = self.identities.read()?;
        let (mut rotated, mut issues) = (Vec::new(), Vec::new());
        for path in &self.files {
            match rotate(path, &identities, &lock) {
                Ok(file) => rotated.push(file),
                Err(more) => issues.extend(more),
            }
        }
        if !issues.is_empty() {
            return Err(Failed::Refused(command_line::error(issues)));
        }
        for file in rotated.iter().filter(|file| file.values != Some(0)) {
            let lost = command_line::write(file.path, &file.content)
                .map_err(|error| unwritten(file.path, &error))?;
            for lost in lost {
                writeln!(output.err, "{}: the system did not let it keep {lost}", file.path.display())?;
            }
        }
        self.print_summary(&rotated, &lock, output)
    }

    fn print_summary(&self, rotated: &[Rotated<'_>], lock: &Lock, output: &mut Output<'_>) -> Ended {
        if self.json {
            let file = |file: &Rotated<'_>| serde_json::json!({ "file": file.path, "values": file.values });
            let files: Vec<_> = rotated.iter().map(file).collect();
            output.json(&serde_json::json!({ "files": files, "recipients": lock.recipients() }))?;
            return Ok(());
        }
        let words = lock.words();
        for Rotated { path, values, .. } in rotated {
            let path = path.display();
            match values {
                None => writeln!(output.out, "{path}: encrypted {words}")?,
                Some(0) => writeln!(output.out, "{path}: holds no `age:` reference")?,
                Some(1) => writeln!(output.out, "{path}: 1 value encrypted {words}")?,
                Some(values) => writeln!(output.out, "{path}: {values} values encrypted {words}")?,
            }
        }
        Ok(())
    }
}

fn rotate<'p>(path: &'p Path, identities: &Identities, lock: &Lock) -> Result<Rotated<'p>, Vec<Issue>> {
    let bytes = read(path).map_err(|issue| vec![*issue])?;
    if !is_sealed(path) {
        let (content, values) = inline_values::rotate(path, &bytes, identities, lock)?;
        return Ok(Rotated { path, content: content.into_bytes(), values: Some(values) });
    }
    let at = |issue: Refusal| vec![issue.at(file(path))];
    let plaintext = identities.open_file(&bytes).map_err(|error| at(unopened(&error)))?;
    let content = lock.encrypt(&plaintext).map_err(at)?;
    let content = if is_armored(&bytes) { armored(&content) } else { content };
    Ok(Rotated { path, content, values: None })
}
