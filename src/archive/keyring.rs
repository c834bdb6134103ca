//! The keys of our vantages, and beside each what it last signed and for which archive.
//!
//! A folder of the user's, outside every archive: `<vantage>.key` (mode 0600), `<vantage>.checkpoint`, `<vantage>.place`,
//! `<vantage>.copies`; while a key is changed `<vantage>.next`, and for ever `<vantage>.<id>.retired`. Nothing here is ever overwritten but the last checkpoint, the place and the list of copies.
#![allow(clippy::disallowed_methods)] // a secret needs its own rights from the first byte on, which no storage gives

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::{Checkpoint, KeyError, SigningKey};
use super::storage::{Disk, Storage, StorageError};
use crate::model::digest::hex;

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// Others may read the key.
    #[error("the key file {path} can be read by others (mode {mode:o})")]
    Loose {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file holds no key, or that of another vantage.
    #[error("the key file {path} holds no usable key")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder or a file in it cannot be read or written.
    #[error("cannot use the key folder at {path}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A checkpoint or a place cannot be read or written.
    #[error("cannot use the key folder")]
    Storage(#[from] StorageError),
}

/// The folder of keys.
#[derive(Clone)]
pub struct Keyring {
    folder: PathBuf,
    store: Arc<Disk>,
}

impl Keyring {
    /// The keyring in `folder`, which need not exist yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), store: Arc::new(Disk::open(folder.to_owned())) }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where checkpoints lie beside the keys.
    pub fn store(&self) -> Arc<dyn Storage> {
        self.store.clone()
    }

    /// The vantages whose keys are here.
    pub fn vantages(&self) -> Result<Vec<String>, KeyringError> {
        let names = self.store.list("")?;
        Ok(names.into_iter().filter_map(|(name, _)| name.strip_suffix(".key").map(str::to_owned)).collect())
    }

    /// The key of a vantage; `None` where there is no such file.
    ///
    /// A key that others may read is refused, for whoever read it can sign in our name.
    pub fn key(&self, vantage: &str) -> Result<Option<SigningKey>, KeyringError> {
        // from the moment when a new key has signed, it is the key: whether or not the files were changed after it
        if let Some(next) = self.read(vantage, "next")?
            && let Some(note) = self.store.get(&format!("{vantage}.checkpoint"))?
            && Checkpoint::open(&note, &next.verifier(), vantage).is_ok()
        {
            return Ok(Some(next));
        }
        self.read(vantage, "key")
    }

    /// The key that is to follow that of a vantage, made now unless one waits already.
    pub fn next(&self, vantage: &str) -> Result<SigningKey, KeyringError> {
        if let Some(waiting) = self.read(vantage, "next")? {
            return Ok(waiting);
        }
        let path = self.folder.join(format!("{vantage}.next"));
        let key = SigningKey::generate(vantage);
        let key = key.map_err(|source| KeyringError::Key { path: path.clone(), source: source.into() })?;
        write_private(&path, key.to_secret_text().as_bytes()).map_err(|source| KeyringError::Io { path, source })?;
        Ok(key)
    }

    /// Puts a key that has signed into the place of the one before it, which is kept as `<vantage>.<id>.retired`; says where.
    ///
    /// Every step can be done again. Where no key waits, or it has not signed yet, nothing is done.
    pub fn settle(&self, vantage: &str) -> Result<Option<PathBuf>, KeyringError> {
        let (Some(next), Some(current)) = (self.read(vantage, "next")?, self.key(vantage)?) else { return Ok(None) };
        if next.verifier() != current.verifier() {
            return Ok(None);
        }
        let place = |end: &str| self.folder.join(format!("{vantage}.{end}"));
        let mut retired = None;
        if let Some(old) = self.read(vantage, "key")? {
            let path = place(&format!("{}.retired", hex(&old.verifier().id())));
            if !path.exists() {
                let written = write_private(&path, old.to_secret_text().as_bytes());
                written.map_err(|source| KeyringError::Io { path: path.clone(), source })?;
            }
            retired = Some(path);
        }
        let (from, path) = (place("next"), place("key"));
        fs::rename(&from, &path)
            .and_then(|()| sync(&self.folder))
            .map_err(|source| KeyringError::Io { path, source })?;
        Ok(retired)
    }

    fn read(&self, vantage: &str, end: &str) -> Result<Option<SigningKey>, KeyringError> {
        let path = self.folder.join(format!("{vantage}.{end}"));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeyringError::Io { path, source }),
        };
        refuse_loose(&path)?;
        let key = SigningKey::parse(text.trim_end());
        let key = key.map_err(|source| KeyringError::Key { path: path.clone(), source: source.into() })?;
        if key.name() != vantage {
            let source = format!("it is the key of {}", key.name()).into();
            return Err(KeyringError::Key { path, source });
        }
        Ok(Some(key))
    }

    /// Makes a key for a new vantage, named after `prefix` and the key's own first 8 hex digits, and keeps it.
    pub fn generate(&self, prefix: &str) -> Result<SigningKey, KeyringError> {
        let folder_error = |source| KeyringError::Io { path: self.folder.clone(), source };
        let key_error =
            |source: Box<dyn std::error::Error + Send + Sync>| KeyringError::Key { path: self.folder.clone(), source };
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|error| folder_error(io::Error::other(error.to_string())))?;
        let unnamed = SigningKey::from_seed("unnamed", &seed).map_err(|error: KeyError| key_error(error.into()))?;
        let name = format!("{}-{}", tidy(prefix), hex(&unnamed.verifier().public()[..4]));
        let key = SigningKey::from_seed(&name, &seed).map_err(|error| key_error(error.into()))?;
        make_private_folder(&self.folder).map_err(folder_error)?;
        let path = self.folder.join(format!("{name}.key"));
        write_private(&path, key.to_secret_text().as_bytes()).map_err(|source| KeyringError::Io { path, source })?;
        Ok(key)
    }

    /// Where the archive of a vantage was last written, as an absolute path.
    pub fn place(&self, vantage: &str) -> Result<Option<PathBuf>, KeyringError> {
        let bytes = self.store.get(&format!("{vantage}.place"))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| PathBuf::from(text.trim_end())))
    }

    /// Notes where the archive of a vantage is written.
    pub fn set_place(&self, vantage: &str, place: &Path) -> Result<(), KeyringError> {
        let name = format!("{vantage}.place");
        let new = format!("{}\n", place.display());
        let old = self.store.get(&name)?;
        if old.as_deref() != Some(new.as_bytes()) {
            self.store.swap(&name, old.as_deref(), new.as_bytes())?;
        }
        Ok(())
    }

    /// Where copies of a vantage's archive were last written, as absolute paths.
    pub fn copies(&self, vantage: &str) -> Result<Vec<PathBuf>, KeyringError> {
        let bytes = self.store.get(&format!("{vantage}.copies"))?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        Ok(text.lines().map(PathBuf::from).collect())
    }

    /// Notes that a copy lies there.
    pub fn add_copy(&self, vantage: &str, place: &Path) -> Result<(), KeyringError> {
        if self.copies(vantage)?.iter().any(|known| known == place) {
            return Ok(());
        }
        let name = format!("{vantage}.copies");
        let old = self.store.get(&name)?;
        let mut new = old.clone().unwrap_or_default();
        new.extend_from_slice(format!("{}\n", place.display()).as_bytes());
        Ok(self.store.swap(&name, old.as_deref(), &new)?)
    }

    /// Whether anything was ever signed for a vantage.
    pub fn has_signed(&self, vantage: &str) -> Result<bool, KeyringError> {
        Ok(self.store.size(&format!("{vantage}.checkpoint"))?.is_some())
    }
}

/// A name of `a-z`, `0-9` and `-`, at most 40 characters, that can be a folder and the name in a signed note.
fn tidy(prefix: &str) -> String {
    let mut name = String::new();
    for c in prefix.chars().take(40).map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "desk".to_owned() } else { name.to_owned() }
}

#[cfg(unix)]
fn refuse_loose(path: &Path) -> Result<(), KeyringError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|source| KeyringError::Io { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 { Err(KeyringError::Loose { path: path.to_owned(), mode }) } else { Ok(()) }
}

#[cfg(not(unix))]
fn refuse_loose(_path: &Path) -> Result<(), KeyringError> {
    Ok(())
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // moved into its place when it is whole: half a key would stop everything
    let part = path.with_extension("part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    path.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_after_itself_kept_private_and_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let ring = Keyring::new(&folder.path().join("keys"));
        assert_eq!(ring.vantages().expect("an empty ring"), Vec::<String>::new());
        let key = ring.generate("My Laptop!").expect("a key");
        let vantage = key.name().to_owned();
        assert_eq!(vantage, format!("my-laptop-{}", hex(&key.verifier().public()[..4])));
        assert_eq!(ring.vantages().expect("a ring"), std::slice::from_ref(&vantage));
        let again = ring.key(&vantage).expect("a readable key").expect("a key");
        assert_eq!(again.verifier().to_string(), key.verifier().to_string());
        assert!(ring.key("nobody-00000000").expect("no error").is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = ring.folder().join(format!("{vantage}.key"));
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("to loosen it");
            assert!(matches!(ring.key(&vantage), Err(KeyringError::Loose { mode: 0o640, .. })));
        }
    }

    #[test]
    fn the_place_of_an_archive_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let ring = Keyring::new(folder.path());
        assert_eq!(ring.place("a-1").expect("no error"), None);
        ring.set_place("a-1", Path::new("/x/archive")).expect("to note it");
        ring.set_place("a-1", Path::new("/y/archive")).expect("to note another");
        assert_eq!(ring.place("a-1").expect("no error"), Some(PathBuf::from("/y/archive")));
    }
}
