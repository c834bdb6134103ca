//! Words that carry more than others, a language: what negates, what may and must be, who says it, and when.
//!
//! The words stand in `words/*.toml`, which a speaker of the language can read and mend; nothing here knows any of them. A
//! word is compared folded and in lower case; `*` stands for any ending or beginning (or both: `*x*` is inside a word), and several words are a phrase.
//! A language that has no file gets an empty lexicon: then only what is universal is found.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use super::keys::{Keys, fold};
use super::tags::Tag;
use super::tokens::Tokens;
use super::work;

/// The files, by the language's tag.
const FILES: [(&str, &str); 12] = [
    ("ar", include_str!("words/ar.toml")),
    ("az", include_str!("words/az.toml")),
    ("de", include_str!("words/de.toml")),
    ("en", include_str!("words/en.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("hy", include_str!("words/hy.toml")),
    ("ja", include_str!("words/ja.toml")),
    ("ka", include_str!("words/ka.toml")),
    ("ru", include_str!("words/ru.toml")),
    ("tr", include_str!("words/tr.toml")),
    ("uk", include_str!("words/uk.toml")),
    ("zh", include_str!("words/zh.toml")),
];

/// What a capital inside a sentence tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Capitals {
    /// A name begins.
    #[default]
    Names,
    /// A noun stands there, which may be a name.
    Nouns,
    /// The script has none.
    None,
}

/// A language's file as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    capitals: Capitals,
    dotless: bool,
    nominative: String,
    negation: Vec<String>,
    modality: Vec<String>,
    attribution: Vec<String>,
    number: Vec<String>,
    month: Vec<String>,
    date: Vec<String>,
    before_date: Vec<String>,
    after_date: Vec<String>,
    before_name: Vec<String>,
    after_name: Vec<String>,
    opposite: Opposite,
}

/// What makes a word its own opposite.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Opposite {
    prefix: Vec<String>,
    infix: Vec<String>,
    suffix: Vec<String>,
}

/// What a word or phrase is in a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It is of a kind that is told when it changes.
    Tagged(Tag),
    /// The name of a month: what stands beside it is a date.
    Month,
    /// A number behind it is a date.
    BeforeDate,
    /// A number before it is a date.
    AfterDate,
    /// A name follows.
    BeforeName,
    /// A name stands before it.
    AfterName,
}

/// The words of a language.
#[derive(Default)]
pub(super) struct Lexicon {
    pub(super) capitals: Capitals,
    dotless: bool,
    /// What a name ends with where it stands by itself, and loses before other endings; may be empty.
    pub(super) nominative: String,
    opposite: Opposite,
    /// Phrases by their first word, by its beginning where it ends with a star, by its end where it begins with one.
    whole: HashMap<String, Vec<Phrase>>,
    begins: HashMap<String, Vec<Phrase>>,
    ends: HashMap<String, Vec<Phrase>>,
    /// What stands inside a word, with something before it; one word each.
    inside: Vec<(String, Sense)>,
    /// How many words the longest phrase has.
    pub(super) longest: usize,
    /// How many bytes the longest part of a word has by which it is known: of a longer word no more is looked at.
    longest_part: usize,
}

struct Phrase {
    sense: Sense,
    /// The words after the first.
    rest: Vec<Pattern>,
}

enum Pattern {
    Whole(String),
    Begins(String),
    Ends(String),
}

impl Pattern {
    fn matches(&self, form: &str) -> bool {
        match self {
            Self::Whole(word) => form == word,
            Self::Begins(start) => form.starts_with(start.as_str()),
            Self::Ends(end) => form.ends_with(end.as_str()),
        }
    }
}

impl Lexicon {
    /// The words of a language by its tag; empty where there is no file for it.
    pub(super) fn of(language: Option<&str>) -> &'static Self {
        /// Each file is read when its language is first asked for.
        static ALL: [OnceLock<Lexicon>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
        static EMPTY: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);
        let tag = language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default().to_lowercase();
        match FILES.iter().position(|(known, _)| *known == tag) {
            Some(at) => ALL[at].get_or_init(|| Self::read(FILES[at].1)),
            None => &EMPTY,
        }
    }

    fn read(text: &str) -> Self {
        let file: File = toml::from_str(text).expect("the tests read every file that is built in");
        let mut lexicon = Self {
            capitals: file.capitals,
            dotless: file.dotless,
            nominative: file.nominative,
            opposite: file.opposite,
            longest: 1,
            ..Self::default()
        };
        let lists = [
            (Sense::Tagged(Tag::Negation), file.negation),
            (Sense::Tagged(Tag::Modality), file.modality),
            (Sense::Tagged(Tag::Attribution), file.attribution),
            (Sense::Tagged(Tag::Number), file.number),
            (Sense::Month, file.month),
            (Sense::Tagged(Tag::Date), file.date),
            (Sense::BeforeDate, file.before_date),
            (Sense::AfterDate, file.after_date),
            (Sense::BeforeName, file.before_name),
            (Sense::AfterName, file.after_name),
        ];
        for (sense, phrases) in lists {
            for phrase in &phrases {
                lexicon.add(sense, phrase);
            }
        }
        lexicon
    }

    fn add(&mut self, sense: Sense, phrase: &str) {
        if let Some(part) = phrase.strip_prefix('*').and_then(|phrase| phrase.strip_suffix('*')) {
            self.inside.push((self.form(part), sense));
            return;
        }
        let mut words = phrase.split_whitespace().flat_map(|word| self.patterns(word)).collect::<Vec<_>>().into_iter();
        let Some(first) = words.next() else { return };
        let phrase = Phrase { sense, rest: words.collect() };
        self.longest = self.longest.max(phrase.rest.len() + 1);
        let (table, key) = match first {
            Pattern::Whole(word) => (&mut self.whole, word),
            Pattern::Begins(start) => (&mut self.begins, start),
            Pattern::Ends(end) => (&mut self.ends, end),
        };
        self.longest_part = self.longest_part.max(key.len());
        table.entry(key).or_default().push(phrase);
    }

    /// A word of a phrase as the text will be cut: one pattern, or one for each sign where words have no spaces.
    fn patterns(&self, word: &str) -> Vec<Pattern> {
        if let Some(start) = word.strip_suffix('*') {
            return vec![Pattern::Begins(self.form(start))];
        }
        if let Some(end) = word.strip_prefix('*') {
            return vec![Pattern::Ends(self.form(end))];
        }
        let tokens = Tokens::of(word, &mut Keys::default());
        let words = (0..tokens.len()).filter(|&at| tokens.kinds[at].is_word());
        words.map(|at| Pattern::Whole(self.form(tokens.text(at..at + 1)))).collect()
    }

    /// A word as it is compared: folded, in lower case, without space around it.
    pub(super) fn form(&self, word: &str) -> String {
        let mut form = String::with_capacity(word.len());
        let mut before = None;
        for c in word.trim().chars() {
            let Some(c) = fold(c, before) else { continue };
            before = Some(c);
            match c {
                'I' if self.dotless => form.push('ı'),
                'İ' => form.push('i'),
                c if c.is_ascii() => form.push(c.to_ascii_lowercase()),
                c => form.extend(c.to_lowercase()),
            }
        }
        form
    }

    /// What the words that begin at the first of `forms` are: each sense with the number of words that have it.
    pub(super) fn senses(&self, forms: &[&str], mut found: impl FnMut(Sense, usize)) {
        let Some(&first) = forms.first() else { return };
        let mut try_all = |phrases: &[Phrase]| {
            work::did(phrases.len());
            for phrase in phrases {
                let rest = &forms[1..];
                if phrase.rest.len() <= rest.len()
                    && phrase.rest.iter().zip(rest).all(|(pattern, form)| pattern.matches(form))
                {
                    found(phrase.sense, phrase.rest.len() + 1);
                }
            }
        };
        if let Some(phrases) = self.whole.get(first) {
            try_all(phrases);
        }
        let borders = first.char_indices().skip(1).map(|(at, _)| at);
        for at in borders.chain([first.len()]).take_while(|&at| at <= self.longest_part) {
            work::did(at);
            if let Some(phrases) = self.begins.get(&first[..at]) {
                try_all(phrases);
            }
        }
        if !self.ends.is_empty() {
            let far = first.len().saturating_sub(self.longest_part);
            let tail = first.ceil_char_boundary(far);
            for at in first[tail..].char_indices().map(|(at, _)| tail + at).filter(|&at| at > 0) {
                work::did(first.len() - at);
                if let Some(phrases) = self.ends.get(&first[at..]) {
                    try_all(phrases);
                }
            }
        }
        for (part, sense) in &self.inside {
            if first.find(part.as_str()).is_some_and(|at| at > 0) {
                found(*sense, 1);
            }
        }
    }

    /// Whether one of two words negates the other by something inside it: `able` and `unable`, `geldi` and `gelmedi`.
    pub(super) fn are_opposite(&self, a: &str, b: &str) -> bool {
        /// A shorter rest is another word,
        const REST: usize = 2;
        /// and what has more bytes is none.
        const LONGEST: usize = 200;
        let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let more = long.len() - short.len();
        if more == 0 || long.len() > LONGEST || short.chars().count() < REST {
            return false;
        }
        let Opposite { prefix, infix, suffix } = &self.opposite;
        let same = |part: &String| part.len() == more;
        prefix.iter().filter(|part| same(part)).any(|part| long.strip_prefix(part.as_str()) == Some(short))
            || suffix.iter().filter(|part| same(part)).any(|part| long.strip_suffix(part.as_str()) == Some(short))
            || infix.iter().filter(|part| same(part)).any(|part| {
                let inside = |&(at, _): &(usize, &str)| at > 0 && at + part.len() < long.len();
                let places = long.match_indices(part.as_str()).filter(inside);
                places
                    .into_iter()
                    .any(|(at, _)| short.starts_with(&long[..at]) && short.ends_with(&long[at + part.len()..]))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_reads_and_says_something_of_everything() {
        for (tag, _) in FILES {
            let lexicon = Lexicon::of(Some(tag));
            let has = |sense| {
                [&lexicon.whole, &lexicon.begins, &lexicon.ends]
                    .iter()
                    .flat_map(|table| table.values())
                    .flatten()
                    .any(|phrase| phrase.sense == sense)
            };
            for kind in [Tag::Negation, Tag::Modality, Tag::Attribution, Tag::Number, Tag::Date] {
                assert!(has(Sense::Tagged(kind)), "{tag} {kind:?}");
            }
            assert!(has(Sense::Month) || has(Sense::AfterDate), "{tag}");
        }
        assert_eq!(Lexicon::of(Some("en-GB")).longest, 3);
        assert!(Lexicon::of(Some("xx")).whole.is_empty() && Lexicon::of(None).whole.is_empty());
    }

    #[test]
    fn finds_phrases_by_beginnings_and_ends() {
        let senses = |language, words: &[&str]| {
            let mut found = Vec::new();
            Lexicon::of(Some(language)).senses(words, |sense, length| found.push((sense, length)));
            found
        };
        let negation = Sense::Tagged(Tag::Negation);
        assert_eq!(senses("en", &["no", "longer"]), [(negation, 1), (negation, 2)]);
        assert_eq!(senses("en", &["didn't"]), [(negation, 1)]);
        assert_eq!(senses("fr", &["n'est", "pas"]), [(negation, 1)]);
        assert_eq!(senses("ru", &["сообщила"]), [(Sense::Tagged(Tag::Attribution), 1)]);
        assert_eq!(senses("ja", &["な", "い"]), [(negation, 2)]);
        assert_eq!(senses("en", &["bridge"]), []);
    }

    #[test]
    fn opposites_differ_by_a_part_that_negates() {
        let opposite = |language, a, b| Lexicon::of(Some(language)).are_opposite(a, b);
        assert!(opposite("en", "unable", "able") && opposite("ru", "возможно", "невозможно"));
        assert!(
            opposite("tr", "geldi", "gelmedi") && opposite("hy", "գնաց", "չգնաց") && opposite("az", "gəlir", "gəlmir")
        );
        assert!(!opposite("en", "able", "table") && !opposite("tr", "ev", "evler") && !opposite("en", "able", "able"));
    }
}
