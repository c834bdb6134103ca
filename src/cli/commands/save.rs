//! `save`: what stands at an address now, kept for somebody who needs it now.

use std::sync::Arc;

use url::Url;

use onrecord::collect::due::Recheck;
use onrecord::collect::host::{Asking, Hosts};
use onrecord::collect::reach::Reach;
use onrecord::collect::round::{self, Plan};
use onrecord::collect::sources::{self, on_loopback};
use onrecord::model::source::Source;

use super::{add, fetch};
use crate::cli::args::{Common, Save};
use crate::cli::edge::{Outcome, Refused, Status};
use crate::cli::names;
use crate::cli::out::Out;
use crate::cli::place::{self, Setup};

/// The source that addresses of no source belong to.
const SAVED: &str = "saved";

/// Runs the command.
pub fn run(common: &Common, args: &Save, out: &mut Out) -> Outcome {
    let setup = place::set_up(common)?;
    let urls = args.urls.iter().map(|typed| add::address(typed)).collect::<Result<Vec<Url>, _>>()?;
    let wanted = homes(&setup, urls)?;
    let everywhere = wanted.iter().flat_map(|(_, urls)| urls);
    let contact = fetch::contact(&setup, everywhere.into_iter().any(|url| !on_loopback(url)))?;
    let (keep, hosts) = (setup.config.archive.keep, setup.config.fetch.hosts);
    let plan = Plan { recheck: Recheck::All, since: None, limit: None, keep, hosts, contact, asking: Asking::ByHand };
    let wait = args.wait.as_deref().map(names::span).transpose()?.unwrap_or_default();
    let hosts = Arc::new(Hosts::default());
    let report = fetch::round(&setup, wait, out, async |writer, clock, tell| {
        round::save(&wanted, &plan, writer, clock, hosts, tell).await
    })?;
    let failed = !report.waiting.is_empty() || report.tallies.iter().any(|tally| tally.failed > 0);
    Ok(if failed { Status::Found } else { Status::Done })
}

/// The sources that these addresses belong to; what no source of the file has goes to one of its own.
pub fn homes(setup: &Setup, urls: Vec<Url>) -> Result<Vec<(Source, Vec<Url>)>, Refused> {
    let mut wanted: Vec<(Source, Vec<Url>)> = Vec::new();
    let mut homeless = Vec::new();
    for url in urls {
        let home = setup.config.sources.iter().find(|source| Reach::of(source).is_own(&url));
        match home {
            None => homeless.push(url),
            Some(home) => match wanted.iter_mut().find(|(source, _)| source.id == home.id) {
                Some((_, urls)) => urls.push(url),
                None => wanted.push((home.clone(), vec![url])),
            },
        }
    }
    if let Some(saved) = saved(&setup.config.fetch.limits, &homeless)? {
        wanted.push((saved, homeless));
    }
    Ok(wanted)
}

/// A source for addresses that no source of the file has; it may go to all their hosts.
fn saved(limits: &onrecord::model::source::Limits, urls: &[Url]) -> Result<Option<Source>, Refused> {
    let Some(first) = urls.first() else { return Ok(None) };
    let text = format!("[[source]]\nid = \"{SAVED}\"\nurl = {}\n", serde_json::Value::from(first.as_str()));
    let config = sources::parse(&text, std::path::Path::new("."), &|settings| onrecord::read::check(settings));
    let config = config.map_err(|_| Refused::wrong(format!("not an address that can be asked: {first}")))?;
    let hosts = urls.iter().filter_map(|url| url.host_str().map(str::to_owned)).collect();
    let source = config.sources.into_iter().next();
    Ok(source.map(|source| Source { allow_hosts: hosts, limits: limits.clone(), ..source }))
}
