//! The only room that speaks: arguments in, lines and an exit status out.
//!
//! A command is a file in `commands`: it opens what it needs, asks the library, and prints. Nothing here knows how
//! anything is kept or read.

mod args;
mod commands;
mod edge;
mod names;
mod out;
mod place;
mod report;
mod trust;

use std::process::ExitCode;

use clap::Parser;

use args::{Command, Typed};
use edge::Outcome;
use out::Out;

/// Runs the program.
pub fn main() -> ExitCode {
    let typed = match Typed::try_parse() {
        Ok(typed) => typed,
        Err(error) => {
            // --help and --version are errors to clap, and no failure to anybody else
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let mut out = Out::new(&typed.common);
    listen(typed.common.verbose);
    let outcome = run(&typed, &mut out);
    let flushed = out.flush().map_err(edge::Refused::from);
    edge::end(outcome.and_then(|status| flushed.map(|()| status)))
}

fn run(typed: &Typed, out: &mut Out) -> Outcome {
    let common = &typed.common;
    match &typed.command {
        Command::Demo(args) => commands::demo::run(args, common, out),
        Command::Init(args) => commands::init::run(common, args, out),
        Command::Save(args) => commands::save::run(common, args, out),
        Command::Add(args) => commands::add::run(common, args, out),
        Command::Fetch(args) => commands::fetch::run(common, args, out),
        Command::Watch(args) => commands::watch::run(common, args, out),
        Command::Changes(args) => commands::changes::run(common, args, out),
        Command::List(args) => commands::list::run(common, args, out),
        Command::Show(args) => commands::show::run(common, args, out),
        Command::History(args) => commands::history::run(common, args, out),
        Command::Diff(args) => commands::diff::run(common, args, out),
        Command::Verify(args) => commands::verify::run(common, args, out),
        Command::Cat(args) => commands::cat::run(common, args, out),
        Command::Sources(args) => commands::sources::run(common, args, out),
        Command::Reread(args) => commands::reread::run(common, args, out),
        Command::Note(args) => commands::note::run(common, args, out),
        Command::Export(args) => commands::export::run(common, args, out),
        Command::Extract(args) => commands::extract::run(common, args, out),
        Command::Prove(args) => commands::prove::run(common, args, out),
        Command::Stamp(args) => commands::stamp::run(common, args, out),
        Command::Checkpoint(args) => commands::checkpoint::run(common, args, out),
        Command::Key(args) => commands::key::run(common, args, out),
        Command::Copy(args) => commands::copy::run(common, args, out),
        Command::Repair(args) => commands::repair::run(common, args, out),
    }
}

/// Lets the library's own notes be seen, where somebody wants to.
fn listen(verbose: u8) {
    if verbose >= 2 {
        let level = if verbose > 2 { tracing::Level::TRACE } else { tracing::Level::DEBUG };
        tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
    }
}
