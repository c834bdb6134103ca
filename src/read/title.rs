//! The title of the statement, as it stands on the page.
//!
//! What metadata calls the page is looked for on the page itself: the line that a visitor reads there is the title,
//! without the site's name and uncut. Only where the page shows no such line is the metadata taken.

use super::blocks::{Block, Kind};
use super::main_text::Chrome;
use super::meta::Metadata;

const SEPARATORS: [&str; 12] = [" | ", " :: ", " » ", " « ", " • ", " · ", " – ", " — ", " - ", " / ", " ‹ ", " > "];
/// Longest line that may be a title.
pub(super) const LONGEST: usize = 400;

/// Fewest characters of one of several headings that is taken for the title though nothing else says so.
const SHORTEST: usize = 3;

/// Fewest letters of a heading that is taken for the title against what the page calls itself.
const LEAST: usize = 12;

/// Blocks before the text within which the title is likelier than the name of the site.
const NEAR: usize = 4;

/// The title, and where on the page it stands: the block and its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    pub text: Option<String>,
    pub block: Option<usize>,
}

/// Finds the title. `start` is the index of the first block of running text.
pub(super) fn find(meta: &Metadata, blocks: &[Block], level_one: &[usize], chrome: &Chrome, start: usize) -> Title {
    let site = meta.site().map(essence);
    let called = meta.title.as_deref().map(|title| essence(&without_site(title, meta.site())));
    let stated: Vec<String> = [
        meta.ld.headline.as_deref(),
        meta.meta(&["og:title", "dcterms.title", "dc.title"]),
        meta.meta(&["twitter:title", "title"]),
        meta.title.as_deref(),
    ]
    .into_iter()
    .flatten()
    .map(essence)
    .filter(|text| !text.is_empty() && Some(text) != site.as_ref())
    .collect();
    let mut best: Option<(f64, usize, &str)> = None;
    for (index, block) in blocks.iter().enumerate().take_while(|(index, _)| *index <= start + 400) {
        let heading = block.kind == Kind::Heading;
        if index > start && !heading {
            continue;
        }
        for line in block.text.lines().take(4).filter(|line| line.len() <= LONGEST * 4) {
            let essence = essence(line);
            let Some(mut score) = agreement(&essence, &stated, site.as_deref()) else { continue };
            score += if level_one.contains(&block.place) {
                0.5
            } else if heading {
                0.25
            } else {
                0.0
            };
            score -= if chrome[block.place] { 0.6 } else { 0.0 };
            // a heading that says all of what the page calls itself is its title, though it is a link to where it stands alone
            let own = heading && (stated.contains(&essence) || called.as_ref() == Some(&essence));
            score -= if block.link_share() > 0.9 && !own { 0.6 } else { 0.0 };
            score += if index <= start && index + NEAR >= start { 0.3 } else { 0.0 };
            score -= if index > start { 0.4 } else { 0.0 };
            if best.is_none_or(|(before, _, _)| score > before) {
                best = Some((score, index, line));
            }
        }
    }
    if let Some((score, index, line)) = best
        && score > 0.3
    {
        return shown_alone(line, blocks, chrome).unwrap_or(Title { text: Some(line.to_owned()), block: Some(index) });
    }
    let shortest = if level_one.len() > 1 { SHORTEST } else { 1 };
    let shown = |index: &usize| {
        let block = &blocks[*index];
        level_one.contains(&block.place)
            && !chrome[block.place]
            && (shortest..=LONGEST).contains(&block.text.chars().count())
            && Some(essence(&block.text)) != site
    };
    let near = (0..blocks.len().min(start + 1)).rev().find(shown);
    if let Some(index) = near.or_else(|| (0..blocks.len()).find(shown)) {
        return Title { text: Some(blocks[index].text.replace('\n', " ")), block: Some(index) };
    }
    let said =
        meta.ld.headline.as_deref().or_else(|| meta.meta(&["og:title", "twitter:title"])).or(meta.title.as_deref());
    if let Some(index) = heading_above(meta, blocks, chrome, start) {
        return Title { text: Some(blocks[index].text.replace('\n', " ")), block: Some(index) };
    }
    if let Some(said) = said {
        let text = without_site(said, meta.site());
        if Some(essence(&text)) != site {
            return Title { text: Some(text), block: None };
        }
    }
    // A line of its own before the text, as pages without any markup of headings have it.
    let line = (0..start.min(blocks.len())).rev().find(|index| {
        let block = &blocks[*index];
        let named = !chrome[block.place] && block.linked == 0 && block.size >= 12 && block.size <= LONGEST;
        named && !block.is_sentence() && !super::dates::is_date_line(&block.text)
    });
    Title { text: line.map(|index| blocks[index].text.replace('\n', " ")), block: line }
}

/// The heading that says the first part alone of a line such as `The harbour | News | Office`: that line names the page,
/// and is often there for readers of screens only.
fn shown_alone(line: &str, blocks: &[Block], chrome: &Chrome) -> Option<Title> {
    let (first, _) = line.split_once(" | ")?;
    let wanted = essence(first);
    let fits = |block: &Block| {
        block.kind == Kind::Heading
            && !chrome[block.place]
            && block.link_share() < 0.9
            && essence(&block.text) == wanted
    };
    let index = blocks.iter().position(fits).filter(|_| wanted.chars().count() >= LEAST)?;
    Some(Title { text: Some(blocks[index].text.replace('\n', " ")), block: Some(index) })
}

/// The heading close above the text of a page that calls itself by `<title>` alone, shortly, and shows that line nowhere: so
/// do sites that call all their pages alike.
fn heading_above(meta: &Metadata, blocks: &[Block], chrome: &Chrome, start: usize) -> Option<usize> {
    if meta.ld.headline.is_some() || meta.meta(&["og:title", "twitter:title"]).is_some() {
        return None;
    }
    let called = meta.title.as_deref().map_or(0, |title| essence(title).chars().count());
    let start = start.min(blocks.len());
    let heading = (start.saturating_sub(NEAR)..start).rev().find(|index| blocks[*index].kind == Kind::Heading)?;
    let block = &blocks[heading];
    let says_more = (called.max(LEAST)..=LONGEST).contains(&essence(&block.text).chars().count());
    (says_more && !chrome[block.place] && block.link_share() < 0.5).then_some(heading)
}

/// How well a line of the page agrees with what metadata calls it; `None` where it does not.
fn agreement(line: &str, stated: &[String], site: Option<&str>) -> Option<f64> {
    let length = line.chars().count();
    if length < 3 || Some(line) == site {
        return None;
    }
    let agrees = |said: &String| {
        let whole = said.chars().count();
        let share = length.min(whole) as f64 / length.max(whole) as f64;
        if said == line {
            Some(1.2)
        } else if said.starts_with(line) {
            // The rest is the site's name; of a short beginning one cannot be sure.
            (length >= 8 || share > 0.4).then_some(0.3 + share)
        } else if line.starts_with(said.as_str()) && share > 0.5 {
            Some(0.3 + share) // metadata was cut
        } else if said.ends_with(line) && share > 0.3 {
            Some(share)
        } else if said.contains(line) && share > 0.3 {
            Some(share * 0.8)
        } else {
            None
        }
    };
    stated.iter().filter_map(agrees).max_by(f64::total_cmp)
}

/// Letters and digits alone, in lower case: what two spellings of one title share.
pub(super) fn essence(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        if c.is_ascii() { out.push(c.to_ascii_lowercase()) } else { out.extend(c.to_lowercase()) }
    }
    out
}

/// Whether two lines are one title.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (essence(a), essence(b));
    !a.is_empty() && a == b
}

/// A title without the name of the site at its end or beginning.
pub(super) fn without_site(title: &str, site: Option<&str>) -> String {
    let title = title.trim();
    let site = site.map(essence).filter(|site| !site.is_empty());
    for separator in SEPARATORS {
        let Some((before, last)) = title.rsplit_once(separator) else { continue };
        let (first, after) = title.split_once(separator).unwrap_or((before, last));
        if site.as_deref() == Some(essence(last).as_str()) {
            return without_site(before, None);
        }
        if site.as_deref() == Some(essence(first).as_str()) {
            return after.trim().to_owned();
        }
    }
    for separator in SEPARATORS {
        let Some((before, last)) = title.rsplit_once(separator) else { continue };
        // A name is short beside the title that it stands with; a dash may as well be the title's own.
        let sure = matches!(separator.trim(), "|" | "::" | "»" | "«" | "•" | "·" | "‹");
        if before.chars().count() >= last.chars().count() && (sure || last.split_whitespace().count() <= 4) {
            return before.trim().to_owned();
        }
    }
    title.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_taken_off_where_it_can_be_told() {
        let cases = [
            ("On the situation near Goris | Ministry of Defence", None, "On the situation near Goris"),
            ("MFA – Statement – of the spokesman", Some("MFA"), "Statement – of the spokesman"),
            (
                "Statement of 5 May - Government of the Republic",
                Some("Government of the Republic"),
                "Statement of 5 May",
            ),
            (
                "Statement: a long way to go and then - the second half of this title",
                None,
                "Statement: a long way to go and then - the second half of this title",
            ),
            ("Statement", Some("Office"), "Statement"),
            ("A | B", None, "A"),
        ];
        for (title, site, expected) in cases {
            assert_eq!(without_site(title, site), expected);
        }
    }
}
