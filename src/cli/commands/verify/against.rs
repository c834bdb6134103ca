//! `verify --against`: a copy of the archive, compared with it and read whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use onrecord::archive::copies::{self, Compared};
use onrecord::archive::reader::{Places, vantages};
use onrecord::archive::storage::{Disk, Storage};

use super::{Counts, telling};
use crate::cli::commands::copy::apart;
use crate::cli::edge::Refused;
use crate::cli::out::Out;
use crate::cli::place::Setup;

/// The folder of a copy that is there.
pub(super) fn find(setup: &Setup, copy: &Path) -> Result<PathBuf, Refused> {
    let copy = apart(setup, copy)?;
    if vantages(&Disk::open(copy.clone()))?.is_empty() {
        return Err(Refused::wrong_with(
            format!("there is no archive at {}", copy.display()),
            "name the folder that `onrecord copy` was given; its disk may have to be mounted",
        ));
    }
    Ok(copy)
}

/// Compares.
pub(super) fn run(copy: &Path, places: &Places, counts: &mut Counts, out: &mut Out) -> Result<Compared, Refused> {
    let storage: Arc<dyn Storage> = Arc::new(Disk::open(copy.to_owned()));
    let name = copy.display().to_string();
    let compared = telling(out, counts, |tell, progress| copies::compare(places, &storage, &name, tell, progress))?;
    Ok(compared.with_context(|| format!("cannot compare with the archive at {name}"))?)
}
