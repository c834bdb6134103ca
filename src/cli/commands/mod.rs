//! One file a command: its arguments come typed, its outcome goes to the edge.

pub mod add;
pub mod cat;
pub mod changes;
pub mod checkpoint;
pub mod copy;
pub mod demo;
pub mod diff;
pub mod export;
pub mod extract;
pub mod fetch;
pub mod history;
pub mod init;
pub mod key;
pub mod list;
pub mod note;
pub mod prove;
pub mod repair;
pub mod reread;
pub mod save;
pub mod show;
pub mod sources;
pub mod stamp;
pub mod verify;
pub mod watch;
