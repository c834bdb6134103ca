//! An office whose statements are read from an interface that answers with JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::desk::{Desk, counted, events};
use crate::rounds::only;
use crate::site::{Mishap, Site};

fn paragraph(number: usize) -> String {
    format!(
        "In the matter numbered {number} the office of the harbour says that ships of up to {number} hundred tons may enter \
         again from Monday on, and asks their captains to announce themselves at the northern pier."
    )
}

/// What the interface says of a statement.
fn document(number: usize) -> Value {
    json!({
        "base_path": format!("/press/statement-{number}"),
        "title": format!("Statement {number} on the harbour of Strelsau"),
        "locale": "en",
        "first_published_at": format!("2026-03-{number:02}T09:30:00.000+00:00"),
        "public_updated_at": format!("2026-03-{number:02}T09:30:00.000+00:00"),
        "withdrawn_notice": {},
        "details": {
            "body": format!("<div class=\"text\"><p>{}</p><p>{}</p></div>", paragraph(number), paragraph(number + 20)),
            "change_history": [
                { "public_timestamp": format!("2026-03-{number:02}T09:30:00.000+00:00"), "note": "First published." }
            ]
        }
    })
}

/// The interface: a list, and a document for each statement.
struct Interface {
    site: Site,
    documents: BTreeMap<usize, Value>,
}

impl Interface {
    fn with(statements: usize) -> Self {
        let interface = Self { site: Site::open(), documents: (1..=statements).map(|n| (n, document(n))).collect() };
        interface.show();
        interface
    }

    fn show(&self) {
        let results = self.documents.iter().rev().map(|(number, document)| {
            json!({
                "title": document["title"],
                "link": format!("/press/statement-{number}"),
                "public_timestamp": document["public_updated_at"],
            })
        });
        let list = json!({ "results": results.collect::<Vec<_>>(), "total": self.documents.len() });
        self.site.mishap("/search.json", Mishap::Body("application/json", list.to_string().into_bytes()));
        for (number, document) in &self.documents {
            let path = format!("/api/content/press/statement-{number}");
            self.site.mishap(&path, Mishap::Body("application/json; charset=utf-8", document.to_string().into_bytes()));
        }
    }

    fn change(&mut self, number: usize, change: impl FnOnce(&mut Value)) {
        change(self.documents.get_mut(&number).expect("a statement"));
        self.show();
    }

    fn address(&self, number: usize) -> String {
        self.site.url(&format!("/press/statement-{number}"))
    }
}

fn watch(desk: &Desk, interface: &Interface, paths: &str) {
    let url = interface.site.url("/search.json");
    let text = format!(
        "[fetch]\nmin_interval = \"0s\"\nconfirm = \"0s\"\n[[source]]\nid = \"press\"\nkind = \"json\"\nurl = \"{url}\"\n\
         timezone = \"Europe/London\"\n[source.json]\nprefix = \"/api/content\"\ntitle = \"title\"\n{paths}"
    );
    desk.write("sources.toml", &text);
}

const PATHS: &str = "body = \"details.body\"\npublished = \"first_published_at\"\nmodified = \"public_updated_at\"\n\
    withdrawn = \"withdrawn_notice\"\nchanges = \"details.change_history\"\n";

#[test]
fn statements_of_an_interface_are_read_and_their_changes_told() {
    let mut interface = Interface::with(6);
    let desk = Desk::empty();
    watch(&desk, &interface, PATHS);
    assert_eq!(counted(&desk.round()), "new 6");
    let asked = interface.site.take_paths();
    assert!(asked.iter().all(|path| !path.starts_with("/press/")), "the interface alone is asked: {asked:?}");
    let listed = desk.statement_at(&interface.address(2));
    assert_eq!(listed["title"], "Statement 2 on the harbour of Strelsau");
    assert_eq!(listed["published"], "2026-03-02T09:30:00+00:00");
    let shown = desk.run(&["show", &interface.address(2)]).ok();
    let text = format!("\n\n{}\n\n{}\n\n- 2026-03-02: First published.\n", paragraph(2), paragraph(22));
    assert!(shown.text().ends_with(&text), "{}", shown.text());
    assert_eq!(counted(&desk.round()), "unchanged 6");

    interface.change(1, |document| {
        document["details"]["body"] = json!(format!("<div><p>{}</p></div>", paragraph(1)));
    });
    interface.change(2, |document| {
        let noted =
            json!({ "public_timestamp": "2026-03-20T10:00:00.000+00:00", "note": "Corrected the name of the pier." });
        document["details"]["change_history"].as_array_mut().expect("a list").insert(0, noted);
        document["public_updated_at"] = json!("2026-03-20T10:00:00.000+00:00");
    });
    interface.change(3, |document| {
        document["withdrawn_notice"] =
            json!({ "explanation": "<p>The harbour stays closed.</p>", "withdrawn_at": "2026-03-21T10:00:00+00:00" });
    });
    let told = desk.round();
    assert_eq!(counted(&told), "revised 3, unchanged 3", "{told:#?}");
    let flags = |number: usize| {
        let mut found = told.iter().filter(|event| event["url"] == interface.address(number).as_str());
        found.next().expect("an event")["flags"].clone()
    };
    assert_eq!((flags(1), flags(2), flags(3)), (json!([]), json!([]), json!(["marked-withdrawn"])));
    let diff = desk.run(&["diff", &interface.address(2)]).ok();
    assert!(diff.text().contains("Corrected the name of the pier."), "{}", diff.text());
    let shown = desk.run(&["show", &interface.address(3)]).ok();
    assert!(shown.text().contains("\n\nThe harbour stays closed.\n\n"), "{}", shown.text());
    assert_eq!(counted(&desk.round()), "unchanged 6");

    // a statement that moves is the same one where the interface leads on from its old address
    let moved = interface.documents.remove(&5).expect("a statement");
    interface.documents.insert(55, moved);
    interface.show();
    interface
        .site
        .mishap("/api/content/press/statement-5", Mishap::Redirect(301, "/api/content/press/statement-55".into()));
    assert_eq!(counted(&desk.round()), "unchanged 6");
    assert_eq!(desk.listed().len(), 6);

    // other settings are another reader, and no news of the office's
    watch(&desk, &interface, "body = \"details.body\"\npublished = \"public_updated_at\"\n");
    assert_eq!(counted(&desk.round()), "unchanged 6");
    interface.site.mishap("/api/content/press/statement-4", Mishap::Status(404));
    let told = desk.round();
    assert_eq!(only(&told, "missing")["url"], interface.address(4).as_str());
    desk.check();
}

#[test]
fn a_path_that_leads_nowhere_is_told_and_says_nothing_about_the_statement() {
    let mut interface = Interface::with(4);
    let desk = Desk::empty();
    watch(&desk, &interface, "body = \"detail.body\"\n");
    let checked = desk.run(&["sources", "check"]).status(1);
    let said = format!("{}{}", checked.text(), checked.stderr);
    assert!(said.contains("json.body: detail.body: no \"detail\" in the answer, but base_path, title"), "{said}");
    watch(&desk, &interface, PATHS);
    let checked = desk.run(&["sources", "check"]).ok();
    assert!(checked.text().contains("Statement 4 on the harbour of Strelsau"), "{checked:?}");
    assert_eq!(counted(&desk.round()), "new 4");
    // an interface that has changed its form is a fault of the look, and no text of the office's
    interface.change(2, |document| document["details"] = json!({ "text": "moved" }));
    let told = events(desk.run(&["fetch", "--recheck", "all", "--json"]).lines());
    assert_eq!(counted(&told), "failed 1, unchanged 3", "{told:#?}");
    assert!(only(&told, "failed")["reason"].as_str().is_some_and(|reason| reason.contains("json.body")), "{told:#?}");
    assert_eq!(desk.statement_at(&interface.address(2))["state"], "up");
    desk.check();
}
