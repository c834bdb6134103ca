//! What is not as it usually is with a source, and what it offers, as it is shown to a person and to a program.

use chrono::TimeDelta;
use serde_json::{Value, json};

use onrecord::archive::index::Offer;
use onrecord::archive::usual::{Failing, Silence};
use onrecord::model::time::rfc3339;

use crate::cli::out::clean;

/// How many addresses are named on a line; a sitemap can have dozens.
const NAMED: usize = 3;

/// A silence for programs.
pub fn silence_object(silence: &Silence) -> Value {
    json!({ "since": rfc3339(silence.since), "usual_seconds": silence.usual.num_seconds(), "begun": silence.begun })
}

/// A silence on a line.
pub fn silence_line(silence: &Silence) -> String {
    let Silence { since, usual, .. } = silence;
    format!("nothing new since {}: {} are usual for it at most", since.format("%Y-%m-%d"), span(*usual))
}

/// A failing spell for programs.
pub fn failing_object(failing: &Failing) -> Value {
    let Failing { since, rounds, usual, begun } = failing;
    json!({ "since": rfc3339(*since), "rounds": rounds, "usual_seconds": usual.num_seconds(), "begun": begun })
}

/// A failing spell on a line.
pub fn failing_line(failing: &Failing) -> String {
    let Failing { since, rounds, usual, .. } = failing;
    let since = since.format("%Y-%m-%d %H:%M");
    format!("failing since {since}, {rounds} rounds in a row: {} are usual for it at most", span(*usual))
}

/// What a source offers, for programs.
pub fn offer_object(offer: &Offer) -> Value {
    json!({ "kind": offer.how, "url": offer.url, "items": offer.items })
}

/// What a source offers, on a line; `None` where nothing has answered yet.
pub fn offers_line(offers: &[Offer]) -> Option<String> {
    let name = |offer: &Offer| format!("{} with {}: {}", offer.how, offer.items, clean(&offer.url));
    let mut parts: Vec<String> = offers.iter().take(NAMED).map(name).collect();
    if offers.len() > NAMED {
        parts.push(format!("{} more", offers.len() - NAMED));
    }
    (!parts.is_empty()).then(|| format!("read from {}", parts.join("; ")))
}

/// Days, or hours where it is less than two days.
fn span(time: TimeDelta) -> String {
    if time < TimeDelta::days(2) { format!("{} hours", time.num_hours()) } else { format!("{} days", time.num_days()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_named_on_one_line_however_many_there_are() {
        let offer =
            |number| Offer { how: "sitemap".into(), url: format!("https://office.example/{number}.xml"), items: 7 };
        assert_eq!(offers_line(&[]), None);
        let five: Vec<Offer> = (1..=5).map(offer).collect();
        assert_eq!(offers_line(&five[..1]).as_deref(), Some("read from sitemap with 7: https://office.example/1.xml"));
        assert!(offers_line(&five).expect("a line").ends_with("/3.xml; 2 more"));
    }

    #[test]
    fn a_span_is_told_in_the_unit_that_fits() {
        assert_eq!([span(TimeDelta::hours(47)), span(TimeDelta::days(9))], ["47 hours", "9 days"]);
    }
}
