//! From the blocks of the statement's element to its paragraphs: what is not its text goes.
//!
//! Works on a list of blocks in order. Running text is never touched; doubt is only about short blocks, and is settled
//! by where they stand: before the text, inside it, after it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::blocks::{Block, Kind};
use super::dates;
use super::names::{Words, words};
use super::outline::{Outline, attribute};
use super::title::{essence, same};
use super::why::Rule;

/// Lines that are no text wherever they stand, in [`essence`] form.
static PHRASES: Words = LazyLock::new(|| {
    words(
        "print printversion printthispage share sharethis shareon tweet email facebook twitter telegram whatsapp \
     linkedin readmore more readalso seealso related relatednews latestnews advertisement advertising back \
     backtolist backtonews backtotop top home next previous comments leaveacomment loading tags copylink listen \
     печать потеме версиядляпечати распечатать поделиться поделитьсявсоцсетях читайтетакже назад назадксписку \
     вернутьсяксписку кспискуновостей наверх подробнее метки идетполучениеинформации друк версіядлядруку \
     поділитися читайтетакож տպել կիսվել paylaş çapversiyası yazdır partager imprimer drucken teilen 印刷 \
     contents tableofcontents backtocontents содержание оглавление назадкоглавлению",
    )
});
/// Beginnings of lines that lead away, in [`essence`] form.
static LEADS_AWAY: Words = LazyLock::new(|| {
    words(
        "readalso readmore alsoread seealso relatedarticle relatednews morenews читайтетакже читатьтакже \
     смотритетакже дляпросмотравидеонеобходим читайтетакож nəşrolundu followuson signupfor subscribeto",
    )
});

/// Beginnings of invitations to follow, in [`essence`] form.
static CALLS: Words = LazyLock::new(|| {
    words(
        "follow subscribe join signup stayuptodate stayconnected formore formoreinformation formorenews getmore likeus \
     findus watchmore listento email readus читайтенас подписывайтесь подпишитесь следите присоединяйтесь \
     большеновостей ещёбольшеновостей оставайтесьнасвязи підписуйтесь підпишіться стежте читайтенас приєднуйтесь \
     долучайтесь більшеновин հետևեք բաժանորդագրվեք միացեք bizi izləyin abunə bizitakip takipedin suivez abonnez \
     rejoignez folgen abonnieren síguenos suscríbe únete seguici iscriviti siga تابعونا تابعوا اشترك انضم მოგვყევით \
     გამოიწერეთ 关注 フォロー",
    )
});
/// Where such invitations lead.
static NETWORKS: Words = LazyLock::new(|| {
    words(
        "telegram телеграм телеграмм facebook twitter instagram youtube tiktok whatsapp viber linkedin вконтакте vk \
     newsletter rss тгканал fейсбук фейсбук твиттер инстаграм ютуб вайбер вотсап տելեգրամ ֆեյսբուք تلغرام تويتر فيسبوك \
     wechat 微信 微博 threads bluesky mastodon forums",
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
    ends(&|block| free(block) && block.is_long() && !block.text.lines().all(is_address))
        .or_else(|| ends(&|block| free(block) && !dates::is_date_line(&block.text)))
        .or_else(|| Some((*chosen.first()?, *chosen.last()?)))
}

/// The paragraphs of the statement, made of the chosen blocks; `rules` learns what decided about each of these.
pub(super) fn paragraphs(
    outline: &Outline<'_>,
    blocks: &[Block],
    chosen: &[usize],
    title: Option<&str>,
    edges: Edges,
    rules: &mut [Rule],
) -> Vec<String> {
    let Some((first, last)) = text_range(blocks, chosen) else { return Vec::new() };
    let homes = Homes::of(outline, chosen.iter().map(|index| &blocks[*index]).filter(|block| block.is_long()));
    let lists = lists(outline, blocks, chosen);
    let summaries = summaries(outline, blocks, chosen, title, first);
    let mut kept: Vec<(usize, String)> = Vec::new();
    for (at, index) in chosen.iter().copied().enumerate() {
        let block = &blocks[index];
        let edge = index < first || index > last;
        let belongs = match edges {
            Edges::Doubted => {
                let sums_up = || {
                    block.kind == Kind::Bullet
                        && list_of(outline, block.place).is_some_and(|list| summaries.contains(&list))
                };
                !edge || homes.belongs(outline, block) || sums_up()
            }
            Edges::Trusted => true,
        };
        rules[index] = rule(block, edge, belongs, edges);
        if rules[index].keeps()
            && edges == Edges::Doubted
            && (is_caption(outline, block) || is_said_of_picture(outline, block))
        {
            rules[index] = Rule::Caption;
        }
        if rules[index] == Rule::Links && !edge {
            let next = chosen.get(at + 1).map(|next| &blocks[*next]);
            let heads = block.kind == Kind::Heading
                && next.is_some_and(|next| {
                    next.kind == Kind::Paragraph
                        && next.is_long()
                        && next.link_share() < 0.5
                        && outline.items[next.place].parent == outline.items[block.place].parent
                });
            let listed = block.kind == Kind::Bullet
                && lists.get(&outline.items[block.place].parent).is_some_and(|(size, linked)| linked * 2 < *size);
            if heads || listed {
                rules[index] = if heads { Rule::Heading } else { Rule::Beside };
            }
        }
        if !rules[index].keeps() {
            continue;
        }
        let leading = index <= first || block.kind == Kind::Heading;
        let text = if leading { without_head(&block.text, title, index < first) } else { block.text.clone() };
        if text.is_empty() {
            rules[index] = Rule::Title;
        } else {
            kept.push((index, text));
        }
    }
    if edges == Edges::Doubted {
        // An invitation ends no statement: it stands under it.
        while kept.len() > 1 && kept.last().is_some_and(|(index, _)| invites(&blocks[*index])) {
            kept.pop().into_iter().for_each(|(index, _)| rules[index] = Rule::LeadsAway);
        }
    }
    without_orphans(blocks, kept, rules)
}

/// Whether a block asks to follow the office elsewhere: a call, and the name of a network.
fn invites(block: &Block) -> bool {
    if block.size > 300 {
        return false;
    }
    let essence = essence(&block.text);
    CALLS.iter().any(|call| essence.starts_with(call)) && NETWORKS.iter().any(|network| essence.contains(network))
}

/// Whether a block stands by itself in a figure: what is said of a picture, unless it is quoted or set as code.
fn is_caption(outline: &Outline<'_>, block: &Block) -> bool {
    let above = std::iter::successors(Some(block.place), |place| Some(outline.items[*place].parent)).take(4);
    let tags: Vec<&str> = above.map(|place| outline.tag(place)).take_while(|tag| *tag != "article").collect();
    block.kind == Kind::Paragraph
        && block.size < 400
        && tags.contains(&"figure")
        && !tags.iter().any(|tag| matches!(*tag, "blockquote" | "pre" | "td" | "th"))
}

/// Whether a block is all that an element named for a picture says beside the picture.
fn is_said_of_picture(outline: &Outline<'_>, block: &Block) -> bool {
    let above = std::iter::successors(Some(block.place), |place| Some(outline.items[*place].parent)).take(3);
    let mut named = above.filter(|place| outline.named(*place).picture);
    block.kind == Kind::Paragraph
        && block.size < 300
        && named.next().is_some_and(|place| {
            let inside = outline.subtree(place);
            let words: usize = inside.clone().map(|place| outline.text_at(place).trim().len()).sum();
            words <= block.text.len() && inside.clone().any(|place| outline.tag(place) == "img")
        })
}

/// For each list, the size of its items and what of it stands in links.
fn lists(outline: &Outline<'_>, blocks: &[Block], chosen: &[usize]) -> HashMap<usize, (usize, usize)> {
    let mut lists: HashMap<usize, (usize, usize)> = HashMap::new();
    for block in chosen.iter().map(|index| &blocks[*index]).filter(|block| block.kind == Kind::Bullet) {
        let (size, linked) = lists.entry(outline.items[block.place].parent).or_default();
        *size += block.size;
        *linked += block.linked;
    }
    lists
}

/// Elements between the words of an item or a row and its list or table, with both.
const LEVELS_OF_A_LIST: usize = 5;

/// The lists between the title and the first running text whose items say something and lead nowhere: what a release sums up
/// before it tells it.
fn summaries(
    outline: &Outline<'_>,
    blocks: &[Block],
    chosen: &[usize],
    title: Option<&str>,
    first: usize,
) -> HashSet<usize> {
    /// Words of an item, and items of a list, at the least.
    const WORDS: usize = 4;
    const ITEMS: usize = 2;
    let titled = title.and_then(|title| (0..first).rev().find(|index| same(title, &blocks[*index].text)));
    let Some(titled) = titled else { return HashSet::new() };
    let mut items: HashMap<usize, (usize, bool)> = HashMap::new();
    for block in chosen.iter().filter(|index| (titled..first).contains(index)).map(|index| &blocks[*index]) {
        if let Some(list) = list_of(outline, block.place) {
            let (count, says) = items.entry(list).or_insert((0, true));
            *count += 1;
            *says &= block.kind == Kind::Bullet && block.linked == 0 && block.text.split_whitespace().count() >= WORDS;
        }
    }
    items.into_iter().filter(|(_, (count, says))| *count >= ITEMS && *says).map(|(list, _)| list).collect()
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
            if block.kind == Kind::Bullet {
                places.extend(list_of(outline, block.place));
            }
            shapes.insert(shape(outline, block.place));
        }
        Self { places, shapes }
    }

    /// Whether a block stands beside running text, or is a sentence in an element just like those of running text.
    fn belongs(&self, outline: &Outline<'a>, block: &Block) -> bool {
        // An item or a row is at home where its list or table is.
        let levels = match block.kind {
            Kind::Bullet | Kind::Row => LEVELS_OF_A_LIST,
            Kind::Paragraph | Kind::Heading => 2,
        };
        let above = std::iter::successors(Some(block.place), |place| Some(outline.items[*place].parent));
        above.take(levels).any(|place| self.places.contains(&place))
            || (block.is_sentence() && self.shapes.contains(&shape(outline, block.place)))
    }
}

/// The list that an item stands in: it may lie some elements deep in its own item.
fn list_of(outline: &Outline<'_>, item: usize) -> Option<usize> {
    let above = std::iter::successors(Some(item), |place| Some(outline.items[*place].parent));
    above.take(LEVELS_OF_A_LIST).find(|place| matches!(outline.tag(*place), "ul" | "ol" | "dl"))
}

/// Tag and class of an element and of the one around it.
fn shape<'a>(outline: &Outline<'a>, place: usize) -> [&'a str; 4] {
    let class =
        |place: usize| outline.element(place).and_then(|element| attribute(element, "class")).unwrap_or_default();
    let parent = outline.items[place].parent;
    [outline.tag(place), class(place), outline.tag(parent), class(parent)]
}

fn rule(block: &Block, edge: bool, belongs: bool, edges: Edges) -> Rule {
    if leads_away(block) {
        return Rule::LeadsAway;
    }
    if edge && dates::is_date_line(&block.text) {
        return Rule::DateLine;
    }
    if edge && (block.text.lines().all(is_address) || is_imprint(block)) {
        return Rule::LeadsAway;
    }
    if block.link_share() > 0.8 {
        let sentence = !edge && block.is_sentence() && block.kind == Kind::Paragraph;
        return if sentence { Rule::Running } else { Rule::Links };
    }
    match (block.kind, edges) {
        (Kind::Heading, _) => Rule::Heading,
        (Kind::Row, Edges::Doubted) if !belongs => Rule::Apart,
        (Kind::Paragraph | Kind::Bullet | Kind::Row, _) if block.is_long() => Rule::Running,
        (Kind::Paragraph | Kind::Bullet | Kind::Row, Edges::Trusted) => Rule::Selected,
        (Kind::Paragraph | Kind::Bullet | Kind::Row, Edges::Doubted) => {
            if belongs {
                Rule::Beside
            } else {
                Rule::Apart
            }
        }
    }
}

/// Whether a text is an address of the web and nothing else but a label: `Source: https://office.example/1`.
fn is_address(text: &str) -> bool {
    let address = match text.rsplit_once(char::is_whitespace) {
        Some((label, address)) if label.ends_with(':') && label.split_whitespace().count() <= 3 => address,
        Some(_) | None => text,
    };
    (address.starts_with("http://") || address.starts_with("https://")) && !address.contains(char::is_whitespace)
}

/// Whether a short block has a line that says whose the page is.
fn is_imprint(block: &Block) -> bool {
    block.size < 200 && block.text.lines().any(|line| line.starts_with('©'))
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
        // Whole, or as the page is called: `The harbour | News | Office`.
        let called = line.split_once(" | ").map_or(line, |(first, _)| first);
        title.is_some_and(|title| same(title, line) || same(title, called))
            || dates::unexplained(line).is_some_and(|words| words <= strange && dated(line))
    };
    let lines: Vec<&str> = text.lines().skip_while(|line| is_head(line)).collect();
    lines.join("\n")
}

fn dated(line: &str) -> bool {
    dates::is_date_line(line) || dates::printed(line, None, None, None).is_some()
}

/// Drops headings that nothing follows: what stood under them went.
fn without_orphans(blocks: &[Block], kept: Vec<(usize, String)>, rules: &mut [Rule]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut followed = false;
    for (index, text) in kept.into_iter().rev() {
        match blocks[index].kind {
            Kind::Heading if !followed => {
                rules[index] = Rule::Orphan;
                continue;
            }
            Kind::Heading | Kind::Paragraph | Kind::Row | Kind::Bullet => out.push(blocks[index].kind.marked(text)),
        }
        followed = true;
    }
    out.reverse();
    out
}
