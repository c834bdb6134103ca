//! The classic unified difference, by lines, as `diff -u` has it.
//!
//! Takes the bytes as they are: it is for programs and patches, and knows nothing of typography. Printed here, since the
//! printer of the algorithm's package names the wrong first line where there are more lines before a change than context.

use std::fmt::Write;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

/// So many unchanged lines stand around each change.
const CONTEXT: u32 = 3;

/// What follows a last line that no line feed ends.
const UNENDED: &str = "\n\\ No newline at end of file\n";

/// The unified difference between two texts under the names that stand in its head; empty where the texts are equal.
pub fn render(old: &str, new: &str, names: (&str, &str)) -> String {
    let mut out = String::new();
    if old == new {
        return out;
    }
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let head = |name: &str| name.replace(['\n', '\r', '\t'], " ");
    // Writing to a string cannot fail; neither can it below.
    let _ = writeln!(out, "--- {}\n+++ {}", head(names.0), head(names.1));
    let hunks: Vec<Hunk> = diff.hunks().collect();
    for group in hunks.chunk_by(|a, b| b.before.start - a.before.end <= 2 * CONTEXT) {
        write_group(&mut out, &input, group);
    }
    out
}

/// Writes changes that are near each other, with the unchanged lines around and between them.
fn write_group(out: &mut String, input: &InternedInput<&str>, group: &[Hunk]) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let lead = first.before.start.min(CONTEXT);
    let lines = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let trail = (lines - last.before.end).min(CONTEXT);
    let old = first.before.start - lead..last.before.end + trail;
    let new = first.after.start - lead..last.after.end + trail;
    let _ = writeln!(out, "@@ -{} +{} @@", place(&old), place(&new));
    let mut at = old.start;
    let mut write = |sign: char, lines: &[imara_diff::Token]| {
        for &line in lines {
            let line = input.interner[line];
            let _ = write!(out, "{sign}{line}{}", if line.ends_with('\n') { "" } else { UNENDED });
        }
    };
    for hunk in group {
        write(' ', &input.before[at as usize..hunk.before.start as usize]);
        write('-', &input.before[hunk.before.start as usize..hunk.before.end as usize]);
        write('+', &input.after[hunk.after.start as usize..hunk.after.end as usize]);
        at = hunk.before.end;
    }
    write(' ', &input.before[at as usize..old.end as usize]);
}

/// `first,count`, counted from 1; an empty run is named by the line before it.
fn place(lines: &Range<u32>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Text;

    #[test]
    fn has_the_form_of_diff_u() {
        let text = |body: &[&str]| Text::new(Some("T"), None, None, body).canonical();
        let (old, new) = (text(&["one", "two", "three"]), text(&["one", "2", "three"]));
        let expected = "--- a@1\n+++ a@2\n@@ -2,6 +2,6 @@\n \n one\n \n-two\n+2\n \n three\n";
        assert_eq!(render(&old, &new, ("a@1", "a@2")), expected);
        assert_eq!(render(&old, &old, ("a@1", "a@1")), "");
        let longer = text(&["one", "two", "three", "four", "five", "six"]);
        let end = "@@ -5,3 +5,9 @@\n two\n \n three\n+\n+four\n+\n+five\n+\n+six\n";
        assert_eq!(render(&old, &longer, ("a", "b")), format!("--- a\n+++ b\n{end}"));
        assert_eq!(render("", "a\n", ("a", "b")), "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n");
        let unended = "--- a\n+++ b\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n";
        assert_eq!(render("a", "a\n", ("a", "b")), unended);
        assert!(render(&old, &new, ("a\n+++ b", "c")).starts_with("--- a +++ b\n+++ c\n"));
    }
}
