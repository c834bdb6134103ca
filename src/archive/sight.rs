//! What a look brought, on its way into the archive.

use std::collections::BTreeSet;

use url::Url;

use super::chain;
use super::history::Seq;
use crate::model::capture::{Exchange, Judgement, Reading, Visit};
use crate::model::digest::Digest;
use crate::model::entry::{Answer, Mark, Sameness};
use crate::model::statement::SourceId;
use crate::model::time::Instant;

/// Headers that an entry carries where the exchange itself is not kept.
const TELLING_HEADERS: [&str; 5] = ["date", "last-modified", "etag", "content-type", "content-length"];

/// A look at a statement or a listing: what came back and what it was judged to show.
#[derive(Clone, Debug)]
pub struct Sight<'a> {
    /// The round, named by its beginning.
    pub round: Instant,
    /// When the look was made.
    pub time: Instant,
    /// Which source asked.
    pub source: &'a SourceId,
    /// The address that was asked.
    pub url: &'a Url,
    /// Redirects that were followed.
    pub hops: &'a [Exchange],
    /// The answer; `None` where there was none.
    pub answer: Option<&'a Exchange>,
    /// What that shows.
    pub judgement: &'a Judgement,
    /// Why robots.txt was not obeyed.
    pub robots: Option<&'a str>,
    /// The capture that this look was judged to be the same revision as, though its text is another, and why.
    pub same_as: Option<(Seq, Sameness)>,
    /// What it shows besides.
    pub marks: &'a [Mark],
}

impl<'a> Sight<'a> {
    /// A look that was answered.
    pub fn of(round: Instant, source: &'a SourceId, visit: &'a Visit, judgement: &'a Judgement) -> Self {
        Self {
            round,
            time: visit.hops.first().unwrap_or(&visit.answer).at,
            source,
            url: visit.asked(),
            hops: &visit.hops,
            answer: Some(&visit.answer),
            judgement,
            robots: None,
            same_as: None,
            marks: &[],
        }
    }

    /// What an entry says of the answer, before it is known what is kept of it.
    pub(super) fn plain_answer(&self) -> Answer {
        Answer {
            hops: self.hops.iter().map(|hop| (hop.status, hop.url.to_string())).collect(),
            final_url: self.answer.map(|answer| answer.url.to_string()).filter(|url| url != self.url.as_str()),
            status: self.answer.map(|answer| answer.status),
            robots: self.robots.map(str::to_owned),
            peer: self.answer.map(chain::peer).unwrap_or_default(),
            hop_peers: self.hops.iter().map(chain::peer).collect(),
            ..Answer::only(self.judgement.verdict, self.judgement.evidence.clone())
        }
    }
}

/// What the reader made of the body of a look, and, where its version is a new one, of the body that it is compared with.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// Of the body that came.
    pub fresh: Option<Reading>,
    /// Of the kept body, by the same reader.
    pub again: Option<Reading>,
}

/// A listing as it was read.
#[derive(Clone, Debug)]
pub struct ListingSight {
    /// What kind of listing.
    pub how: &'static str,
    /// Its addresses.
    pub links: BTreeSet<String>,
}

impl ListingSight {
    /// The digest of the set.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(self.bytes().as_bytes())
    }

    /// The set: sorted by bytes, each ended by LF.
    pub(super) fn bytes(&self) -> String {
        let mut all = String::new();
        for link in &self.links {
            all.push_str(link);
            all.push('\n');
        }
        all
    }
}

/// The headers of an answer that an entry carries where the exchange itself is not kept.
pub(super) fn telling_headers(exchange: &Exchange) -> Vec<String> {
    const MOST: usize = 300;
    let line = |name: &&str| {
        let value: String = exchange.header(name)?.chars().take(MOST).collect();
        Some(format!("{name}: {value}"))
    };
    TELLING_HEADERS.iter().filter_map(line).collect()
}
