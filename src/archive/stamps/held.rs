//! Where stamps lie in an archive, and those that are there.
//!
//! `logs/<vantage>/stamps/<size>/`: the note that was stamped, for `checkpoint` itself is replaced later, and beside it each
//! response over it. Nothing here judges them.

use crate::archive::log;
use crate::archive::storage::{Storage, StorageError};
use crate::model::digest::Digest;

/// The name of the stamped note in its folder.
pub const NOTE: &str = "checkpoint";

/// A stamped checkpoint, and the responses over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The size at which the log was stamped.
    pub size: u64,
    /// The signed note that was stamped; `None` where its file is gone.
    pub note: Option<Vec<u8>>,
    /// The responses: key and bytes, by key.
    pub responses: Vec<(String, Vec<u8>)>,
}

/// The folder of a log's stamps.
pub fn folder(vantage: &str) -> String {
    format!("{}/stamps", log::folder(vantage))
}

/// The key of the note that was stamped at a size.
pub fn note_key(vantage: &str, size: u64) -> String {
    format!("{}/{size}/{NOTE}", folder(vantage))
}

/// The key of a response over it: named after the host of the authority and the response's own digest.
pub fn response_key(vantage: &str, size: u64, host: &str, response: &[u8]) -> String {
    let mut name: String = host
        .chars()
        .take(80)
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    name = name.trim_matches(['.', '-']).to_owned();
    if name.is_empty() {
        name.push_str("authority");
    }
    format!("{}/{size}/{name}-{}.tsr", folder(vantage), &Digest::of(response).hex()[..8])
}

/// All stamped checkpoints of a log, by size.
pub fn held(storage: &dyn Storage, vantage: &str) -> Result<Vec<Held>, StorageError> {
    let folder = folder(vantage);
    let mut sizes: Vec<u64> = Vec::new();
    for (key, _) in storage.list(&folder)? {
        let size = key.strip_prefix(&format!("{folder}/")).and_then(|rest| rest.split_once('/')).map(|(size, _)| size);
        let size = size.and_then(|text| text.parse().ok().filter(|number: &u64| number.to_string() == text));
        if let Some(size) = size
            && !sizes.contains(&size)
        {
            sizes.push(size);
        }
    }
    sizes.sort_unstable();
    let read = |size| {
        let note = storage.get(&note_key(vantage, size))?;
        Ok(Held { size, note, responses: responses_of(storage, vantage, size)? })
    };
    sizes.into_iter().map(read).collect()
}

/// The responses over the checkpoint at a size: key and bytes, by key.
pub fn responses_of(storage: &dyn Storage, vantage: &str, size: u64) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    let mut responses = Vec::new();
    for (key, _) in storage.list(&format!("{}/{size}", folder(vantage)))? {
        if key.ends_with(".tsr")
            && let Some(bytes) = storage.get(&key)?
        {
            responses.push((key, bytes));
        }
    }
    Ok(responses)
}
