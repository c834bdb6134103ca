//! Where addresses stand in a text.

use std::ops::Range;

/// Where addresses stand, in order: `https://...`, `www....`, and the target of a link in Markdown.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if !["://", "](", "www.", "mailto:"].into_iter().any(|sign| text.contains(sign)) {
        return found;
    }
    let mut marks: Vec<(usize, bool)> = Vec::new();
    let signs = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'.' | b':' | b']'));
    for (at, byte) in signs {
        let (before, rest) = (&text.as_bytes()[..at], &text.as_bytes()[at..]);
        let begins = |with: &&str| before.ends_with(with.as_bytes());
        let beginning = match byte {
            b']' if rest.starts_with(b"](") => {
                marks.push((at + 2, true));
                continue;
            }
            b':' if rest.starts_with(b"://") => ["https", "http", "ftp"].into_iter().find(begins),
            b':' => Some("mailto").filter(begins),
            b'.' => Some("www").filter(begins),
            _ => continue,
        };
        marks.extend(beginning.map(|beginning| (at - beginning.len(), false)));
    }
    marks.sort_unstable();
    for (start, bracketed) in marks {
        if found.last().is_some_and(|run| start < run.end) {
            continue;
        }
        let mut depth = 0_usize;
        let mut end = text.len();
        for (at, c) in text[start..].char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => end = start + at,
                ')' => depth -= 1,
                '\n' => end = start + at,
                '"' | '<' | '>' | '»' | '”' if !bracketed => end = start + at,
                c if !bracketed && c.is_whitespace() => end = start + at,
                _ => continue,
            }
            if end < text.len() {
                break;
            }
        }
        found.push(start..end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_they_end() {
        let text = "[a](https://x.example/(b)), see www.y.example/c and \"http://z.example\".";
        let found: Vec<&str> = addresses(text).into_iter().map(|run| &text[run]).collect();
        assert_eq!(found, ["https://x.example/(b)", "www.y.example/c", "http://z.example"]);
        assert_eq!(addresses("](").len(), 1);
    }
}
