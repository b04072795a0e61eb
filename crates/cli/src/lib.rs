//! A command line for the configuration of any program.
//!
//! [`ConfigCommand`] is a subcommand of clap: a program mounts it next to its own subcommands, and passes it
//! the type of its configuration. The commands neither publish nor watch anything.
//!
//! ```no_run
//! use clap::Parser;
//! use hotswap::{HotConfig, cli::ConfigCommand};
//! use std::process::ExitCode;
//!
//! #[derive(serde::Deserialize, HotConfig)]
//! #[hot(file = "app.toml", env = "APP")]
//! struct Config {
//!     #[hot(default = 8080)]
//!     port: u16,
//! }
//!
//! #[derive(Parser)]
//! enum Program {
//!     /// Serves requests.
//!     Serve,
//!     /// Looks into the configuration.
//!     #[command(subcommand)]
//!     Config(ConfigCommand),
//! }
//!
//! fn main() -> ExitCode {
//!     match Program::parse() {
//!         Program::Serve => ExitCode::SUCCESS,
//!         Program::Config(command) => command.run(Config::hot_builder),
//!     }
//! }
//! ```
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | done; `check`: the configuration is valid; `diff`: no difference |
//! | 1 | `check`: rejected, or warnings with `--deny-warnings`; `diff`: a difference; `explain`: no such field |
//! | 2 | the configuration, or an argument, could not be used; `encrypt`, `decrypt`, `rotate-recipients`: not done, nothing written |

#[cfg(feature = "age")]
mod age;
#[cfg(not(feature = "age"))]
#[path = "without_age.rs"]
mod age;
mod check;
mod complete;
mod config_args;
mod diff;
mod env;
mod explain;
mod output;
mod print;
mod show;

use std::{io, process::ExitCode};

use hotswap_core::{Builder, HotConfig};

#[cfg(feature = "age")]
pub use self::age::{Decrypt, Encrypt, IdentityFiles, Recipients, RotateRecipients};
pub use self::{
    age::SecretCommand, check::Check, complete::completions, config_args::Selection, diff::Diff, env::Env,
    explain::Explain, output::FileFormat, print::Template, show::Show,
};
pub use clap_complete::Shell;

use output::{End, Output};

/// What can be asked of a configuration: a subcommand for clap.
///
/// See the [module](self) for a program that mounts it.
#[derive(Clone, Debug, clap::Subcommand)]
#[non_exhaustive]
pub enum ConfigCommand {
    /// Load and validate, and report every problem
    Check(Check),
    /// Show what every layer says of a field, and which one wins
    Explain(Explain),
    /// Print the effective configuration; secrets are never shown
    Show(Show),
    /// Compare the effective configurations of two files or profiles; exits with 1 if they differ
    Diff(Diff),
    /// Print the JSON Schema of the configuration
    Schema,
    /// Print a commented file with every field
    Template(Template),
    /// Print a page of Markdown with every field
    Reference,
    /// List the environment variables that are read
    Env(Env),
    /// Encrypt and decrypt.
    #[command(flatten)]
    Secret(SecretCommand),
}

impl ConfigCommand {
    /// Runs the command on the configuration of `builder`, often `Config::hot_builder`, and prints to the standard
    /// streams.
    ///
    /// Return the exit code from `main`; see the [module](self#exit-codes).
    ///
    /// ```
    #[doc = include_str!("../../core/src/example.txt")]
    /// use clap::Parser;
    /// use hotswap::cli::ConfigCommand;
    ///
    /// #[derive(Parser)]
    /// struct Program {
    ///     #[command(subcommand)]
    ///     command: ConfigCommand,
    /// }
    ///
    /// std::fs::write("app.toml", "rate_limit.max = 5")?;
    /// let program = Program::try_parse_from(["program", "explain", "rate_limit.max"])?;
    /// assert_eq!(program.command.run(Config::hot_builder), std::process::ExitCode::SUCCESS);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run<T: HotConfig>(&self, builder: impl Fn() -> Builder<T>) -> ExitCode {
        let (out, err) = (io::stdout(), io::stderr());
        let mut output = Output { out: &mut out.lock(), err: &mut err.lock(), standard: true };
        self.end(builder, &mut output).into()
    }

    /// Like [`run`](Self::run), with streams of the caller: for tests, and for programs with their own console.
    ///
    /// Returns the exit code.
    ///
    /// ```
    #[doc = include_str!("../../core/src/example.txt")]
    /// use clap::Parser;
    /// use hotswap::cli::ConfigCommand;
    ///
    /// #[derive(Parser)]
    /// struct Program {
    ///     #[command(subcommand)]
    ///     command: ConfigCommand,
    /// }
    ///
    /// std::fs::write("app.toml", "rate_limit.max = 0")?;
    /// let program = Program::try_parse_from(["program", "check"])?;
    /// let (mut out, mut err) = (Vec::new(), Vec::new());
    /// assert_eq!(program.command.write(Config::hot_builder, &mut out, &mut err), 1);
    /// assert!(String::from_utf8(err)?.contains("0 is less than the minimum 1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write<T: HotConfig>(
        &self,
        builder: impl Fn() -> Builder<T>,
        out: &mut dyn io::Write,
        err: &mut dyn io::Write,
    ) -> u8 {
        self.end(builder, &mut Output { out, err, standard: false }) as u8
    }

    fn end<T: HotConfig>(&self, builder: impl Fn() -> Builder<T>, output: &mut Output<'_>) -> End {
        let end = match self {
            Self::Check(command) => command.run(builder(), output),
            Self::Explain(command) => command.run(&builder, output),
            Self::Show(command) => command.run(builder(), output),
            Self::Diff(command) => command.run(&builder, output),
            Self::Schema => print::schema::<T>(output),
            Self::Template(command) => command.run::<T>(output),
            Self::Reference => print::reference::<T>(output),
            Self::Env(command) => command.run(&builder(), output),
            Self::Secret(command) => command.run(output),
        };
        // A closed pipe, as with `head`, is not an error.
        end.unwrap_or(End::Done)
    }
}
