//! Which words of an edit are names: a run of capitals inside a sentence, what stands by a title, what is a name elsewhere.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use super::finds::Finds;
use super::lexicon::{Capitals, Lexicon, Sense};
use super::side::Side;
use super::tokens::Kind;

/// A name in a script without spaces has at most so many signs.
pub(super) const GLYPHS: usize = 4;

/// What is known of the words of two texts, whatever the paragraph.
pub(super) struct Known<'a> {
    /// The words of the language.
    pub(super) lexicon: &'static Lexicon,
    texts: [&'a str; 2],
    /// How the words of both are written: found out when it is first asked for.
    spelling: OnceCell<Spelling<'a>>,
    /// Whether a word is a name elsewhere.
    elsewhere: &'a dyn Fn(&str) -> bool,
}

impl<'a> Known<'a> {
    /// Of two texts; `elsewhere` says what is a name elsewhere.
    pub(super) fn of(texts: [&'a str; 2], lexicon: &'static Lexicon, elsewhere: &'a dyn Fn(&str) -> bool) -> Self {
        Self { lexicon, texts, spelling: OnceCell::new(), elsewhere }
    }

    fn spelling(&self) -> &Spelling<'a> {
        self.spelling.get_or_init(|| Spelling::of(self.texts))
    }
}

/// What tells a name in one paragraph.
pub(super) struct Names<'s, 'k> {
    /// What is known of all of them.
    pub(super) known: &'s Known<'k>,
    /// Whether a capital inside this paragraph tells anything.
    pub(super) capitals: bool,
}

impl Names<'_, '_> {
    /// Runs of words that are names, as they stand.
    pub(super) fn within(&self, side: &Side<'_>, run: &Range<usize>) -> Finds {
        let mut found: Finds = Vec::new();
        for at in run.clone().filter(|&at| self.is_name(side, at, at == run.start)) {
            match found.last_mut() {
                Some((form, last)) if last.end == at && side.is_one_name(at - 1) => {
                    form.push(' ');
                    form.push_str(side.form(at));
                    last.end = at + 1;
                }
                _ => found.push((side.form(at).to_owned(), at..at + 1)),
            }
        }
        found
    }

    /// Whether a word is part of a name; `first` is the first of its edit.
    fn is_name(&self, side: &Side<'_>, at: usize, first: bool) -> bool {
        let word = &side.words[at];
        if word.linked || side.is_dated(at) || has_any_tag(side, at) {
            return false;
        }
        let titled = |at: usize| side.has_sense_before(at, Sense::BeforeName);
        let shown = || side.shown(&(at..at + 1)).trim_matches(|c: char| !c.is_alphanumeric());
        let known = || (self.known.elsewhere)(shown());
        match (side.kind(at), self.known.lexicon.capitals) {
            (Kind::Word, Capitals::None) => titled(at) || (first && at > 0 && titled(at - 1)) || known(),
            (Kind::Word, Capitals::Names | Capitals::Nouns) if !word.capital => false,
            (Kind::Word, Capitals::Names) => {
                (self.capitals && (is_acronym(shown()) || !word.opens || titled(at)))
                    || self.known.spelling().is_name(shown())
                    || (!self.known.spelling().is_small(shown()) && known())
            }
            (Kind::Word, Capitals::Nouns) => {
                (self.capitals && is_acronym(shown()))
                    || titled(at)
                    || (at > 0 && titled(at - 1) && side.words[at - 1].capital)
                    || known()
            }
            (Kind::Glyph, _) => is_suffixed(side, at) || self.is_part_of_known(side, at),
            (Kind::Number | Kind::End | Kind::Pause | Kind::Sign | Kind::Whole, _) => false,
        }
    }

    /// Whether a sign stands in a run of signs that is a name elsewhere.
    fn is_part_of_known(&self, side: &Side<'_>, at: usize) -> bool {
        let glyphs =
            |run: &Range<usize>| run.end <= side.words.len() && run.clone().all(|k| side.kind(k) == Kind::Glyph);
        let around = |length: usize| (at.saturating_sub(length - 1)..=at).map(move |start| start..start + length);
        (2..=GLYPHS).flat_map(around).any(|run| glyphs(&run) && (self.known.elsewhere)(side.shown(&run)))
    }
}

/// Whether a title follows within a few signs: `田中` before `外相`.
fn is_suffixed(side: &Side<'_>, at: usize) -> bool {
    (at + 1..=at + 3)
        .any(|next| side.has_sense_from(next, Sense::AfterName) && (at..next).all(|k| side.kind(k) == Kind::Glyph))
}

/// A word that is told by another tag is no name, whatever its first letter.
pub(super) fn has_any_tag(side: &Side<'_>, at: usize) -> bool {
    let mut has = false;
    side.senses(at, |sense, length| has |= length == 1 && matches!(sense, Sense::Tagged(_)));
    has
}

fn is_acronym(word: &str) -> bool {
    word.chars().filter(|c| c.is_uppercase()).count() >= 2 && word.chars().all(|c| !c.is_lowercase())
}

/// How the words of two whole texts are written, so that a capital at the start of a sentence can be told from a name.
#[derive(Default)]
pub(super) struct Spelling<'a> {
    /// Words with a capital inside a sentence.
    pub(super) names: HashSet<&'a str>,
    /// Words that stand in small letters somewhere.
    pub(super) small: HashSet<&'a str>,
}

impl<'a> Spelling<'a> {
    /// Looks through texts, roughly: white space parts words, signs at their ends fall off.
    pub(super) fn of(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut spelling = Self::default();
        for text in texts {
            let mut inside = false;
            for piece in text.split_whitespace() {
                let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
                if word.starts_with(char::is_lowercase) {
                    spelling.small.insert(word);
                } else if inside && word.starts_with(char::is_uppercase) {
                    spelling.names.insert(word);
                }
                inside = piece.ends_with(char::is_lowercase)
                    || (inside && piece.ends_with(char::is_alphanumeric))
                    || piece.ends_with(',');
            }
        }
        spelling
    }

    /// Whether a word with a capital, as it stands, is a name although a sentence begins with it.
    fn is_name(&self, word: &str) -> bool {
        self.names.contains(word) && !self.is_small(word)
    }

    /// Whether it stands in small letters too.
    fn is_small(&self, word: &str) -> bool {
        self.small.contains(word.to_lowercase().as_str())
    }
}
