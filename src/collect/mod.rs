//! Goes out and sees: what each source has, what stands at an address now, and what that shows.
//!
//! The only room besides the web view that waits. One request at a time a host, bounded in size and time; nothing that
//! a server sends can make it panic, go where the source does not lead, or take more memory than its bounds.

pub mod sources;

pub mod clock;
pub mod discover;
pub mod due;
pub mod fetch;
pub mod host;
pub mod judge;
pub mod learning;
pub mod reach;
pub mod reread;
pub mod retry;
pub mod robots;
pub mod round;
pub mod sample;
#[cfg(test)]
pub(crate) mod stage;
pub mod stamp;
