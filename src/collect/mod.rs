//! (to be written)

pub mod sources;
