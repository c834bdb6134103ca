//! Puts a plan into ops, in the order of the new text, with every byte of both texts in one of them.

use std::collections::HashMap;
use std::ops::Range;

use super::plan::{Match, Plan};
use super::tokens::Tokens;
use super::words::Edit;
use super::{Block, Difference, Kind, Mark, Op, Piece, Standing};

/// A plan in ops.
pub(super) struct Laid {
    /// The ops, none of them tagged.
    pub(super) difference: Difference,
    /// The tokens of each block.
    pub(super) runs: Vec<Edit>,
    /// The tokens of each op that is no equal one.
    pub(super) edits: Vec<Edit>,
}

/// Lays out a plan.
pub(super) fn layout(plan: &Plan<'_>) -> Laid {
    let mut layout = Layout { plan, ops: vec![], blocks: vec![], runs: vec![], edits: vec![] };
    layout.run();
    let Layout { ops, blocks, runs, edits, .. } = layout;
    Laid { difference: Difference { ops, blocks, hunks: Vec::new() }, runs, edits }
}

struct Layout<'p, 'a> {
    plan: &'p Plan<'a>,
    ops: Vec<Op>,
    blocks: Vec<Block>,
    runs: Vec<Edit>,
    edits: Vec<Edit>,
}

impl<'p> Layout<'p, '_> {
    fn run(&mut self) {
        let plan = self.plan;
        if plan.old.len() == 0 || plan.new.len() == 0 {
            self.blank();
        }
        let (in_place, moved): (Vec<&Match>, Vec<&Match>) = plan.matches.iter().partition(|found| !found.moved);
        // Numbers of moves are given in the order of the new text, from 1.
        let numbered = || (1_u32..).zip(&moved);
        let gone: HashMap<usize, u32> = numbered().map(|(id, found)| (found.paragraphs.old.start, id)).collect();
        let come: HashMap<usize, (u32, &Match)> =
            numbered().map(|(id, found)| (found.paragraphs.new.start, (id, *found))).collect();

        let ends = Edit {
            old: plan.old.paragraphs.len()..plan.old.paragraphs.len(),
            new: plan.new.paragraphs.len()..plan.new.paragraphs.len(),
        };
        let (mut i, mut j) = (0, 0);
        for next in in_place.iter().map(|found| Some(*found)).chain([None]) {
            let borders = next.map_or(&ends, |found| &found.paragraphs);
            for paragraph in i..borders.old.start {
                match gone.get(&paragraph) {
                    Some(&id) => self.block(Standing::MovedAway(id), Edit::default(), |this, _| {
                        this.ops.push(Op::Mark(Mark::MoveFrom { id }));
                    }),
                    None => {
                        let run = Edit { old: self.old_tokens(&(paragraph..paragraph + 1)), new: 0..0 };
                        self.block(Standing::Deleted, run, |this, run| this.change(run, None));
                    }
                }
            }
            for paragraph in j..borders.new.start {
                match come.get(&paragraph) {
                    Some(&(id, found)) => self.matched(Standing::MovedHere(id), found, Some(id)),
                    None => {
                        let run = Edit { old: 0..0, new: self.new_tokens(&(paragraph..paragraph + 1)) };
                        self.block(Standing::Inserted, run, |this, run| this.change(run, None));
                    }
                }
            }
            if let Some(found) = next {
                self.matched(Standing::InPlace, found, None);
                (i, j) = (found.paragraphs.old.end, found.paragraphs.new.end);
            }
        }
    }

    /// A text without a token, which is white space or nothing: its bytes go before the other, or both together.
    fn blank(&mut self) {
        let bytes = |tokens: &Tokens<'_>| if tokens.len() == 0 { tokens.text(0..0).to_owned() } else { String::new() };
        let (old, new) = (bytes(&self.plan.old), bytes(&self.plan.new));
        if old.is_empty() && new.is_empty() {
            return;
        }
        let noise = old != new;
        self.block(Standing::InPlace, Edit::default(), |this, _| {
            this.ops.push(Op::Piece(Piece { noise, ..Piece::new(Kind::Equal, old, new) }));
        });
    }

    /// Lays a block of some tokens.
    fn block(&mut self, standing: Standing, run: Edit, lay: impl FnOnce(&mut Self, &Edit)) {
        let start = self.ops.len();
        lay(self, &run);
        self.blocks.push(Block { ops: start..self.ops.len(), standing });
        self.runs.push(run);
    }

    /// Lays paragraphs that belong together.
    fn matched(&mut self, standing: Standing, found: &Match, moved: Option<u32>) {
        let (old, new) = (self.old_tokens(&found.paragraphs.old), self.new_tokens(&found.paragraphs.new));
        self.block(standing, Edit { old, new }, |this, run| this.edited(found, run, moved));
    }

    /// What is equal in them, what is edited, and the borders that came or went.
    fn edited(&mut self, found: &Match, Edit { old, new }: &Edit, moved: Option<u32>) {
        let inner = |borders: &[usize], run: &Range<usize>| borders[run.clone()].iter().skip(1).copied().collect();
        let mut borders = Borders {
            merges: inner(&self.plan.old.paragraphs, &found.paragraphs.old),
            splits: inner(&self.plan.new.paragraphs, &found.paragraphs.new),
        };
        let (mut i, mut j) = (old.start, new.start);
        let end = Edit { old: old.end..old.end, new: new.end..new.end };
        for edit in found.edits.iter().chain([&end]) {
            while let Some((length, mark)) = borders.within(i, j, edit.old.start - i) {
                self.equal(i..i + length, j..j + length, moved);
                self.ops.push(Op::Mark(mark));
                (i, j) = (i + length, j + length);
            }
            self.equal(i..edit.old.start, j..edit.new.start, moved);
            if !edit.old.is_empty() || !edit.new.is_empty() {
                self.change(edit, moved);
            }
            (i, j) = (edit.old.end, edit.new.end);
            for mark in borders.passed(i, j) {
                self.ops.push(Op::Mark(mark));
            }
        }
    }

    /// What reads the same: one piece as long as its bytes agree, pieces of noise where only typography differs.
    fn equal(&mut self, old: Range<usize>, new: Range<usize>, moved: Option<u32>) {
        if old.is_empty() {
            return;
        }
        let length = old.len();
        let text = |from: usize, to: usize| {
            let before = self.plan.old.text(old.start + from..old.start + to);
            (before, self.plan.new.text(new.start + from..new.start + to))
        };
        let (before, after) = text(0, length);
        let mut runs = Vec::new();
        if before == after {
            runs.push((length, false));
        } else {
            for k in 0..length {
                let (before, after) = text(k, k + 1);
                // White space before a border or an edit belongs to that, and is no noise of its own.
                let noise = before != after && (k + 1 < length || before.trim_end() != after.trim_end());
                match runs.last_mut() {
                    Some((end, same)) if *same == noise => *end = k + 1,
                    _ => runs.push((k + 1, noise)),
                }
            }
        }
        let mut from = 0;
        for (to, noise) in runs {
            let (before, after) = text(from, to);
            let (old, new) = (before.to_owned(), after.to_owned());
            self.ops.push(Op::Piece(Piece { noise, moved, ..Piece::new(Kind::Equal, old, new) }));
            from = to;
        }
    }

    fn change(&mut self, edit: &Edit, moved: Option<u32>) {
        let kind = match (edit.old.is_empty(), edit.new.is_empty()) {
            (true, _) => Kind::Insert,
            (false, true) => Kind::Delete,
            (false, false) => Kind::Replace,
        };
        let side = |tokens: &Tokens<'_>, run: &Range<usize>| match run.is_empty() {
            true => String::new(),
            false => tokens.text(run.clone()).to_owned(),
        };
        let (old, new) = (side(&self.plan.old, &edit.old), side(&self.plan.new, &edit.new));
        self.ops.push(Op::Piece(Piece { moved, ..Piece::new(kind, old, new) }));
        self.edits.push(edit.clone());
    }

    fn old_tokens(&self, paragraphs: &Range<usize>) -> Range<usize> {
        run(&self.plan.old, paragraphs)
    }

    fn new_tokens(&self, paragraphs: &Range<usize>) -> Range<usize> {
        run(&self.plan.new, paragraphs)
    }
}

fn run(tokens: &Tokens<'_>, paragraphs: &Range<usize>) -> Range<usize> {
    let start = |paragraph: usize| tokens.paragraphs.get(paragraph).copied().unwrap_or(tokens.len());
    start(paragraphs.start)..start(paragraphs.end)
}

/// The borders of paragraphs that stand in one of two matched runs only, as the first token after each.
struct Borders {
    merges: Vec<usize>,
    splits: Vec<usize>,
}

impl Borders {
    /// The next border within `length` equal tokens from `i` and `j`, and how far it is.
    fn within(&mut self, i: usize, j: usize, length: usize) -> Option<(usize, Mark)> {
        let merge = self.merges.first().map(|&at| at - i).filter(|&far| far <= length);
        let split = self.splits.first().map(|&at| at - j).filter(|&far| far <= length);
        match (merge, split) {
            (Some(far), _) if split.is_none_or(|split| far <= split) => {
                self.merges.remove(0);
                Some((far, Mark::Merge))
            }
            (_, Some(far)) => {
                self.splits.remove(0);
                Some((far, Mark::Split))
            }
            (_, None) => None,
        }
    }

    /// The borders that stood inside an edit which ends at `i` and `j`.
    fn passed(&mut self, i: usize, j: usize) -> Vec<Mark> {
        let merges = self.merges.extract_if(.., |at| *at <= i).map(|_| Mark::Merge);
        let splits = self.splits.extract_if(.., |at| *at <= j).map(|_| Mark::Split);
        merges.chain(splits).collect()
    }
}
