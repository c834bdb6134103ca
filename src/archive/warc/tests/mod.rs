//! Records written and read back, and what other programs write.

mod damage;

use std::io::{self, Read, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::model::capture::Exchange;
use crate::model::digest::Digest;
use crate::model::time::{Instant, parse_rfc3339};

fn at() -> Instant {
    parse_rfc3339("2026-11-23T02:10:00.123Z").unwrap()
}

fn exchange() -> Exchange {
    Exchange {
        url: "https://www.mod.example/news/1".parse().unwrap(),
        at: at(),
        request: b"GET /news/1 HTTP/1.1\r\nHost: www.mod.example\r\n\r\n".to_vec(),
        head: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Orig-Content-Encoding: gzip\r\n\r\n".to_vec(),
        status: 200,
        headers: Vec::new(),
        body: b"<p>decoded</p>\r\n\r\nWARC/1.1\r\n".to_vec(),
        protocols: vec!["h2".into(), "tls/1.3".into()],
        tls: None,
        ip: "192.0.2.1".parse().ok(),
        elapsed: Duration::ZERO,
    }
}

/// Every kind of record that we write.
fn records() -> Vec<Record> {
    let exchange = exchange();
    let response = response(&exchange);
    let id = response.id().unwrap().to_owned();
    let later = Exchange { at: at() + chrono::TimeDelta::days(1), ..exchange.clone() };
    let revisit = revisit(&later, Original { url: exchange.url.as_str(), date: exchange.at });
    vec![
        warcinfo(at(), &[("software", "onrecord/0.1.0"), ("robots", "obey")]),
        request(&exchange, &id),
        metadata("https://www.mod.example/news/1", at(), Some(&id), "application/json", b"{}".to_vec()),
        conversion("https://www.mod.example/news/1", at(), Some(&id), "Title: T\n\nText.\n".into()),
        response,
        revisit,
    ]
}

fn file(records: &[Record]) -> (Vec<u8>, Vec<Member>) {
    let mut out = Vec::new();
    let members = records.iter().map(|record| record.write_member(&mut out)).collect();
    (out, members)
}

fn plain(records: &[Record]) -> Vec<u8> {
    let (file, _) = file(records);
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(&file[..]).read_to_end(&mut out).unwrap();
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Gives what it has in pieces of every size.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 % 7 + 1;
        let count = self.1.min(self.0.len()).min(out.len());
        (&self.0[..count]).read_exact(&mut out[..count])?;
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn read(bytes: &[u8]) -> Vec<Item> {
    let all = |file: &mut dyn Read| {
        let mut reader = Reader::new(file);
        std::iter::from_fn(move || reader.read(1 << 20).unwrap()).collect::<Vec<_>>()
    };
    let items = all(&mut &bytes[..]);
    let in_pieces = all(&mut Pieces(bytes, 0));
    // What a damaged member gives before its fault depends on how much the decoder is given at once.
    let sound = |items: &[Item]| format!("{:?}", items.iter().filter(|item| is_sound(item)).collect::<Vec<_>>());
    assert!(sound(&items) == sound(&in_pieces), "whatever the pieces");
    items
}

fn is_sound(item: &Item) -> bool {
    matches!(item, Item::Record(seen) if seen.faults.is_empty() && seen.check_block() != Check::Failed)
}

fn seen(items: Vec<Item>) -> Vec<Seen> {
    let record = |item| match item {
        Item::Record(seen) => *seen,
        Item::Junk(junk) => panic!("{junk:?}"),
    };
    items.into_iter().map(record).collect()
}

fn targets(items: &[Item]) -> Vec<String> {
    let target = |item: &Item| match item {
        Item::Record(seen) => Some(seen.record.target().unwrap_or("-").to_owned()),
        Item::Junk(_) => None,
    };
    items.iter().filter_map(target).collect()
}

fn faults(bytes: &[u8]) -> Vec<Vec<Fault>> {
    seen(read(bytes)).into_iter().map(|seen| seen.faults).collect()
}

#[test]
fn a_response_is_written_as_the_standard_has_it() {
    let text = String::from_utf8(plain(&records()[4..5])).unwrap();
    let body = exchange().body_digest();
    let block = Digest::of(&[exchange().head, exchange().body].concat());
    let expected = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <{}>\r\nWARC-Date: 2026-11-23T02:10:00.123Z\r\n\
         WARC-Target-URI: https://www.mod.example/news/1\r\nWARC-IP-Address: 192.0.2.1\r\nWARC-Protocol: h2\r\n\
         WARC-Protocol: tls/1.3\r\nWARC-Payload-Digest: {body}\r\nContent-Type: application/http; msgtype=response\r\n\
         WARC-Block-Digest: {block}\r\nContent-Length: 103\r\n\r\n\
         HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Orig-Content-Encoding: gzip\r\n\r\n\
         <p>decoded</p>\r\n\r\nWARC/1.1\r\n\r\n\r\n",
        records()[4].id().unwrap()
    );
    assert_eq!(text, expected);
}

#[test]
fn records_lead_to_one_another() {
    let [info, request, metadata, conversion, response, revisit] = &records()[..] else { panic!("six") };
    let id = format!("<{}>", response.id().unwrap());
    assert_eq!(request.header("warc-concurrent-to"), Some(&id[..]));
    assert_eq!(metadata.header("WARC-Refers-To"), Some(&id[..]));
    assert_eq!(conversion.header("WARC-Refers-To"), Some(&id[..]));
    assert_eq!(revisit.header("WARC-Refers-To-Target-URI"), response.target());
    assert_eq!(revisit.header("WARC-Refers-To-Date"), response.header("WARC-Date"));
    assert_eq!(revisit.header("WARC-Payload-Digest"), response.header("WARC-Payload-Digest"));
    assert_eq!(revisit.block, exchange().head);
    assert_ne!(revisit.id(), response.id());
    assert!(info.block.starts_with(b"software: onrecord/0.1.0\r\nrobots: obey\r\nformat: WARC File Format 1.1\r\n"));
}

#[test]
fn what_is_written_is_read_back_with_its_digests_and_its_place() {
    let records = records();
    let (file, members) = file(&records);
    let seen = seen(read(&file));
    assert_eq!(seen.len(), records.len());
    for ((seen, record), member) in seen.iter().zip(&records).zip(&members) {
        assert_eq!(
            (&seen.record.kind, &seen.record.block, seen.record.id()),
            (&record.kind, &record.block, record.id())
        );
        assert!(record.headers.iter().all(|field| seen.record.headers.contains(field)));
        assert_eq!((seen.member, seen.faults.len()), (Some(*member), 0));
        assert_eq!(seen.check_block(), Check::Passed);
        assert_ne!(seen.check_payload(), Check::Failed);
        let alone = &file[member.offset as usize..(member.offset + member.length) as usize];
        let again = self::seen(read(alone));
        assert_eq!((again.len(), &again[0].record), (1, &seen.record), "a member is a file of its own");
    }
    assert_eq!(seen[4].check_payload(), Check::Passed);
    assert_eq!(seen[4].payload_digest, exchange().body_digest());
    assert_eq!(split_http(&seen[4].record.block), (&exchange().head[..], &exchange().body[..]));
    assert_eq!(seen[5].check_payload(), Check::NotChecked, "its payload lies elsewhere");
}

#[test]
fn the_same_record_has_the_same_bytes_and_another_one_another_id() {
    assert_eq!(file(&records()), file(&records()));
    let ids: std::collections::BTreeSet<_> = records().iter().map(|record| record.id().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), records().len());
    let id = record_id(&[b"a", b"b"]);
    assert_ne!(id, record_id(&[b"ab"]), "where one part ends is part of it");
    let groups: Vec<usize> = id["urn:uuid:".len()..].split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12]);
    assert_eq!((&id[23..24], "89ab".contains(&id[28..29])), ("8", true), "version 8, variant 1: {id}");
}

#[test]
fn only_as_much_of_a_block_as_is_asked_for_is_kept() {
    let big = Record::new(Kind::Resource, "urn:x", at()).with_block("text/plain", vec![b'x'; 3_000_000]);
    let (bytes, _) = file(&[big.clone(), big.clone()]);
    let mut reader = Reader::new(&bytes[..]);
    for keep in [10, 0] {
        let Some(Item::Record(seen)) = reader.read(keep).unwrap() else { panic!("a record") };
        assert_eq!((seen.record.block.len() as u64, seen.length), (keep, 3_000_000));
        assert_eq!(seen.block_digest, Digest::of(&big.block));
    }
}

#[test]
fn a_plain_file_is_read_like_any() {
    let records = records();
    let bytes = plain(&records);
    let seen = seen(read(&bytes));
    assert_eq!(seen.len(), records.len());
    let mut offset = 0;
    for seen in &seen {
        let member = seen.member.unwrap();
        assert_eq!((member.offset, seen.check_block()), (offset, Check::Passed));
        offset += member.length;
    }
    assert_eq!(offset, bytes.len() as u64);
}

#[test]
fn a_file_in_one_gzip_member_is_read_and_said_to_be_one() {
    let records = records();
    let seen = seen(read(&gzip(&plain(&records))));
    assert_eq!(seen.len(), records.len());
    assert!(seen.iter().all(|seen| seen.member.is_none() && seen.faults == [Fault::SharedMember]));
    assert!(seen.iter().all(|seen| seen.check_block() == Check::Passed));
}

/// The examples of ISO 28500, annex B, as far as they are printed there whole: other programs' spellings.
#[test]
fn other_spellings_are_understood() {
    let bytes = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2006-09-19T17:20:14Z\r\n\
        WARC-Record-ID: <urn:uuid:d7ae5c10-e6b3-4d27-967d-34780c58ba39>\r\nContent-Type: application/warc-fields\r\n\
        Content-Length: 13\r\n\r\nhello: there\n\r\n\r\n\
        WARC/0.18\nwarc-type:   resource  \nWARC-Target-URI: <file://x with space>\n\
        WARC-Identified: a\n  folded\tvalue\nno field\ncontent-length: 3\n\nabc\n\n\n\n";
    let seen = seen(read(bytes));
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].record.id(), Some("urn:uuid:d7ae5c10-e6b3-4d27-967d-34780c58ba39"));
    assert_eq!(seen[0].faults, []);
    assert_eq!((&seen[1].record.kind, seen[1].record.target()), (&Kind::Resource, Some("file://x with space")));
    assert_eq!(seen[1].record.header("warc-identified"), Some("a folded\tvalue"));
    assert_eq!(seen[1].record.block, b"abc");
    assert_eq!(seen[1].faults, [Fault::HeaderLine, Fault::NoEnd]);
}

#[test]
fn a_false_digest_is_found_and_a_foreign_one_left_alone() {
    let make = |name: &str, value: &str| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let record = Record::new(Kind::Response, "urn:x", at()).with(name, value);
        let record = record.with_block("application/http", [&head[..], b"0\r\n\r\n"].concat());
        seen(read(&file(&[record]).0)).remove(0)
    };
    let wrong = Digest::of(b"another").to_string();
    assert_eq!(make("WARC-Block-Digest", &wrong).check_block(), Check::Failed);
    assert_eq!(make("WARC-Block-Digest", "sha1:DR5MBP7OD3OPA7RFKWJUD4CTNUQUGFC5").check_block(), Check::NotChecked);
    assert_eq!(make("WARC-Payload-Digest", &wrong).check_payload(), Check::NotChecked, "chunked");
    assert_eq!(make("WARC-Payload-Digest", &Digest::of(b"0\r\n\r\n").to_string()).check_payload(), Check::Passed);
    let false_payload = response(&exchange());
    let headers = false_payload
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), if name == "WARC-Payload-Digest" { wrong.clone() } else { value.clone() }));
    let record = Record { headers: headers.collect(), ..false_payload };
    assert_eq!(seen(read(&file(&[record]).0))[0].check_payload(), Check::Failed);
}

#[test]
fn a_head_ends_at_its_first_empty_line() {
    for (block, head) in [
        (&b"A\r\nB\r\n\r\nbody"[..], 8),
        (b"A\nB\n\nbody\n\n", 5),
        (b"A\r\n\n", 4),
        (b"\r\nbody", 2),
        (b"A\r\nno end", 9),
        (b"", 0),
    ] {
        assert_eq!(split_http(block).0.len(), head, "{block:?}");
    }
}

proptest! {
    #[test]
    fn nothing_that_comes_from_elsewhere_begins_a_line(name in "\\PC{0,8}|[\r\n: a]{0,8}", value in "(?s).{0,40}|[\r\n\0a: ]{0,20}") {
        let record = Record::new(Kind::Resource, &value, at()).with(&name, &value).with_block(&value, b"block".to_vec());
        let seen = seen(read(&file(&[record]).0));
        prop_assert_eq!(seen.len(), 1);
        prop_assert_eq!(&seen[0].record.block[..], b"block");
        prop_assert_eq!(seen[0].record.headers.len(), 7);
        prop_assert_eq!(&seen[0].faults, &[]);
    }
}
