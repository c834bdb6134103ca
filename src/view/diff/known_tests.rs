//! Texts whose edits are known: what was done is what is told, no more and no less.
//!
//! Sentences are made of invented words, so that two of them have little in common, as in prose; which and how many is chance.

use proptest::prelude::*;

use super::*;

/// Words that no language's file knows.
fn word(number: u64) -> String {
    const STARTS: [&str; 10] = ["bel", "dor", "fan", "gul", "kam", "lor", "mid", "pel", "ras", "ven"];
    const MIDDLES: [&str; 8] = ["a", "ebo", "idu", "oga", "uli", "ame", "eri", "oso"];
    const ENDS: [&str; 6] = ["k", "ren", "t", "mas", "lin", "p"];
    let part = |parts: &[&'static str], number: u64| parts[usize::try_from(number).unwrap_or(0) % parts.len()];
    [part(&STARTS, number), part(&MIDDLES, number / 10), part(&ENDS, number / 80)].concat()
}

/// A sentence with a figure in it.
#[derive(Clone, Debug)]
struct Sentence {
    words: Vec<u64>,
    figure: u32,
    negated: bool,
}

impl Sentence {
    fn text(&self) -> String {
        let mut words: Vec<String> = self.words.iter().map(|&number| word(number)).collect();
        words.insert(4, self.figure.to_string());
        if self.negated {
            words.insert(2, "not".to_owned());
        }
        let text = words.join(" ");
        format!("{}{}.", text[..1].to_uppercase(), &text[1..])
    }
}

/// Paragraphs of sentences.
type Sentences = Vec<Vec<Sentence>>;

fn sentence() -> impl Strategy<Value = Sentence> {
    (prop::collection::vec(0..480_u64, 8..16), 100..900_u32).prop_map(|(words, figure)| Sentence {
        words,
        figure,
        negated: false,
    })
}

fn sentences(paragraphs: std::ops::Range<usize>) -> impl Strategy<Value = Sentences> {
    prop::collection::vec(prop::collection::vec(sentence(), 3..6), paragraphs)
}

fn text(paragraphs: &Sentences) -> Text {
    let paragraph = |sentences: &Vec<Sentence>| sentences.iter().map(Sentence::text).collect::<Vec<_>>().join(" ");
    Text::new(Some("T"), None, Some("en"), paragraphs.iter().map(paragraph))
}

/// What it comes to, and how many ops are edits.
fn told(old: &Text, new: &Text) -> (Summary, usize) {
    let difference = diff_texts(old, new);
    let edits = difference.body.pieces().filter(|piece| piece.kind != Kind::Equal).count();
    (summary(&difference), edits)
}

/// A summary's counts: figures and negations, then sentences, paragraphs and words in all their ways.
fn counts(summary: &Summary) -> [usize; 5] {
    let Summary { sentences, paragraphs, words, .. } = summary;
    [
        summary.numbers.len(),
        summary.negations.len(),
        sentences.inserted + sentences.deleted + sentences.replaced,
        paragraphs.inserted + paragraphs.deleted + paragraphs.split + paragraphs.merged,
        words.inserted + words.deleted + words.replaced,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_changed_figure_is_told_and_nothing_else(
        old in sentences(1..12),
        places in prop::collection::btree_set((0..12_usize, 0..6_usize), 1..12),
    ) {
        let mut new = old.clone();
        let mut changed = Vec::new();
        for &(i, k) in &places {
            if let Some(sentence) = new.get_mut(i).and_then(|paragraph| paragraph.get_mut(k)) {
                let figure = sentence.figure.to_string();
                sentence.figure += 7;
                changed.push(Changed { old: Some(figure), new: Some(sentence.figure.to_string()) });
            }
        }
        let (summary, edits) = told(&text(&old), &text(&new));
        prop_assert_eq!(edits, changed.len());
        prop_assert_eq!(counts(&summary), [changed.len(), 0, 0, 0, 0], "{}", summary.line);
        prop_assert_eq!(summary.numbers, changed);
    }

    #[test]
    fn edits_beside_each_other_are_told_apart(old in sentences(1..5), at in 0..5_usize) {
        // In one paragraph: the first sentence goes, the figure of the second changes, the third is negated.
        let mut new = old.clone();
        let at = at % new.len();
        let paragraph = &mut new[at];
        paragraph.remove(0);
        paragraph[0].figure += 1;
        paragraph[1].negated = true;
        let (summary, _) = told(&text(&old), &text(&new));
        prop_assert_eq!(counts(&summary), [1, 1, 1, 0, 0], "{}", summary.line);
        prop_assert_eq!(summary.sentences.deleted, 1);
        let (back, _) = told(&text(&new), &text(&old));
        prop_assert_eq!(counts(&back), [1, 1, 1, 0, 0], "{}", back.line);
    }

    #[test]
    fn a_sentence_that_moves_is_one_move_with_its_edit(
        old in sentences(2..8),
        from in 0..8_usize,
        which in 0..6_usize,
        far in 1..8_usize,
        edited: bool,
    ) {
        let mut new = old.clone();
        let from = from % new.len();
        let to = (from + 1 + far % (new.len() - 1)) % new.len();
        let which = which % new[from].len();
        let mut sentence = new[from].remove(which);
        sentence.figure += u32::from(edited);
        new[to].push(sentence);
        let (summary, edits) = told(&text(&old), &text(&new));
        prop_assert_eq!(summary.sentences.moved, 1, "{}", summary.line);
        prop_assert_eq!(counts(&summary), [usize::from(edited), 0, 0, 0, 0], "{}", summary.line);
        prop_assert_eq!((edits, summary.paragraphs.moved), (2, 0));
        prop_assert_eq!(summary.weight, if edited { Weight::Fact } else { Weight::Order });
    }

    #[test]
    fn boilerplate_stays_where_it_is(
        old in sentences(3..8),
        every in 1..4_usize,
        at in 0..8_usize,
        added in sentence(),
    ) {
        // The same lines stand between the paragraphs, in both texts; one paragraph is edited, and one comes.
        const LINE: &str = "The press office answers questions of journalists on working days.";
        const RULE: &str = "* * *";
        let lay = |paragraphs: &Sentences| {
            let plain = text(paragraphs);
            let mut all = Vec::new();
            for (k, paragraph) in plain.paragraphs().iter().enumerate() {
                all.push(paragraph.clone());
                if k % every == 0 {
                    all.extend([RULE.to_owned(), LINE.to_owned()]);
                }
            }
            Text::new(Some("T"), None, Some("en"), all)
        };
        let mut new = old.clone();
        let at = at % new.len();
        new[at][1].figure += 1;
        let (summary, edits) = told(&lay(&old), &lay(&new));
        prop_assert_eq!((edits, summary.line), (1, format!("1 number ({} → {}); title unchanged", old[at][1].figure, new[at][1].figure)));
        let mut longer = lay(&new).paragraphs().to_vec();
        longer.extend([RULE.to_owned(), added.text()]);
        let (summary, _) = told(&lay(&old), &Text::new(Some("T"), None, Some("en"), longer));
        prop_assert_eq!((summary.paragraphs.inserted, summary.paragraphs.moved), (2, 0), "{}", summary.line);
    }

    #[test]
    fn a_paragraph_that_moves_keeps_its_edits(old in sentences(3..9), from in 0..9_usize, far in 1..9_usize, edited: bool) {
        let mut new = old.clone();
        let from = from % new.len();
        let mut paragraph = new.remove(from);
        paragraph[0].figure += u32::from(edited);
        let to = (from + far % new.len()) % (new.len() + 1);
        let moved = to != from;
        new.insert(to, paragraph);
        let (summary, edits) = told(&text(&old), &text(&new));
        prop_assert_eq!(summary.paragraphs.moved, usize::from(moved), "{}", summary.line);
        prop_assert_eq!(counts(&summary), [usize::from(edited), 0, 0, 0, 0], "{}", summary.line);
        prop_assert_eq!(edits, usize::from(edited));
    }

    #[test]
    fn what_stays_to_the_byte_changes_nothing_of_the_rest(
        old in sentences(1..12),
        dropped in prop::collection::btree_set(0..12_usize, 0..3),
        edited in prop::collection::btree_set(0..12_usize, 0..4),
        added in prop::collection::vec((0..12_usize, prop::collection::vec(sentence(), 2..5)), 0..3),
        moved in prop::option::of((0..12_usize, 0..12_usize)),
    ) {
        let mut new: Sentences = Vec::new();
        for (at, paragraph) in old.iter().enumerate().filter(|(at, _)| !dropped.contains(at)) {
            new.push(paragraph.clone());
            if let Some(last) = new.last_mut().filter(|_| edited.contains(&at)) {
                last[0].figure += 1;
                last.pop();
            }
        }
        for (at, paragraph) in added {
            new.insert(at % (new.len() + 1), paragraph);
        }
        if let Some((from, to)) = moved.filter(|_| !new.is_empty()) {
            let paragraph = new.remove(from % new.len());
            new.insert(to % (new.len() + 1), paragraph);
        }
        let (old, new) = (text(&old).body(), text(&new).body());
        let quick = layout::layout(&plan::plan(&old, &new)).difference;
        prop_assert_eq!(quick, layout::layout(&plan::plan_uncut(&old, &new)).difference);
    }
}
