#![doc = include_str!("README.md")]
#![cfg_attr(test, allow(clippy::disallowed_methods))] // tests open files and read clocks as they like

pub mod archive;
pub mod collect;
pub mod model;
pub mod read;
pub mod view;
