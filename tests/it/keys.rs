//! Keys: another in the place of the one that signs, one that was lost, and one that others may read.

use std::fs;
use std::process::Command;

use crate::desk::{Desk, audit, copy_folder};
use crate::refusals::{overwrite, walk};
use crate::site::Site;

fn desk() -> (Site, Desk) {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    (site, desk)
}

#[test]
fn after_a_change_of_keys_either_key_verifies_what_either_signed() {
    let (site, desk) = desk();
    let old = desk.key();
    let before = desk.run(&["checkpoint"]).ok().text().trim().to_owned();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let _ = desk.run(&["prove", &id, "-o", "before"]).ok();
    let ran = desk.run(&["key", "rotate"]).ok();
    let new = desk.key();
    assert!(new != old && ran.text().contains(&new), "{ran:?}");
    site.edit("1", |page| page.paragraphs[0].push_str(" More."));
    desk.round();
    let after = desk.run(&["checkpoint"]).ok().text().trim().to_owned();
    let _ = desk.run(&["prove", &id, "-o", "after"]).ok();
    for key in [&old, &new] {
        for checkpoint in [&before, &after] {
            let _ = desk.run(&["verify", "--key", key, "--grown-from", checkpoint]).ok();
        }
        let ran = desk.run(&["verify", "after", "--key", key]).status(3);
        assert!(!ran.text().contains("signer not checked") && !ran.text().contains("UNSOUND"), "{ran:?}");
        assert_eq!(ran.text().contains("did not sign it"), *key == old, "{ran:?}");
        let _ = audit(&desk.archive(), std::slice::from_ref(key));
    }
    let _ = desk.run(&["verify", "before", "--key", &old]).status(3);
    // a proof from before the change knows of no new key
    let _ = desk.run(&["verify", "before", "--key", &new]).status(1);
    script(&desk, "after", &new, "time not checked");
    script(&desk, "after", &old, "the key was changed");
    // once more, and a copy that was made before is brought up to date
    let copy = desk.path("copy").display().to_string();
    let _ = desk.run(&["copy", &copy]).ok();
    let _ = desk.run(&["key", "rotate"]).ok();
    let third = desk.key();
    let _ = desk.run(&["verify", "--against", &copy]).ok();
    let _ = desk.run(&["copy", &copy]).ok();
    let _ = desk.run(&["prove", &id, "-o", "third"]).ok();
    for key in [&old, &new, &third] {
        let _ = desk.run(&["verify", "third", "--key", key]).status(3);
        let _ = desk.run(&["verify", "--key", key]).ok();
    }
    // without the entries of the change, the old key leads nowhere
    let stranger = Desk::watching(&site);
    stranger.round();
    let name = desk.vantage();
    let other = stranger.key().replace(&stranger.vantage(), &name);
    let _ = desk.run(&["verify", "third", "--key", &other]).status(2);
    stranger.check();
    desk.check();
}

/// Runs the script of a proof, where there is openssl.
fn script(desk: &Desk, proof: &str, key: &str, said: &str) {
    if !Command::new("openssl").arg("version").output().is_ok_and(|ran| ran.status.success()) {
        eprintln!("left out: openssl is not here");
        return;
    }
    let ran = Command::new("sh").args(["verify.sh", key]).current_dir(desk.path(proof)).output().expect("sh runs");
    let text = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.code() == Some(3) && text.contains(said), "{text}");
}

#[test]
fn what_was_given_over_is_not_signed_by_the_old_key_any_more() {
    let (_site, desk) = desk();
    copy_folder(&desk.keys(), &desk.path("keys-then"));
    let _ = desk.run(&["key", "rotate"]).ok();
    let retired = |path: &std::path::PathBuf| path.to_string_lossy().ends_with(".retired");
    assert_eq!(walk(&desk.keys()).iter().filter(|path| retired(path)).count(), 1);
    copy_folder(&desk.keys(), &desk.path("keys-now"));
    // the old key put back, with what was last signed beside the new one
    let name = format!("{}.key", desk.vantage());
    fs::remove_file(desk.keys().join(&name)).expect("removed");
    fs::copy(desk.path("keys-then").join(&name), desk.keys().join(&name)).expect("copied");
    let _ = desk.run(&["list"]).ok();
    let _ = desk.run(&["fetch"]).status(3).says(&["is signed by another key", "newest key"]);
    fs::remove_file(desk.keys().join(&name)).expect("removed");
    fs::copy(desk.path("keys-now").join(&name), desk.keys().join(&name)).expect("copied");
    desk.round();
    desk.check();
}

#[test]
fn an_altered_change_of_keys_is_found_by_both() {
    let (_site, desk) = desk();
    let _ = desk.run(&["key", "rotate"]).ok();
    let bundle =
        walk(&desk.archive().join("logs")).into_iter().filter(|path| path.to_string_lossy().contains("entries"));
    for path in bundle {
        let bytes = fs::read(&path).expect("a bundle");
        let at = bytes.windows(10).position(|part| part == b"\nsignature");
        let Some(at) = at else { continue };
        let mut changed = bytes.clone();
        changed[at + 20] ^= 1;
        overwrite(&path, &changed);
        let _ = desk.run(&["verify"]).status(1);
        overwrite(&path, &bytes);
    }
    desk.check();
}

#[test]
fn a_log_whose_key_is_lost_goes_on_in_a_new_one_that_carries_its_checkpoint() {
    let (site, desk) = desk();
    let (old, line) = (desk.vantage(), desk.run(&["checkpoint"]).ok().text().trim().to_owned());
    for path in walk(&desk.keys()).iter().filter(|path| path.to_string_lossy().contains(&old)) {
        fs::remove_file(path).expect("lost");
    }
    let _ = desk.run(&["fetch"]).status(3).says(&["none of your keys", "init --new-log"]);
    let _ = desk.run(&["init", "--new-log"]).ok();
    site.edit("1", |page| page.paragraphs[0].push_str(" It went on."));
    let events = desk.round();
    assert!(events.iter().all(|event| event["event"] != "failed"), "{events:?}");
    let first = walk(&desk.archive().join("logs"))
        .into_iter()
        .filter(|path| !path.to_string_lossy().contains(&old) && path.to_string_lossy().contains("entries"))
        .any(|path| String::from_utf8_lossy(&fs::read(path).expect("a bundle")).contains(&format!("\nafter {line}\n")));
    assert!(first, "the first entry carries {line}");
    desk.check();
    // an old log that is another than it was then is found
    let other = Desk::watching(&site);
    other.round();
    for path in walk(&desk.archive().join("logs").join(&old)) {
        let bytes = fs::read(&path).expect("a file");
        if path.ends_with("checkpoint") {
            let text = String::from_utf8(bytes).expect("a note").replacen("\n", "\n1", 1);
            overwrite(&path, text.as_bytes());
        }
    }
    let _ = desk.run(&["verify"]).status(1);
    other.check();
    desk.leave_damaged();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_site, desk) = desk();
    let key = desk.keys().join(format!("{}.key", desk.vantage()));
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("rights");
        for command in [&["fetch"][..], &["key", "show"], &["key", "rotate"]] {
            let _ = desk.run(command).status(3).says(&["can be read by others", "chmod 600"]);
        }
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("rights");
    desk.round();
    desk.check();
}
