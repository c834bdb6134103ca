//! From the blocks of the statement's element to its paragraphs: what is not its text goes.
//!
//! Works on a list of blocks in order. Running text is never touched; doubt is only about short blocks, and is settled
//! by where they stand: before the text, inside it, after it.

use super::blocks::{Block, Kind};
use super::dates;
use super::outline::Outline;
use super::title::{essence, same};

/// Lines that are no text wherever they stand, in [`essence`] form.
const PHRASES: [&str; 64] = [
    "print",
    "printversion",
    "printthispage",
    "share",
    "sharethis",
    "shareon",
    "tweet",
    "email",
    "facebook",
    "twitter",
    "telegram",
    "whatsapp",
    "linkedin",
    "readmore",
    "more",
    "readalso",
    "seealso",
    "related",
    "relatednews",
    "latestnews",
    "advertisement",
    "advertising",
    "back",
    "backtolist",
    "backtonews",
    "backtotop",
    "top",
    "home",
    "next",
    "previous",
    "comments",
    "leaveacomment",
    "loading",
    "tags",
    "copylink",
    "listen",
    "печать",
    "версиядляпечати",
    "распечатать",
    "поделиться",
    "поделитьсявсоцсетях",
    "читайтетакже",
    "назад",
    "назадксписку",
    "вернутьсяксписку",
    "кспискуновостей",
    "наверх",
    "подробнее",
    "метки",
    "идетполучениеинформации",
    "друк",
    "версіядлядруку",
    "поділитися",
    "читайтетакож",
    "տպել",
    "կիսվել",
    "paylaş",
    "çapversiyası",
    "yazdır",
    "partager",
    "imprimer",
    "drucken",
    "teilen",
    "印刷",
];
/// Beginnings of lines that lead away, in [`essence`] form.
const LEADS_AWAY: [&str; 16] = [
    "readalso",
    "readmore",
    "alsoread",
    "seealso",
    "relatedarticle",
    "relatednews",
    "morenews",
    "читайтетакже",
    "читатьтакже",
    "смотритетакже",
    "дляпросмотравидеонеобходим",
    "читайтетакож",
    "nəşrolundu",
    "followuson",
    "signupfor",
    "subscribeto",
];

/// The first and the last block of running text among `chosen`, as indices into `blocks`.
pub(super) fn text_range(blocks: &[Block], chosen: &[usize]) -> Option<(usize, usize)> {
    let is_text = |index: &&usize| {
        let block = &blocks[**index];
        block.is_long() && block.link_share() < 0.5 && block.kind != Kind::Heading
    };
    let first = chosen.iter().find(is_text).or_else(|| chosen.first())?;
    let last = chosen.iter().rev().find(is_text).or_else(|| chosen.last())?;
    Some((*first, *last))
}

/// The paragraphs of the statement, made of the chosen blocks.
pub(super) fn paragraphs(
    outline: &Outline<'_>,
    blocks: &[Block],
    chosen: &[usize],
    title: Option<&str>,
) -> Vec<String> {
    let Some((first, last)) = text_range(blocks, chosen) else { return Vec::new() };
    let homes: Vec<usize> =
        chosen.iter().filter(|i| blocks[**i].is_long()).flat_map(|i| homes(outline, &blocks[*i])).collect();
    let kept: Vec<(usize, String)> = chosen
        .iter()
        .filter(|index| {
            let block = &blocks[**index];
            let at_home = homes_of(outline, block).iter().any(|home| homes.contains(home));
            !leads_away(block) && stays(block, **index < first, **index > last, at_home)
        })
        .filter_map(|index| {
            let block = &blocks[*index];
            let leading = *index <= first || block.kind == Kind::Heading;
            let text = if leading { without_head(&block.text, title, *index < first) } else { block.text.clone() };
            (!text.is_empty()).then_some((*index, text))
        })
        .collect();
    without_orphans(blocks, kept)
}

/// The elements in which a block of running text is at home: its own, and the one around it.
fn homes(outline: &Outline<'_>, block: &Block) -> [usize; 2] {
    [block.place, outline.items[block.place].parent]
}

fn homes_of(outline: &Outline<'_>, block: &Block) -> Vec<usize> {
    match block.kind {
        // An item or a row is at home where its list or table is.
        Kind::Bullet | Kind::Row => {
            let mut place = block.place;
            let mut out = vec![place];
            for _ in 0..4 {
                place = outline.items[place].parent;
                out.push(place);
            }
            out
        }
        Kind::Paragraph | Kind::Heading => homes(outline, block).to_vec(),
    }
}

fn stays(block: &Block, before: bool, after: bool, at_home: bool) -> bool {
    let edge = before || after;
    if block.link_share() > 0.8 {
        return !edge && block.is_sentence() && block.kind == Kind::Paragraph;
    }
    if block.kind == Kind::Row {
        return at_home || !edge;
    }
    if edge && dates::is_date_line(&block.text) {
        return false;
    }
    if block.is_long() || block.kind == Kind::Heading {
        return true;
    }
    !edge || at_home
}

fn leads_away(block: &Block) -> bool {
    let essence = essence(&block.text);
    if PHRASES.contains(&essence.as_str()) {
        return true;
    }
    !essence.is_empty() && block.size < 200 && LEADS_AWAY.iter().any(|lead| essence.starts_with(lead))
}

/// The block's lines without title and date at their beginning.
fn without_head(text: &str, title: Option<&str>, before: bool) -> String {
    let is_head = |line: &str| {
        let strange = if before { 3 } else { 0 };
        title.is_some_and(|title| same(title, line))
            || dates::unexplained(line).is_some_and(|words| words <= strange && dated(line))
    };
    let lines: Vec<&str> = text.lines().skip_while(|line| is_head(line)).collect();
    lines.join("\n")
}

fn dated(line: &str) -> bool {
    dates::is_date_line(line) || dates::printed(line, None, None, None).is_some()
}

/// Drops headings that nothing follows: what stood under them went.
fn without_orphans(blocks: &[Block], kept: Vec<(usize, String)>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut followed = false;
    for (index, text) in kept.into_iter().rev() {
        let block = &blocks[index];
        match block.kind {
            Kind::Heading if !followed => continue,
            Kind::Heading | Kind::Paragraph | Kind::Row => out.push(text),
            Kind::Bullet => out.push(format!("- {text}")),
        }
        followed = true;
    }
    out.reverse();
    out
}
