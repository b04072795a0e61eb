//! The result of reading the content of a file.

use std::{path::Path, sync::Arc};

use super::{
    super::variables::{DotenvLookups, DotenvScope, dotenv_layer, unchanged},
    Settings,
};
use crate::{
    excerpt::Excerpt,
    issue::{Issue, IssueKind, Origin},
    keys::Keys,
    source::{
        Layer, OriginIndex, dotenv,
        format::{self, Format, text::Flaw},
        mount::is_mounted_file,
        parsed_layer::{ParsedLayer, SourceKind},
        read::FileContent,
        redacted_text::RedactedText,
        sealed::{self, Locked},
    },
    variables::Variables,
};

/// The result for one content, kept until the content changes.
pub(super) struct Parsed {
    /// Kept, because a comparison costs less than a digest of the new text.
    pub(super) text: Arc<RedactedText>,
    /// The ciphertext of an encrypted file, which is compared instead of its text.
    sealed: Option<Vec<u8>>,
    /// Whether it could not be decrypted, and decryption must be retried.
    pub(super) locked: bool,
    /// Whether the file itself is a mount point.
    pub(super) mounted: bool,
    pub(super) result: Result<Arc<Layer>, Vec<Issue>>,
    pub(super) variables: Variables,
    /// The variables that a dotenv file looked up.
    asked: DotenvLookups,
}

impl Parsed {
    pub(super) fn parse(
        shown: &Path,
        content: FileContent,
        format: Option<Format>,
        settings: &Settings,
    ) -> Self {
        let mounted = is_mounted_file(&content.real);
        let Some(bytes) = content.sealed else {
            return Self::plain(shown, &content.text, SourceKind::Plain, mounted, format, settings);
        };
        let opened = match format {
            Some(_) => sealed::open(shown, &bytes, &settings.secrets.providers),
            None => Err(Locked { issue: sealed_dotenv(shown).into(), passing: false }),
        };
        let parsed = match opened {
            Ok(payload) => {
                let text = payload.as_text().unwrap_or_default();
                Self::plain(shown, text, SourceKind::Encrypted, mounted, format, settings)
            }
            Err(Locked { issue, passing }) => Self {
                text: Arc::new(RedactedText::fully_redacted("")),
                sealed: None,
                locked: passing,
                mounted,
                result: Err(vec![*issue]),
                variables: Variables::new(),
                asked: DotenvLookups::default(),
            },
        };
        Self { sealed: Some(bytes), ..parsed }
    }

    /// Whether this is the result for `content`, and the variables in it still have the same
    /// values.
    pub(super) fn is_of(&self, content: &FileContent, settings: &Settings) -> bool {
        match &content.sealed {
            Some(_) => self.sealed == content.sealed,
            None => self.text.is_of(&content.text) && unchanged(&self.asked, settings),
        }
    }

    fn plain(
        shown: &Path,
        text: &str,
        source_kind: SourceKind,
        mounted: bool,
        format: Option<Format>,
        settings: &Settings,
    ) -> Self {
        let Some(format) = format else { return Self::dotenv(shown, text, mounted, settings) };
        let kept;
        let result = match format::parse(format, text) {
            Ok(tree) => {
                let given = match source_kind {
                    SourceKind::Encrypted => ParsedLayer::whole(tree, settings.secret_marker()),
                    _ => ParsedLayer::new(tree, settings.secret_marker()),
                };
                kept = Arc::new(RedactedText::new(format, text, &given.tree, &given.secret_sites()));
                let places = OriginIndex::Text { path: shown.to_owned(), format, text: Arc::clone(&kept) };
                let layer = Layer::new(places, &given, &settings.layer_options(source_kind));
                Ok(Arc::new(layer.with_source(settings.source(shown.display()))))
            }
            Err(flaws) => {
                kept = Arc::new(RedactedText::fully_redacted(text));
                let excerpt = |flaw: &Flaw| {
                    if sealed::is_sealed(shown) {
                        return None;
                    }
                    let line = text.lines().nth(flaw.line - 1)?;
                    Excerpt::unparsed(line, |name| settings.shape.has_key(name))
                };
                let issue = |flaw| syntax(shown, flaw, Some(flaw.column)).with_excerpt(excerpt(flaw));
                Err(flaws.iter().map(issue).collect())
            }
        };
        let (variables, asked) = Default::default();
        Self { text: kept, sealed: None, locked: false, mounted, result, variables, asked }
    }

    fn dotenv(shown: &Path, text: &str, mounted: bool, settings: &Settings) -> Self {
        let kept = Arc::new(RedactedText::fully_redacted(text));
        let around = DotenvScope::new(settings);
        let (result, variables) = match dotenv::parse(text, &around) {
            Ok(lines) => {
                let pair = |line: &dotenv::Variable| (line.name.clone().into(), line.value.clone());
                (Ok(Arc::new(dotenv_layer(shown, &lines, settings))), lines.iter().map(pair).collect())
            }
            Err(flaws) => {
                let issue = |flaw| syntax(shown, flaw, Some(flaw.column));
                (Err(flaws.iter().map(issue).collect()), Variables::new())
            }
        };
        let asked = around.into_asked();
        Self { text: kept, sealed: None, locked: false, mounted, result, variables, asked }
    }
}

/// The texts that use its variables are not known to be secret.
fn sealed_dotenv(shown: &Path) -> Issue {
    Issue::new(IssueKind::Unreadable, Keys::root(), "a dotenv file cannot be encrypted")
        .at(Origin::file(shown))
        .with_help("put the secrets into a file that ends in .toml.age, .yaml.age or .json.age")
}

fn syntax(shown: &Path, flaw: &Flaw, column: Option<usize>) -> Issue {
    let origin = Origin::File { path: shown.to_owned(), line: Some(flaw.line), column };
    Issue::new(IssueKind::Syntax, Keys::root(), flaw.message.as_str()).at(origin)
}
