//! A difference for programs: the ops and the summary, ready for serde.
//!
//! Which statement and which revisions are compared is known to the caller, who puts that around it.

use serde::Serialize;

use super::{Op, Summary, TextDifference, summary};

/// `{"ops":[...],"summary":{...}}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Json<'d> {
    /// The ops of the paragraphs, in the order of the new text.
    pub ops: &'d [Op],
    /// The ops of the title, where it differs.
    #[serde(rename = "title_ops", skip_serializing_if = "Option::is_none")]
    pub title: Option<&'d [Op]>,
    /// What it comes to; title, stated date and language stand in it.
    pub summary: Summary,
}

/// A difference for programs.
pub fn json(difference: &TextDifference) -> Json<'_> {
    let title = difference.title.as_ref().map(|title| &title.ops[..]);
    Json { ops: &difference.body.ops, title, summary: summary(difference) }
}
