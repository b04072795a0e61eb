//! Empty: the package only contains the tests next to it.
