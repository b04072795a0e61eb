//! Shell completion.

use clap_complete::Shell;

/// The script that completes the whole command line of the program in a shell.
///
/// `command` is the command of the program, from clap's `CommandFactory::command()`.
///
/// ```
/// use clap::CommandFactory;
/// use hotswap::cli::{ConfigCommand, Shell, completions};
///
/// #[derive(clap::Parser)]
/// #[command(name = "program")]
/// struct Program {
///     #[command(subcommand)]
///     command: ConfigCommand,
/// }
///
/// let script = completions(Program::command(), Shell::Bash);
/// assert!(script.contains("explain"));
/// ```
pub fn completions(mut command: clap::Command, shell: Shell) -> String {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
