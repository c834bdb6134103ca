//! The shape of a page: which elements and classes it is built of, whatever they hold.
//!
//! Pure and linear in the page. Two pages of one template have nearly the same shape; another template has another.

use std::collections::BTreeSet;

use super::charset;

/// Most names that are told apart; a page of one template has some hundred.
const MOST_NAMES: usize = 5_000;
/// Elements whose content is no markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "template"];

/// The names that a page is built of: `div`, `div.headline`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape(BTreeSet<String>);

impl Shape {
    /// The shape of a body.
    pub fn of(body: &[u8], content_type: Option<&str>) -> Self {
        Self::of_text(&charset::decode(body, content_type).text)
    }

    /// The shape of a page that is decoded.
    pub(super) fn of_text(page: &str) -> Self {
        let mut names = BTreeSet::new();
        let mut rest = page;
        while let Some(open) = rest.find('<') {
            rest = &rest[open + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
                continue;
            }
            let Some((tag, after)) = rest.split_once('>') else { break };
            rest = after;
            let length = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(tag.len());
            let name = tag[..length].to_ascii_lowercase();
            if name.is_empty() || names.len() >= MOST_NAMES {
                continue;
            }
            for class in classes(&tag[length..]) {
                names.insert(format!("{name}.{class}"));
            }
            if RAW.contains(&name.as_str()) {
                let end = format!("</{name}");
                rest = find_ignoring_case(rest, &end).map_or("", |at| &rest[at..]);
            }
            names.insert(name);
        }
        Self(names)
    }

    /// Whether so much is different that it is another template: a quarter of all names or more are not shared.
    pub fn differs(&self, other: &Self) -> bool {
        let shared = self.0.intersection(&other.0).count();
        let all = self.0.len() + other.0.len() - shared;
        all > 0 && shared * 4 <= all * 3
    }
}

/// The classes of a tag, digits left out: they number posts and days.
fn classes(attributes: &str) -> impl Iterator<Item = String> {
    let value = find_ignoring_case(attributes, "class=").map_or("", |at| {
        let value = &attributes[at + "class=".len()..];
        let quoted = |quote: char| value.strip_prefix(quote).and_then(|value| value.split(quote).next());
        let bare = || value.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default();
        quoted('"').or_else(|| quoted('\'')).unwrap_or_else(bare)
    });
    value.split_ascii_whitespace().take(20).map(|class| {
        let plain = class.chars().filter(|c| !c.is_ascii_digit());
        plain.take(60).collect::<String>()
    })
}

fn find_ignoring_case(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(page: &str) -> Shape {
        Shape::of(page.as_bytes(), Some("text/html"))
    }

    #[test]
    fn words_and_numbers_do_not_matter_and_another_template_does() {
        let old = "<html><body><!-- <b> --><div class=\"news post-12\"><h1>One</h1><p>Text</p></div>\
                   <script>if (a < b) '<i>'</script></body></html>";
        let same =
            "<html><body><div class='news post-7'><h1>Two</h1><p>a</p><p>b</p></div><SCRIPT></SCRIPT></body></html>";
        let other = "<html><body><main><article class=text><header><h2>One</h2></header>Text<br></article></main></body></html>";
        assert!(!shape(old).differs(&shape(same)), "{:?} {:?}", shape(old), shape(same));
        assert!(shape(old).differs(&shape(other)));
        assert!(!shape(old).0.contains("i") && !shape(old).0.contains("b"));
        assert!(!shape("").differs(&shape("no markup")));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_shape(page in "[<>!a-z/'\" =-]{0,80}") {
            proptest::prop_assert!(!shape(&page).differs(&shape(&page)));
        }
    }
}
