//! The room that keeps: append-only, provable.
//!
//! The room knows no HTML, no network but its own storage, and no clock.

pub mod checkpoint;
pub mod history;
pub mod index;
pub mod merkle;
pub mod storage;
pub mod tiles;
pub mod warc;
