//! Two indexes of the same logs, compared row by row.
//!
//! Each table is gone through once on both sides in the order of its key, so that time is linear and memory flat.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows};

use super::{Index, IndexError};

/// Tables whose rows follow from the log, and the key by which their rows lie in order.
const FOLDED: [(&str, &str); 15] = [
    ("listed", "source, key"),
    ("log", "id"),
    ("file", "id"),
    ("record", "digest, part, file, offset"),
    ("statement", "id"),
    ("address", "key, statement"),
    ("capture", "seq"),
    ("reading", "seq"),
    ("text", "digest"),
    ("poll", "seq"),
    ("tally", "source, seq"),
    ("note", "seq"),
    ("rules", "seq"),
    ("stamp", "seq"),
    ("meta", "name"),
];

/// Compares two index files; gives a line for each table that differs.
///
/// `theirs` is attached for the time of the comparison.
pub fn differences(ours: &Index, theirs: &Path) -> Result<Vec<String>, IndexError> {
    let connection = &ours.connection;
    connection.execute("ATTACH DATABASE ?1 AS other", [theirs.to_string_lossy()])?;
    let mut lines = Vec::new();
    let compared = FOLDED.iter().try_for_each(|(table, key)| {
        let select = |side: &str| connection.prepare(&format!("SELECT {key}, * FROM {side}.{table} ORDER BY {key}"));
        let (mut a, mut b) = (select("main")?, select("other")?);
        let keys = key.split(',').count();
        let (missing, extra) = unlike(a.query([])?, b.query([])?, keys)?;
        if missing + extra > 0 {
            lines.push(format!("table {table}: {missing} rows are missing or changed, {extra} are not from the log"));
        }
        Ok::<_, IndexError>(())
    });
    connection.execute("DETACH DATABASE other", [])?;
    compared?;
    Ok(lines)
}

/// How many rows of the first are not in the second as they are, and how many of the second are not in the first; both
/// come in the order of their first `keys` columns.
fn unlike(mut a: Rows<'_>, mut b: Rows<'_>, keys: usize) -> Result<(u64, u64), IndexError> {
    let (mut missing, mut extra) = (0, 0);
    let (mut left, mut right) = (a.next()?, b.next()?);
    loop {
        let order = match (left, right) {
            (None, None) => return Ok((missing, extra)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(ours), Some(theirs)) => compare(ours, theirs, 0..keys)?,
        };
        if let (Ordering::Equal, Some(ours), Some(theirs)) = (order, left, right) {
            let changed = !compare(ours, theirs, keys..ours.as_ref().column_count())?.is_eq();
            missing += u64::from(changed);
            extra += u64::from(changed);
        }
        missing += u64::from(order.is_lt());
        extra += u64::from(order.is_gt());
        if order.is_le() {
            left = a.next()?;
        }
        if order.is_ge() {
            right = b.next()?;
        }
    }
}

/// Compares columns of two rows as SQLite sorts them.
fn compare(ours: &Row<'_>, theirs: &Row<'_>, columns: Range<usize>) -> Result<Ordering, IndexError> {
    for column in columns {
        let order = compare_values(ours.get_ref(column)?, theirs.get_ref(column)?);
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn compare_values(ours: ValueRef<'_>, theirs: ValueRef<'_>) -> Ordering {
    let rank = |value: ValueRef<'_>| match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) => 1,
        ValueRef::Real(_) => 2,
        ValueRef::Text(_) => 3,
        ValueRef::Blob(_) => 4,
    };
    match (ours, theirs) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Real(a), ValueRef::Real(b)) => a.total_cmp(&b),
        (ValueRef::Text(a), ValueRef::Text(b)) | (ValueRef::Blob(a), ValueRef::Blob(b)) => a.cmp(b),
        (ours, theirs) => rank(ours).cmp(&rank(theirs)),
    }
}
