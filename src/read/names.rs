//! What the names of tags, classes and ids say about an element. Data, and the one way to look names up.
//!
//! Names are hints: whoever uses them checks that an element does not hold most of the page's text.

use std::ops::BitOrAssign;
use std::sync::LazyLock;

use hashbrown::HashMap;
use scraper::node::Element;

/// A list of words, written as one text.
pub(super) type Words = LazyLock<Vec<&'static str>>;

/// The words of a list.
pub(super) fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

/// What an element is, by its names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Menus, footers, related items, share buttons: not the statement.
    pub chrome: bool,
    /// What readers wrote below; not the statement however long it is.
    pub comments: bool,
    /// What changes from look to look: counters, clocks, related items.
    pub restless: bool,
    /// The statement, as far as a name can say.
    pub body: bool,
    /// A date.
    pub date: bool,
    /// Not shown, unless a script shows it.
    pub hidden: bool,
    /// Around a picture.
    pub picture: bool,
    /// Marked as the article's text.
    pub marked: bool,
}

static CHROME_TAGS: Words = LazyLock::new(|| {
    words(
        "aside dialog figcaption footer menu nav amp-ad amp-consent amp-sidebar amp-social-share amp-user-notification",
    )
});
static CHROME_ROLES: Words = LazyLock::new(|| {
    words(
        "alert alertdialog banner complementary contentinfo dialog menu menubar navigation search status tablist \
     toolbar tooltip",
    )
});
/// Beginnings of words in class names and ids.
static CHROME_STEMS: Words = LazyLock::new(|| {
    words(
        "addthis addtoany advert backlink banner bookmark breadcrumb byline caption cookie consent copyright credit \
     disclosure dropdown footer gallery gdpr hashtag imprint infobox jprelated language latest loginform \
     masthead menu modal morenews mostread navbar navigation newsletter offcanvas outbrain overlay pagelinks \
     pager pagination paywall nextprev popular popup postmeta prevnext promo readalso readmore recirc recommend related \
     sharedaddy share sharing sidebar signup skiplink slideshow social sponsor subscri taboola toolbar trending",
    )
});
static CHROME_WORDS: Words = LazyLock::new(|| {
    words(
        "ad ads adv aside author crumb crumbs date datetime hidden lang langs likely likes meta nav noprint rating \
     search tags taglist timestamp views vote",
    )
});
static COMMENT_STEMS: Words = LazyLock::new(|| words("comment disqus discussion fbcomment respond"));
static RESTLESS_STEMS: Words = LazyLock::new(|| {
    words(
        "banner carousel clock counter countdown currency hits latest likes metrika morenews mostread online popular \
     promo rates rating recommend related share sharing similar ticker trending views weather",
    )
});
static BODY_STEMS: Words = LazyLock::new(|| {
    words("articlebody articletext articlecontent entrycontent newstext postbody postcontent storybody")
});
static BODY_WORDS: Words =
    LazyLock::new(|| words("article body content desc detail details entry hentry post statement story text"));
static DATE_WORDS: Words = LazyLock::new(|| {
    words(
        "articledate blogdate created createdat createdate date datecreated dateline datepublished \
             dates datestamp datetime datum entrydate fecha itemdate newsdate newsdatum postdate posted postedon posttime \
             pubdate publicationdate published publishdate publishedat publishedon publishtime releasedate time timeago timestamp",
    )
});
static PICTURE_WORDS: Words = LazyLock::new(|| words("bild foto image img photo picture"));
/// Words of a class that says what an element has, not what it is: `has-sidebar`, `no-comments`, `menu-open`.
static ABOUT: Words =
    LazyLock::new(|| words("embed has with without no not open opened closed is enabled disabled wrap wrapper layout"));

/// Words of a class whose elements a visitor unfolds.
static FOLDED: Words = LazyLock::new(|| words("accordion"));
/// Words of a name.
const LONGEST_NAME: usize = 6;

/// The names of one page, each read once: pages use few, and each often.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// By name.
    names: HashMap<&'a str, Named>,
    /// By whole attribute, where it holds several.
    lists: HashMap<&'a str, Named>,
}

impl<'a> Names<'a> {
    /// Reads an element's names.
    pub(super) fn of(&mut self, element: &'a Element) -> Named {
        named(element, |list| self.of_list(list))
    }

    /// What the names in a `class` or an `id` say together.
    fn of_list(&mut self, list: &'a str) -> Named {
        if !list.contains(|c: char| c.is_ascii_whitespace()) {
            return self.of_name(list);
        }
        if let Some(named) = self.lists.get(list) {
            return *named;
        }
        // what a part of an accordion hides is one click away
        let folded = FOLDED.iter().any(|folded| list.contains(folded));
        let names = list.split_ascii_whitespace().take(24).filter(|name| !folded || *name != "hidden");
        let mut named = Named::default();
        names.for_each(|name| named |= self.of_name(name));
        self.lists.insert(list, named);
        named
    }

    fn of_name(&mut self, name: &'a str) -> Named {
        *self.names.entry(name).or_insert_with(|| {
            let mut named = Named::default();
            class_name(name, &mut named);
            named
        })
    }
}

impl BitOrAssign for Named {
    fn bitor_assign(&mut self, other: Self) {
        let Self { chrome, comments, restless, body, date, hidden, picture, marked } = other;
        self.chrome |= chrome;
        self.comments |= comments;
        self.restless |= restless;
        self.body |= body;
        self.date |= date;
        self.hidden |= hidden;
        self.picture |= picture;
        self.marked |= marked;
    }
}

fn named<'a>(element: &'a Element, mut of_list: impl FnMut(&'a str) -> Named) -> Named {
    let tag = element.name();
    let mut named = Named::default();
    if matches!(tag, "html" | "body" | "main" | "article") {
        named.body = matches!(tag, "main" | "article");
        return named;
    }
    named.chrome = CHROME_TAGS.contains(&tag);
    for (name, value) in element.attrs() {
        match name {
            // The id of a heading is made of its words.
            "id" if is_heading(tag) => {}
            "class" | "id" => named |= of_list(value),
            "role" => named.chrome |= CHROME_ROLES.contains(&value.to_ascii_lowercase().as_str()),
            "itemprop" => named.marked |= value.split_ascii_whitespace().any(|name| name == "articleBody"),
            "aria-hidden" => named.chrome |= value == "true",
            // Streamed pages show what they hide under such an id.
            "hidden" => named.hidden |= value != "until-found" && !element.id().is_some_and(|id| id.starts_with("S:")),
            "style" => named.hidden |= is_hiding(value),
            _ => {}
        }
    }
    if named.marked {
        named.body = true;
        named.chrome = false;
        named.comments = false;
    }
    named
}

fn is_heading(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_hiding(style: &str) -> bool {
    if !style.contains(['n', 'N']) || !style.contains(['y', 'Y']) {
        return false;
    }
    let style: String = style.chars().filter(|c| !c.is_whitespace()).take(2000).collect();
    let style = style.to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

/// A word or a beginning of words that says something about an element.
struct Known {
    word: &'static str,
    /// Whether longer words that begin so say the same.
    stem: bool,
    says: Named,
}

/// What is known, by the first byte.
static KNOWN: LazyLock<Vec<Vec<Known>>> = LazyLock::new(|| {
    let none = Named::default();
    let chrome = Named { chrome: true, ..none };
    let body = Named { body: true, ..none };
    let lists: [(&Words, bool, Named); 8] = [
        (&CHROME_STEMS, true, chrome),
        (&CHROME_WORDS, false, chrome),
        (&COMMENT_STEMS, true, Named { comments: true, ..none }),
        (&RESTLESS_STEMS, true, Named { restless: true, ..none }),
        (&BODY_STEMS, true, body),
        (&BODY_WORDS, false, body),
        (&DATE_WORDS, false, Named { date: true, ..none }),
        (&PICTURE_WORDS, false, Named { picture: true, ..none }),
    ];
    let mut known: Vec<Vec<Known>> = (0..=u8::MAX).map(|_| Vec::new()).collect();
    for (list, stem, says) in lists {
        for word in list.iter() {
            known[usize::from(word.as_bytes()[0])].push(Known { word, stem, says });
        }
    }
    known
});

fn class_name(class: &str, named: &mut Named) {
    // What a post is about is no name of what it is.
    if class.len() > 80 || class.starts_with("tag-") || class.starts_with("category-") {
        return;
    }
    let (joined, begins) = joined_words(class);
    let ends = begins.iter().skip(1).copied().chain([joined.len()]);
    let words: Vec<&str> = begins.iter().zip(ends).map(|(begin, end)| &joined[*begin..end]).collect();
    let known = |word: &str| word.bytes().next().into_iter().flat_map(|first| &KNOWN[usize::from(first)]);
    let mut says = Named::default();
    for word in &words {
        let fits = |known: &&Known| if known.stem { word.starts_with(known.word) } else { *word == known.word };
        known(word).filter(fits).for_each(|known| says |= known.says);
    }
    known(&joined).filter(|known| known.stem && joined.starts_with(known.word)).for_each(|known| says |= known.says);
    // So many words are a title, not a name; what a part of an accordion hides is one click away.
    if words.len() > LONGEST_NAME || FOLDED.iter().any(|folded| joined.contains(folded)) {
        return;
    }
    if words.iter().any(|word| ABOUT.contains(word)) {
        says = Named { body: says.body, ..Named::default() };
    }
    *named |= says;
}

/// The words of a class name or id, in lower case and joined, and where each begins: those of `jp-relatedPosts_2` are `jp`,
/// `related`, `posts`, `2`.
fn joined_words(class: &str) -> (String, Vec<usize>) {
    let (mut joined, mut begin) = (String::with_capacity(class.len()), Vec::new());
    let mut before = ' ';
    for c in class.chars() {
        let begins = !before.is_alphanumeric() || (before.is_lowercase() && c.is_uppercase());
        if c.is_alphanumeric() {
            if begins {
                begin.push(joined.len());
            }
            if c.is_ascii() { joined.push(c.to_ascii_lowercase()) } else { joined.extend(c.to_lowercase()) }
        }
        before = c;
    }
    (joined, begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(class: &str) -> Named {
        let mut named = Named::default();
        class.split(' ').for_each(|class| class_name(class, &mut named));
        named
    }

    #[test]
    fn names_are_read_by_their_words() {
        assert!(of("jp-relatedposts").chrome && of("jp-relatedposts").restless);
        assert!(of("news__item--share hidden-xs").chrome);
        assert!(of("sideBar").chrome || of("sidebar").chrome);
        assert!(of("comments-area").comments);
        assert!(of("entry-content").body && !of("entry-content").chrome);
        assert!(of("visitCounter").restless);
        for innocent in ["has-sidebar", "no-comments", "menu-open", "txt", "editor-content", "metadata-free", "loading"]
        {
            assert!(!of(innocent).chrome && !of(innocent).comments, "{innocent}");
        }
    }
}
