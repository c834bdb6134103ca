//! What an audit saw: data, not errors, so that one finding never hides another.

use serde::Serialize;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Worth knowing, no fault: the trace of a crash, an unknown file.
    Note,
    /// Could not be checked with what was given.
    NotChecked,
    /// Something odd that takes nothing from what is kept.
    Warning,
    /// What is kept is not what the log says.
    Unsound,
}

impl Level {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::NotChecked => "not-checked",
            Self::Warning => "warning",
            Self::Unsound => "unsound",
        }
    }
}

/// One thing that an audit saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// The key, entry or digest that it is about.
    #[serde(rename = "where")]
    pub place: String,
    /// What was seen, in words.
    pub what: String,
    /// What should have been there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    /// A finding without values and hint.
    pub fn new(level: Level, place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { level, place: place.into(), what: what.into(), expected: None, found: None, hint: None }
    }

    /// Adds both values.
    #[must_use]
    pub fn values(mut self, expected: impl ToString, found: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.found = Some(found.to_string());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
