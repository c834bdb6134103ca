//! Facts and interpretations: what is kept of a page that changed in noise, beside the statement, or in our settings only.

use std::fs;
use std::io::Read;
use std::path::PathBuf;

use crate::desk::{Desk, counted};
use crate::site::{Site, path_of};

/// The segments of exchanges, oldest first.
fn segments(desk: &Desk) -> Vec<PathBuf> {
    fn walk(folder: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(path, found);
            } else if path.to_string_lossy().ends_with(".warc.gz") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(desk.archive().join("segments"), &mut found);
    found.sort();
    found
}

/// All records of a segment as text.
fn unpacked(path: &PathBuf) -> String {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).expect("a segment");
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn noise_keeps_no_new_body() {
    let site = Site::with(4);
    site.set(|office| office.noisy = true);
    let desk = Desk::watching(&site);
    assert_eq!(counted(&desk.round()), "new 4");
    let before = segments(&desk);
    for _ in 0..3 {
        assert_eq!(counted(&desk.round()), "unchanged 4");
    }
    assert_eq!(segments(&desk), before, "a round that keeps no body writes no segment");
    desk.check();
}

#[test]
fn keep_all_keeps_the_noise_too_and_calls_nothing_revised() {
    let site = Site::with(3);
    site.set(|office| office.noisy = true);
    let desk = Desk::empty();
    desk.write_sources("keep = \"all\"", &[("press", &site, "")]);
    assert_eq!(counted(&desk.round()), "new 3");
    let before = segments(&desk);
    assert_eq!(counted(&desk.round()), "unchanged 3");
    let new: String = segments(&desk).iter().filter(|path| !before.contains(path)).map(unpacked).collect();
    assert_eq!(new.matches("WARC-Type: response").count(), 3, "every body that differs by a byte");
    desk.check();
}

#[test]
fn a_clause_beside_the_statement_is_evidence_though_it_is_no_revision() {
    let site = Site::with(4);
    site.set(|office| office.noisy = true);
    site.edit("2", |page| {
        page.aside = Some("The embankment stays open to pedestrians at all hours of the day.".to_owned())
    });
    let desk = Desk::watching(&site);
    assert_eq!(counted(&desk.round()), "new 4");
    let shown = desk.run(&["show", &site.page("2")]).ok();
    assert!(!shown.text().contains("embankment"), "the reader leaves it out, which is what this test is about");
    let before = segments(&desk);

    site.edit("2", |page| {
        page.aside = Some("The embankment is closed to pedestrians until further notice.".to_owned())
    });
    assert_eq!(counted(&desk.round()), "unchanged 4", "nothing of the statement was changed");
    let kept: Vec<PathBuf> = segments(&desk).into_iter().filter(|path| !before.contains(path)).collect();
    assert_eq!(kept.len(), 1, "the body that shows the change is kept");
    let records = unpacked(&kept[0]);
    assert!(records.contains("closed to pedestrians until further notice"));
    assert_eq!(records.matches("WARC-Type: response").count(), 1, "and only that one");
    assert_eq!(counted(&desk.round()), "unchanged 4");
    assert_eq!(segments(&desk).len(), before.len() + 1, "the same again is not evidence again");
    assert_eq!(desk.statement_at(&site.page("2"))["revisions"], 1);
    desk.check();
}

#[test]
fn our_settings_make_no_revision() {
    for settings in
        ["ignore = [\"article p:nth-of-type(2)\"]", "body = \"article p:nth-of-type(1)\"", "title = \"title\""]
    {
        let site = Site::with(3);
        site.set(|office| office.noisy = true);
        let desk = Desk::watching(&site);
        assert_eq!(counted(&desk.round()), "new 3");
        let before = desk.statement_at(&site.page("1"));

        desk.write_sources("", &[("press", &site, settings)]);
        assert_eq!(counted(&desk.round()), "unchanged 3", "{settings}");
        assert_eq!(counted(&desk.round()), "unchanged 3", "{settings}, a second time");
        assert_eq!(desk.statement_at(&site.page("1"))["revisions"], 1);

        // what the office changes is told under the new settings as under the old
        site.edit("1", |page| {
            page.title.push_str(", corrected");
            page.paragraphs[0].push_str(" No date is given.");
        });
        assert_eq!(counted(&desk.round()), "revised 1, unchanged 2", "{settings}");
        let after = desk.statement_at(&site.page("1"));
        assert_eq!(after["revisions"], 2);
        assert_ne!(before["text_sha256"], after["text_sha256"]);
        desk.check();
    }
}

#[test]
fn an_edit_that_comes_together_with_new_settings_is_a_revision() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    assert_eq!(counted(&desk.round()), "new 3");
    desk.write_sources("", &[("press", &site, "ignore = [\"article p:nth-of-type(3)\"]")]);
    site.edit("3", |page| page.paragraphs[1] = page.paragraphs[1].replace("13 vehicles", "31 vehicles"));
    assert_eq!(counted(&desk.round()), "revised 1, unchanged 2");
    // an edit of what is now left out is none
    site.edit("2", |page| page.paragraphs[2] = "The residents are thanked.".to_owned());
    assert_eq!(counted(&desk.round()), "unchanged 3");
    desk.check();
}

#[test]
fn rereading_shows_first_appends_then_and_changes_no_history() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    assert_eq!(counted(&desk.round()), "new 3");
    site.edit("2", |page| page.paragraphs[0].push_str(" Later perhaps."));
    assert_eq!(counted(&desk.round()), "revised 1, unchanged 2");
    let old_text = desk.run(&["show", &site.page("1")]).ok().stdout;
    let old = desk.statement_at(&site.page("1"));

    desk.write_sources("", &[("press", &site, "ignore = [\"article p:nth-of-type(3)\"]")]);
    let _ = desk.run(&["reread"]).ok();
    assert_eq!(desk.run(&["show", &site.page("1")]).ok().stdout, old_text, "without --apply nothing is appended");
    let _ = desk.run(&["reread", "--apply"]).ok();
    let new = desk.run(&["show", &site.page("1")]).ok();
    assert!(!new.text().contains("thanked for their patience"), "{new:?}");
    assert_eq!(desk.statement_at(&site.page("1"))["revisions"], 1);
    assert_eq!(desk.statement_at(&site.page("2"))["revisions"], 2);
    // what was cited resolves for ever
    let cited = format!("sha256:{}", old["text_sha256"].as_str().expect("a digest"));
    assert_eq!(desk.run(&["cat", &cited]).ok().stdout, old_text);
    let told = counted(&desk.json(&["history", &site.page("1")]));
    assert!(!told.contains("revised"), "{told}");
    assert_eq!(counted(&desk.round()), "unchanged 3");
    desk.check();
}

#[test]
fn an_unread_page_is_kept_and_said_to_be_unread() {
    let site = Site::with(4);
    site.mishap(
        &path_of("2"),
        crate::site::Mishap::Body(
            "text/html; charset=utf-8",
            b"<html><body><script>var app = 1;</script><div id=\"app\"></div></body></html>".to_vec(),
        ),
    );
    let desk = Desk::watching(&site);
    let told = desk.round();
    assert_eq!(counted(&told), "failed 1, new 3", "{told:#?}");
    site.recover();
    assert_eq!(counted(&desk.round()), "new 1, unchanged 3");
    desk.check();
}
