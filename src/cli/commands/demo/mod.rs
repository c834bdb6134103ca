//! `demo`: the whole job with no network.

pub mod office;
