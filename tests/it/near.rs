//! `verify FILE` where the text is not in the archive: the nearest revision is named, with what differs.

use crate::desk::Desk;
use crate::site::Site;

#[test]
fn a_text_that_is_almost_kept_is_shown_against_the_nearest_revision() {
    let site = Site::with(6);
    let desk = Desk::watching(&site);
    desk.round();
    site.edit("2", |page| page.paragraphs[1].push_str(" The commission has not met since the second of May."));
    desk.round();
    let line = desk.statement_at(&site.page("2"));
    let id = line["statement"].as_str().expect("an id").to_owned();
    for revision in [1, 2] {
        let text = desk.run(&["show", &format!("{id}@{revision}")]).ok().text().to_owned();
        let shown = desk.json(&["show", &format!("{id}@{revision}")]);
        let paragraphs = shown[0]["text"].as_str().expect("a text").to_owned();
        assert!(text.contains("114"), "{text}");
        let altered = paragraphs.replace("114", "141");
        assert_ne!(altered, paragraphs);
        desk.write("altered.txt", &altered);
        let ran = desk.run(&["verify", "altered.txt", "--json"]).status(1);
        let told = &ran.lines()[0];
        assert_eq!((&told["found"], &told["near"]["statement"]), (&false.into(), &id.clone().into()), "{ran:?}");
        assert_eq!(told["near"]["revision"], revision, "{ran:?}");
        let ops = told["near"]["difference"]["ops"].to_string();
        assert!(ops.contains("114") && ops.contains("141"), "{ran:?}");
        let ran = desk.run(&["verify", "altered.txt"]).status(1);
        for word in [&format!("{id} revision {revision}"), "not in the archive", "141", "114"] {
            assert!(ran.text().contains(word), "{word}: {ran:?}");
        }
    }
    // a passage of it is enough, and what is about something else is near nothing
    let shown = desk.json(&["show", &id]);
    let passage: Vec<&str> = shown[0]["text"].as_str().expect("a text").split_whitespace().skip(3).take(14).collect();
    desk.write("passage.txt", &passage.join(" "));
    let ran = desk.run(&["verify", "passage.txt"]).status(1);
    assert!(ran.text().contains("Nearest is"), "{ran:?}");
    desk.write("other.txt", "Winter wheat was sown on time in all of the northern districts, and rain has come early.");
    let ran = desk.run(&["verify", "other.txt"]).status(1);
    assert!(ran.text().contains("neither its bytes nor its text"), "{ran:?}");
    desk.write("empty.txt", "");
    let _ = desk.run(&["verify", "empty.txt"]).status(1);
    desk.check();
}
