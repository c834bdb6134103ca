//! How many pages a second are read: ours, beside the readers `trafilatura` and `dom_smoothie`, and the parsing of HTML alone.
//!
//! The pages are those of the tests, `ONRECORD_PAGES=FOLDER` names others: its files that end in `.html`. Each is decoded
//! beforehand, as the others take text; all go by one core. `cargo bench --bench read`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use onrecord::model::source::ReadSettings;
use onrecord::read::{Page, charset, read};

fn main() {
    divan::main();
}

#[allow(clippy::disallowed_methods)] // pages on a disk are no archive
static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let given = std::env::var_os("ONRECORD_PAGES").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages"));
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let decoded = |path: &PathBuf| charset::decode(&fs::read(path).expect("a page"), None).text;
    let pages: Vec<String> = files.iter().map(decoded).collect();
    assert!(!pages.is_empty(), "no .html file below {}", folder.display());
    pages
});

#[allow(clippy::disallowed_methods)]
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of pages").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "html") {
            files.push(path);
        }
    }
}

/// Reads all pages, one after another, and counts the letters so that nothing is left out.
fn all(bencher: Bencher<'_, '_>, read: impl Fn(&str) -> usize + Sync) {
    let pages = &*PAGES;
    bencher
        .counter(ItemsCount::new(pages.len()))
        .counter(BytesCount::new(pages.iter().map(String::len).sum::<usize>()))
        .bench(|| pages.iter().map(|page| read(black_box(page))).sum::<usize>());
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn ours(bencher: Bencher<'_, '_>) {
    let settings = ReadSettings::default();
    all(bencher, |page| {
        let content_type = Some("text/html; charset=utf-8");
        let page = Page { body: page.as_bytes(), content_type, url: None, captured_at: None };
        read(&page, &settings).text.canonical().len()
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn trafilatura(bencher: Bencher<'_, '_>) {
    let options = ::trafilatura::Options::default().with_fallback(true);
    all(bencher, |page| ::trafilatura::extract(page, &options).map_or(0, |found| found.content_text.len()));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn dom_smoothie(bencher: Bencher<'_, '_>) {
    all(bencher, |page| {
        let article = ::dom_smoothie::Readability::new(page, None, None).and_then(|mut reader| reader.parse());
        article.map_or(0, |article| article.text_content.len())
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn parsing_alone(bencher: Bencher<'_, '_>) {
    all(bencher, |page| scraper::Html::parse_document(page).tree.values().count());
}
