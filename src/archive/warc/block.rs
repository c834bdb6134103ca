//! The two halves of a record as they pass by: its header, bounded, and its block, of which a part is kept.

use std::io::Read;

use super::http::HeadEnd;
use super::read::Fault;
use super::source::Source;
use crate::model::digest::{Digest, Hasher};

/// The longest header that is read, in bytes.
const LONGEST_HEADER: usize = 64 * 1024;

/// A block that has passed by.
pub(super) struct Block {
    pub(super) kept: Vec<u8>,
    pub(super) length: u64,
    pub(super) digest: Digest,
    pub(super) payload: Digest,
}

/// Reads the version line and the named fields, to the empty line that ends them.
pub(super) fn read_header<T: Read>(data: &mut Source<T>, faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut left = LONGEST_HEADER;
    let mut is_version = true;
    loop {
        let Some(length) = line_length(data, left) else {
            faults.push(Fault::HeaderTooLong);
            // So that the same bytes are not taken for the next record.
            data.skip_one();
            return headers;
        };
        left -= length;
        let line = String::from_utf8_lossy(&data.peek(length)[..length]);
        let text = line.trim_end_matches(['\r', '\n']);
        let is_end = !is_version && text.is_empty();
        if std::mem::take(&mut is_version) || is_end {
            // neither of them is a field
        } else if text.starts_with([' ', '\t'])
            && let Some((_, value)) = headers.last_mut()
        {
            value.push(' ');
            value.push_str(text.trim());
        } else if let Some((name, value)) = text.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        } else if !faults.contains(&Fault::HeaderLine) {
            faults.push(Fault::HeaderLine);
        }
        data.skip(length);
        if is_end {
            return headers;
        }
    }
}

/// Reads `stated` bytes, or as many as there are. Of a `message` the payload is what follows the HTTP head.
pub(super) fn read_block<T: Read>(data: &mut Source<T>, stated: u64, keep: u64, message: bool) -> Block {
    let mut kept = Vec::new();
    let mut length = 0;
    let (mut whole, mut payload) = (Hasher::default(), Hasher::default());
    let mut head = HeadEnd::default();
    while length < stated {
        let bytes = data.peek(1);
        if bytes.is_empty() {
            break;
        }
        let bytes = &bytes[..bytes.len().min(bounded(stated - length))];
        whole.update(bytes);
        if !message {
            // the payload is the block: hashed once
        } else if head.is_found() {
            payload.update(bytes);
        } else if let Some(body) = head.find(bytes) {
            payload.update(&bytes[body..]);
        }
        let room = keep.saturating_sub(kept.len() as u64);
        kept.extend_from_slice(&bytes[..bytes.len().min(bounded(room))]);
        let count = bytes.len();
        length += count as u64;
        data.skip(count);
    }
    let digest = whole.finish();
    Block { kept, length, digest, payload: if message { payload.finish() } else { digest } }
}

/// How long the next line is with its end, if that is not farther than `limit`.
fn line_length<T: Read>(data: &mut Source<T>, limit: usize) -> Option<usize> {
    let mut wanted = 256;
    loop {
        let bytes = data.peek(wanted.min(limit));
        if let Some(at) = memchr::memchr(b'\n', &bytes[..bytes.len().min(limit)]) {
            return Some(at + 1);
        }
        if bytes.len() < wanted {
            return None;
        }
        wanted = bytes.len() * 2;
    }
}

fn bounded(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
