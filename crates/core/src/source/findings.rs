//! Findings of secrets in plain text, and of displayed values that look like secrets.

use super::{
    UnknownKeys,
    parsed_layer::{LayerOptions, SecretPolicy, SourceKind},
};
use crate::{
    defaults,
    issue::{Issue, IssueKind, Issues, Origin},
    keys::{Keys, Way},
    scan::{self, ScanCredentials},
    secret::policy::PlaintextSecrets,
    secrets::{reference::Reference, registry::ProviderRegistry},
    shape::Shape,
    source::names::Names,
    suggest::did_you_mean,
    value::Value,
};

/// The policy for secrets in plain text.
pub(super) fn plaintext(source_kind: SourceKind, rules: &SecretPolicy) -> UnknownKeys {
    match rules.plaintext {
        _ if source_kind != SourceKind::Plain => UnknownKeys::Allow,
        PlaintextSecrets::Deny => UnknownKeys::Deny,
        PlaintextSecrets::Warn => UnknownKeys::Warn,
        PlaintextSecrets::Allow => UnknownKeys::Allow,
    }
}

/// The problem of a secret in plain text, either the whole text or the text beside variables.
pub(crate) fn plain_secret(
    keys: &Keys,
    value: &Value,
    providers: &ProviderRegistry,
    shape: &'static Shape,
    names: Option<&Names>,
) -> Issue {
    let leaf = shape.leaves().into_iter().find(|leaf| keys.starts_with(&leaf.keys));
    let variable = leaf.and_then(|leaf| names?.variable(&leaf.keys));
    let or_set = variable.map_or(String::new(), |name| format!(", or set {name}"));
    if let Some(mistake) = value.as_text().and_then(|text| misspelt(text, providers)) {
        let message = format!("a secret stands here as plain text: {mistake}");
        return Issue::new(IssueKind::PlainSecret, keys.clone(), message)
            .with_help(format!("{REFER}{or_set}"));
    }
    let (message, help) = if matches!(value.inside(), Value::Template(_)) {
        (
            "a secret stands here as plain text, in the text beside a variable or in its default",
            "put the whole text into one variable, `${NAME}`, or into one store, as `vault:path#key`, or give its parts in \
             separate fields",
        )
    } else {
        ("a secret stands here as plain text", REFER)
    };
    Issue::new(IssueKind::PlainSecret, keys.clone(), message)
        .with_help(format!("{help}{or_set}; and change the secret, because others may have read it"))
}

const REFER: &str = "write a reference, as `env:NAME`, `file:/path` or `vault:path#key`";

/// What keeps a text from being a reference, if it was probably meant as one. The text may be a secret, so it is not
/// repeated.
fn misspelt(text: &str, providers: &ProviderRegistry) -> Option<String> {
    let (scheme, location) = text.split_once(':')?;
    let bare = scheme.trim();
    if providers.contains(bare) {
        return match location.is_empty() {
            true => Some(format!("the reference `{bare}:` names no location")),
            false => (bare != scheme).then(|| format!("a blank is beside the scheme `{bare}`")),
        };
    }
    // An address, such as `http://host`, is no reference.
    if location.starts_with("//") {
        return None;
    }
    let meant = did_you_mean(bare, providers.schemes());
    meant.map(|scheme| format!("it has an unknown scheme, did you mean `{scheme}`?"))
}

/// Texts that look like credentials, in fields that are not secret.
pub(super) fn of_credentials(tree: &Value, layer_options: &LayerOptions<'_>) -> Vec<(UnknownKeys, Issue)> {
    match layer_options.source_kind {
        SourceKind::Variables | SourceKind::Encrypted => Vec::new(),
        SourceKind::Plain | SourceKind::Program => {
            credentials(tree, layer_options.shape, layer_options.secrets)
        }
    }
}

/// The same for defaults of fields, which are part of the source code of the program.
pub(crate) fn of_defaults(shape: &'static Shape, rules: &SecretPolicy) -> Vec<(UnknownKeys, Issue)> {
    let found = credentials(&defaults::all(shape), shape, rules);
    found.into_iter().map(|(policy, issue)| (policy, issue.at(Origin::Default))).collect()
}

fn credentials(tree: &Value, shape: &'static Shape, rules: &SecretPolicy) -> Vec<(UnknownKeys, Issue)> {
    let policy = match rules.scan {
        ScanCredentials::Deny => UnknownKeys::Deny,
        ScanCredentials::Warn => UnknownKeys::Warn,
        ScanCredentials::Off => return Vec::new(),
    };
    let mut scanner = Scanner {
        scan: scan::Scan::default(),
        providers: &rules.providers,
        found: Issues::up_to(CREDENTIALS),
    };
    scanner.level(tree, Some(shape), ["", ""], &Way::Start);
    scanner.found.into_vec().into_iter().map(|issue| (policy, issue)).collect()
}

/// The maximum number of credentials of one source that are reported individually, because each
/// must be changed.
const CREDENTIALS: usize = 1000;

struct Scanner<'v> {
    scan: scan::Scan<'v>,
    providers: &'v ProviderRegistry,
    found: Issues,
}

impl<'v> Scanner<'v> {
    /// `names` are the names of the value and of its table.
    fn level(&mut self, value: &'v Value, shape: Option<&'static Shape>, names: [&'v str; 2], way: &Way<'_>) {
        match value {
            Value::Table(table) => {
                for (name, value) in table.iter() {
                    let field = shape.and_then(|shape| shape.field_named(name));
                    if !field.is_some_and(|field| field.not_secret) {
                        let inner = field.and_then(|field| field.inner());
                        self.level(value, inner, [names[1], name], &Way::Name(way, name));
                    }
                }
            }
            Value::List(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.level(item, None, names, &Way::Index(way, index)));
            }
            Value::Text(text) | Value::Template(text) => self.text(names, text, way),
            Value::Untyped(untyped) => self.text(names, &untyped.text, way),
            // Sealed values are known to be secret.
            _ => {}
        }
    }

    /// The text of variables is unknown; only the text next to them is scanned.
    fn text(&mut self, [table, name]: [&'v str; 2], text: &str, way: &Way<'_>) {
        let refers = |text: &str| Reference::parse(text, |scheme| self.providers.contains(scheme)).is_some();
        if refers(text) {
            return;
        }
        let literals = scan::literals(text);
        let mut found = literals.iter().filter(|text| !refers(text));
        let found = found.find_map(|text| self.scan.finding(table, name, text));
        // A default may be the password of the URL around it.
        let whole = || text.contains("${").then(|| scan::with_defaults(text));
        let Some(kind) = found.or_else(|| scan::connecting(&whole()?)) else { return };
        self.found.push_with(|| {
            let message = format!("the value looks like {kind}, and is shown");
            let issue = Issue::new(IssueKind::Credential, way.keys(), message);
            issue
                .with_help("mark the field with `#[hot(secret)]`, or with `#[hot(not_secret)]` if it is none")
        });
    }
}
