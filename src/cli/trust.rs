//! What a person trusts: public keys, given as text or in a file, and roots of time authorities.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::path::{Path, PathBuf};

use anyhow::Context;

use onrecord::archive::checkpoint::VerifierKey;
use onrecord::archive::stamps::Roots;

use super::edge::Refused;
use super::out::clean;
use super::place::Setup;

/// The key that was given: `name+id+base64`, a file that begins with that line, or a PEM file, which is then the key of the
/// log `name`.
pub fn key(given: &str, name: Option<&str>) -> Result<VerifierKey, Refused> {
    if !Path::new(given).is_file() {
        return given.trim().parse().map_err(wrong);
    }
    let text = std::fs::read_to_string(given).with_context(|| format!("cannot read {}", clean(given)));
    let text = text.map_err(Refused::Wrong)?;
    if !text.contains("-----BEGIN") || text.lines().next().is_some_and(|line| line.contains('+')) {
        return text.lines().next().unwrap_or_default().trim().parse().map_err(wrong);
    }
    let name = name.ok_or_else(|| {
        Refused::wrong_with("a PEM file does not say which log its key is of", "give the line name+id+base64 instead")
    })?;
    VerifierKey::from_pem(name, &text).map_err(wrong)
}

/// Takes a key that was given in the place of the one of the same log.
pub fn replace(keys: &mut Vec<VerifierKey>, key: VerifierKey) {
    keys.retain(|known| known.name() != key.name());
    keys.push(key);
}

/// The roots of time authorities, out of PEM files; none where there is no file.
pub fn roots<'p>(given: impl IntoIterator<Item = &'p PathBuf>) -> Result<Roots, Refused> {
    let mut roots = Roots::none();
    for path in given {
        let name = clean(&path.to_string_lossy());
        let pem = std::fs::read(path).with_context(|| format!("cannot read the roots in {name}"));
        let added = roots.add_pem(&pem.map_err(Refused::Wrong)?);
        added.with_context(|| format!("cannot use the roots in {name}")).map_err(Refused::Wrong)?;
    }
    Ok(roots)
}

/// The roots that were given; else those of the configuration.
pub fn roots_or(given: Option<&PathBuf>, setup: &Setup) -> Result<Roots, Refused> {
    match given {
        Some(path) => roots([path]),
        None => roots(&setup.config.stamp.roots),
    }
}

fn wrong(error: onrecord::archive::checkpoint::KeyError) -> Refused {
    Refused::Wrong(anyhow::Error::new(error).context("the key that was given cannot be used"))
}
