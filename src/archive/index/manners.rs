//! What is remembered of hosts between two runs: when each may be asked again, and its robots.txt.
//!
//! Not from the log, and not compared with it. Where it is lost, manners begin anew and nothing else changes.

use rusqlite::{OptionalExtension, Row, params};

use super::query::instant;
use super::{Index, IndexError};
use crate::model::time::Instant;

/// When one host may be asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostManners {
    /// `host:port`.
    pub host: String,
    /// When the last request was sent to it.
    pub last: Option<Instant>,
    /// Until when it asked to be left alone (`Retry-After`).
    pub busy_until: Option<Instant>,
    /// Since when every round in which it was asked has failed.
    pub failing_since: Option<Instant>,
    /// How many rounds that is.
    pub failed_rounds: u32,
    /// Until when it is left alone for that.
    pub left_until: Option<Instant>,
}

/// A host's robots.txt as it was last had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptRobots {
    /// `host:port`.
    pub host: String,
    /// The file as it was last had; `None` where it never was, and, when it is noted, where what stands there holds.
    pub copy: Option<RobotsCopy>,
    /// Since when it cannot be had.
    pub unreachable_since: Option<Instant>,
}

/// A robots.txt that was had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RobotsCopy {
    /// When.
    pub fetched: Instant,
    /// What it said; `None` where the host has none, so that all is allowed.
    pub body: Option<Vec<u8>>,
}

/// What is remembered of hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manners {
    /// When they may be asked again.
    pub hosts: Vec<HostManners>,
    /// Their robots.txt.
    pub robots: Vec<KeptRobots>,
}

impl Index {
    /// What is remembered of all hosts.
    pub fn manners(&self) -> Result<Manners, IndexError> {
        let mut select = self.connection.prepare_cached(SELECT_HOSTS)?;
        let hosts = select.query_map([], host)?.collect::<Result<_, _>>()?;
        let mut select = self
            .connection
            .prepare_cached("SELECT host, fetched, body, unreachable_since FROM robots ORDER BY host")?;
        let rows = select.query_map([], |row| {
            let body = row.get(2)?;
            let copy = time(row, 1)?.map(|fetched| RobotsCopy { fetched, body });
            Ok(KeptRobots { host: row.get(0)?, copy, unreachable_since: time(row, 3)? })
        })?;
        Ok(Manners { hosts, robots: rows.collect::<Result<_, _>>()? })
    }

    /// What is remembered of one host, without its robots.txt.
    pub fn host_manners(&self, name: &str) -> Result<Option<HostManners>, IndexError> {
        let mut select = self.connection.prepare_cached(&format!("SELECT * FROM ({SELECT_HOSTS}) WHERE host = ?1"))?;
        Ok(select.query_row([name], host).optional()?)
    }

    /// Remembers this in place of what was remembered of the same hosts.
    pub fn set_manners(&self, manners: &Manners) -> Result<(), IndexError> {
        let millis = |time: Option<Instant>| time.map(|time| time.timestamp_millis());
        let mut insert =
            self.connection.prepare_cached("INSERT OR REPLACE INTO host VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for host in &manners.hosts {
            insert.execute(params![
                host.host,
                millis(host.last),
                millis(host.busy_until),
                millis(host.failing_since),
                host.failed_rounds,
                millis(host.left_until)
            ])?;
        }
        let mut copy = self.connection.prepare_cached("INSERT OR REPLACE INTO robots VALUES (?1, ?2, ?3, ?4)")?;
        let mut unreachable = self.connection.prepare_cached(
            "INSERT INTO robots VALUES (?1, NULL, NULL, ?2) ON CONFLICT DO UPDATE SET unreachable_since = excluded.unreachable_since",
        )?;
        for KeptRobots { host, copy: had, unreachable_since } in &manners.robots {
            let since = millis(*unreachable_since);
            match had {
                Some(had) => copy.execute(params![host, had.fetched.timestamp_millis(), had.body, since])?,
                None => unreachable.execute(params![host, since])?,
            };
        }
        Ok(())
    }
}

const SELECT_HOSTS: &str =
    "SELECT host, last, busy_until, failing_since, failed_rounds, left_until FROM host ORDER BY host";

fn host(row: &Row<'_>) -> rusqlite::Result<HostManners> {
    Ok(HostManners {
        host: row.get(0)?,
        last: time(row, 1)?,
        busy_until: time(row, 2)?,
        failing_since: time(row, 3)?,
        failed_rounds: row.get(4)?,
        left_until: time(row, 5)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Instant>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(instant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::index::IndexPlace;

    #[test]
    fn what_is_remembered_is_what_was_last_noted() {
        let index = Index::open(&IndexPlace::Memory).expect("an index");
        assert_eq!(index.manners().expect("manners"), Manners::default());
        let at = |seconds| chrono::DateTime::from_timestamp(seconds, 0);
        let mut noted = Manners {
            hosts: vec![HostManners { host: "ministry.example:443".into(), last: at(5), ..HostManners::default() }],
            robots: vec![KeptRobots {
                host: "ministry.example:443".into(),
                copy: at(4).map(|fetched| RobotsCopy { fetched, body: Some(b"User-agent: *".to_vec()) }),
                unreachable_since: None,
            }],
        };
        index.set_manners(&noted).expect("to note");
        noted.hosts[0] = HostManners {
            busy_until: at(60),
            failing_since: at(1),
            failed_rounds: 3,
            left_until: at(90),
            ..noted.hosts[0].clone()
        };
        noted.robots[0].unreachable_since = at(50);
        let without_copy = KeptRobots { copy: None, ..noted.robots[0].clone() };
        index.set_manners(&Manners { robots: vec![without_copy], ..noted.clone() }).expect("to note");
        assert_eq!(index.manners().expect("manners"), noted);
        assert_eq!(index.host_manners("ministry.example:443").expect("manners").as_ref(), noted.hosts.first());
        assert_eq!(index.host_manners("other.example:443").expect("manners"), None);
    }
}
