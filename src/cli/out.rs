//! The way to standard output and standard error: data to the one, talk to the other.
//!
//! Text from the web reaches a terminal only through [`clean`]. A reader that went away (a broken pipe) ends the
//! program in silence and is no failure.

use std::io::{self, IsTerminal, Write};

use super::args::{Common, When};

/// Where output goes, and in which form.
pub struct Out {
    stdout: io::BufWriter<io::Stdout>,
    /// JSON Lines are wanted.
    pub json: bool,
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Colours are wanted on standard output.
    pub color: bool,
    /// No talk.
    pub quiet: bool,
    /// More talk.
    pub verbose: u8,
}

impl Out {
    /// As the common options and the environment say.
    pub fn new(common: &Common) -> Self {
        let terminal = io::stdout().is_terminal();
        let color = match common.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let stdout = io::BufWriter::new(io::stdout());
        Self { stdout, json: common.json, terminal, color, quiet: common.quiet, verbose: common.verbose }
    }

    /// Prints a line.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.stdout, "{line}")
    }

    /// Prints bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes)
    }

    /// Prints one object on one line.
    pub fn object(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        let json = serde_json::to_string(value).map_err(io::Error::other)?;
        writeln!(self.stdout, "{}", escape_unsafe(&json))
    }

    /// Sends what was printed on its way.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }

    /// Says something beside the data, unless it should be quiet.
    pub fn talk(&mut self, line: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { self.warn(line) }
    }

    /// Says something that must be heard.
    pub fn warn(&mut self, line: &str) -> io::Result<()> {
        self.stdout.flush()?;
        // who closed standard error does not want to hear it
        let _ = writeln!(io::stderr(), "{line}");
        Ok(())
    }

    /// Wraps text in a colour where colours are wanted.
    pub fn paint(&self, color: Color, text: &str) -> String {
        if self.color { format!("\x1b[{}m{text}\x1b[0m", color.code()) } else { text.to_owned() }
    }

    /// The columns of the terminal; endless where it is none.
    pub fn width(&self) -> Option<usize> {
        if !self.terminal {
            return None;
        }
        let (_, columns) = console::Term::stdout().size_checked()?;
        Some(usize::from(columns).max(20))
    }
}

/// Colours, by what they mean.
#[derive(Clone, Copy, Debug)]
pub enum Color {
    /// Something new or good.
    Good,
    /// Something that changed.
    Changed,
    /// Something gone or wrong.
    Bad,
    /// Beside the point.
    Dim,
    /// A heading.
    Strong,
}

impl Color {
    fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Changed => "33",
            Self::Bad => "31",
            Self::Dim => "2",
            Self::Strong => "1",
        }
    }
}

/// Whether a character can make a terminal do or show what is not there: controls, and marks that turn the direction
/// of what follows or hide text.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line from the web, fit for a terminal.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !is_unsafe(*c)).collect()
}

/// Several lines from the web, fit for a terminal.
pub fn clean_lines(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !is_unsafe(*c)).collect()
}

/// JSON with every character that a terminal might obey written as an escape: the same value.
fn escape_unsafe(json: &str) -> String {
    if !json.chars().any(is_unsafe) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Cuts a line to so many columns, with an ellipsis where something was cut.
pub fn fit(text: &str, columns: usize) -> String {
    use unicode_width::UnicodeWidthChar;
    let width = |c: char| c.width().unwrap_or(0);
    if text.chars().map(width).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let mut out = String::new();
    for c in text.chars() {
        used += width(c);
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_the_web_commands_a_terminal() {
        assert_eq!(clean("a\x1b]0;owned\x07\u{9b}31m\u{202e}b\n"), "a]0;owned31mb");
        assert_eq!(clean_lines("a\r\nb\u{2066}"), "a\nb");
        let json = serde_json::json!({ "title": "\u{9b}31m\u{202e}x\u{e0041}" }).to_string();
        let escaped = escape_unsafe(&json);
        assert!(!escaped.chars().any(is_unsafe));
        let back: serde_json::Value = serde_json::from_str(&escaped).expect("the same JSON");
        assert_eq!(back["title"], "\u{9b}31m\u{202e}x\u{e0041}");
    }

    #[test]
    fn a_line_is_cut_by_columns_not_by_letters() {
        assert_eq!(fit("声明の全文", 7), "声明の…");
        assert_eq!(fit("abc", 3), "abc");
    }
}
