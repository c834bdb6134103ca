//! The room that keeps: append-only, provable.
//!
//! Bytes and entries go in through a [`writer`], and come out of a [`reader`]; between the two lie the storage, the
//! segments (WARC), the log (Merkle tree, tiles, checkpoints) and the index. The room knows no HTML, no network but its
//! own storage, and no clock: times are told to it.

pub mod audit;
mod catchup;
pub mod chain;
pub mod checkpoint;
pub mod copies;
pub mod draft;
pub mod history;
pub mod index;
pub mod keyring;
pub mod log;
pub mod merkle;
mod plan;
pub mod proof;
pub mod reader;
pub mod sight;
pub mod stamps;
pub mod storage;
pub mod succession;
pub mod telling;
pub mod tiles;
pub mod usual;
pub mod warc;
pub mod writer;

/// What stands in an archive as `README.md`: the format, and how it is checked without this program.
pub const README: &str = include_str!("../../archive/README.md");

#[cfg(test)]
mod crash_tests;
