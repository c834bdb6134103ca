//! Time is bounded on any input: four times the text is about four times the work, on texts that were slow for somebody's engine.
//!
//! Work is counted, not timed: words looked up, paragraphs and phrases compared, edits slid (`work`).

use super::*;

/// Numbers that are the same at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }

    fn of(&mut self, parts: &[&str], count: usize) -> String {
        (0..count).map(|_| parts[self.below(parts.len())]).collect()
    }
}

const PROSE: &str = "The Ministry said that it will not attend the talks in the capital on Monday. ";

type Pair = (String, String);

/// Two texts of a size, by their name.
fn cases(size: usize) -> Vec<(&'static str, Pair)> {
    let repeat = |unit: &str, share: usize| unit.repeat(size / share);
    let mut chance = Chance(7);
    let mut noise =
        |parts: &[&str], share: usize| -> Pair { (chance.of(parts, size / share), chance.of(parts, size / share)) };
    let thai = ["ก", "ข", "ค", "ง", "จ", "ฉ", "ช", "ซ"];
    let mut all = vec![
        ("one word", (repeat("word ", 5), repeat("word ", 6))),
        ("one paragraph", (repeat("word\n\n", 6), repeat("word\n\n", 7))),
        ("one word without end", (format!("{PROSE}{}", repeat("a", 1)), format!("{PROSE}{}b", repeat("a", 1)))),
        (
            "one word that negates itself",
            (format!("{PROSE}{}", repeat("un", 2)), format!("{PROSE}{}un", repeat("un", 2))),
        ),
        ("figures", (repeat("123 ", 4), repeat("124 ", 4))),
        ("dates", (PROSE.to_owned() + &repeat("on 12 May, ", 11), PROSE.to_owned() + &repeat("on 13 June, ", 12))),
        ("negations", (PROSE.to_owned() + &repeat("not ", 4), PROSE.to_owned() + &repeat("may ", 4))),
        ("addresses", (repeat("](http://", 9), repeat("](https://", 10))),
        ("marks", (format!("e{}", repeat("\u{301}", 2)), format!("e{}", repeat("\u{300}", 2)))),
        ("nothing to see", (repeat("\u{200b}", 3), repeat("\n", 1))),
        ("two words", noise(&["a ", "b "], 2)),
        ("two paragraphs", noise(&["a\n\n", "b\n\n"], 3)),
        ("eight letters without a space", noise(&thai, 3)),
    ];
    let names = |chance: &mut Chance, end: &str| -> String {
        (0..size / 24)
            .map(|_| {
                format!(
                    "with Mr {}{end} today ",
                    ["Ba", "Ce", "Di", "Fo", "Gu"]
                        .map(|part| (part, chance.below(2)))
                        .map(|(part, twice)| part.repeat(twice))
                        .concat()
                )
            })
            .collect()
    };
    all.push(("names", (PROSE.to_owned() + &names(&mut chance, "Xi"), PROSE.to_owned() + &names(&mut chance, "Yo"))));
    let sentences: Vec<String> =
        (0..size / 40).map(|i| format!("w{i} is what he said about x{} and y{}.", i * 7, i * 3)).collect();
    let mut turned = sentences.clone();
    turned.reverse();
    all.push(("sentences turned round", (sentences.join(" "), turned.join(" "))));
    all.push(("paragraphs turned round", (sentences.join("\n\n"), turned.join("\n\n"))));
    let edited: Vec<String> = sentences.iter().map(|sentence| sentence.replace("said", "thought")).collect();
    all.push(("every paragraph edited", (sentences.join("\n\n"), edited.join("\n\n"))));
    all
}

#[test]
fn four_times_the_text_is_about_four_times_the_work() {
    const SIZE: usize = 15_000;
    let work = |(old, new): &Pair| {
        work::of(|| {
            let text = |body: &str| Text::new(None, None, Some("en"), body.split("\n\n"));
            let difference = diff_texts(&text(old), &text(new));
            assert!(!summary(&difference).line.is_empty());
            assert_eq!(diff(old, new).apply(old).as_ref(), Some(new));
        })
    };
    for ((name, short), (_, long)) in cases(SIZE).iter().zip(&cases(4 * SIZE)) {
        let (less, more) = (work(short), work(long));
        // A quadratic step would make it sixteen times as much.
        assert!(more < less * 7 + 1000, "{name}: {less} steps, then {more}");
        assert!(less < SIZE * 400, "{name}: {less} steps");
    }
}

/// Longer texts end in a while: what is not counted is bounded too.
#[test]
fn large_texts_come_to_an_end() {
    for (name, (old, new)) in cases(120_000) {
        let whole = Version::plain(&old, Some("en"));
        let difference = compare(&whole, &Version::plain(&new, Some("en")), &|_| false);
        assert_eq!(difference.body.apply(&old), Some(new), "{name}");
    }
}
