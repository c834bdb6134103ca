//! From the blocks of the statement's element to its paragraphs: what is not its text goes.
//!
//! Works on a list of blocks in order. Running text is never touched; doubt is only about short blocks, and is settled
//! by where they stand: before the text, inside it, after it.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::blocks::{Block, Kind};
use super::dates;
use super::names::{Words, words};
use super::outline::{Outline, attribute};
use super::title::{essence, same};

/// Lines that are no text wherever they stand, in [`essence`] form.
static PHRASES: Words = LazyLock::new(|| {
    words(
        "print printversion printthispage share sharethis shareon tweet email facebook twitter telegram whatsapp \
     linkedin readmore more readalso seealso related relatednews latestnews advertisement advertising back \
     backtolist backtonews backtotop top home next previous comments leaveacomment loading tags copylink listen \
     печать версиядляпечати распечатать поделиться поделитьсявсоцсетях читайтетакже назад назадксписку \
     вернутьсяксписку кспискуновостей наверх подробнее метки идетполучениеинформации друк версіядлядруку \
     поділитися читайтетакож տպել կիսվել paylaş çapversiyası yazdır partager imprimer drucken teilen 印刷",
    )
});
/// Beginnings of lines that lead away, in [`essence`] form.
static LEADS_AWAY: Words = LazyLock::new(|| {
    words(
        "readalso readmore alsoread seealso relatedarticle relatednews morenews читайтетакже читатьтакже \
     смотритетакже дляпросмотравидеонеобходим читайтетакож nəşrolundu followuson signupfor subscribeto",
    )
});

/// How blocks before the first and after the last running text are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edges {
    /// The reader has chosen the element itself: what looks unlike the text goes.
    Doubted,
    /// The source's settings have: what is there belongs to the text.
    Trusted,
}

/// The first and the last block of running text among `chosen`, as indices into `blocks`.
///
/// Where none is long enough to be running text, a short statement is all there is.
pub(super) fn text_range(blocks: &[Block], chosen: &[usize]) -> Option<(usize, usize)> {
    let free = |block: &Block| block.link_share() < 0.5 && block.kind != Kind::Heading;
    let ends = |is_text: &dyn Fn(&Block) -> bool| {
        let first = chosen.iter().find(|index| is_text(&blocks[**index]))?;
        let last = chosen.iter().rev().find(|index| is_text(&blocks[**index]))?;
        Some((*first, *last))
    };
    ends(&|block| free(block) && block.is_long())
        .or_else(|| ends(&|block| free(block) && !dates::is_date_line(&block.text)))
        .or_else(|| Some((*chosen.first()?, *chosen.last()?)))
}

/// The paragraphs of the statement, made of the chosen blocks.
pub(super) fn paragraphs(
    outline: &Outline<'_>,
    blocks: &[Block],
    chosen: &[usize],
    title: Option<&str>,
    edges: Edges,
) -> Vec<String> {
    let Some((first, last)) = text_range(blocks, chosen) else { return Vec::new() };
    let homes = Homes::of(outline, chosen.iter().map(|index| &blocks[*index]).filter(|block| block.is_long()));
    let stays = |index: usize| {
        let block = &blocks[index];
        let edge = index < first || index > last;
        let belongs = match edges {
            Edges::Doubted => !edge || homes.belongs(outline, block),
            Edges::Trusted => true,
        };
        let noise = leads_away(block) || (edge && dates::is_date_line(&block.text));
        !noise && is_text(block, edge, belongs)
    };
    let kept: Vec<(usize, String)> = chosen
        .iter()
        .copied()
        .filter(|index| stays(*index))
        .filter_map(|index| {
            let block = &blocks[index];
            let leading = index <= first || block.kind == Kind::Heading;
            let text = if leading { without_head(&block.text, title, index < first) } else { block.text.clone() };
            (!text.is_empty()).then_some((index, text))
        })
        .collect();
    without_orphans(blocks, kept)
}

/// Where running text stands, to tell whether a short block beside it belongs to it.
struct Homes<'a> {
    places: HashSet<usize>,
    shapes: HashSet<[&'a str; 4]>,
}

impl<'a> Homes<'a> {
    fn of<'b>(outline: &Outline<'a>, long: impl Iterator<Item = &'b Block>) -> Self {
        let (mut places, mut shapes) = (HashSet::new(), HashSet::new());
        for block in long {
            places.extend([block.place, outline.items[block.place].parent]);
            shapes.insert(shape(outline, block.place));
        }
        Self { places, shapes }
    }

    /// Whether a block stands beside running text, or is a sentence in an element just like those of running text.
    fn belongs(&self, outline: &Outline<'a>, block: &Block) -> bool {
        // An item or a row is at home where its list or table is.
        let levels = match block.kind {
            Kind::Bullet | Kind::Row => 5,
            Kind::Paragraph | Kind::Heading => 2,
        };
        let above = std::iter::successors(Some(block.place), |place| Some(outline.items[*place].parent));
        above.take(levels).any(|place| self.places.contains(&place))
            || (block.is_sentence() && self.shapes.contains(&shape(outline, block.place)))
    }
}

/// Tag and class of an element and of the one around it.
fn shape<'a>(outline: &Outline<'a>, place: usize) -> [&'a str; 4] {
    let class =
        |place: usize| outline.element(place).and_then(|element| attribute(element, "class")).unwrap_or_default();
    let parent = outline.items[place].parent;
    [outline.tag(place), class(place), outline.tag(parent), class(parent)]
}

fn is_text(block: &Block, edge: bool, belongs: bool) -> bool {
    if block.link_share() > 0.8 {
        return !edge && block.is_sentence() && block.kind == Kind::Paragraph;
    }
    match block.kind {
        Kind::Heading => true,
        Kind::Row => belongs,
        Kind::Paragraph | Kind::Bullet => belongs || block.is_long(),
    }
}

fn leads_away(block: &Block) -> bool {
    if block.size >= 200 {
        return false;
    }
    let essence = essence(&block.text);
    !essence.is_empty()
        && (PHRASES.contains(&essence.as_str()) || LEADS_AWAY.iter().any(|lead| essence.starts_with(lead)))
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
