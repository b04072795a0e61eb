//! `schema`, `template` and `reference`.

use std::io;

use hotswap_core::HotConfig;

use super::output::{End, FileFormat, Output};

/// Arguments of `template`.
#[derive(Clone, Debug, clap::Args)]
#[non_exhaustive]
pub struct Template {
    /// What to write
    #[arg(long, value_enum, default_value_t = FileFormat::Toml)]
    pub format: FileFormat,
}

impl Template {
    pub(super) fn run<T: HotConfig>(&self, output: &mut Output<'_>) -> io::Result<End> {
        write!(output.out, "{}", T::template(self.format.into())).map(|()| End::Done)
    }
}

pub(super) fn schema<T: HotConfig>(output: &mut Output<'_>) -> io::Result<End> {
    output.json(&T::schema()).map(|()| End::Done)
}

pub(super) fn reference<T: HotConfig>(output: &mut Output<'_>) -> io::Result<End> {
    write!(output.out, "{}", T::reference()).map(|()| End::Done)
}
