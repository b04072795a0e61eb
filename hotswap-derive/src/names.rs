//! Derived names: those of serde, of environment variables, and of generated methods.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// Methods of every handle and of every typed path. A generated method of the same name would hide one.
const RESERVED: &[&str] = &[
    "at",
    "by",
    "clear_override",
    "clear_override_async",
    "clear_overrides",
    "clear_overrides_async",
    "clone",
    "current_revision",
    "deref",
    "diff",
    "dotted",
    "downgrade",
    "explain",
    "explain_all",
    "flush_state",
    "flush_state_async",
    "for_duration",
    "history",
    "if_revision",
    "if_version",
    "load",
    "merge_patch",
    "merge_patch_async",
    "merge_patch_if",
    "merge_patch_if_async",
    "on_change",
    "on_reload_error",
    "on_warning",
    "overrides",
    "patch",
    "patch_async",
    "patch_if",
    "patch_if_async",
    "pending_restart",
    "pointer",
    "prepare",
    "reload",
    "reload_async",
    "rollback",
    "rollback_async",
    "rollback_to",
    "rollback_to_async",
    "save",
    "save_async",
    "save_overrides",
    "save_overrides_async",
    "set",
    "set_async",
    "shutdown",
    "snapshot",
    "status",
    "subscribe",
    "try_watch_pattern",
    "update",
    "update_async",
    "update_if",
    "update_if_async",
    "version",
    "watch",
    "watch_pattern",
];

pub(crate) fn is_reserved(method: &str) -> bool {
    RESERVED.binary_search(&method).is_ok()
}

/// The three methods of a field whose getter has this name, starting with the getter.
pub(crate) fn methods(getter: &str) -> [String; 3] {
    [getter.to_owned(), format!("on_{getter}_change"), format!("set_{getter}")]
}

/// The name as an identifier, raw if it is a keyword.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    // No keyword has an underscore, and most names have.
    match name.contains('_') || syn::parse_str::<Ident>(name).is_ok() {
        true => Ident::new(name, span),
        false => Ident::new_raw(name, span),
    }
}

/// The name without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// serde's `rename_all`, for fields. An unknown rule is serde's to report.
pub(crate) fn rename(rule: Option<&str>, field: &str) -> String {
    match rule {
        Some("UPPERCASE" | "SCREAMING_SNAKE_CASE") => field.to_ascii_uppercase(),
        Some("PascalCase") => pascal(field),
        Some("camelCase") => camel(field),
        Some("kebab-case") => field.replace('_', "-"),
        Some("SCREAMING-KEBAB-CASE") => field.to_ascii_uppercase().replace('_', "-"),
        _ => field.to_owned(),
    }
}

fn pascal(field: &str) -> String {
    let words = field.split('_').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    });
    words.collect()
}

fn camel(field: &str) -> String {
    let pascal = pascal(field);
    let mut letters = pascal.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// A serde name as a part of a variable's name: `pool-size` and `poolSize` become `POOL_SIZE`.
pub(crate) fn variable(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    // A name in capitals is not split.
    let mixed = letters.iter().any(|letter| letter.is_lowercase());
    let mut name = String::new();
    for (place, &letter) in letters.iter().enumerate() {
        if mixed && place > 0 && starts_word(letters[place - 1], letter, letters.get(place + 1).copied()) {
            name.push('_');
        }
        match letter {
            '-' | '.' => name.push('_'),
            _ => name.extend(letter.to_uppercase()),
        }
    }
    name
}

/// Whether a word of a camel-case name starts at `letter`: `poolSize`, `HTTPPort`.
fn starts_word(before: char, letter: char, after: Option<char>) -> bool {
    letter.is_uppercase()
        && (before.is_lowercase()
            || before.is_numeric()
            || (before.is_uppercase() && after.is_some_and(char::is_lowercase)))
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, is_reserved, rename, variable};

    #[test]
    fn reserved_names_are_found() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("watch_pattern"));
        assert!(!is_reserved("max"));
    }

    #[test]
    fn methods_of_the_handle_are_reserved() {
        let sources = [
            include_str!("../../crates/core/src/handle.rs"),
            include_str!("../../crates/core/src/handle/subscribe.rs"),
            include_str!("../../crates/core/src/handle/history.rs"),
            include_str!("../../crates/core/src/handle/patch.rs"),
            include_str!("../../crates/core/src/handle/save.rs"),
            include_str!("../../crates/core/src/handle/state.rs"),
            include_str!("../../crates/core/src/handle/write.rs"),
        ];
        let calls = sources.iter().flat_map(|source| source.split("\n    pub fn ").skip(1));
        let methods = calls.filter(|call| call.split(')').next().unwrap().contains("&self"));
        let names = methods.map(|call| call.split(['(', '<']).next().unwrap());
        let free: Vec<&str> = names.filter(|name| !name.starts_with("__") && !is_reserved(name)).collect();
        assert!(free.is_empty(), "not reserved: {free:?}");
    }

    #[test]
    fn serde_names_become_variables() {
        let cases = [
            ("pool_size", "POOL_SIZE"),
            ("pool-size", "POOL_SIZE"),
            ("poolSize", "POOL_SIZE"),
            ("pool.size", "POOL_SIZE"),
            ("HTTPPort", "HTTP_PORT"),
            ("POOL", "POOL"),
        ];
        for (key, name) in cases {
            assert_eq!(variable(key), name);
        }
    }

    #[test]
    fn fields_are_renamed_as_serde_does() {
        let cases = [
            ("camelCase", "poolSize"),
            ("PascalCase", "PoolSize"),
            ("kebab-case", "pool-size"),
            ("SCREAMING-KEBAB-CASE", "POOL-SIZE"),
            ("UPPERCASE", "POOL_SIZE"),
            ("lowercase", "pool_size"),
        ];
        for (rule, name) in cases {
            assert_eq!(rename(Some(rule), "pool_size"), name);
        }
    }
}
