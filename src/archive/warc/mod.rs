//! WARC 1.1 (ISO 28500:2017): writing our own records, and reading anybody's.
//!
//! What is written is exact: one gzip member a record, digests in every one, and no header value can hold a line break.
//! What is read is forgiven everything: a fault of a file is data beside the record that it was seen at. Files in the
//! ARC format that came before, and zstd, are recognised and not read.

mod block;
pub mod cdxj;
mod exchange;
mod http;
mod read;
mod record;
mod source;
mod surt;

pub use exchange::{Original, conversion, metadata, request, response, revisit, warcinfo};
pub use http::split_http;
pub use read::{Check, Fault, Item, Junk, JunkKind, Reader, Seen};
pub use record::{Kind, Member, Record, record_id};
pub use surt::surt;

#[cfg(test)]
mod tests;
