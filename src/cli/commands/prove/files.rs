//! A proof on disk: a folder, or one .zip file with that folder in it.
//!
//! What is read may come from anybody: names, sizes and counts are bounded, links are not followed, and a .zip is never
//! unpacked to disk. A .zip that two programs could unpack in two ways is refused, and so is a name that leads elsewhere when
//! somebody unpacks it.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use onrecord::view::proof::Files;

use crate::cli::edge::Refused;

/// Most files, and most bytes in all of them, that a proof may have: a body has at most some tens of megabytes, and is in it
/// up to six times.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 512 << 20;

/// The deepest file of a proof lies in a folder in a folder.
const DEEPEST: usize = 3;

/// Where a proof is written to.
pub enum Target {
    /// A folder.
    Folder(PathBuf),
    /// A .zip file.
    Zip(PathBuf),
}

impl Target {
    /// Refuses what would be written over.
    pub fn of(path: &Path) -> Result<Self, Refused> {
        let taken = |what: &str| {
            let hint = "name another place: a proof is never written over something";
            Err(Refused::wrong_with(format!("{} {what}", path.display()), hint))
        };
        if is_zip_name(path) {
            return if path.exists() { taken("is there already") } else { Ok(Self::Zip(path.to_owned())) };
        }
        match fs::read_dir(path).map(|mut entries| entries.next().is_some()) {
            Ok(true) => taken("is not empty"),
            Ok(false) => Ok(Self::Folder(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Folder(path.to_owned())),
            Err(_) => taken("is no folder"),
        }
    }

    /// Writes a proof.
    pub fn write(&self, files: &Files) -> anyhow::Result<()> {
        let bytes: usize = files.values().map(Vec::len).sum();
        let fits = files.len() <= MOST_FILES && bytes as u64 <= MOST_BYTES;
        anyhow::ensure!(fits, "{bytes} bytes in {} files are more than a proof may have", files.len());
        match self {
            Self::Folder(folder) => {
                for (name, bytes) in files {
                    let path = folder.join(name);
                    if let Some(parent) = path.parent() {
                        fs::create_dir_all(parent)?;
                    }
                    fs::write(path, bytes)?;
                }
                Ok(())
            }
            Self::Zip(path) => {
                let stem = path.file_stem().map_or_else(|| "proof".into(), |stem| stem.to_string_lossy());
                zip_into(File::create_new(path)?, &stem, files)
            }
        }
    }
}

/// Whether a path is that of a .zip file by its name.
pub fn is_zip_name(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("zip"))
}

/// The same bytes for the same proof: no time of today in it.
fn zip_into(file: impl Write + Seek, folder: &str, files: &Files) -> anyhow::Result<()> {
    let mut zip = ZipWriter::new(file);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        zip.start_file(format!("{folder}/{name}"), options)?;
        zip.write_all(bytes)?;
    }
    zip.finish()?.flush()?;
    Ok(())
}

/// Reads a proof out of a folder or a .zip file.
pub fn read(path: &Path) -> Result<Files, Refused> {
    let mut taking = Taking::default();
    let read = if path.is_dir() { taking.folder(path, "") } else { taking.zip(path) };
    read.with_context(|| format!("cannot read the proof {}", path.display())).map_err(Refused::Wrong)?;
    Ok(taking.files)
}

#[derive(Default)]
struct Taking {
    files: Files,
    bytes: u64,
    /// The names as a system has them that tells no capitals apart.
    folded: BTreeSet<String>,
}

impl Taking {
    fn folder(&mut self, folder: &Path, below: &str) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                anyhow::ensure!(name.split('/').count() < DEEPEST, "{name} lies deeper than any file of a proof");
                self.folder(&entry.path(), &format!("{name}/"))?;
            } else {
                anyhow::ensure!(kind.is_file(), "{name} is no plain file");
                self.take(name, entry.metadata()?.len(), File::open(entry.path())?)?;
            }
        }
        Ok(())
    }

    fn zip(&mut self, path: &Path) -> anyhow::Result<()> {
        let file = File::open(path)?;
        anyhow::ensure!(file.metadata()?.len() <= MOST_BYTES, "it is larger than any proof");
        let mut zip = ZipArchive::new(io::BufReader::new(file))?;
        anyhow::ensure!(zip.len() <= MOST_FILES, "it holds more files than a proof has");
        zip.validate_header_consistency().context("other programs may find other files in it")?;
        for at in 0..zip.len() {
            let file = zip.by_index(at)?;
            let name = file.name()?.into_owned();
            if file.is_dir() {
                plain(&name)?;
                continue;
            }
            anyhow::ensure!(file.is_file(), "{name} is no plain file");
            self.take(name, file.size(), file)?;
        }
        self.inside();
        Ok(())
    }

    /// Takes a file that is said to have so many bytes, which it is not believed.
    fn take(&mut self, name: String, size: u64, file: impl Read) -> anyhow::Result<()> {
        plain(&name)?;
        anyhow::ensure!(self.folded.insert(name.to_lowercase()), "it holds {name} twice");
        anyhow::ensure!(self.folded.len() <= MOST_FILES, "it holds more files than a proof has");
        let mut bytes = Vec::new();
        let left = MOST_BYTES - self.bytes;
        anyhow::ensure!(size <= left, "it is larger than any proof");
        file.take(left + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
        self.bytes += bytes.len() as u64;
        anyhow::ensure!(self.bytes <= MOST_BYTES, "it is larger than any proof");
        self.files.insert(name, bytes);
        Ok(())
    }

    /// Goes into the one folder that a .zip file usually has at its top.
    fn inside(&mut self) {
        let Some((folder, _)) = self.files.keys().next().and_then(|name| name.split_once('/')) else { return };
        let folder = format!("{folder}/");
        if self.files.keys().all(|name| name.starts_with(&folder)) {
            let files = std::mem::take(&mut self.files);
            self.files = files.into_iter().map(|(name, bytes)| (name[folder.len()..].to_owned(), bytes)).collect();
        }
    }
}

/// Refuses a name that on some system would lead out of the folder that a proof is unpacked into.
fn plain(name: &str) -> anyhow::Result<()> {
    let is_odd = |part: &str| part.is_empty() || part == "." || part == "..";
    let leads_out = name.strip_suffix('/').unwrap_or(name).split('/').any(is_odd)
        || name.contains(['\\', ':'])
        || name.contains(char::is_control);
    anyhow::ensure!(name.len() <= 300, "it holds a name of {} bytes", name.len());
    anyhow::ensure!(!leads_out, "it holds {name:?}, which is no name of a file in a folder");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_gives_back_what_went_in_and_is_the_same_each_time() {
        let files: Files = [("checkpoint", "a"), ("entries/1/entry", "b")]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into();
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (place.path().join("p.zip"), place.path().join("q.zip"));
        Target::of(&one).unwrap().write(&files).unwrap();
        zip_into(File::create(&two).unwrap(), "p", &files).unwrap();
        assert_eq!(fs::read(&one).unwrap(), fs::read(&two).unwrap());
        assert_eq!(read(&one).unwrap(), files);
        assert!(Target::of(&one).is_err() && Target::of(place.path()).is_err());
        let folder = place.path().join("folder");
        Target::of(&folder).unwrap().write(&files).unwrap();
        assert_eq!(read(&folder).unwrap(), files);
        fs::write(&two, b"no zip").unwrap();
        assert!(read(&two).is_err());
    }
}
