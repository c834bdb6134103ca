//! Between tokenizer and tree builder: keeps from the builder the tags that would make it slow.
//!
//! How deep the builder is in is counted by what it holds open, not worked out from the tags. No text beside tags is
//! dropped until the limit of tags or nodes is reached.

use std::cell::{Cell, RefCell};

use ego_tree::NodeId;
use hashbrown::HashMap;
use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::Tracer;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, local_name};
use scraper::{Html, HtmlTreeSink};

/// Elements inside one another, formatting elements that are to be made anew among them.
const DEPTH: usize = 512;
/// What one start tag can add to them: elements that it implies around it, and itself twice if it is a formatting one.
const BY_ONE_TAG: usize = 4;
/// Attributes of one tag.
pub(super) const ATTRIBUTES: usize = 256;
/// The same of a formatting tag, which may be made anew over and over.
const FORMAT_ATTRIBUTES: usize = 64;
/// Formatting elements (`<b>`, `<font>`) open at one time: each is made anew in every block that follows.
const FORMATS: u32 = 64;
/// Nodes of one page beyond those that its tokens are: mostly elements made anew in that way.
const REMADE: usize = 200_000;
/// Nodes that one token can be: a text, a cell with the row and the body of the table around it.
const BY_ONE_TOKEN: usize = 3;
/// Start tags on one page; what comes after them is left out.
const TAGS: usize = 500_000;
/// Tags `<html>` and `<body>` on one page: each adds its attributes to those of the one element.
const ROOTS: usize = 64;

type Builder = TreeBuilder<NodeId, HtmlTreeSink>;

/// A tree builder that is told of no more than it can bear.
pub(super) struct Bounded<'q> {
    pub builder: Builder,
    /// What the tokenizer reads from.
    queue: &'q BufferQueue,
    /// Bytes that were left in the queue when the last token ended; `None` where none did since it was last asked.
    left: Cell<Option<usize>>,
    pass: RefCell<Pass>,
}

impl<'q> Bounded<'q> {
    pub(super) fn new(queue: &'q BufferQueue) -> Self {
        let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), TreeBuilderOpts::default());
        Self { builder, queue, left: Cell::new(None), pass: RefCell::default() }
    }

    /// How many bytes were left in the queue when the last token ended, if one did since this was last asked.
    pub(super) fn left(&self) -> Option<usize> {
        self.left.take()
    }
}

impl TokenSink for Bounded<'_> {
    type Handle = NodeId;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<NodeId> {
        // Errors are told of in the middle of a token.
        if !matches!(token, Token::ParseError(_)) {
            self.left.set(Some(front(self.queue)));
        }
        if !self.pass.borrow_mut().admits(&mut token, &self.builder) {
            return TokenSinkResult::Continue;
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Bytes of the piece of text that a queue is at.
fn front(queue: &BufferQueue) -> usize {
    let piece = queue.pop_front();
    let length = piece.as_ref().map_or(0, |piece| piece.len());
    piece.into_iter().for_each(|piece| queue.push_front(piece));
    length
}

/// What has gone by on a page.
#[derive(Default)]
struct Pass {
    tokens: usize,
    tags: usize,
    roots: usize,
    /// Start tags that can come before the builder is asked how deep it is in.
    room: usize,
    formats: HashMap<LocalName, u32>,
    formats_open: u32,
    /// Start tags that were left out, whose end tags go too.
    dropped: HashMap<LocalName, u32>,
    /// Whether the rest of the page is left out.
    ended: bool,
}

impl Pass {
    /// Whether the builder is told of a token.
    fn admits(&mut self, token: &mut Token, builder: &Builder) -> bool {
        self.tokens += 1;
        match token {
            Token::EOFToken | Token::ParseError(_) => true,
            _ if self.ended => false,
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.starts(tag, builder),
            Token::TagToken(tag) => self.ends(tag),
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::CharacterTokens(_) | Token::NullCharacterToken => {
                true
            }
        }
    }

    fn starts(&mut self, tag: &mut Tag, builder: &Builder) -> bool {
        self.tags += 1;
        let nodes = builder.sink.0.borrow().tree.values().len();
        if self.tags > TAGS || nodes > BY_ONE_TOKEN * self.tokens + REMADE {
            // The builder would go on for ever with what is open: it is given nothing more.
            self.ended = true;
            return false;
        }
        let is_format = is_format(&tag.name);
        tag.attrs.truncate(if is_format { FORMAT_ATTRIBUTES } else { ATTRIBUTES });
        if matches!(tag.name, local_name!("html") | local_name!("body")) {
            self.roots += 1;
            return self.roots <= ROOTS;
        }
        let holds_none =
            is_without_elements(&tag.name) && !builder.adjusted_current_node_present_but_not_in_html_namespace();
        if holds_none {
            return true;
        }
        if (is_format && self.formats_open >= FORMATS) || !self.has_room(builder) {
            *self.dropped.entry(tag.name.clone()).or_default() += 1;
            return false;
        }
        if is_format {
            *self.formats.entry(tag.name.clone()).or_default() += 1;
            self.formats_open += 1;
        }
        true
    }

    fn ends(&mut self, tag: &mut Tag) -> bool {
        tag.attrs.clear();
        if let Some(count) = self.dropped.get_mut(&tag.name).filter(|count| **count > 0) {
            *count -= 1;
            return false;
        }
        if self.formats_open > 0
            && let Some(count) = self.formats.get_mut(&tag.name).filter(|count| **count > 0)
        {
            *count -= 1;
            self.formats_open -= 1;
        }
        true
    }

    fn has_room(&mut self, builder: &Builder) -> bool {
        if self.room == 0 {
            self.room = DEPTH.saturating_sub(open(builder)).div_ceil(BY_ONE_TAG);
        }
        let has_room = self.room > 0;
        self.room = self.room.saturating_sub(1);
        has_room
    }
}

/// How many elements a builder holds: those that are open, and formatting elements that it will make anew.
fn open(builder: &Builder) -> usize {
    struct Count(Cell<usize>);

    impl Tracer for Count {
        type Handle = NodeId;

        fn trace_handle(&self, _: &NodeId) {
            self.0.set(self.0.get() + 1);
        }
    }

    let count = Count(Cell::new(0));
    builder.trace_handles(&count);
    count.0.get()
}

/// Whether an element is made anew in each block that follows while it is open. Links are as well, but one closes another.
fn is_format(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// Whether an element of HTML has no content, or one that is no markup.
fn is_without_elements(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("col")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("iframe")
            | local_name!("img")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("noscript")
            | local_name!("param")
            | local_name!("script")
            | local_name!("source")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("track")
            | local_name!("wbr")
            | local_name!("xmp")
    )
}
