//! Tests of the two files that come with the program: that they parse, and show every key.

mod pages;

use std::collections::BTreeSet;

use super::tests::good;
use super::written::TABLES;
use super::{FetchSettings, STARTER, StampSettings};
use crate::model::source::Limits;

const SHIPPED: &str = include_str!("../../../sources.toml");

/// Settings that stand in a file as comments: lines that open with `#` and no space.
fn uncommented(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', '#'])).unwrap_or(line)).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    )
}

#[test]
fn the_starter_parses_and_shows_every_key() {
    let config = good(STARTER);
    assert!(config.sources.is_empty() && config.fetch.contact.is_none());
    shows_every_key(STARTER);
    let shown = good(&uncommented(STARTER));
    assert_eq!(shown.fetch.limits, Limits::default(), "defaults are shown as they are");
    assert_eq!(shown.fetch.hosts, FetchSettings::default().hosts);
    let stamp = StampSettings { servers: vec![], roots: vec![], policies: vec![], ..shown.stamp.clone() };
    assert_eq!((stamp, shown.stamp.servers.len()), (StampSettings::default(), 2));
    assert_eq!(shown.sources.len(), 1);
}

#[test]
fn the_shipped_file_parses_and_shows_every_key() {
    let config = good(SHIPPED);
    assert!(config.sources.len() >= 30);
    assert!(config.contact_needed(), "the contact must be the user's own");
    assert_eq!(SHIPPED.matches("Never tried against the live site from here").count(), config.sources.len());
    shows_every_key(SHIPPED);
    assert_eq!(good(&uncommented(SHIPPED)).sources.len(), config.sources.len() + 1);
}

fn shows_every_key(text: &str) {
    let mut table = "";
    let mut shown: BTreeSet<(&str, &str)> = BTreeSet::new();
    for line in text.lines().map(|line| line.strip_prefix('#').unwrap_or(line)) {
        if let Some((header, _)) = TABLES.iter().find(|(header, _)| *header == line) {
            table = header;
            // a table of its own is the value of a key of the one above it
            if *header == "[source.json]" {
                shown.insert(("[[source]]", "json"));
            }
        } else if let Some((key, _)) = line.split_once(" = ") {
            shown.insert((table, key));
        }
    }
    for (header, keys) in TABLES {
        for key in keys {
            assert!(shown.contains(&(header, *key)), "{key} of {header} is not shown");
        }
    }
}
