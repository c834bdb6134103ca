#![doc = include_str!("README.md")]

pub mod archive;
pub mod collect;
pub mod model;
pub mod read;
pub mod view;
