//! What JSON-LD gives as the article's text, held against the blocks of the page.
//!
//! The page's own blocks are better: they have paragraphs. The stated text tells which of them were missed, and stands
//! in for them where the page shows a part alone. Comparing goes by hashes of short runs of letters, and is linear.

use std::collections::{HashSet, VecDeque};

use super::blocks::{self, Block};
use super::html;
use super::outline::Outline;
use super::title::essence;

/// Letters of a run.
const RUN: usize = 32;
/// The least size of a stated text that says anything.
const LEAST: usize = 200;
/// How much longer than what the page shows the stated text must be to stand in for it.
const FULLER: f64 = 1.5;
/// The same, where nothing that the page shows is of the stated text.
const FULLER_THAN_A_FRAME: f64 = 2.0;
/// The share of a text that must stand in another for the two to be one text.
const MOST: f64 = 0.6;

/// A stated text.
pub(super) struct ArticleBody {
    paragraphs: Vec<String>,
    size: usize,
    runs: HashSet<u64>,
}

impl ArticleBody {
    /// The text of `articleBody`, where it is long enough to say anything.
    pub(super) fn of(body: &str) -> Option<Self> {
        let paragraphs = paragraphs(body);
        let size = paragraphs.iter().map(|text| blocks::size(text)).sum();
        let runs = runs(&essence(&paragraphs.concat())).collect();
        (size >= LEAST).then_some(Self { paragraphs, size, runs })
    }

    /// Whether a block stands in the stated text: its first and its last letters do.
    fn has(&self, block: &Block) -> bool {
        let essence = essence(&block.text);
        let mut runs = runs(&essence);
        let Some(first) = runs.next() else { return false };
        let last = runs.last().unwrap_or(first);
        self.runs.contains(&first) && self.runs.contains(&last)
    }

    /// The chosen blocks with those that the page shows elsewhere, where it shows all of the stated text.
    pub(super) fn completed(&self, blocks: &[Block], chosen: Vec<usize>) -> Vec<usize> {
        let size = |indices: &[usize]| indices.iter().map(|index| blocks[*index].size).sum::<usize>() as f64;
        let stated: Vec<usize> = (0..blocks.len()).filter(|index| self.has(&blocks[*index])).collect();
        let mut known: HashSet<String> = chosen.iter().map(|index| essence(&blocks[*index].text)).collect();
        let missed: Vec<usize> =
            stated.into_iter().filter(|index| known.insert(essence(&blocks[*index].text))).collect();
        let here: Vec<usize> = chosen.iter().copied().filter(|index| self.has(&blocks[*index])).collect();
        let (here, missing) = (size(&here), size(&missed));
        if missing < 0.1 * self.size as f64 || here + missing < MOST * self.size as f64 {
            return chosen;
        }
        let mut all = chosen;
        all.extend(missed);
        all.sort_unstable();
        all
    }

    /// The stated paragraphs, where `shown` is a part of them and much shorter, or none of them and shorter still: a page
    /// that scripts put together shows its frame alone.
    pub(super) fn instead(self, shown: &[String]) -> Option<Vec<String>> {
        let (mut size, mut common) = (0, 0);
        for paragraph in shown {
            let own = blocks::size(paragraph);
            let essence = essence(paragraph);
            let mut runs = runs(&essence).map(|run| self.runs.contains(&run)).peekable();
            size += own;
            let all = runs.peek().is_some() && runs.all(|known| known);
            common += if all { own } else { 0 };
        }
        let part = common as f64 >= MOST * size as f64 && self.size as f64 >= FULLER * size as f64;
        let frame = common == 0 && self.size as f64 >= FULLER_THAN_A_FRAME * size as f64;
        (part || frame).then_some(self.paragraphs)
    }
}

/// Whether a stated text is HTML.
pub(super) fn is_markup(body: &str) -> bool {
    body.contains("</") || body.contains("<br")
}

/// The paragraphs of a stated text; some sites give it as HTML.
pub(super) fn paragraphs(body: &str) -> Vec<String> {
    if is_markup(body) {
        let doc = html::parse(body);
        let outline = Outline::new(&doc, &HashSet::new());
        if !outline.items.is_empty() {
            return blocks::blocks(&outline).into_iter().map(|block| block.text).collect();
        }
    }
    body.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A rolling hash of each run of letters of a text; none where it is shorter than one.
fn runs(text: &str) -> impl Iterator<Item = u64> {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let oldest = (0..RUN).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
    let mut run: VecDeque<u64> = VecDeque::with_capacity(RUN + 1);
    let mut hash = 0_u64;
    text.chars().filter_map(move |c| {
        let letter = u64::from(c) + 1;
        hash = hash.wrapping_mul(FACTOR).wrapping_add(letter);
        run.push_back(letter);
        if run.len() > RUN {
            let gone = run.pop_front().unwrap_or_default();
            hash = hash.wrapping_sub(gone.wrapping_mul(oldest));
        }
        (run.len() == RUN).then_some(hash)
    })
}
