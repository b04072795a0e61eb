//! `email`, `url` and `ip`: text of a known format.

use std::marker::PhantomData;

use validator::{ValidateEmail, ValidateIp, ValidateUrl};

use super::{
    Findings, Requirement, Rule,
    subject::{Text, Way},
};

/// A rule without parameters on text.
macro_rules! text_format {
    ($(#[$docs:meta])* $name:ident, $passes:expr, $noun:literal, $help:expr) => {
        $(#[$docs])*
        #[doc(hidden)]
        pub struct $name<M> {
            pub way: Way<M>,
        }

        impl<M> $name<M> {
            /// The rule.
            pub const RULE: Self = Self { way: PhantomData };
        }

        impl<F: Text<M>, M> Rule<F> for $name<M> {
            fn check(&self, value: &F, findings: &mut Findings) {
                let passes: fn(&str) -> bool = $passes;
                let Some(text) = value.text().filter(|text| !passes(text)) else { return };
                let subject = findings.subject_unless(value.is_secret(), text);
                findings.fail(format!("{subject} is not {}", $noun)).help = $help;
            }

            fn describe(&self) -> Requirement {
                Requirement::$name
            }
        }
    };
}

text_format!(
    /// An email address as defined for HTML forms.
    Email,
    |text| text.validate_email(),
    "an email address",
    None
);

text_format!(
    /// An absolute URL.
    Url,
    |text| text.validate_url(),
    "a URL",
    Some("a URL starts with its scheme, as in https://example.com".to_owned())
);

text_format!(
    /// An IPv4 or IPv6 address.
    Ip,
    |text| text.validate_ip(),
    "an IP address",
    None
);
