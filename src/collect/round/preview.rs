//! What a round would do: the asking without the keeping.

use std::sync::Arc;

use url::Url;

use super::{Plan, depth};
use crate::archive::reader::{Archive, ArchiveError};
use crate::collect::clock::Clock;
use crate::collect::discover::{self, Depth, Item};
use crate::collect::fetch::Client;
use crate::collect::host::Hosts;
use crate::model::source::Source;

/// What a round would do with a source.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// What it would take.
    pub new: Vec<Item>,
    /// How many known statements it would look at again.
    pub due: usize,
    /// Why the source did not answer, if it did not.
    pub problem: Option<String>,
}

/// Asks a source for its news, and keeps nothing.
pub async fn preview(
    source: &Source,
    plan: &Plan,
    archive: Option<&Archive>,
    clock: &Arc<dyn Clock>,
    hosts: &Arc<Hosts>,
) -> Result<Preview, ArchiveError> {
    let known = archive.map(|archive| archive.index().known(&source.id)).transpose()?.unwrap_or_default();
    let first = if known.is_empty() { source.limits.first_fetch } else { usize::MAX };
    let limit = plan.limit.unwrap_or(usize::MAX).min(first);
    let client = match Client::new(source, &plan.contact, Arc::clone(clock), Arc::clone(hosts)) {
        Ok(client) => client,
        Err(error) => return Ok(Preview { problem: Some(error.to_string()), ..Preview::default() }),
    };
    let is_known = |url: &Url| {
        archive.is_some_and(|archive| matches!(archive.index().known_at(&source.id, url.as_str()), Ok(Some(_))))
    };
    let depth = match archive {
        Some(archive) if plan.limit.is_none() && plan.since.is_none() && !known.is_empty() => {
            depth::of_round(archive.index(), &source.id, clock.now(), clock.now())?
        }
        Some(_) | None => Depth::News,
    };
    let mut news = discover::look_for_news(&client, source, &is_known, limit, depth).await;
    let problem = news.polls.iter().filter(|_| !news.answered()).find_map(|poll| match &poll.visit {
        Err(failure) => Some(failure.reason.clone()),
        Ok(_) => poll.problem.clone(),
    });
    news.items.retain(|item| !is_known(&item.url));
    news.items.truncate(limit);
    let now = clock.now();
    let due = known.iter().filter(|known| plan.recheck.wants(known, &source.limits.recheck, now)).count();
    Ok(Preview { new: news.items, due, problem })
}
