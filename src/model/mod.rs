//! The words that all rooms share.
//!
//! Pure data: no input or output, no clock, no other room. What is stored has its one form here ([`entry`], [`text`]).

pub mod address;
pub mod capture;
pub mod digest;
pub mod entry;
pub mod event;
pub mod finding;
pub mod json_path;
pub mod rules;
pub mod source;
pub mod statement;
pub mod text;
pub mod time;
