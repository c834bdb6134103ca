//! Telling a counter inside a text from a change of it.
//!
//! Pure over the texts of the last looks.

use crate::model::text::Text;

/// So many looks in a row, each with another text, make a place that changes by itself.
pub(super) const LOOKS: usize = 5;

/// The paragraph, counted from 1, that is another one at each of these looks while all else stands still.
pub(super) fn restless_paragraph(texts: &[Text]) -> Option<usize> {
    let first = texts.first().filter(|_| texts.len() >= LOOKS)?;
    let still = |text: &Text| text.title() == first.title() && text.paragraphs().len() == first.paragraphs().len();
    if !texts.iter().all(still) {
        return None;
    }
    let mut place = None;
    for pair in texts.windows(2) {
        let paragraphs = pair[0].paragraphs().iter().zip(pair[1].paragraphs()).enumerate();
        let mut changed = paragraphs.filter(|(_, (old, new))| old != new).map(|(at, _)| at);
        let at = changed.next()?;
        if changed.next().is_some() || place.is_some_and(|place| place != at) {
            return None;
        }
        place = Some(at);
    }
    place.map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(counts: &[&str]) -> Vec<Text> {
        counts.iter().map(|count| Text::new(Some("T"), None, None, ["A text.", count, "Its end."])).collect()
    }

    #[test]
    fn a_counter_is_found_and_an_edit_beside_it_is_none() {
        let counted = texts(&["1", "2", "3", "4", "5"]);
        assert_eq!(restless_paragraph(&counted), Some(2));
        assert_eq!(restless_paragraph(&counted[1..]), None, "four looks are too few");
        let mut edited = counted.clone();
        edited[4] = Text::new(Some("T"), None, None, ["Another text.", "5", "Its end."]);
        assert_eq!(restless_paragraph(&edited), None);
        assert_eq!(restless_paragraph(&texts(&["1", "2", "2", "3", "4"])), None, "it stood still once");
    }
}
