//! Records written and read back, the standard's own examples, and files as they are found in the world.

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
        metadata("https://www.mod.example/news/1", at(), &id, "application/json", b"{}".to_vec()),
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
    assert_eq!(format!("{items:?}"), format!("{in_pieces:?}"), "whatever the pieces");
    items
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
         WARC-Block-Digest: {block}\r\nContent-Length: 104\r\n\r\n\
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
fn a_wrong_length_costs_one_record_and_not_the_file() {
    let with = |length: &str| {
        let text = format!(
            "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: x:1\r\nContent-Length: {length}\r\n\r\n0123456789\r\n\r\n"
        );
        let next = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: x:2\r\nContent-Length: 1\r\n\r\n2\r\n\r\n";
        (text, next.to_owned())
    };
    for (length, expected) in [
        ("10", vec![]),
        ("7", vec![Fault::NoEnd, Fault::Trailing { bytes: 7 }]),
        ("0", vec![Fault::NoEnd, Fault::Trailing { bytes: 14 }]),
        ("", vec![Fault::ContentLength, Fault::NoEnd, Fault::Trailing { bytes: 14 }]),
        ("-1", vec![Fault::ContentLength, Fault::NoEnd, Fault::Trailing { bytes: 14 }]),
        ("99999999999999999999999", vec![Fault::ContentLength, Fault::NoEnd, Fault::Trailing { bytes: 14 }]),
    ] {
        let (first, second) = with(length);
        for bytes in
            [[first.as_bytes(), second.as_bytes()].concat(), [gzip(first.as_bytes()), gzip(second.as_bytes())].concat()]
        {
            let items = read(&bytes);
            assert_eq!(targets(&items), ["x:1", "x:2"], "{length}");
            assert_eq!(seen(items)[0].faults, expected, "{length}");
        }
    }
    let (first, second) = with("1000");
    assert_eq!(
        faults(&[gzip(first.as_bytes()), gzip(second.as_bytes())].concat())[0],
        [Fault::CutShort { missing: 986 }]
    );
    let swallowed = faults(&[first.as_bytes(), second.as_bytes()].concat());
    assert!(matches!(swallowed[..], [ref faults] if matches!(faults[..], [Fault::CutShort { .. }])));
}

#[test]
fn a_file_that_is_cut_short_gives_all_before_the_cut() {
    let records = records();
    let (bytes, members) = file(&records);
    for length in 0..bytes.len() {
        let whole = members.iter().filter(|member| member.offset + member.length <= length as u64).count();
        let items = read(&bytes[..length]);
        let sound = items.iter().filter(|item| matches!(item, Item::Record(seen) if seen.faults.is_empty())).count();
        assert_eq!(sound, whole, "{length}");
        let at_edge = members.iter().any(|member| member.offset == length as u64);
        assert_eq!(items.len() > whole, !at_edge, "the cut is seen: {length}");
    }
    let plain = plain(&records);
    for length in (0..plain.len()).step_by(7) {
        read(&plain[..length]);
    }
}

#[test]
fn a_damaged_member_costs_one_record() {
    let records = records();
    let (bytes, members) = file(&records);
    let (mut lost, mut flips) = (0, 0);
    for at in 0..(bytes.len() - members[5].length as usize) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let sound = |item: &Item| matches!(item, Item::Record(seen) if seen.faults.is_empty() && seen.check_block() == Check::Passed);
        let found = read(&damaged).iter().filter(|item| sound(item)).count();
        // Bytes of a gzip header that nothing depends on may change and hurt nothing.
        lost += records.len() - found;
        flips += 1;
        assert!(found + 1 >= records.len(), "byte {at}: {found}");
    }
    assert!(lost * 10 > flips * 9, "{lost} of {flips}");
}

#[test]
fn junk_is_told_and_passed_over() {
    let (bytes, _) = file(&records()[..1]);
    let junk: Vec<u8> = (0..70_000u32).map(|i| (i % 251) as u8).collect();
    let items = read(&[&junk[..], &bytes, b"tail", &bytes].concat());
    let kinds = items.iter().map(|item| match item {
        Item::Record(_) => None,
        Item::Junk(junk) => Some((junk.offset, junk.kind)),
    });
    let length = bytes.len() as u64;
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            Some((0, JunkKind::Unknown { length: 70_000 })),
            None,
            Some((70_000 + length, JunkKind::Unknown { length: 4 })),
            None
        ]
    );
    let inside = read(&gzip(b"not a record\r\n\r\n"));
    assert!(matches!(inside[..], [Item::Junk(Junk { offset: 0, kind: JunkKind::Unknown { .. } })]));
    assert!(read(b"").is_empty() && read(b"\r\n\r\n").is_empty());
    assert!(matches!(read(&gzip(b""))[..], [Item::Junk(_)]));
}

#[test]
fn formats_that_are_not_read_are_named() {
    let arc = b"filedesc://x.arc 0.0.0.0 20140101000000 text/plain 76\n1 0 IA\nURL IP-address\n\n";
    for (bytes, kind) in [
        (&arc[..], JunkKind::Arc),
        (&gzip(arc), JunkKind::Arc),
        (b"\x28\xb5\x2f\xfd\x00\x01\x02\x03", JunkKind::Zstd),
        (b"\x5d\x2a\x4d\x18\x00\x01\x02\x03", JunkKind::Zstd),
    ] {
        assert!(matches!(read(bytes)[..], [Item::Junk(Junk { offset: 0, kind: found })] if found == kind), "{kind:?}");
    }
}

#[test]
fn a_header_is_bounded() {
    let endless = [b"WARC/1.1\r\nX: ".to_vec(), vec![b'x'; 200_000]].concat();
    let ended =
        [&endless[..], b"\r\n\r\nWARC/1.1\r\nWARC-Target-URI: x:2\r\nContent-Length: 0\r\n\r\n\r\n\r\n"].concat();
    let many = [b"WARC/1.1\r\n".to_vec(), b"a: b\r\n".repeat(20_000)].concat();
    for bytes in [&endless, &ended, &many] {
        let items = read(bytes);
        let Item::Record(first) = &items[0] else { panic!("a record") };
        assert!(first.faults.contains(&Fault::HeaderTooLong) && first.record.headers.len() < 11_000);
    }
    assert_eq!(targets(&read(&ended)), ["-", "x:2"]);
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
fn a_failing_disk_is_an_error_after_what_was_read() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match self.0.read(out)? {
                0 => Err(io::Error::other("the disk")),
                count => Ok(count),
            }
        }
    }
    let (bytes, _) = file(&records()[..2]);
    let mut reader = Reader::new(Failing(&bytes[..bytes.len() - 20]));
    assert!(matches!(reader.read(0), Ok(Some(Item::Record(seen))) if seen.faults.is_empty()));
    assert!(matches!(reader.read(0), Ok(Some(Item::Record(seen))) if !seen.faults.is_empty()));
    assert_eq!(reader.read(0).unwrap_err().to_string(), "the disk");
    assert!(reader.read(0).unwrap().is_none());
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

#[test]
fn a_file_made_of_damage_is_read_in_linear_time() {
    let member = gzip(&vec![0; 60_000]);
    let mut bomb = Vec::new();
    while bomb.len() < 2_000_000 {
        bomb.extend_from_slice(b"\x1f\x8b\x08\0\0\0\0\0\0\x03");
        bomb.extend_from_slice(&member[10..member.len() - 9]);
    }
    let started = std::time::Instant::now();
    let mut reader = Reader::new(&bomb[..]);
    while reader.read(1000).unwrap().is_some() {}
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
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

    #[test]
    fn no_bytes_make_the_reader_fail(pieces in prop::collection::vec(prop_oneof![
        prop::collection::vec(any::<u8>(), 0..30),
        Just(b"WARC/1.1\r\n".to_vec()), Just(b"Content-Length: 5\r\n".to_vec()), Just(b"\r\n\r\n".to_vec()), Just(b"\n".to_vec()),
        Just(file(&records()[..1]).0), Just(plain(&records()[1..2])), Just(file(&records()[2..3]).0[..100].to_vec()),
        Just(b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
    ], 0..12)) {
        let bytes = pieces.concat();
        let mut reached = 0;
        for item in read(&bytes) {
            if let Item::Record(seen) = item && let Some(member) = seen.member {
                prop_assert!(member.offset >= reached && member.length > 0);
                reached = member.offset + member.length;
            }
        }
        prop_assert!(reached <= bytes.len() as u64);
    }
}
