//! `demo`: the whole job with no network.
//!
//! A press office is served from the binary on loopback, and everything after that is what `fetch`, `list`, `diff` and
//! `verify` do anywhere else.
#![allow(clippy::disallowed_methods)] // the demonstration's own folder is no object of an archive

mod office;

use std::path::{Path, PathBuf};

use anyhow::Context;

use onrecord::collect::clock::{Clock, System};

use super::{diff, list, verify};
use crate::cli::args::{self, Common, Demo};
use crate::cli::edge::{Outcome, Refused};
use crate::cli::out::{Color, Out};
use crate::cli::place::{self, Setup};
use office::Office;

/// Runs the command.
pub fn run(args: &Demo, typed: &Common, out: &mut Out) -> Outcome {
    let folder = folder(args.folder.as_deref())?;
    let office = Office::start(System.now()).context("cannot serve the press office on loopback")?;
    let config = folder.join("sources.toml");
    std::fs::write(&config, sources(&office)).with_context(|| format!("cannot write {}", config.display()))?;
    let common = Common { config: Some(config.clone()), archive: None, ..*typed };

    say(out, "A press office, the Ministry of Defence of Ruritania, has put its statements on its site.")?;
    command(out, "onrecord fetch")?;
    fetch(&common, out)?;

    say(out, "Later the office edits one statement in silence, and takes another one down.")?;
    office.edit();
    office.withdraw();
    command(out, "onrecord fetch --recheck all")?;
    fetch(&common, out)?;

    say(out, "Everything that the office ever said there is still on record:")?;
    command(out, "onrecord list")?;
    list::run(&common, &no_filter(), out)?;

    say(out, "What changed in the statement that was edited:")?;
    command(out, &format!("onrecord diff {}", office.edited()))?;
    let what = args::Diff { what: vec![office.edited()], no_pager: true, ..args::Diff::default() };
    diff::run(&common, &what, out)?;

    say(out, "And is what is kept what was written? Every digest, the log and its signature, checked again:")?;
    command(out, "onrecord verify")?;
    let status = verify::run(&common, &args::Verify::default(), out)?;

    say(out, &format!("The archive lies at {}", folder.join("archive").display()))?;
    say(out, &format!("Look around in it: onrecord --config {} history {}", config.display(), office.withdrawn()))?;
    Ok(status)
}

fn fetch(common: &Common, out: &mut Out) -> Result<(), Refused> {
    let setup: Setup = place::set_up(common)?;
    let plan = super::fetch::plan(&setup, onrecord::collect::due::Recheck::All)?;
    super::fetch::fetch(&setup, &setup.config.sources, &plan, std::time::Duration::ZERO, out)?;
    Ok(())
}

/// Where the demonstration lives: archive, configuration and keys, all in one folder that can be thrown away.
fn folder(wanted: Option<&Path>) -> Result<PathBuf, Refused> {
    let folder = match wanted {
        Some(path) => place::absolute(path)?,
        None => std::env::temp_dir().join(format!("onrecord-demo-{}", std::process::id())),
    };
    if folder.join("archive").exists() {
        return Err(Refused::wrong_with(
            format!("a demonstration stands in {} already", folder.display()),
            "name another folder, or remove this one",
        ));
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// The least that a user would write, and keys apart from the user's own.
fn sources(office: &Office) -> String {
    format!(
        "# The demonstration's press office.\n[archive]\npath = \"archive\"\nkey = \"keys/\"\n\n\
         [[source]]\nid = \"ruritania\"\nname = \"Ministry of Defence of Ruritania\"\nurl = \"{}\"\nmin_interval = \"0s\"\n",
        office.address()
    )
}

fn no_filter() -> args::List {
    args::List {
        source: vec![],
        since: None,
        until: None,
        state: None,
        language: None,
        changed: false,
        flag: None,
        limit: None,
    }
}

fn say(out: &mut Out, line: &str) -> std::io::Result<()> {
    if out.json { Ok(()) } else { out.line(&format!("\n{line}")) }
}

fn command(out: &mut Out, line: &str) -> std::io::Result<()> {
    if out.json {
        return Ok(());
    }
    let line = out.paint(Color::Strong, &format!("$ {line}"));
    out.line(&line)
}
