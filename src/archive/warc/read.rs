//! Reading WARC files of any origin, as a stream.
//!
//! Takes gzip with a member a record, gzip of the whole file, and plain files; never holds more of a block than is
//! asked for. What is wrong with a file is a [`Fault`] of the record that it was seen at, or an item of its own; after
//! it reading goes on where the next record can be made out. An error is a failure of the reader underneath alone.

use std::fmt;
use std::io::{self, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::block::{read_block, read_header};
use super::record::{Kind, Member, Record};
use super::source::Source;
use crate::model::digest::Digest;

/// What comes next in a file.
#[derive(Clone, Debug)]
pub enum Item {
    /// A record.
    Record(Box<Seen>),
    /// Bytes that are no record.
    Junk(Junk),
}

/// A record as it stands in a file.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The record, its block only as far as it was asked for.
    pub record: Record,
    /// Where to find it again; `None` where it shares its gzip member with others.
    pub member: Option<Member>,
    /// How long the whole block is, as far as it could be read.
    pub length: u64,
    /// The SHA-256 of the whole block.
    pub block_digest: Digest,
    /// The SHA-256 of the payload: of what follows the HTTP head, or of the whole block where there is none.
    pub payload_digest: Digest,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// Bytes between records that are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Junk {
    /// Where they begin in the file.
    pub offset: u64,
    /// What they are.
    pub kind: JunkKind,
}

/// What bytes that are no record are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JunkKind {
    /// A file in the ARC format, which is not read.
    Arc,
    /// A file compressed with zstd, which is not read.
    Zstd,
    /// Anything else, as many bytes of the file.
    Unknown {
        /// How many.
        length: u64,
    },
}

/// What can be wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file, or the gzip member, ends before the block does.
    CutShort {
        /// How many bytes of the block are missing.
        missing: u64,
    },
    /// The gzip member is damaged, or its checksum does not fit.
    Damaged,
    /// The gzip member goes on after the record.
    SharedMember,
    /// After the block come bytes that are no record: its length is probably wrong.
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// The two line ends after the block are not there.
    NoEnd,
    /// A line of the header is no named field.
    HeaderLine,
    /// The header is longer than 64 KiB, or is not ended.
    HeaderTooLong,
    /// The header does not say how long the block is.
    ContentLength,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort { missing } => write!(f, "cut short: {missing} bytes of its block are missing"),
            Self::Damaged => f.write_str("its gzip member is damaged"),
            Self::SharedMember => f.write_str("it shares its gzip member with other records"),
            Self::Trailing { bytes } => write!(f, "{bytes} bytes that are no record follow it"),
            Self::NoEnd => f.write_str("the line ends after its block are missing"),
            Self::HeaderLine => f.write_str("a line of its header is no named field"),
            Self::HeaderTooLong => f.write_str("its header is too long, or not ended"),
            Self::ContentLength => f.write_str("its header does not say how long its block is"),
        }
    }
}

/// Whether bytes are those that a digest was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// They are.
    Passed,
    /// They are not.
    Failed,
    /// It cannot be said: there is no digest, it is not SHA-256, or readers disagree on what it covers.
    NotChecked,
}

impl Seen {
    /// Compares the block with `WARC-Block-Digest`.
    pub fn check_block(&self) -> Check {
        self.check("WARC-Block-Digest", self.block_digest)
    }

    /// Compares the payload with `WARC-Payload-Digest`.
    ///
    /// That of a revisit lies elsewhere. One of a chunked body passes if it covers the bytes as stored and is left alone
    /// otherwise, for some programs digest what the chunks hold.
    pub fn check_payload(&self) -> Check {
        let check = self.check("WARC-Payload-Digest", self.payload_digest);
        let (head, _) = super::split_http(&self.record.block);
        let chunked = || String::from_utf8_lossy(head).to_ascii_lowercase().contains("\ntransfer-encoding:");
        match check {
            _ if self.record.kind == Kind::Revisit => Check::NotChecked,
            Check::Failed if chunked() => Check::NotChecked,
            Check::Passed | Check::Failed | Check::NotChecked => check,
        }
    }

    fn check(&self, name: &str, found: Digest) -> Check {
        match self.record.header(name).map(str::parse::<Digest>) {
            Some(Ok(expected)) if expected == found => Check::Passed,
            Some(Ok(_)) => Check::Failed,
            Some(Err(_)) | None => Check::NotChecked,
        }
    }
}

/// Reads the items of a file one after the other.
pub struct Reader<R> {
    state: Option<State<R>>,
    /// How many bytes were taken back so far.
    rewound: u64,
    /// The buffer of the last gzip member, for the next.
    spare: Vec<u8>,
}

enum State<R> {
    /// In the file itself.
    Between(Source<R>),
    /// In a gzip member.
    Inside { start: u64, records: u64, data: Box<Source<GzDecoder<Source<R>>>> },
}

impl<R: Read> Reader<R> {
    /// Reads `file` from its beginning, or from the beginning of any member.
    pub fn new(file: R) -> Self {
        Self { state: Some(State::Between(Source::new(file))), rewound: 0, spare: Vec::new() }
    }

    /// The next item, with at most `keep` bytes of its block in memory; `None` at the end.
    ///
    /// # Errors
    ///
    /// If the reader underneath fails; what could be read before that was given already.
    pub fn read(&mut self, keep: u64) -> io::Result<Option<Item>> {
        self.read_by(&|_| keep)
    }

    /// The next item, with as much of its block in memory as is wanted of records of its kind.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_by(&mut self, keep: &dyn Fn(&Kind) -> u64) -> io::Result<Option<Item>> {
        loop {
            let step = match self.state.take() {
                None => return Ok(None),
                Some(State::Between(source)) => self.between(source, keep)?,
                Some(State::Inside { start, records, data }) => self.inside(start, records, data, keep),
            };
            if let Some(item) = step {
                return Ok(Some(item));
            }
            if self.state.is_none() {
                return Ok(None);
            }
        }
    }

    fn between(&mut self, mut source: Source<R>, keep: &dyn Fn(&Kind) -> u64) -> io::Result<Option<Item>> {
        skip_line_ends(&mut source);
        let start = source.offset();
        let item = match Next::of(source.peek(16)) {
            Next::End => return source.take_error().map_or(Ok(None), Err),
            Next::Arc => return Ok(Some(Item::Junk(Junk { offset: start, kind: JunkKind::Arc }))),
            Next::Zstd => return Ok(Some(Item::Junk(Junk { offset: start, kind: JunkKind::Zstd }))),
            Next::Gzip => {
                let data = Box::new(Source::with_buffer(GzDecoder::new(source), std::mem::take(&mut self.spare)));
                self.state = Some(State::Inside { start, records: 0, data });
                return Ok(None);
            }
            Next::Record => {
                let mut seen = read_record(&mut source, keep);
                end_record(&mut source, true, &mut seen.faults);
                seen.member = Some(Member { offset: start, length: source.offset() - start });
                Item::Record(Box::new(seen))
            }
            Next::Unknown => {
                let length = skip_junk(&mut source, true);
                Item::Junk(Junk { offset: start, kind: JunkKind::Unknown { length } })
            }
        };
        self.state = Some(State::Between(source));
        Ok(Some(item))
    }

    fn inside(
        &mut self,
        start: u64,
        records: u64,
        mut data: Box<Source<GzDecoder<Source<R>>>>,
        keep: &dyn Fn(&Kind) -> u64,
    ) -> Option<Item> {
        skip_line_ends(&mut *data);
        match Next::of(data.peek(16)) {
            Next::Record => {
                let mut seen = read_record(&mut *data, keep);
                end_record(&mut *data, false, &mut seen.faults);
                if data.is_over() {
                    let length = self.leave(start, *data, &mut seen.faults);
                    seen.member = (records == 0).then_some(Member { offset: start, length });
                } else {
                    self.state = Some(State::Inside { start, records: records + 1, data });
                }
                if seen.member.is_none() {
                    seen.faults.push(Fault::SharedMember);
                }
                return Some(Item::Record(Box::new(seen)));
            }
            Next::Arc => return Some(Item::Junk(Junk { offset: start, kind: JunkKind::Arc })),
            Next::End | Next::Gzip | Next::Zstd | Next::Unknown => {}
        }
        skip_junk(&mut *data, false);
        if !data.is_over() {
            self.state = Some(State::Inside { start, records, data });
            return None;
        }
        let length = self.leave(start, *data, &mut Vec::new());
        // What follows the records of a member was told at the last of them.
        (records == 0).then_some(Item::Junk(Junk { offset: start, kind: JunkKind::Unknown { length } }))
    }

    /// Leaves a gzip member that has been read to its end, and gives how many bytes of the file it took.
    ///
    /// Damage is often noticed inside the next member, and so up to 64 KiB are looked through again for its beginning:
    /// never more in all than were read, so that a file made of damage is still read in linear time.
    fn leave(&mut self, start: u64, mut data: Source<GzDecoder<Source<R>>>, faults: &mut Vec<Fault>) -> u64 {
        let error = data.take_error();
        let (decoder, buffer) = data.into_parts();
        self.spare = buffer;
        let mut source = decoder.into_inner();
        if error.is_some() && !faults.iter().any(|fault| matches!(fault, Fault::CutShort { .. })) {
            faults.push(Fault::Damaged);
        }
        match error.map(|error| error.kind()) {
            None => {}
            // The end of the file, of which the decoder may have left some bytes that were too few for it.
            Some(ErrorKind::UnexpectedEof) => source.skip(usize::MAX),
            Some(_) => {
                let noticed = source.offset();
                if self.rewound <= noticed {
                    source.rewind(start + 1);
                    self.rewound += noticed - source.offset();
                }
                if source.offset() == start {
                    source.skip_one();
                }
                if Next::of(source.peek(16)) != Next::Gzip {
                    skip_junk(&mut source, true);
                }
            }
        }
        let length = source.offset() - start;
        self.state = Some(State::Between(source));
        length
    }
}

/// What the next bytes look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    End,
    Record,
    Gzip,
    Arc,
    Zstd,
    Unknown,
}

impl Next {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::End,
            [b'W', b'A', b'R', b'C', b'/', ..] => Self::Record,
            // Deflate, and none of the flags that are reserved.
            [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ if bytes.starts_with(b"filedesc:") => Self::Arc,
            _ => Self::Unknown,
        }
    }
}

fn read_record<T: Read>(data: &mut Source<T>, keep: &dyn Fn(&Kind) -> u64) -> Seen {
    let mut faults = Vec::new();
    let headers = read_header(data, &mut faults);
    let find = |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    let kind = Kind::from_word(find("WARC-Type").unwrap_or_default());
    let stated = find("Content-Length").filter(|value| value.bytes().all(|b| b.is_ascii_digit()));
    let stated = stated.and_then(|value| value.parse().ok()).unwrap_or_else(|| {
        faults.push(Fault::ContentLength);
        0
    });
    let message = matches!(kind, Kind::Request | Kind::Response | Kind::Revisit)
        && find("Content-Type").is_some_and(|value| value.to_ascii_lowercase().starts_with("application/http"));
    let block = read_block(data, stated, keep(&kind), message);
    if block.length < stated {
        faults.push(Fault::CutShort { missing: stated - block.length });
    }
    Seen {
        record: Record { kind, headers, block: block.kept },
        member: None,
        length: block.length,
        block_digest: block.digest,
        payload_digest: block.payload,
        faults,
    }
}

/// Reads on to the next record, or to the end.
fn end_record<T: Read>(data: &mut Source<T>, gzip_too: bool, faults: &mut Vec<Fault>) {
    if data.peek(4).starts_with(b"\r\n\r\n") {
        data.skip(4);
    } else if !faults.iter().any(|fault| matches!(fault, Fault::CutShort { .. })) {
        faults.push(Fault::NoEnd);
    }
    skip_line_ends(data);
    match Next::of(data.peek(16)) {
        Next::End | Next::Record => {}
        Next::Gzip if gzip_too => {}
        Next::Gzip | Next::Arc | Next::Zstd | Next::Unknown => {
            faults.push(Fault::Trailing { bytes: skip_junk(data, gzip_too) });
        }
    }
}

fn skip_line_ends<T: Read>(data: &mut Source<T>) {
    while let Some(b'\r' | b'\n') = data.peek(1).first() {
        data.skip(1);
    }
}

/// Skips what is no record, up to a line that begins one (or a gzip member), and says how many bytes that was.
fn skip_junk<T: Read>(data: &mut Source<T>, gzip_too: bool) -> u64 {
    const LOOK: usize = 32 * 1024;
    let mut skipped = 0;
    loop {
        let bytes = data.peek(LOOK);
        // The first byte is known to begin nothing: the caller has looked, or the turn before has.
        let begins = |at: &usize| match Next::of(&bytes[*at..]) {
            Next::Record => bytes[at - 1] == b'\n',
            Next::Gzip => gzip_too,
            Next::End | Next::Arc | Next::Zstd | Next::Unknown => false,
        };
        let found = (1..bytes.len()).find(begins);
        let last = bytes.len() < LOOK;
        let step = found.unwrap_or(if last { bytes.len() } else { bytes.len() - 16 });
        data.skip(step);
        skipped += step as u64;
        if found.is_some() || last {
            return skipped;
        }
    }
}
