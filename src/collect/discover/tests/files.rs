//! Feeds that lie on this machine, for comparing with what others read in them:
//! `FEEDS=folder cargo test --lib feeds_of_a_folder -- --ignored --nocapture` prints `FEED file address` for each item.

use std::path::Path;

use super::*;

#[test]
#[ignore = "reads a folder of the caller's"]
fn feeds_of_a_folder() {
    let Some(folder) = std::env::var_os("FEEDS") else { return };
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { show(&path) }
        }
    }
}

/// Prints the items of one file, wherever they lead.
fn show(path: &Path) {
    let body = std::fs::read(path).expect("a file");
    let text = crate::read::charset::decode(&body, None).text;
    let hosts = text.split("://").skip(1).filter_map(|rest| {
        let host: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
        (!host.is_empty()).then_some(host)
    });
    let mut source = source("http://feed.example/news");
    source.kind = crate::model::source::Kind::Feed;
    source.allow_hosts = hosts.collect();
    let mut answer = exchange("http://feed.example/news", 200, "", "");
    answer.headers.clear();
    answer.body = body;
    let found = read_items(&answer, &source, &Reach::of(&source));
    println!("FILE {} {:?}", path.display(), found.problem);
    for item in found.items {
        println!("FEED {} {}", path.display(), item.url);
    }
}
