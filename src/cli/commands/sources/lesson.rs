//! What a source's pages taught, as it is shown to a person: since when, from how many, and the selectors to pin.

use serde_json::{Value, json};

use onrecord::archive::index::Learnt;
use onrecord::archive::reader::{Archive, ArchiveError};
use onrecord::collect::learning;
use onrecord::model::rules::Rules;
use onrecord::model::source::Source;
use onrecord::model::statement::SourceId;
use onrecord::model::time::rfc3339;
use onrecord::read::site::{self, Pins};

use crate::cli::out::{Out, clean};

/// What was learnt of a source and is read by; `None` where its pages need no rules.
pub fn in_use(archive: &Archive, source: &SourceId) -> Result<Option<Learnt>, ArchiveError> {
    let nothing = Rules::default().digest();
    Ok(archive.index().learnt(source)?.filter(|learnt| learnt.rules != nothing))
}

/// It for programs.
pub fn object(learnt: &Learnt) -> Value {
    json!({ "rules_sha256": learnt.rules.hex(), "since": rfc3339(learnt.since), "pages": learnt.pages })
}

/// It on a line.
pub fn line(learnt: &Learnt) -> String {
    format!("learnt from {} of its pages, since {}", learnt.pages, learnt.since.format("%Y-%m-%d %H:%M"))
}

/// What a source's kept pages come to.
pub struct Lesson {
    learnt: Option<Learnt>,
    /// How many pages are kept of those that can be learnt from.
    pages: usize,
    pins: Pins,
}

impl Lesson {
    /// What is read by, else what the kept pages would teach; `None` where they teach nothing.
    pub fn of(archive: &Archive, source: &Source) -> Result<Option<Self>, ArchiveError> {
        let kept = learning::kept_pages(archive, source)?;
        let pages: Vec<_> = kept.iter().map(learning::KeptPage::page).collect();
        let learnt = in_use(archive, &source.id)?;
        let rules = match learnt {
            Some(_) => archive.rules(&source.id)?,
            None => site::propose(&pages, &source.reading),
        };
        let settings = site::with(&source.reading, &rules);
        let pins = pages.iter().find_map(|page| site::pins(&rules, page, &settings));
        Ok(pins.map(|pins| Self { learnt, pages: pages.len(), pins }))
    }

    /// It for programs.
    pub fn object(&self) -> Value {
        let Pins { body, title, published, ignore } = &self.pins;
        let learnt = self.learnt.as_ref().map(object);
        json!({ "in_use": learnt, "body": body, "title": title, "published": published, "ignore": ignore })
    }

    /// It for a person, as lines that could stand in `sources.toml`.
    pub fn show(&self, out: &mut Out) -> std::io::Result<()> {
        match &self.learnt {
            Some(learnt) => out.line(&format!("\n  {}; to pin it, in sources.toml:", line(learnt)))?,
            None => out.line(&format!(
                "\n  {} kept pages are built as follows, which the reader finds by itself; to pin it, in sources.toml:",
                self.pages
            ))?,
        }
        let Pins { body, title, published, ignore } = &self.pins;
        for (name, css) in [("body", body), ("title", title), ("published", published)] {
            if let Some(css) = css {
                out.line(&format!("    {name} = {}", clean(&Value::from(css.as_str()).to_string())))?;
            }
        }
        if !ignore.is_empty() {
            out.line(&format!("    ignore = {}", clean(&json!(ignore).to_string())))?;
        }
        Ok(())
    }
}
