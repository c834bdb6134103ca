//! wip
pub mod charset;
pub mod html;
