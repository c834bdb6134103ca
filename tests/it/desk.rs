//! A hermetic place to run the program in: a folder of its own, no environment, no home but its own.
//!
//! Every archive that a test makes is checked twice before the test ends: by `onrecord verify`, and by `tests/audit.py`,
//! which shares no code with it. A desk that is dropped unchecked fails its test.

use std::cell::Cell;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::site::Site;

/// Longest that any command may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// The place.
pub struct Desk {
    place: tempfile::TempDir,
    /// Whether the archive was checked since something was last run.
    checked: Cell<bool>,
}

impl Desk {
    /// An empty place: no configuration, no key, no archive.
    pub fn empty() -> Self {
        let place = tempfile::Builder::new().prefix("desk-").tempdir().expect("a folder");
        for folder in ["home", "work"] {
            fs::create_dir(place.path().join(folder)).expect("a folder");
        }
        Self { place, checked: Cell::new(true) }
    }

    /// A place whose `sources.toml` names one source, `press`, at this office, asked without pauses.
    pub fn watching(site: &Site) -> Self {
        Self::with_sources(&[("press", site, "")])
    }

    /// A place whose `sources.toml` names these sources, each with further lines.
    pub fn with_sources(sources: &[(&str, &Site, &str)]) -> Self {
        let desk = Self::empty();
        desk.write_sources("", sources);
        desk
    }

    /// Writes `sources.toml` anew: further lines of `[archive]`, and the sources.
    pub fn write_sources(&self, archive: &str, sources: &[(&str, &Site, &str)]) {
        let mut text = format!(
            "[archive]\npath = \"archive\"\n{archive}\n\n[fetch]\nmin_interval = \"0s\"\ntimeout = \"5s\"\nconfirm = \"0s\"\n"
        );
        for (id, site, more) in sources {
            text.push_str(&format!(
                "\n[[source]]\nid = \"{id}\"\nname = \"Press of {id}\"\nurl = \"{}\"\n{more}\n",
                site.news()
            ));
        }
        self.write("sources.toml", &text);
    }

    /// Writes `sources.toml` anew: the feed of this office.
    pub fn watch_feed(&self, site: &Site) {
        let url = site.url("/feed");
        self.write(
            "sources.toml",
            &format!("[fetch]\nmin_interval = \"0s\"\n[[source]]\nid = \"press\"\nurl = \"{url}\"\n"),
        );
    }

    /// The folder in which commands are run.
    pub fn folder(&self) -> PathBuf {
        self.place.path().join("work")
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The archive's folder.
    pub fn archive(&self) -> PathBuf {
        self.path("archive")
    }

    /// The folder of keys.
    pub fn keys(&self) -> PathBuf {
        self.place.path().join("home/.config/onrecord/keys")
    }

    /// Writes a file in the folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("to write a file");
        path
    }

    /// The name of the one log in the archive.
    pub fn vantage(&self) -> String {
        let mut names = fs::read_dir(self.archive().join("logs")).expect("logs");
        names.next().expect("a log").expect("a log").file_name().into_string().expect("a name")
    }

    /// Lets everybody enter the place, though not its home.
    #[cfg(unix)]
    pub fn open_to_all(&self) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.place.path(), fs::Permissions::from_mode(0o755)).expect("rights");
    }

    /// The program with these arguments, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.checked.set(false);
        let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
        command.args(arguments).current_dir(self.folder()).env_clear();
        let home = self.place.path().join("home");
        command.env("XDG_CONFIG_HOME", home.join(".config")).env("HOME", home);
        // where Windows finds its own libraries
        for name in ["SystemRoot", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    /// Begins a command whose output is wanted while it runs.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("to run onrecord")
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        finish(self.start(arguments), &format!("onrecord {}", arguments.join(" ")))
    }

    /// Runs it with `--json` and gives the objects; the status must be 0.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        self.run(&[arguments, &["--json"]].concat()).ok().lines()
    }

    /// One round of asking, everything known looked at again; gives its events without the summary.
    pub fn round(&self) -> Vec<Value> {
        let ran = self.run(&["fetch", "--recheck", "all", "--json"]);
        assert!(ran.status <= 1, "{ran:#?}");
        events(ran.lines())
    }

    /// The statements as `list` tells them, by the name that they have on the site.
    pub fn listed(&self) -> Vec<Value> {
        self.json(&["list"])
    }

    /// The only statement that stands at this address.
    pub fn statement_at(&self, url: &str) -> Value {
        let mut found = self.listed().into_iter().filter(|line| line["url"] == url);
        let first = found.next().unwrap_or_else(|| panic!("no statement at {url}"));
        assert!(found.next().is_none(), "two statements at {url}");
        first
    }

    /// Copies a folder of this place, files and rights.
    pub fn copy(&self, from: &str, to: &str) {
        copy_folder(&self.path(from), &self.path(to));
    }

    /// Checks the archive by the program and by the auditor, and that both tell the same histories.
    pub fn check(&self) {
        let verified = self.run(&["verify", "--json"]).ok();
        let summary = verified.lines().pop().expect("a summary");
        assert_eq!(summary["unsound"], 0, "{summary}");
        let listed = self.listed();
        let keys = self.keys_shown();
        self.checked.set(true);
        let Some(mut audited) = audit(&self.archive(), &keys) else { return };
        // what was never readable is in the log and in no list
        audited.retain(|told| told["revisions"] != 0);
        assert_eq!(audited.len(), listed.len(), "as many statements as the log tells");
        for told in audited {
            let statement = told["statement"].as_str().expect("a name").to_owned();
            let ours =
                listed.iter().find(|line| line["statement"].as_str().is_some_and(|id| statement.starts_with(id)));
            let ours = ours.unwrap_or_else(|| panic!("`list` lacks {statement}"));
            for (theirs, field) in [("revisions", "revisions"), ("state", "state"), ("text_sha256", "text_sha256")] {
                assert_eq!(ours[field], told[theirs], "{field} of {statement}, as we and the auditor tell it");
            }
        }
    }

    /// The public keys of our logs in the archive, as `key show` prints them.
    fn keys_shown(&self) -> Vec<String> {
        let shown = self.run(&["key", "show"]).ok();
        shown
            .text()
            .lines()
            .filter(|line| line.contains('+') && line.contains('-') && !line.contains(' '))
            .map(str::to_owned)
            .collect()
    }

    /// The public key of the only log.
    pub fn key(&self) -> String {
        let mut keys = self.keys_shown();
        assert_eq!(keys.len(), 1, "{keys:?}");
        keys.remove(0)
    }

    /// Says that this archive was damaged on purpose, so that checking it would prove nothing.
    pub fn leave_damaged(&self) {
        self.checked.set(true);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !thread::panicking() && self.archive().join("logs").exists() {
            assert!(self.checked.get(), "a test that makes an archive ends with `desk.check()`");
        }
    }
}

/// The events among the lines of `fetch` or `changes`: all but the summary.
pub fn events(lines: Vec<Value>) -> Vec<Value> {
    lines.into_iter().filter(|line| line["event"] != "summary").collect()
}

/// How often each event stands in a list, in the order of the alphabet: `new 3, revised 1`.
pub fn counted(events: &[Value]) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for event in events {
        *counts.entry(event["event"].as_str().unwrap_or("?")).or_insert(0) += 1;
    }
    counts.iter().map(|(event, count)| format!("{event} {count}")).collect::<Vec<_>>().join(", ")
}

/// Copies a folder, files and rights.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            // what is written once may be read-only
            let _ = fs::remove_file(&target);
            fs::copy(entry.path(), target).expect("to copy");
        }
    }
}

/// Runs the auditor; gives the histories that it tells. `None`, said aloud, where there is no Python.
pub fn audit(archive: &Path, keys: &[String]) -> Option<Vec<Value>> {
    static PYTHON: OnceLock<bool> = OnceLock::new();
    let version = || Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !PYTHON.get_or_init(version) {
        eprintln!("no python3 here: tests/audit.py did not check this archive");
        return None;
    }
    let mut command = Command::new("python3");
    command.arg("-B").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit.py")).arg(archive).arg("--history");
    for key in keys {
        command.args(["--key", key]);
    }
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    Some(finish(child.expect("to run python3"), "tests/audit.py").ok().lines())
}

/// Waits for a command within bounds, and gives what it said on the pipes that are still ours.
pub fn finish(mut child: Child, what: &str) -> Ran {
    fn reads<R: Read + Send + 'static>(stream: Option<R>) -> thread::JoinHandle<Vec<u8>> {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                stream.read_to_end(&mut bytes).expect("to read a pipe");
            }
            bytes
        })
    }
    let (out, talk) = (reads(child.stdout.take()), reads(child.stderr.take()));
    let began = Instant::now();
    let status = loop {
        match child.try_wait().expect("to wait") {
            Some(status) => break status.code().unwrap_or(-1),
            None if began.elapsed() > PATIENCE => {
                let _ = child.kill();
                break -2;
            }
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    let stderr = String::from_utf8_lossy(&talk.join().expect("a reader")).into_owned();
    Ran { what: what.to_owned(), status, stdout: out.join().expect("a reader"), stderr }
}

/// How a command ended, and what it said.
#[must_use]
pub struct Ran {
    what: String,
    /// The exit status; negative where it was killed.
    pub status: i32,
    /// The data.
    pub stdout: Vec<u8>,
    /// The talk.
    pub stderr: String,
}

impl std::fmt::Debug for Ran {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let out = String::from_utf8_lossy(&self.stdout);
        write!(to, "{}\nstatus {}\n--- stdout\n{out}--- stderr\n{}", self.what, self.status, self.stderr)
    }
}

impl Ran {
    /// Asserts the status.
    #[track_caller]
    pub fn status(self, expected: i32) -> Self {
        assert_eq!(self.status, expected, "{self:?}");
        self
    }

    /// Asserts that all went well.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.status(0)
    }

    /// Asserts that the talk has each of these words.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not said:\n{self:?}");
        }
        self
    }

    /// The data as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap_or_else(|_| panic!("not UTF-8: {self:?}"))
    }

    /// The data as JSON Lines.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}: {self:?}"));
        self.text().lines().map(parse).collect()
    }
}

/// Output with what differs from run to run written as a word: the office's address, ids, digests, times, folders.
pub fn normal(text: &str, desk: &Desk, site: &Site) -> String {
    let text = text.replace(&desk.folder().display().to_string(), "DESK").replace(&site.url(""), "http://SITE");
    let text = text.replace(&format!("reader {}", onrecord::read::VERSION), "reader VERSION");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let before = out.chars().next_back();
        let fresh = !before.is_some_and(|c| c.is_ascii_alphanumeric());
        let hex = rest.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
        let whole = !rest[hex..].starts_with(|c: char| c.is_ascii_alphanumeric());
        if fresh && whole && hex == 64 {
            out.push_str("DIGEST");
            rest = &rest[hex..];
        } else if fresh && whole && (8..64).contains(&hex) && before == Some('/') {
            out.push_str("ID");
            rest = &rest[hex..];
        } else if let Some(length) = time_at_start(rest).filter(|_| fresh) {
            out.push_str("TIME");
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// The length of a time of our own clock at the start of a text: `2026-11-23T08:00:00.000Z`, with `T` or a space, with or
/// without what follows the minutes. Dates alone, and times with another offset, are the office's.
fn time_at_start(text: &str) -> Option<usize> {
    let form = b"dddd-dd-ddTdd:dd";
    let bytes = text.as_bytes();
    let fits = |(at, form): (usize, &u8)| match form {
        b'd' => bytes.get(at).is_some_and(u8::is_ascii_digit),
        b'T' => matches!(bytes.get(at), Some(b'T' | b' ')),
        other => bytes.get(at) == Some(other),
    };
    if !form.iter().enumerate().all(fits) {
        return None;
    }
    let tail = bytes[form.len()..].iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'Z')).count();
    let end = form.len() + tail;
    let ours = bytes[..end].ends_with(b"Z") || (bytes[10] == b' ' && !matches!(bytes.get(end), Some(b'+')));
    ours.then_some(end)
}
