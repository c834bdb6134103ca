//! Where things lie on this machine: the configuration, the archive, the keys, and which log is ours.
//!
//! The environment is read here and nowhere else. Where a standing archive is expected and is not there, nothing is
//! begun anew in silence.
#![allow(clippy::disallowed_methods)] // what a person names on the command line is no object of an archive

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use onrecord::archive::checkpoint::SigningKey;
use onrecord::archive::index::IndexPlace;
use onrecord::archive::keyring::Keyring;
use onrecord::archive::reader::{self, Archive, ArchiveError, Places};
use onrecord::archive::stamps::Roots;
use onrecord::archive::storage::{Disk, Storage, StorageError};
use onrecord::archive::writer::{self, Writer};
use onrecord::collect::sources::{self, Config};
use onrecord::model::source::ReadSettings;
use onrecord::model::time::Instant;

use super::args::Common;
use super::edge::Refused;

/// The configuration as it was opened, and where it stood.
pub struct Setup {
    /// What it says.
    pub config: Config,
    /// The file; `None` where there is none and everything is at its default.
    pub file: Option<PathBuf>,
    /// The archive's folder, absolute.
    pub archive: PathBuf,
    /// The keys.
    pub keyring: Keyring,
    /// The vantage that the configuration names.
    vantage: Option<String>,
}

/// The user's configuration folder for this program.
pub fn config_folder() -> Result<PathBuf, Refused> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        set("APPDATA")
    } else {
        set("XDG_CONFIG_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".config")))
    };
    base.map(|base| base.join("onrecord")).ok_or_else(|| {
        Refused::failed_with("cannot tell where your configuration folder is", "set HOME or XDG_CONFIG_HOME")
    })
}

/// Opens the configuration that the options name, or the nearest one.
pub fn set_up(common: &Common) -> Result<Setup, Refused> {
    let file = match &common.config {
        Some(path) => Some(path.clone()),
        None => {
            let here = PathBuf::from("sources.toml");
            let users = config_folder()?.join("sources.toml");
            [here, users].into_iter().find(|path| path.is_file())
        }
    };
    let (text, folder) = match &file {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
            let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            (text.map_err(Refused::Wrong)?, absolute(folder)?)
        }
        None => (String::new(), absolute(Path::new("."))?),
    };
    let check = |settings: &ReadSettings| onrecord::read::check(settings);
    let config = sources::parse(&text, &folder, &check).map_err(|problems| {
        let name = file.as_deref().unwrap_or(Path::new("sources.toml")).display().to_string();
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("{name}:{}:{}: {}", problem.line, problem.column, problem.message))
            .collect();
        Refused::wrong_with(lines.join("\n"), "mend these lines; nothing was fetched")
    })?;
    let archive = match &common.archive {
        Some(path) => absolute(path)?,
        None => config.archive.path.clone(),
    };
    let (keyring, vantage) = match &config.archive.key {
        Some(path) if path.is_dir() || path.to_string_lossy().ends_with('/') => {
            (Keyring::new(path), config.archive.vantage.clone())
        }
        Some(path) => {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            let folder = path.parent().unwrap_or(Path::new("."));
            (Keyring::new(folder), stem.or_else(|| config.archive.vantage.clone()))
        }
        None => (Keyring::new(&config_folder()?.join("keys")), config.archive.vantage.clone()),
    };
    Ok(Setup { config, file, archive, keyring, vantage })
}

/// A path made absolute without asking whether it is there.
pub fn absolute(path: &Path) -> Result<PathBuf, Refused> {
    std::path::absolute(path).with_context(|| format!("cannot use the path {}", path.display())).map_err(Refused::Wrong)
}

impl Setup {
    /// Where everything of the archive lies, with the public keys of all logs that are ours.
    pub fn places(&self) -> Result<Places, Refused> {
        let storage: Arc<dyn Storage> = Arc::new(Disk::open(self.archive.clone()));
        let mut keys = Vec::new();
        for vantage in reader::vantages(&*storage)? {
            if let Some(key) = self.keyring.key(&vantage)? {
                keys.push(key.verifier());
            }
        }
        let index = IndexPlace::File(self.archive.join("index.sqlite"));
        Ok(Places { storage, index, desk: Some(self.keyring.store()), keys, roots: Roots::none() })
    }

    /// Opens the archive for reading.
    pub fn open(&self) -> Result<Archive, Refused> {
        let places = self.places()?;
        match Archive::open(&places) {
            Err(ArchiveError::NoArchive) => match self.expected()? {
                Some(vantage) => Err(self.vanished(&vantage)),
                None => Err(Refused::from(anyhow::Error::new(ArchiveError::NoArchive))
                    .about(format!("nothing to read at {}", self.archive.display()))),
            },
            other => Ok(other.with_context(|| format!("cannot open the archive at {}", self.archive.display()))?),
        }
    }

    /// Opens the archive for reading, if there is one and none is missed.
    pub fn open_if_there(&self) -> Result<Option<Archive>, Refused> {
        let storage = Disk::open(self.archive.clone());
        let nothing = reader::vantages(&storage)?.is_empty() && self.expected()?.is_none();
        if nothing { Ok(None) } else { self.open().map(Some) }
    }

    /// The key of the log that we write here; `None` where a new one is to be begun.
    pub fn own_key(&self) -> Result<Option<SigningKey>, Refused> {
        if let Some(vantage) = &self.vantage {
            return match self.keyring.key(vantage)? {
                Some(key) => Ok(Some(key)),
                None => Err(Refused::failed_with(
                    format!("the key of {vantage} is not in {}", self.keyring.folder().display()),
                    "put it back from a copy of yours; `onrecord init --new-log` begins a new log with a new key",
                )),
            };
        }
        let storage = Disk::open(self.archive.clone());
        let here = reader::vantages(&storage)?;
        let ours: Vec<String> = self.keyring.vantages()?.into_iter().filter(|name| here.contains(name)).collect();
        match &ours[..] {
            [one] => Ok(self.keyring.key(one)?),
            [] if here.is_empty() => match self.expected()? {
                Some(vantage) => Err(self.vanished(&vantage)),
                None => self.begun(),
            },
            [] => Err(Refused::failed_with(
                format!(
                    "the archive at {} has a log ({}), and none of your keys is its",
                    self.archive.display(),
                    here.join(", ")
                ),
                format!(
                    "put its key into {}; `onrecord init --new-log` begins a log of your own beside it",
                    self.keyring.folder().display()
                ),
            )),
            [_, _, ..] => {
                let newest = self.newest_here(&ours)?;
                Ok(self.keyring.key(&newest)?)
            }
        }
    }

    /// Of several logs of ours in one archive, the one that was begun last for this place.
    fn newest_here(&self, ours: &[String]) -> Result<String, Refused> {
        let mut placed = Vec::new();
        for vantage in ours {
            if self.keyring.place(vantage)?.as_deref() == Some(self.archive.as_path()) {
                placed.push(vantage.clone());
            }
        }
        match &placed[..] {
            [one] => Ok(one.clone()),
            _ => Err(Refused::wrong_with(
                format!("several logs in this archive are yours: {}", ours.join(", ")),
                "say which one is written, in sources.toml: [archive] vantage = \"...\"",
            )),
        }
    }

    /// A log of ours that was signed for an archive at this path.
    fn expected(&self) -> Result<Option<String>, Refused> {
        for vantage in self.keyring.vantages()? {
            if self.keyring.place(&vantage)?.as_deref() == Some(self.archive.as_path())
                && self.keyring.has_signed(&vantage)?
            {
                return Ok(Some(vantage));
            }
        }
        Ok(None)
    }

    /// A key that was made for this path and never signed anything: an `init` that was cut short.
    fn begun(&self) -> Result<Option<SigningKey>, Refused> {
        for vantage in self.keyring.vantages()? {
            if self.keyring.place(&vantage)?.as_deref() == Some(self.archive.as_path()) {
                return Ok(self.keyring.key(&vantage)?);
            }
        }
        Ok(None)
    }

    fn vanished(&self, vantage: &str) -> Refused {
        Refused::failed_with(
            format!("an archive stood at {} (its log is {vantage}), and it is not there", self.archive.display()),
            "mount its disk or restore it; `onrecord init --new-log` begins a new one in its place",
        )
    }
}

/// Opens the archive for appending, making it and its key where there is none; waits so long for another writer to end.
pub fn open_writer(setup: &Setup, now: Instant, wait: Duration) -> Result<Writer, Refused> {
    patiently(wait, || try_open_writer(setup, now))
}

/// How long a command that a person types waits for another writer to end, unless told otherwise: most are over by then.
pub const A_MOMENT: Duration = Duration::from_secs(1);
/// How long the opening of another process is waited for: it is over in a moment, unless that one has to mend the archive first.
const OPENING: Duration = Duration::from_secs(5);

fn try_open_writer(setup: &Setup, now: Instant) -> Result<Writer, Refused> {
    // two that begin at once must not both make a key: whoever is first does. Where the archive should be, nothing is
    // touched before it is known that it is the right one: a disk may have to be mounted there
    let _opening = patiently(OPENING, || {
        let lock = setup.keyring.store().lock("opening", &writer::holder(std::process::id(), now));
        Ok(lock.with_context(|| format!("cannot write to the archive at {}", setup.archive.display()))?)
    })?;
    let key = match setup.own_key()? {
        Some(key) => key,
        None => begin(setup)?,
    };
    let writer = open_writer_with(setup, key, now)?;
    write_format(setup)?;
    Ok(writer)
}

/// Tries until it is not refused for another process's lock, or so long.
fn patiently<T>(wait: Duration, try_it: impl Fn() -> Result<T, Refused>) -> Result<T, Refused> {
    let began = std::time::Instant::now();
    loop {
        match try_it() {
            Err(Refused::Failed(error)) if is_locked(&error) && began.elapsed() < wait => {
                std::thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

/// Opens the archive for appending to the log of this key.
pub fn open_writer_with(setup: &Setup, key: SigningKey, now: Instant) -> Result<Writer, Refused> {
    let holder = writer::holder(std::process::id(), now);
    setup.keyring.set_place(key.name(), &setup.archive)?;
    let mut places = setup.places()?;
    if !places.keys.iter().any(|known| known.name() == key.name()) {
        places.keys.push(key.verifier());
    }
    let vantage = key.name().to_owned();
    let opened = Writer::open(places, key, setup.keyring.store(), &holder, &software(), now);
    let opened = opened.with_context(|| format!("cannot write to the archive at {}", setup.archive.display()))?;
    // a change of keys that was cut short after the new one had signed
    setup.keyring.settle(&vantage)?;
    Ok(opened)
}

/// Puts the description of the format beside what it describes, where it does not stand yet.
pub fn write_format(setup: &Setup) -> Result<(), Refused> {
    let storage = Disk::open(setup.archive.clone());
    if storage.size("README.md")?.is_none() {
        storage.put_new("README.md", onrecord::archive::README.as_bytes())?;
    }
    Ok(())
}

/// Makes a key for a new log in this archive.
pub fn begin(setup: &Setup) -> Result<SigningKey, Refused> {
    let key = setup.keyring.generate("desk")?;
    setup.keyring.set_place(key.name(), &setup.archive)?;
    Ok(key)
}

/// The program's name and version, as it stands in entries and records.
pub fn software() -> String {
    format!("onrecord/{}", env!("CARGO_PKG_VERSION"))
}

/// Whether an error says that another process writes.
pub fn is_locked(error: &anyhow::Error) -> bool {
    let locked = |cause: &(dyn std::error::Error + 'static)| {
        matches!(cause.downcast_ref::<StorageError>(), Some(StorageError::Locked { .. }))
            || matches!(cause.downcast_ref::<ArchiveError>(), Some(ArchiveError::Storage(StorageError::Locked { .. })))
    };
    error.chain().any(locked)
}

impl Refused {
    /// Adds what was being done.
    pub fn about(self, what: String) -> Self {
        match self {
            Self::Wrong(error) => Self::Wrong(error.context(what)),
            Self::Failed(error) => Self::Failed(error.context(what)),
        }
    }
}
