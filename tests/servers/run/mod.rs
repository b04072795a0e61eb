//! Servers for tests, and helpers that call a provider.

mod asking;
mod bao;
// Other tests of stores use it, too.
#[allow(dead_code)]
mod http;
mod kubernetes;
mod postgres;
mod process;

pub(crate) use asking::{assert_gives, assert_refused, fetch, wait};
pub(crate) use bao::{Bao, ROOT, text};
pub(crate) use http::{ask, redirect, serve};
pub(crate) use kubernetes::{Kubernetes, SERVICE_ACCOUNT};
pub(crate) use postgres::Postgres;
pub(crate) use process::{BOUND, Running, eventually, free_port};
