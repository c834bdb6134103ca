//! What is refused, with which status, and which way out is named: nothing is ever begun anew in silence.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::desk::{Desk, counted, events, finish};
use crate::site::{Mishap, Site};

#[test]
fn every_problem_of_the_configuration_is_told_with_its_line_and_nothing_is_fetched() {
    let site = Site::with(1);
    let desk = Desk::empty();
    let text = format!(
        "[archive]\npathh = \"archive\"\n[fetch]\nmin_interval = \"soon\"\n[[source]]\nid = \"press\"\nurl = \"{}\"\nbody = \"p[\"\n\
         [[source]]\nid = \"press\"\nurl = \"ftp://127.0.0.1/\"\ntimezone = \"Asia/Ruritania\"\n",
        site.news()
    );
    desk.write("sources.toml", &text);
    for command in [&["fetch"][..], &["list"], &["verify"], &["sources"]] {
        let ran = desk.run(command).status(2);
        let lines = [2, 4, 8, 11, 12].map(|line| format!("sources.toml:{line}:"));
        let _ = ran.says(&lines.each_ref().map(String::as_str)).says(&["sources.toml", "did you mean \"path\"?"]);
    }
    assert!(site.take_requests().is_empty(), "nothing is fetched");
    assert!(!desk.archive().exists());
    desk.write("sources.toml", "[archive\n");
    let _ = desk.run(&["fetch"]).status(2).says(&["sources.toml:1:"]);
    let _ = desk.run(&["fetch", "--config", "nowhere.toml"]).status(2).says(&["nowhere.toml"]);
}

#[test]
fn two_sources_of_one_name_are_told_although_more_is_wrong_with_them() {
    let site = Site::with(1);
    let desk = Desk::empty();
    let text = format!(
        "[[source]]\nid = \"press\"\nurl = \"{0}\"\n[[source]]\nid = \"press\"\nurl = \"{0}\"\nevery = \"soon\"\n[[source]]\nid = \"press\"\n",
        site.news()
    );
    desk.write("sources.toml", &text);
    let _ = desk.run(&["fetch"]).status(2).says(&["sources.toml:5:", "sources.toml:7:", "sources.toml:9:"]);
}

#[test]
fn an_unknown_source_is_refused_before_anything_is_asked() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    let _ = desk.run(&["fetch", "prss"]).status(2).says(&["prss"]);
    assert!(site.take_requests().is_empty());
    let _ = desk.run(&["fetch", "--since", "soon"]).status(2);
    let _ = desk.run(&["fetch", "--wait", "soon"]).status(2);
    assert!(!desk.archive().join("logs").exists(), "nothing was begun");
}

#[test]
fn the_internet_is_not_asked_before_somebody_says_who_asks() {
    let desk = Desk::empty();
    desk.write("sources.toml", "[[source]]\nid = \"press\"\nurl = \"https://press.example/news/\"\n");
    let _ = desk.run(&["fetch"]).status(2).says(&["contact"]);
    assert!(!desk.archive().join("logs").exists());
}

#[test]
fn reading_where_there_is_nothing_says_what_to_do() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    for command in [&["list"][..], &["show", "press/1234"], &["verify"], &["changes"], &["history", "press/1234"]] {
        let _ = desk.run(command).status(3).says(&["hint: ", "onrecord fetch"]);
        assert!(!desk.archive().exists(), "reading begins no archive");
    }
    assert_eq!(counted(&desk.round()), "new 1");
    desk.check();
}

#[test]
fn an_archive_that_went_missing_is_not_begun_anew() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    desk.check();
    fs::rename(desk.archive(), desk.path("elsewhere")).expect("to move it");
    for command in [&["fetch"][..], &["list"], &["verify"], &["init"]] {
        let _ = desk.run(command).status(3).says(&["is not there", "hint: ", "--new-log"]);
    }
    // an empty folder, as an unmounted disk leaves it
    fs::create_dir_all(desk.archive()).expect("a folder");
    let _ = desk.run(&["fetch"]).status(3).says(&["is not there", "hint: "]);
    fs::remove_dir_all(desk.archive()).expect("to remove it");
    fs::rename(desk.path("elsewhere"), desk.archive()).expect("to move it back");
    assert_eq!(counted(&desk.round()), "unchanged 2");
    desk.check();
}

#[test]
fn a_refused_command_leaves_nothing_behind() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    desk.check();
    fs::rename(desk.archive(), desk.path("elsewhere")).expect("to move it");
    for command in [&["list"][..], &["verify"], &["note", "press/1234", "text"], &["fetch"], &["init"]] {
        let _ = desk.run(command).status(3);
        assert!(
            !desk.archive().exists(),
            "`{}` writes where a disk should be mounted: {:?}",
            command.join(" "),
            walk(&desk.archive())
        );
    }
}

#[test]
fn a_new_log_is_begun_where_a_person_says_so() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    fs::rename(desk.archive(), desk.path("elsewhere")).expect("to move it");
    let _ = desk.run(&["init", "--new-log"]).ok();
    assert_eq!(counted(&desk.round()), "new 2");
    desk.check();
}

#[test]
fn an_older_copy_is_refused() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    desk.copy("archive", "older");
    site.publish("3", crate::site::Page::numbered(3));
    desk.round();
    fs::rename(desk.archive(), desk.path("newest")).expect("to move it");
    desk.copy("older", "archive");
    for command in [&["fetch"][..], &["list"]] {
        let _ = desk.run(command).status(3).says(&["older copy", "hint: "]);
    }
    fs::remove_dir_all(desk.archive()).expect("to remove it");
    fs::rename(desk.path("newest"), desk.archive()).expect("to move it back");
    assert_eq!(counted(&desk.round()), "unchanged 3");
    desk.check();
}

#[test]
fn another_log_under_our_name_is_refused() {
    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    let vantage = desk.vantage();
    // a second archive by the same key: what somebody has who copied key and all, and went on without us
    desk.copy("archive", "ours");
    let beside = desk.keys().join(format!("{vantage}.checkpoint"));
    let ours = fs::read(&beside).expect("a checkpoint");
    site.publish("3", crate::site::Page::numbered(3));
    desk.round();
    desk.copy("archive", "theirs");
    fs::remove_dir_all(desk.archive()).expect("to remove it");
    fs::rename(desk.path("ours"), desk.archive()).expect("to move it");
    fs::write(&beside, ours).expect("to put it back");
    site.publish("4", crate::site::Page::numbered(4));
    desk.round();
    fs::remove_dir_all(desk.archive()).expect("to remove it");
    fs::rename(desk.path("theirs"), desk.archive()).expect("to move it");
    let _ = desk.run(&["fetch"]).status(3).says(&[&vantage, "hint: "]);
    let _ = desk.run(&["list"]).status(3).says(&[&vantage]);
    desk.leave_damaged();
}

#[test]
fn an_archive_of_somebody_else_can_be_read_and_is_not_written() {
    let site = Site::with(2);
    let (theirs, ours) = (Desk::watching(&site), Desk::watching(&site));
    theirs.round();
    theirs.check();
    crate::desk::copy_folder(&theirs.archive(), &ours.archive());
    assert_eq!(ours.listed().len(), 2);
    let _ = ours.run(&["fetch"]).status(3).says(&["none of your keys", "hint: "]);
    let _ = ours.run(&["init", "--new-log"]).ok();
    ours.check();
}

#[test]
fn two_vantages_in_one_archive_keep_their_own_bytes_and_histories() {
    let site = Site::with(2);
    let (theirs, ours) = (Desk::watching(&site), Desk::watching(&site));
    theirs.round();
    theirs.check();
    crate::desk::copy_folder(&theirs.archive(), &ours.archive());
    let _ = ours.run(&["init", "--new-log"]).ok();
    site.edit("1", |page| page.paragraphs[0].push_str(" Later perhaps."));
    assert_eq!(counted(&ours.round()), "revised 1, unchanged 1");
    ours.check();
    // neither ever writes the other's files: theirs goes on, and is copied over again
    site.edit("2", |page| page.paragraphs[0].push_str(" Or never."));
    site.publish("3", crate::site::Page::numbered(3));
    theirs.round();
    theirs.check();
    for folder in ["logs", "segments"] {
        crate::desk::copy_folder(&theirs.archive().join(folder), &ours.archive().join(folder));
    }
    assert_eq!(ours.listed().len(), 3);
    assert_eq!(ours.statement_at(&site.page("2"))["revisions"], 2);
    ours.check();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    desk.round();
    let key = desk.keys().join(format!("{}.key", desk.vantage()));
    assert_eq!(fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("to loosen it");
    let _ = desk.run(&["fetch"]).status(3).says(&["can be read by others", "hint: chmod 600"]);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("to tighten it");
    assert_eq!(counted(&desk.round()), "unchanged 1");
    desk.check();
}

#[test]
fn a_lost_key_is_no_reason_to_make_another_in_silence() {
    let site = Site::with(1);
    let desk = Desk::watching(&site);
    desk.round();
    desk.check();
    let key = desk.keys().join(format!("{}.key", desk.vantage()));
    let kept = fs::read(&key).expect("a key");
    fs::remove_file(&key).expect("to lose it");
    let _ = desk.run(&["fetch"]).status(3).says(&["key", "hint: "]);
    assert_eq!(desk.listed().len(), 1, "reading needs no key");
    assert_eq!(
        fs::read_dir(desk.keys())
            .expect("keys")
            .flatten()
            .filter(|file| file.path().extension().is_some_and(|kind| kind == "key"))
            .count(),
        0
    );
    drop(kept);
    desk.leave_damaged();
}

/// What `list` and `verify` say of an archive that cannot be written by who asks, with its index in this condition.
#[cfg(unix)]
fn asked_read_only(index: &str) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let site = Site::with(2);
    let desk = Desk::watching(&site);
    desk.round();
    let before = desk.run(&["list", "--json"]).ok().stdout;
    let file = desk.archive().join("index.sqlite");
    match index {
        "missing" => fs::remove_file(&file).expect("to remove it"),
        "damaged" => fs::write(&file, "no database at all").expect("to damage it"),
        _ => {}
    }
    let rights = |folders: u32, files: u32| {
        fn set(path: &std::path::Path, folders: u32, files: u32) {
            let mode = if path.is_dir() { folders } else { files };
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                set(&entry.path(), folders, files);
            }
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("rights");
        }
        set(&desk.archive(), folders, files);
    };
    rights(0o555, 0o444);
    let asked: Vec<_> = [&["list", "--json"][..], &["verify"], &["show", &site.page("1")]]
        .into_iter()
        .map(|arguments| {
            let mut command = desk.command(&[arguments, &["--archive", "archive"]].concat());
            if desk.folder().metadata().expect("a folder").uid() == 0 {
                // rights mean nothing to root: somebody else asks, with a home of their own
                desk.open_to_all();
                command.uid(65534).gid(65534).env("XDG_CONFIG_HOME", "/nonexistent").env("HOME", "/nonexistent");
            }
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .map(|child| finish(child, &arguments.join(" ")))
        })
        .collect();
    rights(0o755, 0o644);
    let [listed, verified, shown] = asked.try_into().unwrap_or_else(|_| panic!("three were asked"));
    match listed {
        Ok(listed) => assert_eq!(listed.ok().stdout, before, "an index that is {index}"),
        Err(error) => eprintln!("somebody else cannot run the program here ({error}): reading only was not tried"),
    }
    for ran in [verified, shown].into_iter().flatten() {
        let _ = ran.ok();
    }
    desk.check();
}

#[cfg(unix)]
#[test]
fn a_read_only_archive_can_be_listed_and_verified() {
    asked_read_only("whole");
    asked_read_only("missing");
}

#[cfg(unix)]
#[test]
fn a_read_only_archive_whose_index_is_damaged_can_be_listed_all_the_same() {
    asked_read_only("damaged");
}

#[test]
fn a_newer_format_is_refused_by_its_number() {
    use onrecord::archive::checkpoint::SigningKey;
    use onrecord::archive::log::{Log, LogWriter};
    use onrecord::archive::storage::Disk;
    use std::sync::Arc;

    let desk = Desk::watching(&Site::with(1));
    let storage = Arc::new(Disk::open(desk.archive()));
    let key = SigningKey::from_seed("later-00000000", &[7; 32]).expect("a key");
    let log = Log::open(storage, "later-00000000", None, None).expect("an empty log");
    let mut writer = LogWriter::open(log, key, Arc::new(Disk::open(desk.path("keys")))).expect("a writer");
    writer.push("onrecord/2 archive\nshape round\n\n".to_owned());
    writer.commit().expect("to commit");
    for command in [&["list"][..], &["show", "press/1234"], &["fetch"], &["changes"]] {
        let ran = desk.run(command).status(3);
        assert!(ran.stdout.is_empty());
        if command[0] != "fetch" {
            let _ = ran.says(&["format 2", "newer", "hint: use a newer onrecord"]);
        }
    }
    desk.leave_damaged();
}

/// All files below a folder.
pub fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            found.extend(walk(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

/// Writes a file that may be read-only.
pub fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("to write it");
}

#[test]
fn a_second_fetch_is_refused_at_once_says_who_is_at_it_and_can_wait() {
    let site = Site::with(3);
    let desk = Desk::watching(&site);
    desk.round();
    site.publish("4", crate::site::Page::numbered(4));
    site.mishap("/news/", Mishap::Slow(Duration::from_secs(3)));
    let mut first = desk.start(&["fetch", "--json"]);
    // the office notes the request when the first one is well inside
    let began = Instant::now();
    site.take_requests();
    while !site.take_paths().contains(&"/news/".to_owned()) {
        assert!(began.elapsed() < Duration::from_secs(20), "the first fetch never asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    let asked = Instant::now();
    let process = format!("process {}", first.id());
    let _ = desk.run(&["fetch"]).status(3).says(&[&process, "hint: ", "--wait"]);
    assert!(asked.elapsed() < Duration::from_secs(2), "at once");
    assert_eq!(desk.listed().len(), 3, "reading goes on meanwhile");
    let _ = desk.run(&["fetch", "--wait", "1s"]).status(3).says(&[&process]);
    let waiting = desk.start(&["fetch", "--wait", "60s", "--recheck", "all", "--json"]);
    let mut lines = BufReader::new(first.stdout.take().expect("a pipe")).lines();
    let told = lines.next().expect("an event").expect("a line");
    assert!(told.contains("\"event\":\"new\""), "{told}");
    drop(lines);
    let _ = finish(first, "the first fetch");
    let ran = finish(waiting, "the one that waited").ok();
    assert_eq!(counted(&events(ran.lines())), "unchanged 4");
    desk.check();
}
