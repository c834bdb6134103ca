//! Files as they are found in the world: cut short, damaged, mislabelled, hostile.

use super::*;

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
        let found = read(&damaged).iter().filter(|item| is_sound(item)).count();
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
fn a_file_made_of_damage_is_looked_through_twice_at_most() {
    // Each of these begins a member whose 65,535 bytes hold the beginnings of thousands of others, and then breaks off.
    let begun = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x00\xff\xff\x00\x00";
    let bytes = begun.repeat(1_000_000 / begun.len());
    let mut reader = Reader::new(&bytes[..]);
    let items = std::iter::from_fn(|| reader.read(0).unwrap()).count();
    assert!((10..60).contains(&items), "{items}");
}

proptest! {
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
