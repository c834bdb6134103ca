//! A segment in the making: records in memory, until they are sealed into files that never change.
//!
//! Exchanges go into a WARC, texts into a WET, and beside each goes a CDXJ. Nothing here is durable before
//! [`Draft::seal`] returns, and nothing that the draft holds already is written into it twice.

use std::collections::HashMap;

use super::chain;
use super::storage::{Storage, StorageError};
use super::warc::cdxj::Line;
use super::warc::{self, Member, Record};
use crate::model::capture::{Exchange, Reading};
use crate::model::digest::Digest;
use crate::model::time::{Instant, compact};

/// The first record of a body: what a revisit refers to.
#[derive(Clone, Debug)]
pub struct Original {
    /// Its address.
    pub url: String,
    /// Its date.
    pub date: Instant,
}

/// Where the bytes under a digest lie in a segment file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Located {
    /// Digest of a record's block, or of the body in it.
    pub digest: Digest,
    /// Whether it is the body.
    pub is_body: bool,
    /// The record's gzip member.
    pub member: Member,
}

/// A file of a segment as it was written.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its key.
    pub key: String,
    /// The digest of the whole file.
    pub digest: Digest,
    /// What lies where in it; nothing for a CDXJ.
    pub members: Vec<Located>,
}

/// What is still in memory.
pub struct Draft {
    vantage: String,
    software: String,
    warc: Part,
    wet: Part,
    /// First record in this draft of each body.
    bodies: HashMap<Digest, Original>,
    /// Texts, what stands beside them, and chains of certificates.
    texts: HashMap<Digest, Vec<u8>>,
    /// Sums of the exchanges that were written, by the id of the answer's record.
    written: HashMap<String, Vec<(Digest, String)>>,
}

/// A file in the making.
#[derive(Default)]
struct Part {
    begun: Option<Instant>,
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

impl Draft {
    /// An empty draft of a vantage's.
    pub fn new(vantage: &str, software: &str) -> Self {
        Self {
            vantage: vantage.to_owned(),
            software: software.to_owned(),
            warc: Part::default(),
            wet: Part::default(),
            bodies: HashMap::new(),
            texts: HashMap::new(),
            written: HashMap::new(),
        }
    }

    /// How many bytes it has, compressed.
    pub fn size(&self) -> usize {
        self.warc.bytes.len() + self.wet.bytes.len()
    }

    /// The first record in this draft of a body.
    pub fn original_of(&self, body: &Digest) -> Option<Original> {
        self.bodies.get(body).cloned()
    }

    /// The bytes of a text, or of what stands beside one.
    pub fn text_bytes(&self, digest: &Digest) -> Option<&[u8]> {
        self.texts.get(digest).map(Vec::as_slice)
    }

    /// Takes in an exchange; as a revisit where its body is held already. Gives the sums of what was written.
    /// What `held` says to be kept already of the peer's certificates is not written.
    pub fn exchange(
        &mut self,
        exchange: &Exchange,
        original: Option<Original>,
        held: impl Fn(&Digest) -> bool,
    ) -> Vec<(Digest, String)> {
        let answer = match &original {
            Some(first) => warc::revisit(exchange, warc::Original { url: &first.url, date: first.date }),
            None => warc::response(exchange),
        };
        let id = answer.id().unwrap_or_default().to_owned();
        if let Some(sums) = self.written.get(&id) {
            return sums.clone();
        }
        let request = warc::request(exchange, &id);
        self.warc.begin(exchange.at, &self.vantage, &self.software);
        let asked = self.warc.add(&request);
        let answered = self.warc.add(&answer);
        let url = exchange.url.as_str();
        let body = exchange.body_digest();
        let block = Digest::of(&answer.block);
        let mime = match original {
            Some(_) => "warc/revisit".to_owned(),
            None => media_type(exchange.header("content-type")),
        };
        let line = Line::new(url, exchange.at, &mime, body, answered, "")
            .with_status(exchange.status)
            .with("block", block)
            .with("request-block", Digest::of(&request.block))
            .with("request-offset", asked.offset)
            .with("request-length", asked.length);
        self.warc.lines.push(line);
        let mut sums = vec![(Digest::of(&request.block), "request".to_owned())];
        if original.is_some() {
            sums.push((block, "head".to_owned()));
        } else {
            sums.push((block, "response".to_owned()));
            sums.push((body, "body".to_owned()));
            self.bodies.entry(body).or_insert_with(|| Original { url: url.to_owned(), date: exchange.at });
        }
        sums.extend(self.chain(exchange, Some(&id), held));
        self.written.insert(id, sums.clone());
        sums
    }

    /// Takes in the certificates that the peer of an exchange presented, unless they are held; gives their sum. `of` is the id
    /// of the answer's record, if that is kept.
    pub fn chain(
        &mut self,
        exchange: &Exchange,
        of: Option<&str>,
        held: impl Fn(&Digest) -> bool,
    ) -> Option<(Digest, String)> {
        let pem = chain::pem(&exchange.tls.as_ref()?.chain).into_bytes();
        let digest = Digest::of(&pem);
        if held(&digest) || self.texts.contains_key(&digest) {
            return None;
        }
        self.warc.begin(exchange.at, &self.vantage, &self.software);
        let address = chain::address(&exchange.url);
        let record = warc::metadata(&address, exchange.at, of, chain::MEDIA_TYPE, pem);
        let member = self.warc.add(&record);
        let line = Line::new(&address, exchange.at, chain::MEDIA_TYPE, digest, member, "").with("block", digest);
        self.warc.lines.push(line);
        self.texts.insert(digest, record.block);
        Some((digest, "chain".to_owned()))
    }

    /// Takes in a reading of a body: the text, and what stands beside it. Gives the digests of both.
    ///
    /// What `held` says to be kept already is not written.
    pub fn reading(
        &mut self,
        url: &str,
        body: Digest,
        reading: &Reading,
        now: Instant,
        held: impl Fn(&Digest) -> bool,
    ) -> (Digest, Digest) {
        let text = reading.text.canonical().into_bytes();
        let digest = Digest::of(&text);
        let beside = beside(body, digest, reading);
        let beside_digest = Digest::of(&beside);
        self.wet.begin(now, &self.vantage, &self.software);
        let conversion = warc::conversion(url, now, None, text);
        let of = conversion.id().unwrap_or_default().to_owned();
        if !held(&digest) && !self.texts.contains_key(&digest) {
            let member = self.wet.add(&conversion);
            self.wet.lines.push(Line::new(url, now, "text/plain", digest, member, "").with("block", digest));
            self.texts.insert(digest, conversion.block);
        }
        if !held(&beside_digest) && !self.texts.contains_key(&beside_digest) {
            let metadata = warc::metadata(url, now, Some(&of), "application/json", beside);
            let member = self.wet.add(&metadata);
            let line = Line::new(url, now, "application/json", beside_digest, member, "").with("block", beside_digest);
            self.wet.lines.push(line);
            self.texts.insert(beside_digest, metadata.block);
        }
        (digest, beside_digest)
    }

    /// Takes in the set of addresses that a listing held; gives its digest.
    pub fn links(&mut self, listing: &str, links: &[u8], now: Instant, held: impl Fn(&Digest) -> bool) -> Digest {
        self.metadata(listing, "text/plain", links, now, held)
    }

    /// Takes in what the pages of the source at an address taught; gives its digest.
    pub fn rules(&mut self, source: &str, rules: &[u8], now: Instant, held: impl Fn(&Digest) -> bool) -> Digest {
        self.metadata(source, "application/json", rules, now, held)
    }

    fn metadata(
        &mut self,
        url: &str,
        mime: &str,
        bytes: &[u8],
        now: Instant,
        held: impl Fn(&Digest) -> bool,
    ) -> Digest {
        let digest = Digest::of(bytes);
        if !held(&digest) && !self.texts.contains_key(&digest) {
            self.wet.begin(now, &self.vantage, &self.software);
            let record = warc::metadata(url, now, None, mime, bytes.to_vec());
            let member = self.wet.add(&record);
            self.wet.lines.push(Line::new(url, now, mime, digest, member, "").with("block", digest));
            self.texts.insert(digest, record.block);
        }
        digest
    }

    /// Writes the files, and gives them once they are durable; nothing where nothing was taken in.
    pub fn seal(self, storage: &dyn Storage) -> Result<Vec<Sealed>, StorageError> {
        let mut sealed = self.warc.seal(storage, &self.vantage, "warc")?;
        sealed.extend(self.wet.seal(storage, &self.vantage, "warc.wet")?);
        Ok(sealed)
    }
}

impl Part {
    fn begin(&mut self, at: Instant, vantage: &str, software: &str) {
        if self.begun.is_none() {
            self.begun = Some(at);
            let fields =
                [("software", software), ("isPartOf", vantage), ("robots", "obeyed unless a capture says otherwise")];
            self.add(&warc::warcinfo(at, &fields));
        }
    }

    fn add(&mut self, record: &Record) -> Member {
        record.write_member(&mut self.bytes)
    }

    fn seal(self, storage: &dyn Storage, vantage: &str, kind: &str) -> Result<Vec<Sealed>, StorageError> {
        let Some(begun) = self.begun.filter(|_| !self.lines.is_empty()) else { return Ok(Vec::new()) };
        let digest = Digest::of(&self.bytes);
        let name = format!("{}-{}.{kind}", compact(begun), &digest.hex()[..12]);
        let folder = format!("segments/{vantage}/{}", begun.format("%Y/%m"));
        let key = format!("{folder}/{name}.gz");
        storage.put_new(&key, &self.bytes)?;
        let members = self.lines.iter().flat_map(located_by).collect();
        let mut lines: Vec<String> =
            self.lines.into_iter().map(|line| Line { filename: format!("{name}.gz"), ..line }.to_string()).collect();
        lines.sort_unstable();
        let cdxj: String = lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect();
        let beside = cdxj_of(&key);
        storage.put_new(&beside, cdxj.as_bytes())?;
        let cdxj = Sealed { key: beside, digest: Digest::of(cdxj.as_bytes()), members: Vec::new() };
        Ok(vec![Sealed { key, digest, members }, cdxj])
    }
}

/// The key of the CDXJ beside a segment file.
pub fn cdxj_of(key: &str) -> String {
    format!("{}.cdxj", key.strip_suffix(".gz").unwrap_or(key))
}

/// What a CDXJ says to lie where; lines that are none are passed over.
pub fn located(cdxj: &str) -> Vec<Located> {
    cdxj.lines().filter_map(|line| line.parse::<Line>().ok()).flat_map(|line| located_by(&line)).collect()
}

/// What one line says to lie where: the block of its record, the body in it, and the block of the request.
fn located_by(line: &Line) -> Vec<Located> {
    let digest = |name: &str| line.extra(name).and_then(|text| text.parse::<Digest>().ok());
    let number = |name: &str| line.extra(name).and_then(|text| text.parse::<u64>().ok());
    let mut found = Vec::new();
    let block = digest("block");
    found.extend(block.map(|digest| Located { digest, is_body: false, member: line.member }));
    let body = line.digest.parse::<Digest>().ok().filter(|body| line.mime != "warc/revisit" && Some(*body) != block);
    found.extend(body.map(|digest| Located { digest, is_body: true, member: line.member }));
    if let (Some(digest), Some(offset), Some(length)) =
        (digest("request-block"), number("request-offset"), number("request-length"))
    {
        found.push(Located { digest, is_body: false, member: Member { offset, length } });
    }
    found
}

/// `reading.json`: what stands beside a text.
fn beside(body: Digest, text: Digest, reading: &Reading) -> Vec<u8> {
    let mut object = serde_json::Map::new();
    object.insert("reader".into(), reading.reader.0.clone().into());
    object.insert("body".into(), body.to_string().into());
    object.insert("text".into(), text.to_string().into());
    object.insert("visible".into(), reading.visible.to_string().into());
    if let Ok(serde_json::Value::Object(rest)) = serde_json::to_value(&reading.beside) {
        object.extend(rest);
    }
    let mut bytes = serde_json::Value::Object(object).to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// The media type alone, as CDXJ has it: printable, without parameters.
fn media_type(content_type: Option<&str>) -> String {
    let value = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let fits = !value.is_empty() && value.len() < 100 && value.bytes().all(|b| b.is_ascii_graphic());
    if fits { value } else { "unk".to_owned() }
}
