//! Saving to files.

use std::{
    future::Future,
    path::{Path, PathBuf},
};

use super::Handle;
use crate::{config::HotConfig, engine::offload::offload, error::Error};

impl<S: HotConfig> Handle<S> {
    /// Writes the effective configuration to a file, in the format of its extension.
    ///
    /// The text of an existing file is edited: comments, order, layout, line endings, owner and permissions are
    /// preserved, and a value that the file already has in another form, such as `0x10` or `${HOST}`, keeps that form.
    /// Before it replaces the file, the new text is parsed again and compared with the intended values and comments.
    /// The file is replaced atomically, and is on disk when the call returns. A warning names attributes that the
    /// system refuses to preserve, such as the owner.
    ///
    /// A secret is written as the text that gives it in a source: a reference, or a template that consists of variables.
    /// A secret without such a text is not written: a comment says that it is missing, and which variable to set. JSON
    /// has no comments, so a [warning](Self::on_warning) is reported instead. A value that is incomplete without its
    /// secret is left out as a whole, with a warning. A secret that no longer has a value is removed from the file.
    ///
    /// Variables above the file do not prevent a save, but a warning names each one that hides a saved value.
    ///
    /// If the file is one of the sources, the other sources are taken into account: for a list that is
    /// [appended](crate::guide::loading), elements of lower files are not repeated, and a key that only a lower
    /// file has is written as `null` or as its default if that removes it.
    ///
    /// A field without `Serialize` is written as the sources have it.
    ///
    /// # Errors
    /// The file is left unchanged if its format is unknown; if it does not parse; if the format cannot represent a
    /// value (TOML cannot represent a field without a value if omitting the key has another meaning); if another
    /// source changes a saved value, or the type of a field does not read what it writes; if the file would be larger
    /// than [`max_file_size`](crate::Builder::max_file_size) or is not writable; or if the system reports an error. A
    /// nested handle always returns an error.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// std::fs::write("app.toml", "# for the tests\nrate_limit.max = 5 # few\n")?;
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(6)?;
    /// config.save("app.toml")?;
    /// assert_eq!(std::fs::read_to_string("app.toml")?, "\
    /// ## for the tests
    /// rate_limit.max = 6 # few
    /// rate_limit.burst = 20
    /// listen = \"127.0.0.1:8080\"
    /// log_level = \"info\"
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.whole("save")?;
        self.core.save(path.as_ref())
    }

    /// [`save`](Self::save) for async code; needs no particular runtime.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// block_on(config.save_async("all.yaml"))?;
    /// assert!(std::fs::read_to_string("all.yaml")?.contains("log_level: \"info\""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save_async(&self, path: impl Into<PathBuf>) -> impl Future<Output = Result<(), Error>> + Send {
        let (handle, path) = (self.clone(), path.into());
        offload(move || handle.save(path))
    }

    /// Merges the values set at run time into a file, so that they outlive the program. The file need not
    /// exist.
    ///
    /// The file is written as by [`save`](Self::save); values that are not overridden are left unchanged. A value that
    /// a patch removed is removed. The overrides stay in force. An override that [expires](Self::for_duration) is not
    /// written, but the permanent one that it replaced is. Not written either is a value that is incomplete without its
    /// secret; a comment or a warning reports this.
    ///
    /// A nested struct that has its `#[serde(default)]` because no source mentions it is written as a whole, without secrets,
    /// if one of its fields was set: a file that gives only that field would change the defaults of the others. A
    /// secret that is left out in this way may then be missing in the file; a comment reports this.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// std::fs::write("app.toml", "# few\nrate_limit = { max = 5, burst = 2 }\n")?;
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(6)?;
    /// config.save_overrides("app.toml")?;
    /// assert_eq!(std::fs::read_to_string("app.toml")?, "# few\nrate_limit = { max = 6, burst = 2 }\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save_overrides(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.whole("save_overrides")?;
        self.core.save_overrides(path.as_ref())
    }

    /// [`save_overrides`](Self::save_overrides) for async code; needs no particular runtime.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let config = Config::hot_load()?;
    /// config.set_rate_limit_max(6)?;
    /// block_on(config.save_overrides_async("overrides.json"))?;
    /// assert_eq!(std::fs::read_to_string("overrides.json")?, "{\n  \"rate_limit\": {\n    \"max\": 6\n  }\n}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save_overrides_async(
        &self,
        path: impl Into<PathBuf>,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        let (handle, path) = (self.clone(), path.into());
        offload(move || handle.save_overrides(path))
    }
}
