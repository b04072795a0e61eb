//! The reference page.

use hotswap::{HotConfig, Secret};
use serde::Deserialize;

/// All of it.
#[derive(Deserialize, HotConfig)]
#[hot(env = "APP", check = Page::fits)]
struct Page {
    /// One line
    /// and another with a | bar.
    ///
    /// A paragraph.
    #[hot(default = "a|b`c", regex = "^a|b", restart)]
    text: String,
    #[hot(secret, env = "KEY")]
    key: Secret<String>,
    #[serde(alias = "old")]
    #[hot(deprecated = "drop it")]
    gone: Option<u8>,
    /// Another table.
    #[hot(nested)]
    inner: Option<Inner>,
}

#[derive(Deserialize, HotConfig)]
struct Inner {
    #[hot(default = 5, unit = "seconds", range(min = 1))]
    wait: u32,
}

impl Page {
    fn fits(&self) -> Result<(), String> {
        Ok(())
    }
}

#[test]
fn a_table_for_each_table() {
    let expected = r#"# Page

All of it.

Checked as a whole by `Page::fits`.

| Key | Type | Default | Rules | Variable | Description |
| --- | --- | --- | --- | --- | --- |
| `text` | text | ``"a\|b`c"`` | matches `^a\|b` | `APP_TEXT` | One line and another with a \| bar.<br>A paragraph. **A change needs a restart.** |
| `key` | text | **required** |  | `KEY` | **Secret.** |
| `gone` | integer |  |  | `APP_GONE` | **Deprecated:** drop it. Also read as `old`. |

## `inner` (optional)

Another table.

| Key | Type | Default | Rules | Variable | Description |
| --- | --- | --- | --- | --- | --- |
| `inner.wait` | integer (seconds) | `5` | at least 1 | `APP_INNER_WAIT` |  |
"#;
    assert_eq!(Page::reference(), expected);
}
