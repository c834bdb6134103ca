//! The end-to-end tests, in one program: what a person types, against an office that can be made to do anything.
//!
//! Nothing here needs a network but loopback, or a clock that stands still. Each scenario has a [`desk::Desk`] of its own.
#![allow(clippy::disallowed_methods, clippy::print_stderr)] // tests open files where they like, and say what they leave out

mod answers;
mod authority;
mod channel;
mod desk;
mod pages;
mod site;

mod asked;
mod copies;
mod damage;
mod demo;
mod differences;
mod facts;
mod files;
mod given;
mod hostile;
mod house;
mod interface;
mod keys;
mod kill;
mod lessons;
mod listed;
mod manners;
mod mutations;
mod names;
mod near;
mod proved;
mod refusals;
mod rounds;
mod secure;
mod stamped;
mod stamping;
mod usual;
mod watched;
