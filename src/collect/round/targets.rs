//! What a round looks at: what has gone from the listing, then in turn what is new, from the newest back, and what is due.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use url::Url;

use super::identity::Names;
use super::looks::Target;
use super::{Context, Told};
use crate::archive::index::Known;
use crate::archive::reader::ArchiveError;
use crate::collect::discover::{self, Item};
use crate::collect::due::Recheck;
use crate::model::source::Source;
use crate::model::statement::StatementId;
use crate::model::time::Instant;

/// Titles with fewer letters than this are shared by too many statements to name one.
const TELLING_TITLE: usize = 16;
/// Numbers with fewer digits are days, months and parts.
const SHORTEST_NUMBER: usize = 3;

/// What a round looks at of a source.
#[derive(Default)]
pub(super) struct Targets {
    /// In this order.
    pub(super) looks: Vec<Target>,
    /// Statements that have gone from between their neighbours in the listing: they are looked at whether due or not.
    pub(super) delisted: HashSet<StatementId>,
    /// The addresses that the source lists.
    pub(super) names: Arc<Names>,
}

impl Context<'_> {
    /// The statement that a source has at an address: the one that it had, or a new one.
    pub(super) async fn statement(&self, source: &Source, url: &Url) -> Result<StatementId, ArchiveError> {
        let (id, url) = (source.id.clone(), url.clone());
        self.write(move |writer| {
            let known = writer.index().known_at(&id, url.as_str())?;
            Ok(known.unwrap_or_else(|| StatementId::mint(&id, url.as_str())))
        })
        .await
    }

    /// What a person named.
    pub(super) async fn named(&self, source: &Source, known: &[Known], urls: &[Url]) -> Result<Targets, ArchiveError> {
        let mut targets = Targets::default();
        for url in urls {
            let statement = self.statement(source, url).await?;
            let known = known.iter().find(|known| known.statement == statement).cloned();
            targets.looks.push(Target { statement, url: url.clone(), known, guid: None, whole: true });
        }
        Ok(targets)
    }

    /// What is new, what has gone from the listing, and what is due.
    pub(super) async fn targets(
        &self,
        source: &Source,
        known: &[Known],
        news: &discover::Round,
        gone: &[Url],
        limit: usize,
    ) -> Result<Targets, ArchiveError> {
        let names = Arc::new(Names::of(&news.items, &source.url));
        let mut targets = Targets { names, ..Targets::default() };
        let (id, items, names) = (source.id.clone(), news.items.clone(), Arc::clone(&targets.names));
        let listed: Vec<(Item, StatementId, bool)> = self
            .write(move |writer| {
                let mut listed = Vec::with_capacity(items.len());
                for item in items {
                    let known = writer.index().known_at(&id, item.url.as_str())?;
                    let named = match (&known, names.guid(&item)) {
                        (None, Some(guid)) => writer.index().known_at(&id, guid)?,
                        (Some(_), _) | (None, None) => None,
                    };
                    let moved = named.is_some();
                    let minted = || StatementId::mint(&id, item.url.as_str());
                    let statement = known.or(named).unwrap_or_else(minted);
                    listed.push((item, statement, moved));
                }
                Ok(listed)
            })
            .await?;
        let here: HashSet<StatementId> =
            listed.iter().filter(|(.., moved)| !moved).map(|(_, statement, _)| statement.clone()).collect();
        let mut by_id: HashMap<StatementId, Known> =
            known.iter().map(|known| (known.statement.clone(), known.clone())).collect();
        for url in gone {
            targets.delisted.insert(self.statement(source, url).await?);
        }
        // what has gone from the listing may lead on to what is new there: it is asked first
        for known in known.iter().filter(|known| known.has_text && targets.delisted.contains(&known.statement)) {
            if self.plan.recheck != Recheck::None
                && by_id.remove(&known.statement).is_some()
                && let Ok(url) = Url::parse(&known.url)
            {
                let (statement, known) = (known.statement.clone(), Some(known.clone()));
                targets.looks.push(Target { statement, url, known, guid: None, whole: false });
            }
        }
        let (mut taken, mut left) = (0, 0);
        let mut new = Vec::new();
        for (item, statement, moved) in listed {
            let too_old =
                |since: Instant| item.published.and_then(|date| date.latest()).is_some_and(|date| date < since);
            if self.plan.since.is_some_and(too_old) {
                continue;
            }
            // two listed addresses with one guid are two statements, whatever the feed says
            let statement = match moved && here.contains(&statement) {
                true => StatementId::mint(&source.id, item.url.as_str()),
                false => statement,
            };
            match by_id.get(&statement) {
                // one that could never be read is news still, as long as it is listed
                Some(known) if known.has_text && !moved => {}
                unread => {
                    if taken >= limit {
                        left += 1;
                        continue;
                    }
                    taken += 1;
                    let known = unread.cloned();
                    if known.is_none()
                        && let Some(before) = namesake(&item, by_id.values(), &here)
                        && let Ok(url) = Url::parse(&before.url)
                    {
                        // its old address may lead on to the new one: that is asked first
                        let statement = before.statement.clone();
                        let target = Target { statement, url, known: Some(before.clone()), guid: None, whole: false };
                        by_id.remove(&target.statement);
                        new.push(target);
                    }
                    by_id.remove(&statement);
                    let guid = targets.names.guid(&item).map(str::to_owned);
                    new.push(Target { statement, url: item.url, known, guid, whole: moved });
                }
            }
        }
        if left > 0 {
            (self.tell)(Told::Left(source.id.to_string(), left));
        }
        let now = self.clock.now();
        let mut old = Vec::new();
        for known in known {
            let due = self.plan.recheck.wants(known, &source.limits.recheck, now);
            if known.has_text
                && due
                && by_id.contains_key(&known.statement)
                && let Ok(url) = Url::parse(&known.url)
            {
                let (statement, known) = (known.statement.clone(), Some(known.clone()));
                old.push(Target { statement, url, known, guid: None, whole: false });
            }
        }
        targets.looks.extend(in_turn(new, old));
        Ok(targets)
    }
}

/// What is new and what is due, in turn: a round that is cut short, or whose host gives up on us, has looked at both.
fn in_turn<T>(new: Vec<T>, old: Vec<T>) -> impl Iterator<Item = T> {
    let (mut new, mut old) = (new.into_iter(), old.into_iter());
    let mut turn = 0_usize;
    std::iter::from_fn(move || {
        turn += 1;
        if turn % 2 == 1 { new.next().or_else(|| old.next()) } else { old.next().or_else(|| new.next()) }
    })
}

/// A known statement that is not listed any more, and may be the one that an item names now: the only one with the same
/// number in its address, else the only one of the same title.
fn namesake<'a>(
    item: &Item,
    known: impl Iterator<Item = &'a Known>,
    listed: &HashSet<StatementId>,
) -> Option<&'a Known> {
    let number = own_number(&item.url);
    let title = item.title.as_deref().filter(|title| discover::weight_of(title) >= TELLING_TITLE);
    let (mut numbered, mut titled) = (Only::None, Only::None);
    for known in known.filter(|known| known.has_text && !listed.contains(&known.statement)) {
        if let Some(number) = number.as_deref().filter(|number| known.url.contains(*number))
            && Url::parse(&known.url).is_ok_and(|url| own_number(&url).as_deref() == Some(number))
        {
            numbered.take(known);
        }
        if title.is_some() && known.title.as_deref() == title {
            titled.take(known);
        }
    }
    numbered.one().or(titled.one())
}

/// The one of several, if there is only one.
enum Only<T> {
    None,
    One(T),
    Several,
}

impl<T: Copy> Only<T> {
    fn take(&mut self, found: T) {
        *self = match self {
            Self::None => Self::One(found),
            Self::One(_) | Self::Several => Self::Several,
        };
    }

    fn one(&self) -> Option<T> {
        match self {
            Self::One(found) => Some(*found),
            Self::None | Self::Several => None,
        }
    }
}

/// The number of a statement beside the words of its address: those change with the title, the number does not.
fn own_number(url: &Url) -> Option<String> {
    let last = url.path_segments()?.rfind(|part| !part.is_empty())?;
    let name = last.rsplit_once('.').map_or(last, |(name, _)| name);
    let mut parts = name.split(['-', '_']).filter(|part| !part.is_empty());
    let is_year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let is_number =
        |part: &&str| part.len() >= SHORTEST_NUMBER && part.bytes().all(|b| b.is_ascii_digit()) && !is_year(part);
    let numbers: Vec<&str> = parts.clone().filter(is_number).collect();
    let in_words = parts.any(|part| part.chars().any(char::is_alphabetic));
    match numbers[..] {
        [number] if in_words => Some(number.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_and_old_are_looked_at_in_turn() {
        let order = |new: &[u32], old: &[u32]| in_turn(new.to_vec(), old.to_vec()).collect::<Vec<_>>();
        assert_eq!(order(&[1, 2, 3, 4], &[11, 12]), [1, 11, 2, 12, 3, 4]);
        assert_eq!(order(&[1], &[11, 12, 13]), [1, 11, 12, 13]);
        assert_eq!(order(&[], &[11]), [11]);
    }

    #[test]
    fn a_statement_keeps_its_number_when_its_words_change() {
        let number =
            |text: &str| own_number(&Url::parse(&format!("https://ministry.example{text}")).expect("an address"));
        assert_eq!(number("/2026/11/22/report-on-a-visit-773.html"), Some("773".into()));
        assert_eq!(number("/press/1047-autumn-shield/"), number("/press/1047-exercise/"));
        assert_eq!(number("/news/773.html"), None, "an address of the number alone does not change");
        assert_eq!(number("/press/visit-of-2026-11-23"), None, "no day and no year is a statement's own");
        assert_eq!(number("/press/report-101-102"), None, "one of two");
        assert_eq!(number("/"), None);
    }
}
