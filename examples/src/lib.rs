//! The examples are in folders of their own.
