//! `extract`: the reader by itself, over saved pages, on all cores.
#![allow(clippy::disallowed_methods)] // files that a person names are no objects of an archive

use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value, json};

use onrecord::model::source::ReadSettings;
use onrecord::read::{self, Page};

use crate::cli::args::Extract;
use crate::cli::edge::{Outcome, Status};
use crate::cli::out::{Out, clean, clean_lines};

/// Largest file that is read: more than any page, less than a machine's memory.
const LARGEST: u64 = 100_000_000;

/// Runs the command.
pub fn run(args: &Extract, out: &mut Out) -> Outcome {
    // some at a time, so that the first lines come soon and memory stays flat
    let mut failed = false;
    for chunk in args.files.chunks(256) {
        let lines: Vec<Value> = chunk.par_iter().map(|file| extract(file)).collect();
        for line in lines {
            failed |= line.get("error").is_some();
            print(out, &line)?;
        }
    }
    Ok(if failed { Status::Found } else { Status::Done })
}

fn extract(file: &Path) -> Value {
    let name = file.display().to_string();
    let bytes = match bounded(file) {
        Ok(bytes) => bytes,
        Err(error) => return json!({ "file": name, "error": error }),
    };
    let page = Page { body: &bytes, content_type: None, url: None, captured_at: None };
    let reading = read::read(&page, &ReadSettings::default());
    json!({
        "file": name,
        "title": reading.text.title(),
        "published": reading.text.published().map(|date| date.to_string()),
        "language": reading.text.language(),
        "text": reading.text.body(),
    })
}

fn bounded(file: &Path) -> Result<Vec<u8>, String> {
    let length = std::fs::metadata(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?.len();
    if length > LARGEST {
        return Err(format!("{} has {length} bytes, more than the {LARGEST} that are read", file.display()));
    }
    std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

fn print(out: &mut Out, line: &Value) -> std::io::Result<()> {
    if out.json {
        return out.object(line);
    }
    let field = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    if let Some(error) = line.get("error").and_then(Value::as_str) {
        return out.warn(&clean(error));
    }
    out.line(&format!("== {}", clean(field("file"))))?;
    for (name, key) in [("Title", "title"), ("Published", "published"), ("Language", "language")] {
        if !field(key).is_empty() {
            out.line(&format!("{name}: {}", clean(field(key))))?;
        }
    }
    out.line(&format!("\n{}\n", clean_lines(field("text"))))
}
