//! What kind of change each edit is: a number, a date, a name, a negation, or only a comma.
//!
//! Universal are figures, addresses, signs and capitals; the rest comes from a language's [`Lexicon`]. An edit may be of
//! several kinds; one that is of none is wording. What is found is what stands on one side more often than on the other,
//! so that reworded text which keeps its figures and negations is wording.

use std::collections::HashMap;
use std::ops::Range;

use super::finds::{Finds, dates_in, phrases, some};
use super::layout::{Laid, layout};
use super::lexicon::Lexicon;
use super::names::{Known, Names};
use super::plan::Plan;
use super::side::Side;
use super::tokens::{Kind as Token, Tokens};
use super::words::Edit;
use super::{Changed, Difference, Kind, Op, Standing, sentences, work};

pub use super::hunk::{Hunk, Tag};

/// In an edit of more words than this, what became which is a guess.
const NEAR: usize = 12;
/// Symbols that belong to the figure beside them.
const SYMBOLS: [char; 18] = ['-', '−', '–', '+', '%', '‰', '°', '$', '€', '£', '¥', '₽', '₴', '₼', '₾', '֏', '<', '>'];

/// Tags the edits between two texts.
pub(super) struct Tagger<'a> {
    known: Known<'a>,
}

impl<'a> Tagger<'a> {
    /// For the edits between two texts of a language; `elsewhere` says what is a name elsewhere.
    pub(super) fn new(texts: [&'a str; 2], language: Option<&str>, elsewhere: &'a dyn Fn(&str) -> bool) -> Self {
        Self { known: Known::of(texts, Lexicon::of(language), elsewhere) }
    }

    /// The difference that a plan comes to, every edit tagged and summed up.
    pub(super) fn difference(&self, plan: &Plan<'_>) -> Difference {
        let Laid { mut difference, runs, edits } = layout(plan);
        let mut rest = edits.as_slice();
        for (block, run) in difference.blocks.iter().zip(&runs) {
            let changed = |&at: &usize| difference.ops[at].piece().is_some_and(|piece| piece.kind != Kind::Equal);
            let ops: Vec<usize> = block.ops.clone().filter(changed).collect();
            let (own, others) = rest.split_at(ops.len());
            rest = others;
            if own.is_empty() {
                continue;
            }
            let mut hunks = self.hunks((&plan.old, &plan.new), run, own);
            for (hunk, op) in hunks.iter_mut().zip(ops) {
                hunk.op = op;
                if matches!(block.standing, Standing::Inserted | Standing::Deleted) {
                    // What stands in a paragraph that came or went is told by its tags alone.
                    hunk.found.clear();
                }
            }
            difference.hunks.append(&mut hunks);
        }
        sentences::pair(&mut difference, plan, &edits, self);
        for hunk in &difference.hunks {
            if let Op::Piece(piece) = &mut difference.ops[hunk.op] {
                piece.tags.clone_from(&hunk.tags);
            }
        }
        difference
    }

    /// The edits of a run of tokens that became another, each summed up.
    pub(super) fn hunks(&self, (old, new): (&Tokens<'_>, &Tokens<'_>), run: &Edit, edits: &[Edit]) -> Vec<Hunk> {
        let lexicon = self.known.lexicon;
        let (old, new) = (Side::of(old.part(run.old.clone()), lexicon), Side::of(new.part(run.new.clone()), lexicon));
        let names = Names { known: &self.known, capitals: !old.is_headline() && !new.is_headline() };
        let mut known = Edits { old: &old, new: &new, lexicon, names, date: (0..0, 0..0) };
        let within = |tokens: &Range<usize>, run: &Range<usize>| tokens.start - run.start..tokens.end - run.start;
        edits.iter().map(|edit| known.hunk((within(&edit.old, &run.old), within(&edit.new, &run.new)))).collect()
    }
}

/// What is known of the edits of one paragraph.
struct Edits<'s, 'k> {
    old: &'s Side<'s>,
    new: &'s Side<'s>,
    lexicon: &'static Lexicon,
    names: Names<'s, 'k>,
    /// The last date that was told, as words of either text: `12 May` that became `13 June` is two edits, and one date.
    date: (Range<usize>, Range<usize>),
}

impl Edits<'_, '_> {
    fn hunk(&mut self, tokens: (Range<usize>, Range<usize>)) -> Hunk {
        let (old, new) = (self.old, self.new);
        let (before, after) = (old.words_of(&tokens.0), new.words_of(&tokens.1));
        let mut hunk = Hunk { words: (before.len(), after.len()), ..Hunk::default() };
        if before.is_empty() && after.is_empty() {
            self.signs(tokens, &mut hunk);
            return hunk;
        }
        let linked = |side: &Side<'_>, run: &Range<usize>| side.words[run.clone()].iter().all(|word| word.linked);
        if linked(old, &before) && linked(new, &after) {
            self.found(&mut hunk, Tag::Link, vec![(String::new(), before)], vec![(String::new(), after)]);
            hunk.words = (0, 0);
            return hunk;
        }
        if self.is_spelling(&before, &after, &mut hunk) {
            return hunk;
        }
        let mut covered = (vec![false; before.len()], vec![false; after.len()]);
        self.dates(&mut hunk, &before, &after, &mut covered);
        let figures = |side: &Side<'_>, run: &Range<usize>| -> Finds {
            let figures = run.clone().filter(|&at| side.is_figure(at) && !side.is_date(at));
            figures.map(|at| (side.form(at).to_owned(), at..at + 1)).collect()
        };
        self.compare(
            &mut hunk,
            Tag::Number,
            figures(old, &before),
            figures(new, &after),
            (&before, &after),
            &mut covered,
        );
        for tag in [Tag::Number, Tag::Negation, Tag::Modality, Tag::Attribution] {
            let (a, b) = (phrases(old, &before, tag), phrases(new, &after, tag));
            self.compare(&mut hunk, tag, a, b, (&before, &after), &mut covered);
        }
        self.opposites(&mut hunk, &before, &after, &mut covered);
        let names = (self.names.within(old, &before), self.names.within(new, &after));
        self.compare(&mut hunk, Tag::Name, names.0, names.1, (&before, &after), &mut covered);
        let addresses = |side: &Side<'_>, run: &Range<usize>| side.words[run.clone()].iter().any(|word| word.linked);
        if addresses(old, &before) || addresses(new, &after) {
            hunk.tags.push(Tag::Link);
            for at in before.clone().filter(|&at| old.words[at].linked) {
                covered.0[at - before.start] = true;
            }
            for at in after.clone().filter(|&at| new.words[at].linked) {
                covered.1[at - after.start] = true;
            }
            hunk.found.push((Tag::Link, Changed { old: None, new: None }));
        }
        hunk.words = self.left(&before, &after, &covered);
        hunk.tags.sort_unstable();
        hunk.tags.dedup();
        hunk
    }

    /// An edit without a word: punctuation, unless a sign belongs to the figure beside it (`-5`, `5%`, `$5`).
    fn signs(&self, tokens: (Range<usize>, Range<usize>), hunk: &mut Hunk) {
        let of_figure = |side: &Side<'_>, run: &Range<usize>| {
            let tokens = &side.tokens;
            let shown = if run.is_empty() { "" } else { tokens.text(run.clone()) };
            let number = |at: Option<usize>| at.is_some_and(|at| tokens.kinds.get(at) == Some(&Token::Number));
            let spaced = |at: usize| tokens.text(at..at + 1).ends_with(char::is_whitespace);
            let Some(sign) = shown.trim().chars().next().filter(|sign| SYMBOLS.contains(sign)) else { return false };
            let dash = matches!(sign, '-' | '−' | '–' | '+');
            let behind =
                number(Some(run.end)) && !spaced(run.end - 1) && (!dash || run.start == 0 || spaced(run.start - 1));
            let before = !dash && number(run.start.checked_sub(1));
            shown.trim().chars().count() == 1 && (behind || before)
        };
        if of_figure(self.old, &tokens.0) || of_figure(self.new, &tokens.1) {
            hunk.tags.push(Tag::Number);
            let with_figure = |side: &Side<'_>, run: &Range<usize>| {
                let number = |at: usize| side.tokens.kinds.get(at) == Some(&Token::Number);
                let start = run.start - usize::from(run.start > 0 && number(run.start - 1));
                let end = run.end + usize::from(number(run.end));
                side.tokens.text(start..end).trim().to_owned()
            };
            let (old, new) = (with_figure(self.old, &tokens.0), with_figure(self.new, &tokens.1));
            hunk.found.push((Tag::Number, Changed { old: some(old), new: some(new) }));
        } else {
            hunk.tags.push(Tag::Punctuation);
        }
    }

    /// The same words with other capitals, or with other signs between them.
    fn is_spelling(&self, before: &Range<usize>, after: &Range<usize>, hunk: &mut Hunk) -> bool {
        let letters = |side: &Side<'_>, run: &Range<usize>| -> String { run.clone().map(|at| side.form(at)).collect() };
        if before.is_empty() || after.is_empty() || letters(self.old, before) != letters(self.new, after) {
            return false;
        }
        let exact = |side: &Side<'_>, run: &Range<usize>| -> String {
            side.shown(run).chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let same = exact(self.old, before) == exact(self.new, after);
        hunk.tags.push(if same { Tag::Punctuation } else { Tag::Case });
        hunk.words = (0, 0);
        true
    }

    fn dates(
        &mut self,
        hunk: &mut Hunk,
        before: &Range<usize>,
        after: &Range<usize>,
        covered: &mut (Vec<bool>, Vec<bool>),
    ) {
        let mut a = dates_in(self.old, before, &mut covered.0);
        let mut b = dates_in(self.new, after, &mut covered.1);
        if a.is_empty() && b.is_empty() {
            return;
        }
        let same = |a: &Finds, b: &Finds| a.iter().map(|find| &find.0).eq(b.iter().map(|find| &find.0));
        if same(&a, &b) {
            return;
        }
        // A year that was added belongs to the date that it stands beside.
        let beside = |side: &Side<'_>, run: &Range<usize>| -> Finds {
            let near = [run.start.checked_sub(1), Some(run.end)];
            let at = near.into_iter().flatten().find(|&at| at < side.words.len() && side.is_dated(at));
            at.map(|at| side.date_around(at)).map(|run| (side.shown(&run).to_owned(), run)).into_iter().collect()
        };
        if before.is_empty() && a.is_empty() {
            a = beside(self.old, before);
        } else if after.is_empty() && b.is_empty() {
            b = beside(self.new, after);
        }
        let runs = |finds: &Finds| finds.first().map_or(0..0, |find| find.1.clone());
        let told = (runs(&a), runs(&b));
        hunk.tags.push(Tag::Date);
        let is = |date: &Range<usize>, known: &Range<usize>| !date.is_empty() && date == known;
        if !is(&told.0, &self.date.0) && !is(&told.1, &self.date.1) {
            for (date, known) in [(told.0, &mut self.date.0), (told.1, &mut self.date.1)] {
                if !date.is_empty() {
                    *known = date;
                }
            }
            self.found(hunk, Tag::Date, a, b);
        }
    }

    /// Adds what stands on one side more often than on the other.
    fn compare(
        &self,
        hunk: &mut Hunk,
        tag: Tag,
        mut a: Finds,
        mut b: Finds,
        (before, after): (&Range<usize>, &Range<usize>),
        covered: &mut (Vec<bool>, Vec<bool>),
    ) {
        work::did(a.len() + b.len());
        let mut both = in_both(&a, &b);
        let mut others = both.clone();
        let is_more = |form: &str, both: &mut HashMap<String, usize>| match both.get_mut(form) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            Some(_) | None => true,
        };
        a.retain(|(form, _)| is_more(form, &mut both));
        b.retain(|(form, _)| is_more(form, &mut others));
        // What only stands beside the edit was there to be found on both sides.
        a.retain(|(_, words)| words.start < before.end && words.end > before.start);
        b.retain(|(_, words)| words.start < after.end && words.end > after.start);
        let cover = |finds: &Finds, run: &Range<usize>, covered: &mut [bool]| {
            for at in finds.iter().flat_map(|find| find.1.clone()).filter(|at| run.contains(at)) {
                covered[at - run.start] = true;
            }
        };
        cover(&a, before, &mut covered.0);
        cover(&b, after, &mut covered.1);
        if !a.is_empty() || !b.is_empty() {
            hunk.tags.push(tag);
            self.found(hunk, tag, a, b);
        }
    }

    /// Adds finds of both sides: in pairs where it is plain what became what, else each by itself.
    fn found(&self, hunk: &mut Hunk, tag: Tag, a: Finds, b: Finds) {
        if !hunk.tags.contains(&tag) {
            hunk.tags.push(tag);
        }
        let near = hunk.words.0.max(hunk.words.1) <= NEAR;
        let show = |side: &Side<'_>, run: &Range<usize>| some(side.shown(run).to_owned());
        if a.len() == b.len() && (near || a.len() == 1) {
            let pairs = a.iter().zip(&b);
            let changed = pairs.map(|(a, b)| Changed { old: show(self.old, &a.1), new: show(self.new, &b.1) });
            hunk.found.extend(changed.map(|changed| (tag, changed)));
        } else {
            hunk.found.extend(a.iter().map(|a| (tag, Changed { old: show(self.old, &a.1), new: None })));
            hunk.found.extend(b.iter().map(|b| (tag, Changed { old: None, new: show(self.new, &b.1) })));
        }
    }

    /// How many words of an edit are none of what was found; what both sides have, in whatever order, is no other word.
    fn left(&self, before: &Range<usize>, after: &Range<usize>, covered: &(Vec<bool>, Vec<bool>)) -> (usize, usize) {
        let mut forms: HashMap<&str, usize> = HashMap::new();
        let (mut old, mut new) = (0, 0);
        for at in before.clone().filter(|at| !covered.0[at - before.start]) {
            *forms.entry(self.old.form(at)).or_default() += 1;
            old += 1;
        }
        for at in after.clone().filter(|at| !covered.1[at - after.start]) {
            match forms.get_mut(self.new.form(at)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    old -= 1;
                }
                Some(_) | None => new += 1,
            }
        }
        (old, new)
    }

    /// Pairs of words of which one negates the other.
    fn opposites(
        &self,
        hunk: &mut Hunk,
        before: &Range<usize>,
        after: &Range<usize>,
        covered: &mut (Vec<bool>, Vec<bool>),
    ) {
        if hunk.tags.contains(&Tag::Negation) || before.len().max(after.len()) > NEAR {
            return;
        }
        for i in before.clone() {
            for j in after.clone() {
                let (a, b) = (self.old.form(i), self.new.form(j));
                if !covered.1[j - after.start] && self.lexicon.are_opposite(a, b) {
                    (covered.0[i - before.start], covered.1[j - after.start]) = (true, true);
                    let find = |run: usize| vec![(String::new(), run..run + 1)];
                    self.found(hunk, Tag::Negation, find(i), find(j));
                    break;
                }
            }
        }
    }
}

/// How often each form stands in both.
fn in_both(a: &Finds, b: &Finds) -> HashMap<String, usize> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    a.iter().for_each(|(form, _)| counts.entry(form).or_default().0 += 1);
    b.iter().for_each(|(form, _)| counts.entry(form).or_default().1 += 1);
    counts.into_iter().map(|(form, (old, new))| (form.to_owned(), old.min(new))).collect()
}
