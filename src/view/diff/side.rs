//! One side of a changed paragraph, word by word: how each is compared, whether it may be a name, a date, an address.
//!
//! Words are what is looked at; signs between them count only where they join figures to a date.

use std::cell::OnceCell;
use std::ops::Range;

use super::addresses::addresses;
use super::lexicon::{Capitals, Lexicon, Sense};
use super::tags::Tag;
use super::tokens::{Kind, Tokens};

/// A paragraph in which more words than one in two have a capital is a headline.
const HEADLINE: (usize, usize) = (4, 2);

/// One side of a paragraph.
pub(super) struct Side<'a> {
    /// Its tokens.
    pub(super) tokens: Tokens<'a>,
    /// Its words.
    pub(super) words: Vec<Word>,
    lexicon: &'static Lexicon,
}

/// A word as it is looked at; what takes work is worked out when it is asked for, which is near the edits alone.
pub(super) struct Word {
    /// Which token it is.
    pub(super) token: usize,
    /// Begins with a capital.
    pub(super) capital: bool,
    /// A sentence begins with it, so that its capital tells nothing.
    pub(super) opens: bool,
    /// Stands inside an address.
    pub(super) linked: bool,
    /// Is part of a name that says nothing: `the United States` states nothing.
    spared: bool,
    form: OnceCell<String>,
    /// What the words from this one on are: each sense with its number of words.
    senses: OnceCell<Vec<(Sense, usize)>>,
}

impl<'a> Side<'a> {
    /// Looks at a paragraph that is cut.
    pub(super) fn of(tokens: Tokens<'a>, lexicon: &'static Lexicon) -> Self {
        let addresses = addresses(tokens.raw());
        let mut side = Self { words: Vec::with_capacity(tokens.len()), tokens, lexicon };
        let (mut opens, mut address) = (true, 0);
        for token in 0..side.tokens.len() {
            let shown = side.tokens.text(token..token + 1);
            match side.tokens.kinds[token] {
                Kind::Word | Kind::Number | Kind::Glyph | Kind::Whole => {
                    let start = side.tokens.start(token);
                    while addresses.get(address).is_some_and(|run| run.end <= start) {
                        address += 1;
                    }
                    let linked = addresses.get(address).is_some_and(|run| run.contains(&start));
                    let word = if token == 0 { shown.trim_start() } else { shown };
                    let capital = word.starts_with(char::is_uppercase);
                    let (form, senses) = (OnceCell::new(), OnceCell::new());
                    side.words.push(Word { token, capital, opens, linked, spared: false, form, senses });
                    opens = false;
                }
                Kind::End => opens |= !(shown.starts_with('.') && side.ends_with_initial()),
                Kind::Pause => opens |= shown.starts_with(':'),
                Kind::Sign => {}
            }
            opens |= shown.bytes().any(|byte| byte == b'\n');
        }
        side.spare_names();
        side
    }

    /// Whether the last word is an initial.
    fn ends_with_initial(&self) -> bool {
        self.words.len().checked_sub(1).is_some_and(|last| self.is_initial(last))
    }

    /// A single capital letter: the stop behind it ends no sentence.
    fn is_initial(&self, word: usize) -> bool {
        self.words[word].capital && self.form(word).chars().count() == 1
    }

    /// A word with a capital inside a sentence, beside another such, says nothing.
    fn spare_names(&mut self) {
        if self.lexicon.capitals != Capitals::Names || self.is_headline() {
            return;
        }
        let capital = |at: Option<usize>| at.and_then(|at| self.words.get(at)).is_some_and(|word| word.capital);
        let is_part = |&at: &usize| {
            let before = || capital(at.checked_sub(1)) && self.is_one_name(at - 1);
            let after = || capital(Some(at + 1)) && self.is_one_name(at);
            self.words[at].capital && !self.words[at].opens && (before() || after())
        };
        let parts: Vec<usize> = (0..self.words.len()).filter(is_part).collect();
        for at in parts {
            self.words[at].spared = true;
        }
    }

    /// How a word is compared.
    pub(super) fn form(&self, word: usize) -> &str {
        let Word { token, form, .. } = &self.words[word];
        form.get_or_init(|| self.lexicon.form(self.tokens.text(*token..token + 1)))
    }

    /// How some words are compared, one space between them.
    pub(super) fn forms(&self, words: Range<usize>) -> String {
        words.map(|at| self.form(at)).collect::<Vec<_>>().join(" ")
    }

    /// Whether it is written with capitals throughout, so that they tell nothing.
    pub(super) fn is_headline(&self) -> bool {
        let capitals = self.words.iter().filter(|word| word.capital).count();
        self.words.len() >= HEADLINE.0 && capitals * HEADLINE.1 > self.words.len()
    }

    /// The words among some tokens.
    pub(super) fn words_of(&self, tokens: &Range<usize>) -> Range<usize> {
        let at = |token: usize| self.words.partition_point(|word| word.token < token);
        at(tokens.start)..at(tokens.end)
    }

    /// A run of words as it stands.
    pub(super) fn shown(&self, words: &Range<usize>) -> &'a str {
        match (self.words.get(words.start), words.end.checked_sub(1).and_then(|last| self.words.get(last))) {
            (Some(first), Some(last)) if !words.is_empty() => self.tokens.text(first.token..last.token + 1).trim(),
            _ => "",
        }
    }

    /// The kind of a word's token.
    pub(super) fn kind(&self, word: usize) -> Kind {
        self.tokens.kinds[self.words[word].token]
    }

    /// How many words the longest phrase of the language has.
    pub(super) fn longest(&self) -> usize {
        self.lexicon.longest
    }

    /// What the words from this one on are: each sense with its number of words.
    pub(super) fn senses(&self, word: usize, mut found: impl FnMut(Sense, usize)) {
        let senses = self.words[word].senses.get_or_init(|| {
            let end = self.words.len().min(word + self.lexicon.longest);
            let forms: Vec<&str> = (word..end).map(|at| self.form(at)).collect();
            let spared = |sense| matches!(sense, Sense::Tagged(Tag::Modality | Tag::Attribution));
            let mut senses = Vec::new();
            self.lexicon.senses(&forms, |sense, length| {
                if !(self.words[word].spared && spared(sense)) {
                    senses.push((sense, length));
                }
            });
            senses
        });
        for &(sense, length) in senses {
            found(sense, length);
        }
    }

    /// Whether a word by itself has a sense.
    pub(super) fn has_sense(&self, word: usize, sense: Sense) -> bool {
        let mut has = false;
        self.senses(word, |found, length| has |= found == sense && length == 1);
        has
    }

    /// Whether words that end right before this one have a sense.
    pub(super) fn has_sense_before(&self, word: usize, sense: Sense) -> bool {
        let start = word.saturating_sub(self.lexicon.longest);
        (start..word).any(|at| {
            let mut has = false;
            self.senses(at, |found, length| has |= found == sense && at + length == word);
            has
        })
    }

    /// Whether the words from this one on begin with some that have a sense.
    pub(super) fn has_sense_from(&self, word: usize, sense: Sense) -> bool {
        let mut has = false;
        if word < self.words.len() {
            self.senses(word, |found, _| has |= found == sense);
        }
        has
    }

    /// Whether a word and the next may be one name: nothing but a space, a hyphen or the stop of an initial between them.
    pub(super) fn is_one_name(&self, word: usize) -> bool {
        let (Some(a), Some(b)) = (self.words.get(word), self.words.get(word + 1)) else { return false };
        match self.tokens.text(a.token + 1..b.token).trim_end() {
            "" => b.token == a.token + 1,
            "." => self.is_initial(word),
            sign => matches!(sign, "-" | "‑" | "–" | "'" | "’"),
        }
    }
}
