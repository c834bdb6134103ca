//! Gives back what is kept, and never writes.

pub mod diff;
pub mod near;
pub mod proof;
