//! The certificate authorities that a client trusts.

use hotswap::secrets::{
    FetchErrorKind::{Invalid, Unreachable},
    vault::{Auth, Vault},
};
use serde_json::json;

use crate::run::{Bao, ROOT, assert_gives, assert_refused};

#[test]
#[cfg_attr(without = "openbao", ignore = "needs OpenBao")]
fn only_the_authority_that_was_named_is_trusted() {
    let (bao, other) = (Bao::start_with_tls(), Bao::start_with_tls());
    let vault = || Vault::at(bao.secure_address()).auth(Auth::token(ROOT));
    assert_gives(&vault().ca_file(bao.ca_file()), "secret/app", json!({ "password": "hunter2" }));
    let wrong = vault().ca_file(other.ca_file());
    assert_refused(&wrong, "secret/app", Unreachable, &["is not trusted", "VAULT_CACERT"]);
    // The system trusts neither of the two.
    assert_refused(&vault(), "secret/app", Unreachable, &["is not trusted"]);
    let plain = Vault::at(bao.address()).auth(Auth::token(ROOT));
    assert_refused(&plain, "secret/app", Invalid, &["`https`"]);
}
