//! Times and sizes as a person types them: `1h30m`, `20MB`.
//!
//! Whole numbers with units, nothing guessed: `15` alone is refused, for nobody can say of what.

use std::time::Duration;

use super::values::shown;

/// Units of time in milliseconds, largest first.
const TIMES: [(&str, u64); 6] =
    [("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Units of size in bytes.
const SIZES: [(&str, u64); 7] = [
    ("b", 1),
    ("kb", 1000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
];

/// A hundred years, beyond which an instant plus a duration might no longer be a date.
const LONGEST: u64 = 36_525 * 86_400_000;

/// Reads `15m`, `0s`, `1h30m`: numbers with units, the larger unit first.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parts(text).map(Duration::from_millis).ok_or_else(|| {
        let expected =
            r#"expected a time such as "90s", "15m", "1h30m" or "7d" (ms, s, m, h, d, w; at most 100 years)"#;
        format!("{expected}, found {}", shown(text))
    })
}

fn parts(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut smaller = TIMES.as_slice();
    while !rest.is_empty() {
        let (number, after) = leading_number(rest)?;
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let place = smaller.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(smaller[place].1)?)?;
        smaller = &smaller[place + 1..];
        rest = after;
    }
    (!text.is_empty() && total <= LONGEST).then_some(total)
}

/// Reads `20MB`, `500KB`, `1GiB`: a number with a unit, in either case, with or without a space between.
pub(super) fn size(text: &str) -> Result<usize, String> {
    bytes(text).ok_or_else(|| {
        let expected = r#"expected a size such as "500KB", "20MB" or "1GiB" (B, KB, MB, GB; KiB, MiB, GiB)"#;
        format!("{expected}, found {}", shown(text))
    })
}

fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = leading_number(text)?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let (_, scale) = SIZES.iter().find(|(name, _)| *name == unit)?;
    usize::try_from(number.checked_mul(*scale)?).ok()
}

fn leading_number(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_times() {
        let seconds = |text: &str| duration(text).map(|time| time.as_secs_f64());
        for (text, expected) in [
            ("0s", 0.0),
            ("90s", 90.0),
            ("15m", 900.0),
            ("1h30m", 5400.0),
            ("1d", 86_400.0),
            ("2w1d", 15.0 * 86_400.0),
            ("250ms", 0.25),
            ("1s500ms", 1.5),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for bad in ["", "15", "m", "15 m", "15min", "30m1h", "1h1h", "-1s", "1.5h", "99999999999999999999s", "9999999w"]
        {
            assert!(duration(bad).is_err_and(|message| message.contains("expected a time")), "{bad:?}");
        }
    }

    #[test]
    fn reads_sizes() {
        for (text, expected) in [
            ("0B", 0),
            ("20MB", 20_000_000),
            ("500KB", 500_000),
            ("500kB", 500_000),
            ("1GiB", 1 << 30),
            ("2 MiB", 2 << 20),
        ] {
            assert_eq!(size(text), Ok(expected), "{text}");
        }
        for bad in ["", "20", "MB", "20  MB", "20XB", "1.5MB", "-1B", "99999999999GiB"] {
            assert!(size(bad).is_err_and(|message| message.contains("expected a size")), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_them(text in "[0-9a-zA-Zµ ٣.-]{0,12}") {
            let _ = (duration(&text), size(&text));
        }
    }
}
