//! The end-to-end tests, in one program: what a person types, against an office that can be made to do anything.
//!
//! Nothing here needs a network but loopback, or a clock that stands still. Each scenario has a [`desk::Desk`] of its own.
#![allow(clippy::disallowed_methods, clippy::print_stderr)] // tests open files where they like, and say what they leave out

mod answers;
mod desk;
mod pages;
mod site;

mod asked;
mod damage;
mod demo;
mod facts;
mod files;
mod given;
mod house;
mod kill;
mod lessons;
mod manners;
mod names;
mod proved;
mod refusals;
mod rounds;
mod secure;
