//! Undoes `Content-Encoding`: gzip, br, zstd, at most two deep, never beyond the bound.
//!
//! A body that ends inside a coding is cut short, not a body. Memory is bounded by the bound for the decoded bytes and by the
//! windows of the codings (16 MB br, 8 MB zstd, as RFC 9659 has it).

use std::io::{self, Read};

/// Most codings on top of each other.
const MOST_CODINGS: usize = 2;
/// Largest window of a zstd frame (RFC 9659).
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

/// A coding that we can undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Brotli,
    Zstd,
}

/// Why a body could not be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLarge,
    CutShort,
    Bad(String),
}

/// The codings that `Content-Encoding` names, in the order in which they were applied.
///
/// `None` where one is unknown: then nothing is undone, and the body is kept as it came. Offices also write charsets there.
pub(super) fn codings<'a>(values: impl Iterator<Item = &'a str>) -> Option<Vec<Coding>> {
    let mut out = Vec::new();
    for word in values.flat_map(|value| value.split(',')) {
        match word.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => {}
            "gzip" | "x-gzip" => out.push(Coding::Gzip),
            "br" => out.push(Coding::Brotli),
            "zstd" => out.push(Coding::Zstd),
            _ => return None,
        }
    }
    Some(out)
}

/// Undoes `codings`, the last first. With `cut`, what goes beyond `most` bytes is left out instead of being a fault.
pub(super) fn decode(mut body: Vec<u8>, codings: &[Coding], most: usize, cut: bool) -> Result<Vec<u8>, Fault> {
    if codings.len() > MOST_CODINGS {
        return Err(Fault::Bad(format!("{} codings on top of each other", codings.len())));
    }
    for coding in codings.iter().rev() {
        body = match coding {
            Coding::Gzip => gzip(&body, most, cut)?,
            Coding::Brotli => brotli(&body, most, cut)?,
            Coding::Zstd => zstd(&body, most, cut)?,
        };
    }
    Ok(body)
}

/// Members follow each other (RFC 1952, section 2.2); what follows and is no member is padding, as browsers have it.
fn gzip(mut rest: &[u8], most: usize, cut: bool) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    if !rest.starts_with(&[0x1f, 0x8b]) {
        return Err(if rest.len() < 2 { Fault::CutShort } else { Fault::Bad("no gzip".into()) });
    }
    while rest.starts_with(&[0x1f, 0x8b]) && (!cut || out.len() < most) {
        let mut reader = flate2::bufread::GzDecoder::new(rest);
        out = drain(&mut reader, out, most, cut)?;
        rest = reader.into_inner();
    }
    Ok(out)
}

/// Steps through the stream by hand: the crate's reader calls an early end and bad bytes by one name.
fn brotli(body: &[u8], most: usize, cut: bool) -> Result<Vec<u8>, Fault> {
    use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
    let new = StandardAlloc::default;
    // Strict: without the large windows that RFC 7932 does not know and that take a gigabyte.
    let mut state = BrotliState::new_strict(new(), new(), new());
    let mut part = vec![0; 16 * 1024];
    let (mut out, mut left, mut read, mut total) = (Vec::new(), body.len(), 0, 0);
    loop {
        let (mut room, mut written) = (part.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            body,
            &mut room,
            &mut written,
            &mut part,
            &mut total,
            &mut state,
        );
        out.extend_from_slice(&part[..written]);
        if out.len() > most {
            out.truncate(most);
            return if cut { Ok(out) } else { Err(Fault::TooLarge) };
        }
        match result {
            BrotliResult::ResultSuccess => return Ok(out),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure if cut => return Ok(out),
            BrotliResult::NeedsMoreInput => return Err(Fault::CutShort),
            BrotliResult::ResultFailure => return Err(Fault::Bad("no brotli".into())),
        }
    }
}

fn zstd(mut rest: &[u8], most: usize, cut: bool) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    while !rest.is_empty() {
        if cut && out.len() >= most {
            break;
        }
        if let Some(skipped) = skippable(rest) {
            rest = skipped?;
            continue;
        }
        let mut reader = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(&mut rest, ZSTD_WINDOW)
            .map_err(|error| Fault::Bad(error.to_string()))?;
        out = drain(&mut reader, out, most, cut)?;
        if !reader.decoder.is_finished() && !cut {
            return Err(Fault::CutShort);
        }
    }
    if out.is_empty() && rest.is_empty() { Err(Fault::CutShort) } else { Ok(out) }
}

/// What follows a skippable frame (RFC 8878, section 3.1.2), if there is one.
fn skippable(bytes: &[u8]) -> Option<Result<&[u8], Fault>> {
    let (head, rest) = bytes.split_at_checked(8)?;
    if !(0x50..=0x5f).contains(&head[0]) || head[1..4] != [0x2a, 0x4d, 0x18] {
        return None;
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Some(rest.get(length..).ok_or(Fault::CutShort))
}

/// Reads to the end or one byte past the bound, whichever comes first.
fn drain(reader: impl Read, mut out: Vec<u8>, most: usize, cut: bool) -> Result<Vec<u8>, Fault> {
    let room = most.saturating_sub(out.len()).saturating_add(1);
    let result = reader.take(u64::try_from(room).unwrap_or(u64::MAX)).read_to_end(&mut out);
    if out.len() > most {
        out.truncate(most);
        return if cut { Ok(out) } else { Err(Fault::TooLarge) };
    }
    match result {
        Ok(_) => Ok(out),
        // The compressed bytes themselves were cut at the bound.
        Err(_) if cut => Ok(out),
        Err(error) if ends_early(&error) => Err(Fault::CutShort),
        Err(error) => Err(Fault::Bad(error.to_string())),
    }
}

fn ends_early(error: &io::Error) -> bool {
    // ruzstd wraps the end of its input in errors of its own, and shows it in its words alone.
    error.kind() == io::ErrorKind::UnexpectedEof || error.to_string().contains("failed to fill whole buffer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::stage::{brotli, gzip as gzipped, zstd as zstandard};

    const TEXT: &[u8] = b"The ministry states that the situation has been stable since 08:15.";

    fn undo(body: Vec<u8>, coding: Coding) -> Result<Vec<u8>, Fault> {
        decode(body, &[coding], 1000, false)
    }

    #[test]
    fn each_coding_is_undone() {
        assert_eq!(undo(gzipped(TEXT), Coding::Gzip).as_deref(), Ok(TEXT));
        assert_eq!(undo(brotli(TEXT), Coding::Brotli).as_deref(), Ok(TEXT));
        assert_eq!(undo(zstandard(TEXT), Coding::Zstd).as_deref(), Ok(TEXT));
        let twice = gzipped(&brotli(TEXT));
        assert_eq!(decode(twice, &[Coding::Brotli, Coding::Gzip], 1000, false).as_deref(), Ok(TEXT));
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let both: Vec<u8> = [TEXT, TEXT].concat();
        assert_eq!(undo([gzipped(TEXT), gzipped(TEXT), b"\0\0".to_vec()].concat(), Coding::Gzip), Ok(both.clone()));
        let skip = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9], zstandard(TEXT).as_slice()].concat();
        assert_eq!(undo([zstandard(TEXT), skip].concat(), Coding::Zstd), Ok(both));
    }

    #[test]
    fn a_body_cut_anywhere_is_cut_short() {
        let cases = [(gzipped(TEXT), Coding::Gzip), (brotli(TEXT), Coding::Brotli), (zstandard(TEXT), Coding::Zstd)];
        for (body, coding) in cases {
            for end in 1..body.len() {
                let result = undo(body[..end].to_vec(), coding);
                assert!(result.is_err(), "{coding:?} cut at {end} of {}: {result:?}", body.len());
            }
            assert_eq!(undo(body[..body.len() - 1].to_vec(), coding), Err(Fault::CutShort), "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let bomb = vec![0; 3_000_000];
        assert_eq!(undo(gzipped(&bomb), Coding::Gzip), Err(Fault::TooLarge));
        assert_eq!(undo(zstandard(&bomb), Coding::Zstd), Err(Fault::TooLarge));
        let twice = decode(gzipped(&gzipped(&bomb)), &[Coding::Gzip, Coding::Gzip], 100_000, false);
        assert_eq!(twice, Err(Fault::TooLarge));
        assert_eq!(decode(gzipped(&bomb), &[Coding::Gzip], 1000, true).map(|body| body.len()), Ok(1000));
    }

    #[test]
    fn a_large_window_is_refused() {
        // Magic, descriptor without single segment, window descriptor: exponent 31 of 1 KiB.
        let frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00];
        assert!(matches!(undo(frame, Coding::Zstd), Err(Fault::Bad(_))));
    }

    #[test]
    fn what_is_written_into_content_encoding_is_read() {
        assert_eq!(codings(["gzip, BR"].into_iter()), Some(vec![Coding::Gzip, Coding::Brotli]));
        assert_eq!(codings(["identity"].into_iter()), Some(vec![]));
        assert_eq!(codings(["windows-1251"].into_iter()), None);
        assert!(matches!(decode(vec![], &[Coding::Gzip; 3], 10, false), Err(Fault::Bad(_))));
        assert!(matches!(undo(b"<html>".to_vec(), Coding::Gzip), Err(Fault::Bad(_))));
    }
}
