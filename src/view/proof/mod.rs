//! One statement's proof, apart from its archive: a bundle of files that a third party checks without onrecord.
//!
//! [`bundle`](mod@bundle) makes it, [`check`](mod@check) checks one with no archive at hand, and `verify.sh`, which lies in each, does
//! the same with coreutils and openssl. A bundle proves nothing by itself: the log's public key comes from whoever checks.
//!
//! ```text
//! README.txt                          what it proves, what not, and how to check it
//! verify.sh                           the check in POSIX sh
//! SHA256SUMS                          sums of all other files: against accidents, not against anybody
//! checkpoint                          the newest signed checkpoint of the log
//! records.warc.gz                     the records of the exchange, as the archive holds them
//! entries/<number>/entry              a leaf of the log, byte for byte: the capture, its readings, the capture that kept its body
//! entries/<number>/<size>.tlog-proof  that the entry is in the log of that checkpoint (C2SP tlog-proof)
//! entries/<number>/...                what the entry sums, under the names that it gives
//! named/<64 hex>                      what an entry names by its digest, and does not sum: certificates
//! stamps/<size>/checkpoint            a signed checkpoint that was time-stamped
//! stamps/<size>/<name>.tsr            an authority's whole answer (RFC 3161)
//! stamps/<size>/consistency           that the log has only grown from there to `checkpoint`
//! ```

pub mod bundle;
pub mod check;
mod keys;
mod name;
mod readme;
mod records;
mod stamps;

use std::collections::BTreeMap;

/// The files of a bundle, by their paths in it.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The script that lies in each bundle.
pub const SCRIPT: &str = include_str!("verify.sh");
