//! The pages of a scripted press office, as text: statements, the listing, the feed.
//!
//! Pure: what is rendered follows from the office's state, and the noise from the number of the visit.

use std::io::Write;

use crate::site::{Feed, Office, path_of};

/// One statement as its page shows it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The title.
    pub title: String,
    /// The date, `2026-03-25T16:05:00+04:00`.
    pub published: String,
    /// The language, BCP 47.
    pub language: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// A clause that stands beside the statement, not in it.
    pub aside: Option<String>,
    /// How the page is encoded.
    pub charset: Charset,
}

/// How a page is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// Cyrillic for Windows.
    Windows1251,
    /// ISO-8859-1, which browsers read as windows-1252.
    Latin1,
    /// UTF-16, little-endian, with a byte-order mark.
    Utf16,
}

impl Charset {
    /// The name in `Content-Type`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1251 => "windows-1251",
            Self::Latin1 => "ISO-8859-1",
            Self::Utf16 => "utf-16le",
        }
    }

    /// The text in this encoding.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Windows1251 => encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
            Self::Latin1 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
            Self::Utf16 => {
                let units = std::iter::once(0xfeff).chain(text.encode_utf16());
                units.flat_map(u16::to_le_bytes).collect()
            }
        }
    }
}

const PLACES: [&str; 8] = ["Zenda", "Strelsau", "Hentzau", "Tarlenheim", "Hofbau", "Rassendyll", "Sapt", "Kramsky"];

impl Page {
    /// A statement of its own for each number, published on a day of its own.
    pub fn numbered(number: usize) -> Self {
        let place = PLACES[number % PLACES.len()];
        let title = format!("On the works at the {place} crossing, report {number}");
        let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day") + chrono::Days::new(number as u64);
        let paragraphs = [
            format!(
                "The Ministry informs that the works at the {place} crossing, which began on schedule, will be \
                 completed by the end of the month."
            ),
            format!(
                "In accordance with the plan, {} servicemen and {} vehicles take part in the works of stage {number}. The \
                 traffic is led over the lower bridge.",
                100 + number * 7,
                10 + number
            ),
            "The residents of the district are thanked for their patience. Further information will be given in due \
             course."
                .to_owned(),
        ];
        Self::new(&title, &format!("{day}T16:05:00+04:00"), "en", &paragraphs.each_ref().map(String::as_str))
    }

    /// A statement.
    pub fn new(title: &str, published: &str, language: &str, paragraphs: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            published: published.to_owned(),
            language: language.to_owned(),
            paragraphs: paragraphs.iter().map(|&paragraph| paragraph.to_owned()).collect(),
            aside: None,
            charset: Charset::Utf8,
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the listing prints beside a title, `25.03.2026`.
fn day(published: &str) -> String {
    let parts: Vec<&str> = published.get(..10).unwrap_or_default().split('-').rev().collect();
    parts.join(".")
}

/// The page of a statement, to visitor `noise` where the office is noisy.
pub fn statement(page: &Page, noise: Option<u64>) -> String {
    let (title, language) = (escape(&page.title), &page.language);
    let paragraphs: String = page.paragraphs.iter().map(|text| format!("<p>{}</p>\n", escape(text))).collect();
    let aside = page.aside.as_ref().map(|text| format!("<aside><p>{}</p></aside>\n", escape(text))).unwrap_or_default();
    let (script, turning, footer) = match noise {
        None => Default::default(),
        Some(visitor) => noise_of(visitor),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"{}\">\n<title>{title} — Press service</title>\n\
         <meta property=\"og:title\" content=\"{title}\">\n{script}</head>\n<body>\n\
         <nav><a href=\"/\">Home</a> <a href=\"/news/\">News</a></nav>\n\
         <main><article>\n<h1>{title}</h1>\n<time datetime=\"{}\">{}</time>\n{paragraphs}</article></main>\n\
         {aside}{turning}<footer>Press service{footer}</footer>\n</body>\n</html>\n",
        page.charset.label(),
        page.published,
        day(&page.published),
    )
}

/// Script, list of other statements and footer as visitor `n` gets them.
fn noise_of(n: u64) -> (String, String, String) {
    let nonce = sum(&n.to_be_bytes());
    let script = format!(
        "<meta name=\"csrf-token\" content=\"{nonce:016x}\">\n<script nonce=\"{nonce:x}\">var started = {n};</script>\n"
    );
    let mut names = PLACES;
    names.rotate_left((n % 8) as usize);
    let links: String = names[..5]
        .iter()
        .map(|name| format!("<li><a href=\"/about/{name}\">More about the district of {name} today</a></li>\n"))
        .collect();
    let clock = format!("{:02}:{:02}", n % 24, n * 7 % 60);
    let footer = format!("<p>Visitors today: {n}</p><p>Now: {clock}</p>");
    (script, format!("<aside class=\"related\"><h2>See also</h2><ul>\n{links}</ul></aside>\n"), footer)
}

/// What an address without a page shows.
pub fn absent() -> String {
    "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Page not found</title></head>\n\
     <body><h1>Page not found</h1><p>There is nothing at this address.</p></body></html>\n"
        .to_owned()
}

/// The statements that are listed, newest first.
fn listed(office: &Office) -> Vec<(&str, &Page)> {
    let is_listed = |gone: Option<u16>| gone.is_none() || !office.delists;
    office
        .places
        .iter()
        .rev()
        .filter(|(_, place)| is_listed(place.gone))
        .map(|(name, place)| (name.as_str(), &place.page))
        .collect()
}

/// A page of the listing, from 1.
pub fn listing(office: &Office, base: &str, number: usize) -> String {
    let all = listed(office);
    let per_page = if office.per_page == 0 { all.len().max(1) } else { office.per_page };
    let items: String = all
        .iter()
        .skip((number - 1) * per_page)
        .take(per_page)
        .map(|(name, page)| {
            let (path, title, date) = (path_of(name), escape(&page.title), day(&page.published));
            format!(
                "<li class=\"item\"><span class=\"date\">{date}</span>\n<h3><a href=\"{path}\">{title}</a></h3></li>\n"
            )
        })
        .collect();
    let next = if number * per_page < all.len() {
        format!("<p class=\"pager\"><a rel=\"next\" href=\"/news/?page={}\">Next</a></p>\n", number + 1)
    } else {
        String::new()
    };
    let announced = match office.feed {
        Some((Feed::Rss, _)) => format!("<link rel=\"alternate\" type=\"application/rss+xml\" href=\"{base}/feed\">\n"),
        Some((Feed::Atom, _)) => {
            format!("<link rel=\"alternate\" type=\"application/atom+xml\" href=\"{base}/feed\">\n")
        }
        Some((Feed::Json, _)) => {
            format!("<link rel=\"alternate\" type=\"application/feed+json\" href=\"{base}/feed\">\n")
        }
        None => String::new(),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Press service</title>\n{announced}</head>\n<body>\n\
         <nav><a href=\"/\">Home</a> <a href=\"/news/\">News</a></nav>\n\
         <main><h1>Press service</h1>\n<ul class=\"news\">\n{items}</ul>\n{next}</main>\n</body></html>\n"
    )
}

/// The feed's type and body.
pub fn feed(office: &Office, base: &str) -> (&'static str, String) {
    let (form, length) = office.feed.unwrap_or((Feed::Rss, 0));
    let newest = listed(office);
    let newest = newest.iter().take(length);
    let rfc2822 = |stated: &str| chrono::DateTime::parse_from_rfc3339(stated).expect("a time").to_rfc2822();
    match form {
        Feed::Rss => {
            let items: String = newest
                .map(|(name, page)| {
                    let (url, title) = (format!("{base}{}", path_of(name)), escape(&page.title));
                    let date = rfc2822(&page.published);
                    format!("<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{date}</pubDate></item>\n")
                })
                .collect();
            let head =
                format!("<title>Press service</title><link>{base}/news/</link><description>All news</description>");
            let body =
                format!("<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel>{head}\n{items}</channel></rss>\n");
            ("application/rss+xml; charset=utf-8", body)
        }
        Feed::Atom => {
            let items: String = newest
                .map(|(name, page)| {
                    let (url, title, date) = (format!("{base}{}", path_of(name)), escape(&page.title), &page.published);
                    format!(
                        "<entry><title>{title}</title><link href=\"{url}\"/><id>{url}</id><updated>{date}</updated>\
                         <published>{date}</published></entry>\n"
                    )
                })
                .collect();
            let head = format!("<title>Press service</title><id>{base}/</id><updated>2026-01-01T00:00:00Z</updated>");
            let body = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{head}\n{items}</feed>\n");
            ("application/atom+xml; charset=utf-8", body)
        }
        Feed::Json => {
            let items: Vec<serde_json::Value> = newest
                .map(|(name, page)| {
                    let url = format!("{base}{}", path_of(name));
                    serde_json::json!({ "id": url, "url": url, "title": page.title, "date_published": page.published, "content_text": "" })
                })
                .collect();
            let body = serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "Press service", "items": items });
            ("application/feed+json", body.to_string())
        }
    }
}

/// A sum of bytes, good enough to tell versions apart (FNV-1a).
pub fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The bytes as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("memory takes what is written");
    packer.finish().expect("memory takes what is written")
}
