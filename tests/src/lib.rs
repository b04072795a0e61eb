//! The tests stand in folders of their own.
