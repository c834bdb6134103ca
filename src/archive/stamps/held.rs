//! Where stamps lie in an archive, and those that are there.
//!
//! `logs/<vantage>/stamps/<size>/`: the note that was stamped, for `checkpoint` itself is replaced later, and beside it each
//! response over it. Nothing here judges them, and nothing is read that is not asked for.

use std::collections::BTreeMap;

use crate::archive::log;
use crate::archive::storage::{Storage, StorageError};
use crate::model::digest::Digest;

/// The name of the stamped note in its folder.
pub const NOTE: &str = "checkpoint";

/// The folder of a log's stamps.
pub fn folder(vantage: &str) -> String {
    format!("{}/stamps", log::folder(vantage))
}

/// The key of the note that was stamped at a size.
pub fn note_key(vantage: &str, size: u64) -> String {
    format!("{}/{size}/{NOTE}", folder(vantage))
}

/// The key of the response of a name over the note of a size.
pub fn response_key(vantage: &str, size: u64, name: &str) -> String {
    format!("{}/{size}/{name}.tsr", folder(vantage))
}

/// The name of a response: the host of the authority, and the beginning of the response's own digest.
pub fn name(host: &str, response: &[u8]) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let host: String = host.chars().take(80).map(|c| fit(c.to_ascii_lowercase())).collect();
    let host = host.trim_matches(['.', '-']);
    let host = if host.is_empty() { "authority" } else { host };
    format!("{host}-{}", &Digest::of(response).hex()[..8])
}

/// The sizes at which a log was stamped, each with the names of the responses that lie there.
pub fn held(storage: &dyn Storage, vantage: &str) -> Result<BTreeMap<u64, Vec<String>>, StorageError> {
    let folder = format!("{}/", folder(vantage));
    let mut held: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for (key, _) in storage.list(folder.trim_end_matches('/'))? {
        let Some((digits, file)) = key.strip_prefix(&folder).and_then(|path| path.split_once('/')) else { continue };
        let size = digits.parse().ok().filter(|size: &u64| size.to_string() == digits);
        if let (Some(size), Some(name)) = (size, file.strip_suffix(".tsr")) {
            held.entry(size).or_default().push(name.to_owned());
        }
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::storage::Memory;

    #[test]
    fn a_host_becomes_a_name_that_any_storage_takes() {
        for (host, expected) in
            [("TSA.example", "tsa.example"), ("[::1]", "1"), ("../..", "authority"), ("a b/c", "a-b-c")]
        {
            let name = name(host, b"response");
            assert_eq!(name.rsplit_once('-').map(|(host, _)| host), Some(expected));
            Memory::default().put_new(&response_key("desk", 3, &name), b"").expect("a key");
        }
    }

    #[test]
    fn what_lies_there_is_told_by_size() {
        let storage = Memory::default();
        for key in ["10/checkpoint", "10/b-1.tsr", "10/a-2.tsr", "9/c-3.tsr", "09/d-4.tsr", "x/e-5.tsr", "9/readme"] {
            storage.put_new(&format!("{}/{key}", folder("desk")), b"").expect("a key");
        }
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected = BTreeMap::from([(9, names(&["c-3"])), (10, names(&["a-2", "b-1"]))]);
        assert_eq!(held(&storage, "desk").expect("a list"), expected);
    }
}
