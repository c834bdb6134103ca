//! Two files compared: no byte of either is lost, whatever they are written with.

use std::collections::HashMap;

use serde_json::Value;

use crate::desk::Desk;

/// Old and new text as the ops hold them: what moved stands, in the old text, where its `move_from` is.
fn rejoined(ops: &[Value]) -> (String, String) {
    let text = |op: &Value, side: &str| op[side].as_str().unwrap_or_default().to_owned();
    let mut moved: HashMap<u64, String> = HashMap::new();
    for op in ops {
        if let Some(id) = op["move"].as_u64() {
            moved.entry(id).or_default().push_str(&text(op, "old"));
        }
    }
    let (mut old, mut new) = (String::new(), String::new());
    for op in ops {
        if op["op"] == "move_from" {
            old += &moved[&op["id"].as_u64().expect("a number")];
        } else if op["move"].is_null() {
            old += &text(op, "old");
        }
        new += &text(op, "new");
    }
    (old, new)
}

const FIRST: &str = "Über die Brücke bei Zenda fährt ab Montag kein Lastwagen mehr, teilte das Ministerium mit.";
const SECOND: &str = "Пограничный пункт открыт ежедневно с 8:00 до 20:00, кроме праздничных дней.";
const THIRD: &str = "جميع المعابر مفتوحة أمام المسافرين القادمين من الشمال منذ يوم أمس.";

#[test]
fn two_files_are_compared_to_the_byte() {
    let desk = Desk::empty();
    let join = |border: &str, parts: &[&str]| parts.join(border);
    let decomposed = SECOND.replace('й', "и\u{306}");
    let arabic = THIRD.replace('أ', "ا\u{654}");
    let texts = [
        join("\n\n", &[FIRST, SECOND, THIRD]),
        join("\n\n", &[&FIRST.replace('ü', "u\u{308}"), &decomposed, &arabic]) + "\n",
        join("\r\n\r\n", &[THIRD, FIRST, &SECOND.replace("20:00", "18:00")]) + "\r\n",
        format!("\u{feff}  {}\t\n\n\n\n", join(" \n \n", &[SECOND, "- one\n- two", FIRST])),
        join(" ", &[FIRST, &decomposed]) + "\u{a0}",
        "\n \n".to_owned(),
        String::new(),
    ];
    for old in &texts {
        for new in &texts {
            let (a, b) = (desk.write("old.txt", old), desk.write("new.txt", new));
            let names = [a.to_str().expect("UTF-8"), b.to_str().expect("UTF-8")];
            let status = i32::from(old != new);
            let ran = desk.run(&["diff", names[0], names[1], "--format", "json", "--exit-code"]).status(status);
            let told: Value = serde_json::from_str(ran.text()).expect("JSON");
            let ops = told["ops"].as_array().expect("ops");
            assert_eq!(rejoined(ops), (old.clone(), new.clone()), "{ops:#?}");
        }
    }
}
