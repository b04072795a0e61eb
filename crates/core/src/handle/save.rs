//! What a running program writes into files.

use std::{
    future::Future,
    path::{Path, PathBuf},
};

use super::Handle;
use crate::{config::HotConfig, engine::offload::offload, error::Error};

impl<S: HotConfig> Handle<S> {
    /// Writes the effective configuration into a file, in the format of its extension.
    ///
    /// An existing file is edited in place: comments, order, layout, line endings, owner and permissions stay, and a value
    /// that the file already says, as `0x10` or `${HOST}`, stays as it is written. The new text is read again and compared with
    /// the intended values and comments before it replaces the file. The file is replaced whole or not at all, and is on the
    /// disk on return. What the system does not let keep, such as the owner, is named in a warning.
    ///
    /// A secret is written as the reference that it was fetched by. One that has none is not written: a comment says that it
    /// is missing, and which variable gives it; for JSON, which has no comments, a
    /// [warning](Self::on_warning). A secret that has no value any more is removed from the file.
    ///
    /// A file that is one of the sources is read together with the others after a restart: of a list that is
    /// [appended](crate::guide::loading) the elements of lower files are not repeated, and a key that only a lower
    /// file has is written with `null` or its default where that takes it away.
    ///
    /// A field that has no `Serialize` is written as the sources have it.
    ///
    /// # Errors
    /// The format is not known, the file is broken, a value has no form in the format (a field without a value has none in
    /// TOML if leaving the key out means something else), another source makes another value of it or the type of the field does not
    /// read what it writes, the file would be larger than
    /// [`max_file_size`](crate::Builder::max_file_size) or has no write permission, or the system refuses; the file is then as
    /// it was. On the handle of a part, always.
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

    /// Merges what was set at run time into a file, which need not be there: so that it outlives the program.
    ///
    /// As [`save`](Self::save) writes it; what is not overridden stays as it is. A value that a patch removed is taken out.
    /// The overrides stay in force. An override that [expires](Self::for_duration) is not written, nor is an optional struct that
    /// cannot be read without a secret in it; a comment or a warning says so.
    ///
    /// A nested struct that has its `#[serde(default)]` because no source mentions it is written as a whole, without secrets,
    /// if one of its fields was set: a file that gives only that field would change the defaults of the others. A secret that is
    /// left out so may then be missing in the file; a comment says so.
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
