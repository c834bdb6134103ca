//! The classic unified difference, by lines of the canonical texts, as `diff -u` has it.
//!
//! Takes the bytes as they are: it is for programs and patches, and knows nothing of typography.

use std::fmt::Write;

use imara_diff::{Algorithm, BasicLineDiffPrinter, Diff, InternedInput, UnifiedDiffConfig};

use crate::model::text::Text;

/// The unified difference between two texts under the names that stand in its head; empty where the texts are equal.
pub fn render(old: &Text, new: &Text, names: (&str, &str)) -> String {
    render_lines(&old.canonical(), &new.canonical(), names)
}

fn render_lines(old: &str, new: &str, names: (&str, &str)) -> String {
    let mut out = String::new();
    if old == new {
        return out;
    }
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let printer = BasicLineDiffPrinter(&input.interner);
    let hunks = diff.unified_diff(&printer, UnifiedDiffConfig::default(), &input);
    let head = |name: &str| name.replace(['\n', '\r', '\t'], " ");
    // Writing to a string cannot fail.
    let _ = write!(out, "--- {}\n+++ {}\n{hunks}", head(names.0), head(names.1));
    out
}
