//! One grammar for numbers in files, in variables and in the keys of tables.
//!
//! The formats disagree: `017` is an octal number to YAML 1.1, a decimal one to YAML 1.2 and to most programs, and an
//! error to TOML and JSON; `+5` is a number to TOML and YAML only. A number that means different things in different
//! places is refused in all of them.

use crate::value::{Dialect, Value};

/// The message for an integer beyond the range of every integer type.
pub(crate) const TOO_WIDE: &str = "the integer has more than 128 bits";
/// The message for a number that only infinity could represent.
pub(crate) const OUT_OF_RANGE: &str = "the number is out of range";

/// The reason for which a text that looks like a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    LeadingZero,
    PlusSign,
}

impl Refusal {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::LeadingZero => {
                "a number with a leading zero is ambiguous in YAML and not allowed in TOML and JSON"
            }
            Self::PlusSign => "a number with a plus sign is not allowed, because JSON has none",
        }
    }

    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::LeadingZero => {
                "write it without the zero (in YAML and TOML an octal number begins with 0o), or in quotes for text"
            }
            Self::PlusSign => "write it without the sign, or in quotes for text",
        }
    }
}

/// Whether the text is a decimal number in a refused notation.
pub(crate) fn refusal(text: &str) -> Option<Refusal> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = unsigned.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'_').count();
    if unsigned[..whole].starts_with('_') || unsigned[..whole].ends_with('_') {
        return None;
    }
    if !is_rest_of_number(&unsigned[whole..], whole > 0) {
        None
    } else if text.starts_with('+') {
        Some(Refusal::PlusSign)
    } else {
        (whole > 1 && unsigned.starts_with('0')).then_some(Refusal::LeadingZero)
    }
}

/// What follows the whole part of a number: nothing, a fraction, an exponent.
fn is_rest_of_number(text: &str, has_whole: bool) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, rest) = match text.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("", text),
    };
    let exponent = match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        None => rest.is_empty(),
    };
    exponent && (has_whole || !fraction.is_empty())
}

/// The number around a byte of the text, if its notation is refused, and its start.
///
/// Only the parser knows whether a number can start there: the digits of a string or a time look the same.
pub(crate) fn refused_at(text: &str, offset: usize) -> Option<(usize, Refusal)> {
    let (start, token) = token_at(text, offset)?;
    Some((start, refusal(token)?))
}

/// The unquoted scalar around a byte of the text, and its start.
pub(crate) fn token_at(text: &str, offset: usize) -> Option<(usize, &str)> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"+-._".contains(byte);
    let (before, after) = text.as_bytes().split_at_checked(offset)?;
    let start = offset - before.iter().rev().take_while(|byte| belongs(byte)).count();
    let end = offset + after.iter().take_while(|byte| belongs(byte) || **byte == b':').count();
    Some((start, text.get(start..end)?))
}

/// Parses an integer; `None` if the text is not an integer, and an error if no type can hold it.
pub(crate) fn integer(text: &str, dialect: Dialect) -> Option<Result<Value, &'static str>> {
    let (digits, radix) = match dialect {
        Dialect::Yaml if text.starts_with("0x") => (&text[2..], 16),
        Dialect::Yaml if text.starts_with("0o") => (&text[2..], 8),
        _ => (text.strip_prefix('-').unwrap_or(text), 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = match text.starts_with('-') {
        true => text.parse().ok().map(Value::Int),
        false => u128::from_str_radix(digits, radix).ok().map(Value::from),
    };
    Some(value.ok_or(TOO_WIDE))
}

/// Parses a number, with infinity and NaN in the notation of the dialect; `None` if the text is not a number, and an
/// error if it is too large.
pub(crate) fn float(text: &str, dialect: Dialect) -> Option<Result<f64, &'static str>> {
    let spelled = match (dialect, text.to_ascii_lowercase().as_str()) {
        (Dialect::Yaml, ".inf" | "+.inf") => Some(f64::INFINITY),
        (Dialect::Yaml, "-.inf") => Some(f64::NEG_INFINITY),
        (Dialect::Yaml, ".nan") => Some(f64::NAN),
        _ => None,
    };
    let digits = text.contains(|letter: char| letter.is_ascii_digit());
    let number = || text.parse::<f64>().ok().filter(|_| digits || dialect == Dialect::Variable);
    let value = spelled.or_else(number)?;
    Some(if value.is_infinite() && digits { Err(OUT_OF_RANGE) } else { Ok(value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_and_plus_signs_are_refused_in_numbers_only() {
        for zero in ["017", "-017", "00", "0_1", "01.5", "-00.5", "08", "007e3"] {
            assert_eq!(refusal(zero), Some(Refusal::LeadingZero), "{zero}");
        }
        for plus in ["+5", "+1.5", "+017", "+.5", "+1e3"] {
            assert_eq!(refusal(plus), Some(Refusal::PlusSign), "{plus}");
        }
        let others = "0 -0 0.5 -0.5 10 1e+5 1e05 0x1F 0o17 0b1 2024-01-02 01-02 00:30 0.0.1 01a + - . +inf +.inf 0e +_ 0_ 00_ _0";
        for other in others.split(' ') {
            assert_eq!(refusal(other), None, "{other}");
        }
    }

    #[test]
    fn integers_reach_both_ends_of_128_bits() {
        let yaml = |text: &str| integer(text, Dialect::Yaml);
        let most = u128::MAX.to_string();
        assert_eq!(yaml(&most), Some(Ok(Value::Uint(u128::MAX))));
        assert_eq!(yaml(&i128::MIN.to_string()), Some(Ok(Value::Int(i128::MIN))));
        assert_eq!(yaml(&format!("{most}0")), Some(Err(TOO_WIDE)));
        assert_eq!(yaml(&format!("-{most}")), Some(Err(TOO_WIDE)));
        assert_eq!(yaml(&format!("0x{}", "f".repeat(32))), Some(Ok(Value::Uint(u128::MAX))));
        assert_eq!(yaml(&format!("0x{}", "f".repeat(33))), Some(Err(TOO_WIDE)));
        for other in ["0x", "0x-5", "0o+7", "0o8", "-0x1", "--1", "1_000", "1.0", "", "-", "inf"] {
            assert_eq!(yaml(other), None, "{other}");
        }
        assert_eq!(integer("0x1F", Dialect::Variable), None);
    }

    #[test]
    fn only_a_spelled_infinity_is_infinite() {
        let read = |text: &str, dialect| float(text, dialect);
        for dialect in [Dialect::Yaml, Dialect::Variable] {
            for text in ["1e400".to_owned(), "-1e400".to_owned(), "9".repeat(400)] {
                assert_eq!(read(&text, dialect), Some(Err(OUT_OF_RANGE)), "{text}");
            }
            assert_eq!(read("1e-400", dialect), Some(Ok(0.0)));
        }
        assert_eq!(read("-.INF", Dialect::Yaml), Some(Ok(f64::NEG_INFINITY)));
        assert_eq!(read("inf", Dialect::Yaml), None);
        assert_eq!(read("inf", Dialect::Variable), Some(Ok(f64::INFINITY)));
    }

    #[test]
    fn the_number_around_an_offset_is_found() {
        for offset in 6..=9 {
            assert_eq!(refused_at("{\"a\": 017}", offset), Some((6, Refusal::LeadingZero)), "{offset}");
        }
        assert_eq!(refused_at("{\"a\": 17}", 7), None);
        for other in ["[05s]", "[09:61:00]", "[007é]", "[01x]"] {
            assert_eq!(refused_at(other, 2), None, "{other}");
        }
        assert_eq!(refused_at("017", 4), None);
    }
}
