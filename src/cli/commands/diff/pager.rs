//! Long output on a terminal goes through the pager that the user has: `$PAGER`, else `less`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::cli::out::Out;

/// Shows text: through the pager on a terminal, else, or where there is no pager, as it is.
pub(super) fn show(text: &str, out: &mut Out) -> io::Result<()> {
    if !out.terminal || !is_long(text) {
        return out.bytes(text.as_bytes());
    }
    let named = std::env::var_os("PAGER").filter(|pager| !pager.is_empty());
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") || named.as_ref().is_some_and(|pager| pager == "cat")
    {
        return out.bytes(text.as_bytes());
    }
    out.flush()?;
    let mut pager = command(named);
    if std::env::var_os("LESS").is_none() {
        // what git gives it: end at once where all fits, let colours through, leave the screen as it was
        pager.env("LESS", "FRX");
    }
    let Ok(mut child) = pager.stdin(Stdio::piped()).spawn() else { return out.bytes(text.as_bytes()) };
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    child.wait()?;
    match written {
        // who leaves the pager early has seen enough
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn command(named: Option<OsString>) -> Command {
    match named {
        // a pager may be named with options, as in `less -S`
        Some(named) if cfg!(unix) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(named);
            shell
        }
        Some(named) => Command::new(named),
        None => Command::new(if cfg!(windows) { "more" } else { "less" }),
    }
}

fn is_long(text: &str) -> bool {
    let rows = console::Term::stdout().size_checked().map_or(24, |(rows, _)| usize::from(rows));
    text.lines().count() >= rows
}
