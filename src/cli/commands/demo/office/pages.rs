//! The pages of the demo's ministry: a listing, its feed, and each statement in the habit of its template.
//!
//! What is rendered follows from the office's state alone, but for the counter of visitors.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};

use super::statements::{AFTER_EDIT, EDITED, STATEMENTS, Statement, Template, WITHDRAWN};

const NAME: &str = "Ministry of Defence of Ruritania";

/// How many statements the feed holds: fewer than the listing, as feeds do.
const FEED: usize = 3;

/// What an office shows at one moment.
pub(super) struct State<'a> {
    /// `http://127.0.0.1:PORT`.
    pub(super) base: &'a str,
    /// When the office opened; the dates of its statements are counted back from it.
    pub(super) opened: DateTime<Utc>,
    pub(super) edited: bool,
    pub(super) withdrawn: bool,
    /// How many visitors came.
    pub(super) visitors: u64,
}

impl State<'_> {
    /// The statement that stands at a path, as its place among all.
    pub(super) fn find(path: &str) -> Option<usize> {
        let page = path.strip_prefix("/news/")?;
        STATEMENTS.iter().position(|statement| statement.page == page)
    }

    /// Whether a statement was taken down.
    pub(super) fn is_down(&self, place: usize) -> bool {
        self.withdrawn && place == WITHDRAWN
    }

    /// The statements that are up, newest first.
    fn up(&self) -> impl Iterator<Item = (usize, &'static Statement)> {
        STATEMENTS.iter().enumerate().filter(|(place, _)| !self.is_down(*place))
    }

    fn url(&self, statement: &Statement) -> String {
        format!("{}/news/{}", self.base, statement.page)
    }

    /// The stated time of publication: the office's clock stands two hours ahead of UTC.
    fn published(&self, statement: &Statement) -> DateTime<FixedOffset> {
        let (days, hour, minute) = statement.age;
        let zone = FixedOffset::east_opt(2 * 3600).expect("two hours are less than a day");
        let day = (self.opened - TimeDelta::days(days)).with_timezone(&zone).date_naive();
        let time = day.and_hms_opt(hour, minute, 0).expect("hours and minutes of STATEMENTS are of a clock");
        // A fixed offset has no hour that is skipped or repeated.
        time.and_local_timezone(zone).earliest().unwrap_or_default()
    }

    /// The page that lists what is up.
    pub(super) fn listing(&self) -> String {
        let item = |(_, statement): (usize, &Statement)| {
            let (url, date) = (self.url(statement), printed(self.published(statement), statement.language));
            let (language, title) = (statement.language, escape(statement.title));
            format!(
                "<li class=\"item\" lang=\"{language}\"><span class=\"date\">{date}</span>\n\
                 <h3><a href=\"{url}\">{title}</a></h3></li>\n"
            )
        };
        let items: String = self.up().map(item).collect();
        let head = format!(
            "<link rel=\"alternate\" type=\"application/rss+xml\" title=\"{NAME}\" href=\"{}/news/feed.xml\">",
            self.base
        );
        let main = format!("<main><h1>Press service</h1>\n<ul class=\"news\">\n{items}</ul></main>");
        self.page("en", &format!("Press service — {NAME}"), &head, &main)
    }

    /// The feed that the listing announces: RSS 2.0.
    pub(super) fn feed(&self) -> String {
        let item = |(_, statement): (usize, &Statement)| {
            let (url, title) = (self.url(statement), escape(statement.title));
            let date = self.published(statement).to_rfc2822();
            format!(
                "<item><title>{title}</title><link>{url}</link><guid isPermaLink=\"true\">{url}</guid>\
                 <pubDate>{date}</pubDate></item>\n"
            )
        };
        let items: String = self.up().take(FEED).map(item).collect();
        let base = self.base;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{NAME}</title>\
             <link>{base}/news/</link><description>Statements of the {NAME}</description>\n{items}</channel></rss>\n"
        )
    }

    /// The page of a statement.
    pub(super) fn statement(&self, place: usize) -> String {
        let statement = &STATEMENTS[place];
        let paragraphs = if self.edited && place == EDITED { AFTER_EDIT } else { statement.paragraphs };
        let paragraphs: Vec<String> = paragraphs.iter().map(|paragraph| escape(paragraph)).collect();
        let title = escape(statement.title);
        let published = self.published(statement);
        let date = printed(published, statement.language);
        let p: String = paragraphs.iter().map(|paragraph| format!("<p>{paragraph}</p>\n")).collect();
        let (head, main) = match statement.template {
            Template::Semantic => {
                let (url, time) = (self.url(statement), published.to_rfc3339());
                let head = format!(
                    "<link rel=\"canonical\" href=\"{url}\">\n<meta property=\"og:type\" content=\"article\">\n\
                     <meta property=\"og:title\" content=\"{title}\">\n<meta property=\"og:url\" content=\"{url}\">\n\
                     <script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\
                     \"headline\":\"{}\",\"datePublished\":\"{time}\",\"inLanguage\":\"{}\"}}</script>",
                    json(statement.title),
                    statement.language
                );
                let main = format!(
                    "<main><article><h1>{title}</h1>\n<time datetime=\"{time}\">{date}</time>\n{p}</article></main>"
                );
                (head, main)
            }
            Template::Portal => {
                let main = format!(
                    "<div class=\"content\"><h2 class=\"title\">{title}</h2>\n<div class=\"date\">{date}</div>\n\
                     <div class=\"article-text\">\n{p}</div></div>"
                );
                (String::new(), main)
            }
            Template::Soup => {
                let main = format!(
                    "<table width=\"100%\"><tr><td><font size=\"4\"><b>{title}</b></font><br>\n\
                     <font color=\"gray\">{date}</font><br><br>\n{}<br><br></td></tr></table>\n\
                     <p class=\"counter\">Просмотров: {}</p>",
                    paragraphs.join("<br><br>\n"),
                    4711 + self.visitors
                );
                (String::new(), main)
            }
        };
        self.page(statement.language, &format!("{title} — {NAME}"), &head, &main)
    }

    /// What is told of a page that is not there, or no longer.
    pub(super) fn absent(&self, what: &str) -> String {
        self.page("en", what, "", &format!("<main><h1>{what}</h1></main>"))
    }

    fn page(&self, language: &str, title: &str, head: &str, main: &str) -> String {
        let base = self.base;
        format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title>\n{head}</head>\n\
             <body><header><nav><a href=\"{base}/\">Home</a> <a href=\"{base}/news/\">News</a></nav></header>\n{main}\n\
             <footer><p>© {NAME}</p></footer></body></html>\n"
        )
    }
}

/// A date as it is printed on a page of a language.
fn printed(time: DateTime<FixedOffset>, language: &str) -> String {
    const EN: &str = "January February March April May June July August September October November December";
    const RU: &str = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря";
    const HY: &str =
        "Հունվարի Փետրվարի Մարտի Ապրիլի Մայիսի Հունիսի Հուլիսի Օգոստոսի Սեպտեմբերի Հոկտեմբերի Նոյեմբերի Դեկտեմբերի";
    let month = |months: &'static str| months.split(' ').nth(time.month0() as usize).unwrap_or_default();
    let (day, year) = (time.day(), time.year());
    match language {
        "ru" => format!("{day} {} {year} года, {}", month(RU), time.format("%H:%M")),
        "hy" => format!("{day} {} {year}", month(HY)),
        _ => format!("{day} {} {year}, {}", month(EN), time.format("%H:%M")),
    }
}

/// Text as it may stand in HTML and XML, also in quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text as it may stand in a JSON string inside `<script>`, where HTML knows no entities.
fn json(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('<', "\\u003c")
}
