//! The demonstration: the whole job with no network, and nothing left behind but what it says.

use crate::desk::{Desk, audit};

#[test]
fn the_demo_shows_the_whole_job() {
    let desk = Desk::empty();
    let ran = desk.run(&["demo", "shown"]).ok();
    for word in ["Autumn Shield", "Hentzau", "1,200", "900", "withdrawn", "revised", "onrecord verify"] {
        assert!(ran.text().contains(word), "{word:?} is not shown:\n{ran:?}");
    }
    assert!(!desk.keys().exists(), "the demo uses no key of ours");
    let archive = desk.path("shown/archive");
    assert!(archive.join("logs").is_dir(), "the archive lies where it was said");
    if let Some(told) = audit(&archive, &[]) {
        assert_eq!(told.len(), 6);
        assert!(told.iter().any(|line| line["state"] == "withdrawn"));
        assert!(told.iter().any(|line| line["revisions"] == 2));
    }
}
