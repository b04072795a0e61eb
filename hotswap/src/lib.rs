//! Configuration that changes while the program runs.
mod config; mod error; mod issue; mod keys; mod member; mod path; mod rule; mod shape; mod source; mod value; mod watch;
