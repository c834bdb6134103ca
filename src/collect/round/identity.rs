//! Which addresses and names mean one statement.
//!
//! An address is taken for a statement's only where nothing else of the source claims it: pages with a wrong canonical
//! link, and feeds with one guid for all, must not make one statement of many.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::looks::Looked;
use crate::archive::reader::ArchiveError;
use crate::archive::writer::Writer;
use crate::collect::discover::Item;
use crate::model::address;
use crate::model::capture::Reading;
use crate::model::json_path::JsonPaths;
use crate::model::statement::SourceId;

/// Longest name of a feed's own that is kept.
const LONGEST_GUID: usize = 500;

/// What a source lists in a round, as far as it tells addresses apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Comparable forms of the listed addresses, and of the source's own.
    listed: HashSet<String>,
    /// Guids that name more than one item.
    shared: HashSet<String>,
}

impl Names {
    /// The names in these items.
    pub(super) fn of(items: &[Item], source: &Url) -> Self {
        let mut names = Self::default();
        names.listed.insert(address::canonical(source));
        let mut guids: HashMap<&str, String> = HashMap::new();
        for item in items {
            let key = address::canonical(&item.url);
            if let Some(guid) = &item.guid
                && guids.insert(guid, key.clone()).is_some_and(|other| other != key)
            {
                names.shared.insert(guid.clone());
            }
            names.listed.insert(key);
        }
        names
    }

    /// The feed's own name for an item, where it names that item alone and is no address of another.
    pub(super) fn guid<'a>(&self, item: &'a Item) -> Option<&'a str> {
        let guid = item.guid.as_deref().map(str::trim)?;
        let good = (3..=LONGEST_GUID).contains(&guid.len()) && !self.shared.contains(guid);
        (good && !self.listed.contains(&address::key(guid))).then_some(guid)
    }

    /// Whether the source lists an address.
    pub(super) fn lists(&self, url: &Url) -> bool {
        self.listed.contains(&address::canonical(url))
    }

    /// Whether an address can be a further one of a statement: it names a page, and nothing that is listed.
    fn is_free(&self, url: &Url) -> bool {
        let names_a_page = url.path().trim_matches('/').len() > 1 || url.query().is_some();
        names_a_page && !self.listed.contains(&address::canonical(url))
    }
}

/// Takes in the further addresses that a look at a statement showed; where an interface was asked, those at which it is listed.
pub(super) fn note_aliases(
    writer: &mut Writer,
    source: &SourceId,
    looked: &Looked,
    reading: Option<&Reading>,
    interface: Option<&JsonPaths>,
    names: &Names,
) -> Result<(), ArchiveError> {
    let mut found: Vec<(String, &str)> = Vec::new();
    if let Some(guid) = &looked.guid {
        found.push((guid.clone(), "guid"));
    }
    if let Ok(visit) = &looked.answer
        && !visit.hops.is_empty()
    {
        let to = &visit.answer.url;
        found.push((interface.map_or_else(|| to.clone(), |json| json.listed_at(to)).to_string(), "redirect"));
    }
    let canonical =
        reading.and_then(|reading| reading.beside.canonical.as_deref()).and_then(|url| Url::parse(url).ok());
    if let Some(url) = canonical.filter(|url| url.host_str() == looked.url.host_str() && names.is_free(url)) {
        found.push((url.to_string(), "canonical"));
    }
    // a statement that was found by its guid has a new address, which the entry of the look itself tells
    for (url, reason) in found {
        if address::key(&url) != address::key(looked.url.as_str()) && writer.index().known_at(source, &url)?.is_none() {
            writer.alias(&looked.statement, &url, reason, looked.at)?;
        }
    }
    Ok(())
}
