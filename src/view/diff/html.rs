//! Differences as one page of HTML that needs nothing beside it: no script, no font, no address is asked.
//!
//! Both layouts are in it, inline and side by side; two radio buttons and CSS choose. Every paragraph is a row that holds
//! both, so that a link to it holds in either. Text from outside is escaped, stands in elements that keep its direction to
//! themselves (`<bdi>`, `dir="auto"`), and a policy in the head forbids whatever might slip through to load or run.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::inline::{Style, is_changed, moved_up};
use super::line::{Ink, Line};
use super::tags::{Hunk, Tag};
use super::told::{line, told};
use super::{Block, Changed, Difference, Kind, Op, Piece, Standing, Summary, TextDifference};

const STYLE: &str = include_str!("html.css");

/// A change as the page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What it is a change of.
    pub heading: &'a str,
    /// What the old and the new text are called.
    pub names: (&'a str, &'a str),
    /// The language of the text, a BCP 47 tag.
    pub language: Option<&'a str>,
    /// What changed.
    pub difference: &'a TextDifference,
    /// What it comes to.
    pub summary: &'a Summary,
    /// The earlier revision that the new text reads the same as again.
    pub reverted: Option<u32>,
}

/// Renders a page of changes under a title; `all` shows what did not change and typography as an edit.
pub fn page(title: &str, changes: &[Change<'_>], all: bool) -> String {
    let mut out = String::new();
    let title = escape(title);
    // Writing to a string cannot fail; neither can it below.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         form-action 'none'; base-uri 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <div class=\"choice\"><input type=\"radio\" name=\"layout\" id=\"inline\" checked><label for=\"inline\">Inline</label>\
         <input type=\"radio\" name=\"layout\" id=\"sides\"><label for=\"sides\">Side by side</label></div>\n<main>\n"
    );
    for (number, change) in (1..).zip(changes) {
        Article { out: &mut out, number, change, all }.write();
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

struct Article<'o, 'c> {
    out: &'o mut String,
    /// From 1; part of every anchor.
    number: usize,
    change: &'c Change<'c>,
    all: bool,
}

impl Article<'_, '_> {
    fn write(&mut self) {
        let Change { heading, names, language, difference, summary, reverted } = *self.change;
        let language = language.map(|tag| format!(" lang=\"{}\"", escape(tag))).unwrap_or_default();
        let _ = write!(
            self.out,
            "<article>\n<header>\n<h1><bdi{language}>{}</bdi></h1>\n<p class=\"names\"><bdi>{}</bdi> → <bdi>{}</bdi></p>\n\
             <p class=\"summary\">{}</p>\n</header>\n<div{language}>\n",
            escape(heading),
            escape(names.0),
            escape(names.1),
            told(&line(difference, summary, &isolated), reverted),
        );
        self.fields(difference);
        self.body(&difference.body);
        for (name, list) in [("Links", &difference.links), ("Attachments", &difference.attachments)] {
            if !list.is_empty() {
                let _ = write!(self.out, "<section class=\"beside\"><h2>{name}</h2><ul>");
                for (element, addresses) in [("del", &list.deleted), ("ins", &list.inserted)] {
                    for address in addresses {
                        let _ = write!(self.out, "<li><{element}><bdi>{}</bdi></{element}></li>", escape(address));
                    }
                }
                self.out.push_str("</ul></section>\n");
            }
        }
        self.out.push_str("</div>\n</article>\n");
    }

    /// Title, stated date and language, where they differ.
    fn fields(&mut self, difference: &TextDifference) {
        if let Some(title) = &difference.title {
            self.open_row("field", None);
            self.chips(&title.ops, &title.hunks);
            self.columns(&title.ops, true, true);
            self.out.push_str("</div>\n");
        }
        let published = difference
            .published
            .as_ref()
            .map(|date| ("Published", date.old.map(|date| date.to_string()), date.new.map(|date| date.to_string())));
        let tag = difference.language.as_ref().map(|tag| ("Language", tag.old.clone(), tag.new.clone()));
        for (name, old, new) in published.into_iter().chain(tag) {
            let show = |element: &str, value: &Option<String>| match value {
                Some(value) => format!("<{element}><bdi>{}</bdi></{element}>", escape(value)),
                None => String::new(),
            };
            let (old, new) = (show("del", &old), show("ins", &new));
            self.open_row("field", None);
            let _ = writeln!(
                self.out,
                "<p class=\"both\">{name}: {old}{new}</p><p class=\"old\">{name}: {old}</p><p class=\"new\">{name}: {new}</p></div>"
            );
        }
    }

    fn body(&mut self, difference: &Difference) {
        let changed: Vec<bool> = difference.blocks.iter().map(|block| is_changed(difference, block)).collect();
        let near = |at: usize| (at.saturating_sub(1)..=at + 1).any(|i| changed.get(i) == Some(&true));
        let up = moved_up(difference);
        let mut stands: HashMap<u32, &Block> = HashMap::new();
        for block in &difference.blocks {
            if let Standing::MovedHere(id) = block.standing {
                stands.insert(id, block);
            }
        }
        let mut hunks = difference.hunks.as_slice();
        let mut hidden = 0;
        for (at, block) in difference.blocks.iter().enumerate() {
            let own = hunks.partition_point(|hunk| hunk.op < block.ops.end);
            let (of_block, rest) = hunks.split_at(own);
            hunks = rest;
            if near(at) {
                if hidden > 0 {
                    self.out.push_str("</details>\n");
                    hidden = 0;
                }
            } else if hidden == 0 {
                hidden = (at..changed.len()).take_while(|&at| !near(at)).count();
                let open = if self.all { " open" } else { "" };
                let plural = if hidden == 1 { "" } else { "s" };
                let _ = writeln!(self.out, "<details{open}><summary>{hidden} paragraph{plural} unchanged</summary>");
            }
            self.block(difference, block, of_block, (&up, &stands));
        }
        if hidden > 0 {
            self.out.push_str("</details>\n");
        }
    }

    fn block(
        &mut self,
        difference: &Difference,
        block: &Block,
        hunks: &[Hunk],
        (up, stands): (&HashSet<u32>, &HashMap<u32, &Block>),
    ) {
        let number = self.number;
        let ops = &difference.ops[block.ops.clone()];
        match block.standing {
            Standing::InPlace => {
                let class = if hunks.is_empty() && !is_changed(difference, block) { "same" } else { "edited" };
                self.open_row(class, None);
                self.chips(&difference.ops, hunks);
                self.columns(ops, true, true);
            }
            Standing::Deleted => {
                self.open_row("gone", None);
                self.chips(&difference.ops, hunks);
                self.columns(ops, true, false);
            }
            Standing::Inserted => {
                self.open_row("come", None);
                self.chips(&difference.ops, hunks);
                self.columns(ops, false, true);
            }
            Standing::MovedHere(id) => {
                let way = if up.contains(&id) { "down" } else { "up" };
                self.open_row("moved", Some(format!("c{number}-m{id}")));
                let _ = write!(
                    self.out,
                    "<p class=\"tags\"><a href=\"#c{number}-m{id}-from\">moved {id}: stood further {way}</a></p>"
                );
                self.chips(&difference.ops, hunks);
                self.columns(ops, false, true);
            }
            Standing::MovedAway(id) => {
                let way = if up.contains(&id) { "up" } else { "down" };
                self.open_row("moved", Some(format!("c{number}-m{id}-from")));
                let _ = write!(
                    self.out,
                    "<p class=\"tags\"><a href=\"#c{number}-m{id}\">moved {id}: stands further {way} now</a></p>"
                );
                let there = stands.get(&id).map(|block| &difference.ops[block.ops.clone()]).unwrap_or_default();
                let old = self.side(there, true);
                let _ = write!(self.out, "<p class=\"old\" dir=\"auto\">{old}</p><p class=\"new\" dir=\"auto\"></p>");
            }
        }
        self.out.push_str("</div>\n");
    }

    fn open_row(&mut self, class: &str, id: Option<String>) {
        let id = id.map(|id| format!(" id=\"{id}\"")).unwrap_or_default();
        let _ = write!(self.out, "<div class=\"row {class}\"{id}>");
    }

    /// The kinds of change in a row; a sentence that moved leads to where it stood, or stands.
    fn chips(&mut self, ops: &[Op], hunks: &[Hunk]) {
        let mut chips: Vec<String> = Vec::new();
        let mut known: HashSet<String> = HashSet::new();
        for hunk in hunks {
            for &tag in &hunk.tags {
                let found = hunk.found.iter().filter(|(kind, _)| *kind == tag);
                let values: Vec<String> = found.filter_map(|(_, changed)| became(changed)).collect();
                let twin = ops.get(hunk.op).and_then(Op::piece).filter(|_| tag == Tag::Moved);
                let chip = match &values[..] {
                    [] => twin.and_then(|piece| self.sentence(piece)).unwrap_or_else(|| name(tag).to_owned()),
                    values => format!("{} {}", name(tag), values.join(", ")),
                };
                if known.insert(chip.clone()) {
                    chips.push(chip);
                }
            }
        }
        if !chips.is_empty() {
            let _ = write!(self.out, "<p class=\"tags\"><span>{}</span></p>", chips.join("</span> <span>"));
        }
    }

    /// What is said of a sentence that moved, at either of its places.
    fn sentence(&self, piece: &Piece) -> Option<String> {
        let (twin, article) = (piece.twin?, self.number);
        let (here, there, what) = match piece.kind {
            Kind::Delete => ("-from", "", "stands elsewhere now"),
            Kind::Insert | Kind::Replace | Kind::Equal => ("", "-from", "stood elsewhere"),
        };
        let (id, target) = (format!("c{article}-s{twin}{here}"), format!("c{article}-s{twin}{there}"));
        Some(format!("<a id=\"{id}\" href=\"#{target}\">sentence {twin} moved: {what}</a>"))
    }

    /// A paragraph in both layouts; a side that it does not stand on stays empty.
    fn columns(&mut self, ops: &[Op], old: bool, new: bool) {
        let mut line = Line::new(self.style());
        line.ops(ops);
        let both = marked_up(&line);
        let left = if old { self.side(ops, true) } else { String::new() };
        let right = if new { self.side(ops, false) } else { String::new() };
        let _ = write!(
            self.out,
            "<p class=\"both\" dir=\"auto\">{both}</p><p class=\"old\" dir=\"auto\">{left}</p><p class=\"new\" dir=\"auto\">{right}</p>"
        );
    }

    fn side(&self, ops: &[Op], old: bool) -> String {
        let mut line = Line::new(self.style());
        line.side(ops, old);
        marked_up(&line)
    }

    fn style(&self) -> Style {
        Style { color: true, width: 0, all: self.all }
    }
}

/// A paragraph with its inks as elements.
fn marked_up(line: &Line) -> String {
    let mut out = String::new();
    for (at, row) in line.rows(0).into_iter().enumerate() {
        if at > 0 {
            out.push_str("<br>");
        }
        for (ink, text) in row {
            let text = escape(text);
            let _ = match ink {
                Ink::Plain | Ink::Note => write!(out, "{text}"),
                Ink::Deleted => write!(out, "<del><bdi>{text}</bdi></del>"),
                Ink::Inserted => write!(out, "<ins><bdi>{text}</bdi></ins>"),
                Ink::Faint => write!(out, "<span class=\"noise\">{text}</span>"),
            };
        }
    }
    out
}

fn became(changed: &Changed<String>) -> Option<String> {
    match (&changed.old, &changed.new) {
        (Some(old), Some(new)) => Some(format!("{} → {}", isolated(old), isolated(new))),
        (Some(old), None) => Some(format!("−{}", isolated(old))),
        (None, Some(new)) => Some(format!("+{}", isolated(new))),
        (None, None) => None,
    }
}

fn name(tag: Tag) -> &'static str {
    match tag {
        Tag::Number => "number",
        Tag::Date => "date",
        Tag::Name => "name",
        Tag::Negation => "negation",
        Tag::Modality => "modality",
        Tag::Attribution => "attribution",
        Tag::Title => "title",
        Tag::Link => "link target",
        Tag::Case => "capitals",
        Tag::Punctuation => "punctuation",
        Tag::Moved => "sentence moved",
    }
}

/// Text from outside in a line of ours, which keeps its direction to itself.
fn isolated(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// Text that means nothing but itself, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() && c != '\n' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
