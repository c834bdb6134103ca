//! `cat`: the bytes under a digest.

use crate::cli::args::{Cat, Common};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::out::{Out, clean_lines};
use crate::cli::{names, place};

/// Runs the command.
pub fn run(common: &Common, args: &Cat, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let archive = setup.open()?;
    let digest = names::digest(&archive, &args.digest)?;
    let bytes = archive.bytes(&digest)?.ok_or_else(|| {
        Refused::wrong_with(
            format!("nothing is kept under {digest}"),
            "a body that showed nothing new is not kept: `onrecord history` says which was kept in its place",
        )
    })?;
    print(out, &bytes)
}

/// Prints bytes as they are; to a terminal only what cannot command it.
pub fn print(out: &mut Out, bytes: &[u8]) -> Outcome {
    if out.terminal {
        out.line(&clean_lines(&String::from_utf8_lossy(bytes)))?;
    } else {
        out.bytes(bytes)?;
    }
    Ok(Status::Done)
}
