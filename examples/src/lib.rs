//! The examples stand in folders of their own.
