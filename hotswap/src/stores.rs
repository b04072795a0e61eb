//! The known secret stores, and the cargo features that enable them.

use hotswap_core::secrets::KnownStore;

/// One line per scheme: its name, its cargo feature, and the expression that opens the store described by the
/// environment. The expression is only compiled with the feature.
macro_rules! stores {
    ($($scheme:literal needs $feature:literal => $open:expr;)+) => {
        /// The table that the derive hands to each configuration.
        pub const STORES: &[KnownStore] = &[$({
            #[cfg(feature = $feature)]
            let open: Option<fn() -> std::sync::Arc<dyn hotswap_core::SecretProvider>> =
                Some(|| std::sync::Arc::new($open));
            #[cfg(not(feature = $feature))]
            let open = None;
            KnownStore { scheme: $scheme, feature: $feature, open }
        }),+];
    };
}

stores! {
    "vault" needs "vault" => hotswap_vault::Vault::from_env();
    "age" needs "age" => hotswap_age::Age::new();
    "aws-sm" needs "aws" => hotswap_aws::SecretsManager::from_env();
    "aws-ssm" needs "aws" => hotswap_aws::ParameterStore::from_env();
    "gcp-sm" needs "gcp" => hotswap_gcp::SecretManager::from_env();
}
