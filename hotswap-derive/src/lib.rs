//! The derive macro of hotswap.
