//! Time stamps: asked for, kept, entered, verified; and everything that is no stamp, refused.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::authority::{Authority, FAULTS, file};
use crate::desk::Desk;
use crate::refusals::walk;
use crate::site::Site;

/// A place that watches an office, whose log these addresses stamp.
pub fn desk(site: &Site, servers: &[String], more: &str) -> Desk {
    let desk = Desk::empty();
    let stamp = format!("[stamp]\nservers = {}\nmin_interval = \"0s\"\n{more}", Value::from(servers));
    desk.write_sources(&stamp, &[("press", site, "")]);
    desk
}

/// The root that the authority's chain leads to, as a setting.
pub fn root() -> String {
    format!("roots = [{}]\n", Value::from(file("root.pem").display().to_string()))
}

fn stamps(desk: &Desk) -> Vec<String> {
    let folder = desk.archive().join("logs").join(desk.vantage()).join("stamps");
    let names = walk(&folder).into_iter().map(|path| path.strip_prefix(&folder).expect("inside").display().to_string());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".tsr")).collect();
    names.sort();
    names
}

fn told<'l>(lines: &'l [Value], event: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn a_round_is_stamped_by_each_authority_once_and_verified_under_their_root() {
    let (site, tsa) = (Site::with(2), Authority::open());
    let desk = desk(&site, &[tsa.url(""), tsa.url("second")], &root());
    let first = desk.json(&["fetch", "--recheck", "all"]);
    let stamped = told(&first, "stamp");
    assert_eq!(stamped.len(), 2, "{first:?}");
    assert_eq!(first.last().expect("lines")["event"], "summary", "the summary stands last");
    let size = stamped[0]["size"].as_u64().expect("a size");
    assert_eq!((&stamped[0]["size"], stamped[0]["entry"].as_u64()), (&stamped[1]["size"], Some(size)));
    assert_eq!(stamped[0]["signer"], "CN=Signer of time,O=Tests of onrecord");
    // not again within the day, though the log has grown
    assert!(told(&desk.json(&["fetch", "--recheck", "all"]), "stamp").is_empty());
    assert_eq!((stamps(&desk).len(), tsa.asked()), (2, 2));
    let verified = desk.json(&["verify"]);
    let summary = verified.last().expect("a summary");
    assert_eq!((&summary["stamps"], &summary["not_checked"]), (&2.into(), &0.into()), "{verified:?}");
    // a second revision stands between the stamps: behind the first, and below the next
    site.edit("1", |page| page.paragraphs[1] = "What was said is said otherwise.".to_owned());
    desk.round();
    assert_eq!(told(&desk.json(&["stamp"]), "stamp").len(), 2, "a person may ask at any time");
    let again = desk.run(&["stamp"]).ok().says(&["No authority is due"]);
    assert!(again.stdout.is_empty() && tsa.asked() == 4, "{again:?}");
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let said = desk.run(&["verify", &id]).ok();
    let line = |revision: &str| {
        said.text().lines().find(|line| line.contains(&format!("{id}@{revision}: entry"))).map(str::to_owned)
    };
    let (one, two) = (line("1").expect("a time"), line("2").expect("a time"));
    assert!(one.contains("in this log") && one.contains("(CN=Signer of time") && !one.contains("not before"), "{one}");
    assert!(two.contains(", and not before "), "{two}");
    let shown = desk.json(&["show", &format!("{id}@2")]).remove(0);
    assert_eq!((&shown["in_log_by"]["checked"], &shown["not_before"]["checked"]), (&true.into(), &true.into()));
    assert!(shown["not_before"]["time"].as_str() <= shown["in_log_by"]["time"].as_str(), "{shown}");
    desk.check();
}

#[test]
fn without_roots_a_stamp_is_kept_and_its_time_is_a_claim() {
    let (site, tsa) = (Site::with(1), Authority::open());
    let desk = desk(&site, &[tsa.url("")], "");
    desk.round();
    let id = desk.listed()[0]["statement"].as_str().expect("an id").to_owned();
    for arguments in [&["verify"][..], &["verify", &id]] {
        let bare = desk.run(arguments).ok();
        assert!(bare.text().contains("time not checked: the stamp says"), "{bare:?}");
        let stranger = desk.run(&[arguments, &["--roots", &file("stranger.pem").display().to_string()]].concat()).ok();
        assert!(stranger.text().contains("leads to no root that was given"), "{stranger:?}");
        let known = desk.run(&[arguments, &["--roots", &file("root.pem").display().to_string()]].concat()).ok();
        assert!(!known.text().contains("not checked"), "{known:?}");
    }
    desk.check();
}

#[test]
fn an_authority_that_fails_is_told_asked_again_and_holds_up_nothing() {
    let (site, tsa, other) = (Site::with(1), Authority::open(), Authority::open());
    let desk = desk(&site, &[tsa.url(""), other.url("")], &root());
    tsa.fail(1);
    let first = desk.run(&["fetch", "--json"]).ok().says(&["answers with status 503", "asked again next time"]);
    let lines = first.lines();
    assert_eq!((told(&lines, "stamp").len(), told(&lines, "stamp-failed").len()), (1, 1), "{lines:?}");
    let quiet = desk.run(&["fetch", "--quiet"]).ok();
    assert!(quiet.stdout.is_empty() && quiet.stderr.is_empty(), "{quiet:?}");
    assert_eq!((stamps(&desk).len(), tsa.asked(), other.asked()), (2, 2, 1), "the one that failed, and it alone");
    tsa.fail(1);
    site.publish("2", crate::pages::Page::numbered(2));
    desk.round();
    let asked = desk.run(&["stamp"]).status(1).says(&["status 503"]);
    assert!(asked.text().contains("stamped"), "{asked:?}");
    // an authority that is not there at all, and one whose root is another's
    let gone = desk.run(&["stamp", "http://127.0.0.1:9/"]).status(1);
    assert!(gone.stderr.contains("no stamp from http://127.0.0.1:9/"), "{gone:?}");
    let stranger = file("stranger.pem").display().to_string();
    let _ = desk.run(&["stamp", &tsa.url("second"), "--roots", &stranger]).status(1).says(&["no root that was given"]);
    assert_eq!(stamps(&desk).len(), 3);
    desk.check();
}

#[test]
fn what_is_no_stamp_is_refused_and_leaves_nothing() {
    let (site, tsa) = (Site::with(1), Authority::open());
    let desk = desk(&site, &[], &root());
    let text = fs::read_to_string(desk.path("sources.toml"))
        .expect("the file")
        .replace("timeout = \"5s\"", "timeout = \"2s\"");
    desk.write("sources.toml", &text);
    desk.round();
    for fault in FAULTS {
        let refused = desk.run(&["stamp", &tsa.url(fault)]).status(1);
        assert!(refused.stderr.contains("no stamp from") && refused.stdout.is_empty(), "{fault}: {refused:?}");
    }
    assert!(!desk.archive().join("logs").join(desk.vantage()).join("stamps").exists());
    let _ = desk.run(&["stamp"]).status(2).says(&["there is no authority to ask", "[stamp]"]);
    desk.check();
}

#[test]
fn a_stamp_holds_as_of_its_time_after_its_signer_has_expired() {
    let (site, tsa) = (Site::with(1), Authority::open());
    let desk = desk(&site, &[], &root());
    desk.round();
    let _ = desk.run(&["stamp", &tsa.url("earlier")]).ok();
    let id = desk.listed()[0]["statement"].as_str().expect("an id").to_owned();
    let said = desk.run(&["verify", &id]).ok();
    assert!(said.text().contains("by 2016-03-01T12:00:00.000Z (CN=Signer of an earlier time"), "{said:?}");
    desk.check();
}

#[test]
fn a_proof_with_stamps_is_sound_to_the_program_and_to_the_script() {
    let (site, tsa) = (Site::with(2), Authority::open());
    let desk = desk(&site, &[tsa.url("")], &root());
    desk.round();
    desk.round();
    let id = desk.statement_at(&site.page("1"))["statement"].as_str().expect("an id").to_owned();
    let made = desk.run(&["prove", &id, "-o", "proof"]).ok();
    assert!(made.text().contains("time stamps over the checkpoint of"), "{made:?}");
    let (key, root, stranger) =
        (desk.key(), file("root.pem").display().to_string(), file("stranger.pem").display().to_string());
    let sound = desk.run(&["verify", "proof", "--key", &key, "--roots", &root]).ok();
    assert!(sound.text().contains("entries were in this log by"), "{sound:?}");
    let _ = desk.run(&["verify", "proof", "--key", &key, "--roots", &stranger]).status(3);
    if Command::new("openssl").arg("version").output().is_ok_and(|ran| ran.status.success()) {
        let script = |roots: &str| {
            let ran = Command::new("sh")
                .args(["verify.sh", &key, roots])
                .current_dir(desk.path("proof"))
                .output()
                .expect("sh");
            (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned())
        };
        let (status, said) = script(&root);
        assert!(status == Some(0) && said.contains(": in this log by "), "{said}");
        assert_eq!(script(&stranger).0, Some(1));
    } else {
        eprintln!("left out: openssl is not here");
    }
    desk.check();
}

#[test]
fn a_stamp_that_was_changed_lost_or_put_there_is_found() {
    let (site, tsa) = (Site::with(1), Authority::open());
    let desk = desk(&site, &[tsa.url("")], &root());
    desk.round();
    desk.check();
    let folder = desk.archive().join("logs").join(desk.vantage()).join("stamps");
    let files: Vec<_> = walk(&folder);
    assert_eq!(files.len(), 2);
    for path in &files {
        let good = fs::read(path).expect("a file");
        for bad in [None, Some([&good[..], b"\n"].concat()), Some(good[1..].to_vec())] {
            let _ = fs::remove_file(path); // it is gone already behind the first
            if let Some(bad) = &bad {
                fs::write(path, bad).expect("to write");
            }
            let found = desk.run(&["verify", "--json"]).status(1);
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let lines = found.lines();
            assert!(
                lines
                    .iter()
                    .any(|line| line["level"] == "unsound"
                        && line["where"].as_str().is_some_and(|at| at.ends_with(&name))),
                "{found:?}"
            );
        }
        fs::write(path, good).expect("to write");
    }
    fs::write(files[0].with_file_name("stray-00000000.tsr"), b"nothing").expect("to write");
    let noted = desk.run(&["verify", "--json"]).ok().lines();
    assert!(noted.iter().any(
        |line| line["level"] == "note" && line["what"].as_str().is_some_and(|what| what.contains("no entry names"))
    ));
    // a proof takes along what holds, and nothing else that lies there
    let id = desk.listed()[0]["statement"].as_str().expect("an id").to_owned();
    let made = desk.run(&["prove", &id, "-o", "proof", "--json"]).ok().lines().remove(0);
    assert_eq!(made["stamps"][0]["names"].as_array().map(Vec::len), Some(1), "{made}");
    let root = file("root.pem").display().to_string();
    let _ = desk.run(&["verify", "proof", "--key", &desk.key(), "--roots", &root]).ok();
    desk.check();
}
