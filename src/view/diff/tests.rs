//! The engine as a whole: what a person would mark, and what holds for any two texts.

use proptest::prelude::*;

use super::*;

/// The difference by its marks alone: `[-old-]{+new+}`, `<id>` where a move left, `<id:` and `>` around where it is.
fn marks(old: &str, new: &str) -> String {
    let difference = diff(old, new);
    let mut out = String::new();
    for block in &difference.blocks {
        if let Standing::MovedHere(id) = block.standing {
            out += &format!("<{id}:");
        }
        for op in &difference.ops[block.ops.clone()] {
            match op {
                Op::Piece(piece) if piece.kind == Kind::Equal => out += &piece.new,
                Op::Piece(piece) => {
                    for (open, text, close) in [("[-", &piece.old, "-]"), ("{+", &piece.new, "+}")] {
                        if !text.is_empty() {
                            out += &format!("{open}{}{close}{}", text.trim_end(), &text[text.trim_end().len()..]);
                        }
                    }
                }
                Op::Mark(Mark::MoveFrom { id }) => out += &format!("<{id}>"),
                Op::Mark(Mark::Split) => out += "{¶}",
                Op::Mark(Mark::Merge) => out += "[¶]",
            }
        }
        if let Standing::MovedHere(_) = block.standing {
            out += ">";
        }
    }
    out
}

const FIRST: &str = "The delegation arrived in the capital on Monday and met the minister of transport.";
const SECOND: &str = "Both sides agreed that the railway will be reopened before the end of the year.";
const THIRD: &str = "Journalists may apply for accreditation at the press office until Friday noon.";

#[test]
fn a_word_a_figure_and_a_negation_are_marked_alone() {
    assert_eq!(marks("At least 3 people died there.", "At least 5 people died there."), {
        "At least [-3-] {+5+} people died there."
    });
    assert_eq!(
        marks("We will attend the talks.", "We will not attend the talks."),
        "We will {+not+} attend the talks."
    );
    assert_eq!(marks("from 12 to 14 May", "from 13 to 15 May"), "from [-12-] {+13+} to [-14-] {+15+} May");
}

#[test]
fn a_number_in_groups_is_one_number() {
    assert_eq!(marks("some 12 345 men", "some 12 346 men"), "some [-12 345-] {+12 346+} men");
    assert!(diff("some 12 345 men", "some 12\u{a0}345 men").is_empty());
    assert_eq!(marks("in 2023 100 men", "in 2024 100 men"), "in [-2023-] {+2024+} 100 men");
}

#[test]
fn typography_is_noise() {
    let old = "“It’s over”, he said - at last... in the cafe\u{301}";
    let new = "«It's over», he said — at last… in the ca\u{ad}fé";
    let difference = diff(old, new);
    assert!(difference.is_empty());
    assert!(difference.pieces().any(|piece| piece.noise) && difference.pieces().any(|piece| !piece.noise));
    assert_eq!(difference.apply(old).as_deref(), Some(new));
    assert!(!diff("he said so", "He said so").is_empty(), "case is wording");
    assert!(!diff("5 kg", "٥ kg").is_empty(), "digits are wording");
}

#[test]
fn a_sentence_comes_and_goes_as_a_whole() {
    let old = "The road is closed. The bridge is open.";
    let new = "The road is closed. The road is guarded. The bridge is open.";
    assert_eq!(marks(old, new), "The road is closed. {+The road is guarded.+} The bridge is open.");
    assert_eq!(marks(new, old), "The road is closed. [-The road is guarded.-] The bridge is open.");
}

#[test]
fn scripts_without_spaces_are_compared_by_grapheme() {
    assert_eq!(marks("会談は三月に行われた。", "会談は五月に行われた。"), "会談は[-三-]{+五+}月に行われた。");
    assert_eq!(marks("การประชุมเริ่มวันจันทร์", "การประชุมเริ่มวันศุกร์"), "การประชุมเริ่มวัน[-จันท-]{+ศุก+}ร์");
}

#[test]
fn a_lost_space_after_a_sign_is_no_new_word() {
    assert!(diff("Next: Health. See below.", "Next:Health.See below.").is_empty());
}

#[test]
fn a_paragraph_moves_with_its_edits() {
    let old = [FIRST, SECOND, THIRD].join("\n\n");
    let new = [SECOND, THIRD, &FIRST.replace("Monday", "Tuesday")].join("\n\n");
    let moved = "The delegation arrived in the capital on [-Monday-] {+Tuesday+} and met the minister of transport.";
    assert_eq!(marks(&old, &new), format!("<1>{SECOND}\n\n{THIRD}\n\n<1:{moved}>"));
}

#[test]
fn the_lighter_part_is_what_moved() {
    let line = "Photo: press service of the ministry.";
    let edited = [SECOND, THIRD].join(" ").replace("railway", "road");
    let old = [line, FIRST, &[SECOND, THIRD].join(" ")].join("\n\n");
    let new = [FIRST, &edited, line].join("\n\n");
    assert!(marks(&old, &new).ends_with(&format!("<1:{line}>")), "{}", marks(&old, &new));
}

#[test]
fn a_split_and_a_merge_are_no_edits() {
    let (whole, parts) = ([FIRST, SECOND].join(" "), [FIRST, SECOND].join("\n\n"));
    assert_eq!(marks(&whole, &parts), format!("{FIRST}\n\n{{¶}}{SECOND}"));
    assert_eq!(marks(&parts, &whole), format!("{FIRST} [¶]{SECOND}"));
    let three = [FIRST, SECOND, THIRD].join("\n\n");
    let edited = [FIRST, SECOND, THIRD].join(" ").replace("Friday", "Sunday");
    assert_eq!(marks(&three, &edited).matches("[¶]").count(), 2);
}

#[test]
fn paragraphs_come_and_go_as_wholes() {
    let (old, new) = ([FIRST, SECOND].join("\n\n"), [FIRST, THIRD, SECOND].join("\n\n"));
    assert_eq!(marks(&old, &new), format!("{FIRST}\n\n{{+{THIRD}+}}\n\n{SECOND}"));
    assert_eq!(marks(&new, &old), format!("{FIRST}\n\n[-{THIRD}-]\n\n{SECOND}"));
    let standing: Vec<Standing> = diff(&old, &new).blocks.iter().map(|block| block.standing).collect();
    assert_eq!(standing, [Standing::InPlace, Standing::Inserted, Standing::InPlace]);
}

#[test]
fn scattered_common_words_do_not_break_what_was_written_anew() {
    let old = "The council rejected the proposal of the mayor after a long debate about its cost.";
    let new = "The council will publish a list of all donors in the spring and then debate about its cost.";
    let edits = marks(old, new).matches("{+").count();
    assert_eq!(edits, 1, "{}", marks(old, new));
}

#[test]
fn white_space_alone_and_nothing_at_all() {
    assert!(diff("", "").ops.is_empty());
    for (old, new) in [("", " \n"), (" ", ""), ("  \n\n", "word"), ("word\n\nmore", "\u{200b}"), ("", "a\n\nb")] {
        assert_eq!(diff(old, new).apply(old).as_deref(), Some(new), "{old:?} {new:?}");
    }
    assert!(diff(" \n", "").is_empty());
    assert_eq!(diff("a", "b").apply("c"), None);
}

#[test]
fn the_ops_have_the_form_of_the_contract() {
    let old = [FIRST, SECOND, "Odd ‘one’."].join("\n\n");
    let new = [SECOND, FIRST, "Odd \"one\".", "More."].join("\n\n");
    let json = serde_json::to_value(diff(&old, &new)).expect("ops are plain data");
    let ops: Vec<Op> = serde_json::from_value(json["ops"].clone()).expect("ops are read back");
    assert_eq!(ops, diff(&old, &new).ops);
    let names: Vec<&str> = json["ops"].as_array().into_iter().flatten().filter_map(|op| op["op"].as_str()).collect();
    let odd = ["equal"; 5];
    assert_eq!(names, [&["move_from", "equal", "equal"], &odd[..], &["insert"]].concat());
    assert_eq!(json["ops"][0], serde_json::json!({"op": "move_from", "id": 1}));
    assert_eq!(json["ops"][2]["move"], 1);
    assert_eq!(json["ops"][4]["noise"], true);
}

/// Prose of few words, so that two texts have much in common, with what borders and folds are made of.
fn prose() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => prop::sample::select(vec!["road", "Bridge", "the", "of", "is", "closed", "12", "345", "2024", "ё", "й"]),
        3 => prop::sample::select(vec![".", ",", "\"", "«", "»", "’", "'", "-", "—", "...", "…", ":", "(", ")", "*"]),
        2 => prop::sample::select(vec!["会", "談", "ก", "ำ", "カ", "\u{ad}", "\u{200b}", "\u{301}", "👩\u{200d}👧", "א"]),
        8 => Just(" "),
        2 => prop::sample::select(vec!["\n", "\n\n", "\r\n\r\n", " \n \n ", "\u{a0}", "  ", "\u{2029}", "\r", "\t"]),
    ];
    prop::collection::vec(part, 0..80).prop_map(|parts| parts.concat())
}

pub(super) fn two_texts() -> impl Strategy<Value = (String, String)> {
    prop_oneof![(prose(), prose()), ("(?s).{0,60}", "(?s).{0,60}"), edited()]
}

/// A text of several paragraphs, and the same with some dropped, repeated, swapped or joined.
fn edited() -> impl Strategy<Value = (String, String)> {
    let paragraphs = prop::collection::vec(prose(), 1..8);
    (paragraphs, prop::collection::vec((0..8_usize, prop::sample::select(vec!["\n\n", " ", "\n"])), 0..10)).prop_map(
        |(paragraphs, order)| {
            let new = order.iter().map(|(i, join)| format!("{}{join}", paragraphs[i % paragraphs.len()])).collect();
            (paragraphs.join("\n\n"), new)
        },
    )
}

/// A difference as what became of each paragraph, `turned` as if the new text were the old one.
///
/// What stays is in order, what came and went is in the order of its text, what moved in that of the place where it was first.
fn shape(difference: &Difference, turned: bool) -> [Vec<Vec<String>>; 4] {
    let one = |op: &Op| match op {
        Op::Piece(Piece { kind, old, new, noise, .. }) => {
            let (old, new) = if turned { (new, old) } else { (old, new) };
            let kind = match (kind, turned) {
                (Kind::Insert, true) => Kind::Delete,
                (Kind::Delete, true) => Kind::Insert,
                (kind, _) => *kind,
            };
            format!("{kind:?} {old:?} {new:?} {noise}")
        }
        Op::Mark(Mark::Split) => format!("{:?}", if turned { Mark::Merge } else { Mark::Split }),
        Op::Mark(Mark::Merge) => format!("{:?}", if turned { Mark::Split } else { Mark::Merge }),
        Op::Mark(Mark::MoveFrom { .. }) => "left".to_owned(),
    };
    let mut shape: [Vec<Vec<String>>; 4] = Default::default();
    for block in &difference.blocks {
        let mut ops: Vec<String> = difference.ops[block.ops.clone()].iter().map(one).collect();
        // Two borders at one place have no order.
        for at in 1..ops.len() {
            if ops[at - 1] == "Split" && ops[at] == "Merge" {
                ops.swap(at - 1, at);
            }
        }
        let list = match (block.standing, turned) {
            (Standing::InPlace, _) => 0,
            (Standing::Inserted, false) | (Standing::Deleted, true) => 1,
            (Standing::Deleted, false) | (Standing::Inserted, true) => 2,
            (Standing::MovedHere(_), _) => 3,
            (Standing::MovedAway(_), _) => continue,
        };
        shape[list].push(ops);
    }
    shape[3].sort();
    shape
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn applying_gives_the_new_text((old, new) in two_texts()) {
        let difference = diff(&old, &new);
        prop_assert_eq!(difference.old_text(), old.clone());
        prop_assert_eq!(difference.apply(&old), Some(new));
        let covered: Vec<usize> = difference.blocks.iter().flat_map(|block| block.ops.clone()).collect();
        prop_assert_eq!(covered, (0..difference.ops.len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_plain_text_is_compared_to_the_byte((old, new) in two_texts()) {
        let difference = compare(&Version::plain(&old, Some("en")), &Version::plain(&new, None), &|_| true);
        prop_assert_eq!(difference.body.apply(&old), Some(new.clone()));
        prop_assert_eq!(difference.is_same(), old == new);
    }

    #[test]
    fn equal_texts_differ_in_nothing(text in prose()) {
        let difference = diff(&text, &text);
        prop_assert!(difference.is_empty());
        prop_assert!(difference.pieces().all(|piece| piece.old == piece.new && !piece.noise));
    }

    #[test]
    fn the_way_back_is_the_way_there_turned_round((old, new) in two_texts()) {
        prop_assert_eq!(shape(&diff(&old, &new), false), shape(&diff(&new, &old), true));
    }

    #[test]
    fn what_is_called_equal_reads_the_same((old, new) in two_texts()) {
        for piece in diff(&old, &new).pieces().filter(|piece| piece.kind == Kind::Equal) {
            prop_assert!(diff(piece.old.trim(), piece.new.trim()).is_empty() || piece.old.trim().is_empty());
            prop_assert!(piece.noise || piece.old.split_whitespace().eq(piece.new.split_whitespace()));
        }
    }

    #[test]
    fn shows_and_sums_up_anything((old, new) in two_texts(), width in 0..40_usize, color: bool, all: bool) {
        let text = |body: &str| Text::new(Some(body), None, None, body.split("\n\n"));
        let difference = diff_texts(&text(&old), &text(&new));
        let style = inline::Style { color, width, all };
        let shown = inline::render(&difference, style);
        let unsafe_to_show = ['\u{202e}', '\r', '\0'];
        prop_assert!(!shown.contains(unsafe_to_show));
        prop_assert!(shown.is_empty() || shown.ends_with('\n'));
        prop_assert!(!summary(&difference).line.is_empty());
        prop_assert_eq!(unified::render(&text(&old).canonical(), &text(&new).canonical(), ("a", "b")).is_empty(), text(&old) == text(&new));
    }
}

/// Two texts of a statement as a person sees what changed: the line, the marks, the tags.
fn shown(language: &str, old: &str, new: &str) -> String {
    let text = |body: &str| Text::new(None, None, Some(language), body.split("\n\n"));
    let difference = diff_texts(&text(old), &text(new));
    let tags = difference.body.pieces().filter(|piece| piece.kind != Kind::Equal).map(|piece| {
        let tags: Vec<String> = piece.tags.iter().map(|tag| format!("{tag:?}").to_lowercase()).collect();
        if tags.is_empty() { "wording".to_owned() } else { tags.join("+") }
    });
    let tags: Vec<String> = tags.collect();
    let style = inline::Style { color: false, width: 100, all: false };
    let marks = inline::render(&difference, style);
    format!("{}\n{}\n\n{marks}", summary(&difference).line, tags.join(", "))
}

/// Pairs in several languages, as ministries change their texts; written for this test.
#[test]
fn pairs_of_many_languages_read_as_an_editor_would_mark_them() {
    let mut all = String::new();
    for case in include_str!("pairs.txt").split("\n====\n") {
        let (head, rest) = case.trim_start_matches('\n').split_once('\n').expect("a line with language and name");
        let (old, new) = rest.split_once("\n----\n").expect("an old and a new text");
        let (language, name) = head.split_once(' ').expect("a language and a name");
        all += &format!("{language} {name}\n{}\n", shown(language, old.trim(), new.trim()));
    }
    insta::assert_snapshot!("pairs", all);
}
