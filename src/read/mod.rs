//! wip
pub mod charset;
pub mod dates;
pub mod html;
