//! Names that other texts hold, so that one is told where neither a capital nor a title says so.
//!
//! Learnt by the same rules by which an edit is looked at. A word counts with an ending that its language may give it: `Сапта`
//! is known by `Сапт`. What stands in small letters anywhere is no name. No list of names is built in.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::keys::Keys;
use super::lexicon::{Capitals, Lexicon, Sense};
use super::names::{GLYPHS, Spelling, has_any_tag};
use super::side::Side;
use super::tokens::{Kind, Tokens};
use crate::model::text::Text;

/// A stem has at least so many letters,
const STEM: usize = 4;
/// and an ending at most so many.
const ENDING: usize = 3;
/// In a script without capitals, a word that stood behind a title once may be any word.
const TITLED: usize = 2;

/// Names that stand in some texts.
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    names: HashSet<String>,
    small: HashSet<String>,
    /// How often a word stood by a title, in scripts whose letters do not tell a name.
    titled: HashMap<String, usize>,
}

impl Gazetteer {
    /// Takes in the names of a text.
    pub fn learn(&mut self, text: &Text) {
        let lexicon = Lexicon::of(text.language());
        match lexicon.capitals {
            Capitals::Names => {
                let spelling = Spelling::of(text.paragraphs().iter().map(String::as_str));
                self.names.extend(spelling.names.into_iter().map(str::to_owned));
                self.small.extend(spelling.small.into_iter().map(str::to_owned));
            }
            Capitals::Nouns | Capitals::None => {
                for paragraph in text.paragraphs() {
                    let tokens = Tokens::of(paragraph, &mut Keys::default());
                    self.learn_by_titles(&Side::of(tokens, lexicon), lexicon);
                }
            }
        }
    }

    fn learn_by_titles(&mut self, side: &Side<'_>, lexicon: &Lexicon) {
        let capitals = lexicon.capitals;
        for at in 0..side.words.len() {
            let word = &side.words[at];
            match side.kind(at) {
                Kind::Word
                    if side.has_sense_before(at, Sense::BeforeName)
                        && !has_any_tag(side, at)
                        && (capitals == Capitals::None || word.capital) =>
                {
                    let name = stem(trimmed(side.shown(&(at..at + 1))), &lexicon.nominative);
                    // A title before a title is one: `Herr Minister`.
                    if !side.has_sense_from(at, Sense::BeforeName) {
                        *self.titled.entry(name.to_owned()).or_default() +=
                            if capitals == Capitals::None { 1 } else { TITLED };
                    }
                }
                Kind::Glyph if side.has_sense_from(at, Sense::AfterName) => {
                    if let Some(run) = name_before(side, at) {
                        *self.titled.entry(side.shown(&run).to_owned()).or_default() += TITLED;
                    }
                }
                Kind::Word | Kind::Glyph | Kind::Number | Kind::End | Kind::Pause | Kind::Sign | Kind::Whole => {}
            }
        }
    }

    /// Whether a word, as it stands, is one of the names.
    pub fn holds(&self, word: &str) -> bool {
        if self.small.contains(word.to_lowercase().as_str()) {
            return false;
        }
        let length = word.chars().count();
        let shortest = length.saturating_sub(ENDING).max(STEM).min(length);
        let ends = word.char_indices().map(|(at, _)| at).chain([word.len()]).skip(shortest);
        ends.map(|end| &word[..end]).any(|stem| self.has(stem))
    }

    fn has(&self, word: &str) -> bool {
        self.names.contains(word) || self.titled.get(word).is_some_and(|&count| count >= TITLED)
    }
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// A name without what it loses before other endings, where enough of it is left.
fn stem<'a>(name: &'a str, nominative: &str) -> &'a str {
    name.strip_suffix(nominative).filter(|stem| stem.chars().count() >= STEM).unwrap_or(name)
}

/// The signs of one script that end right before a title, where they are few enough for a name.
fn name_before(side: &Side<'_>, title: usize) -> Option<Range<usize>> {
    let script = |at: usize| side.form(at).chars().next().map(|c| matches!(c, '\u{30a0}'..='\u{30ff}'));
    let is_kana = |at: usize| side.form(at).starts_with(|c| matches!(c, '\u{3040}'..='\u{309f}'));
    let joined = |at: usize| side.words[at + 1].token == side.words[at].token + 1;
    let mut start = title;
    while start > 0
        && title - start <= GLYPHS
        && side.kind(start - 1) == Kind::Glyph
        && joined(start - 1)
        && !is_kana(start - 1)
        && (start == title || script(start - 1) == script(start))
    {
        start -= 1;
    }
    let length = title - start;
    (2..=GLYPHS).contains(&length).then_some(start..title)
}

#[cfg(test)]
mod tests {
    use super::super::{Version, compare, summary};
    use super::*;

    fn knowing(language: &str, texts: &[&str]) -> Gazetteer {
        let mut names = Gazetteer::default();
        for text in texts {
            names.learn(&Text::new(None, None, Some(language), [text]));
        }
        names
    }

    fn line(language: &str, texts: &[&str], old: &str, new: &str) -> String {
        let names = knowing(language, texts);
        let text = |body: &str| Text::new(None, None, Some(language), [body]);
        let (old, new) = (text(old), text(new));
        summary(&compare(&Version::from(&old), &Version::from(&new), &|word| names.holds(word))).line
    }

    #[test]
    fn a_name_is_known_by_how_other_texts_write_it() {
        let names = knowing("ru", &["Его встретил Сапт, и все ушли. Он сказал: дорога открыта."]);
        assert!(names.holds("Сапт") && names.holds("Саптом"));
        assert!(!names.holds("Дорога") && !names.holds("Он") && !names.holds("Сап"));
        assert_eq!(
            line("en", &["We met Hentzau there."], "Sapt left.", "Hentzau left."),
            "1 name (+Hentzau), 1 word removed",
            "what opens a sentence and is known from nowhere is a word"
        );
        assert_eq!(line("en", &[], "Sapt left.", "Hentzau left."), "1 word replaced");
    }

    #[test]
    fn where_letters_do_not_tell_a_title_does() {
        assert_eq!(
            line(
                "de",
                &["Dort sprach Minister Zenda. Auch Frau Sapt kam."],
                "Gestern sprach Zenda.",
                "Gestern sprach Sapt."
            ),
            "1 name (Zenda → Sapt)"
        );
        let met =
            "შეხვედრას პრეზიდენტი საპტი დაესწრო. შემდეგ პრეზიდენტი საპტი წავიდა. ელჩი ზენდა და ელჩი ზენდა მოვიდნენ.";
        assert_eq!(line("ka", &[met], "იქ საპტმა ისაუბრა.", "იქ ზენდამ ისაუბრა."), "1 name (საპტმა → ზენდამ)");
        assert_eq!(
            line("ja", &["会談で田中外相が話し、鈴木氏が答えた。"], "その後、田中が来た。", "その後、鈴木が来た。"),
            { "1 name (田中 → 鈴木)" }
        );
    }
}
