//! Bytes to text: which charset a body is in.
//!
//! Declarations are believed in the order of the HTML standard (byte order mark, HTTP, `<meta>` or XML declaration),
//! but bytes that are valid UTF-8 beyond ASCII are UTF-8 whatever is declared, and UTF-16 is recognised by its zeros.
//! Where nothing is declared the charset is guessed. Never fails.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC};

/// How far into a page a declaration is looked for. The standard says 1024; pages that declare late are common.
const DECLARED_WITHIN: usize = 8192;

/// A body as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// The name of the charset, as the Encoding Standard spells it.
    pub charset: &'static str,
    /// What a person should know about the decoding.
    pub warnings: Vec<String>,
}

/// Decodes a body; `content_type` is the header's value, if there was one.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decoded(encoding, &bytes[length..], Vec::new());
    }
    if let Some(encoding) = utf16_by_zeros(bytes) {
        return decoded(encoding, bytes, Vec::new());
    }
    let utf8 = std::str::from_utf8(bytes);
    if utf8.is_ok() && bytes.is_ascii() && !bytes.contains(&0x1b) {
        // Any ASCII-compatible charset reads the same; the escape byte would be ISO-2022-JP.
        return decoded(UTF_8, bytes, Vec::new());
    }
    let declared = content_type.and_then(http_charset).or_else(|| declared_within(bytes));
    match declared {
        Some(encoding) if encoding == UTF_8 => match utf8 {
            Ok(_) => decoded(UTF_8, bytes, Vec::new()),
            Err(_) => damaged_utf8(bytes),
        },
        Some(encoding) if utf8.is_ok() && !bytes.is_ascii() => {
            let warning = format!("declared as {}, but the bytes are UTF-8", encoding.name());
            decoded(UTF_8, bytes, vec![warning])
        }
        Some(encoding) => decoded(encoding, bytes, Vec::new()),
        None if utf8.is_ok() && !bytes.is_ascii() => decoded(UTF_8, bytes, Vec::new()),
        None => {
            let encoding = guess(bytes);
            decoded(encoding, bytes, vec![format!("no charset declared; guessed {}", encoding.name())])
        }
    }
}

fn decoded(encoding: &'static Encoding, bytes: &[u8], mut warnings: Vec<String>) -> Decoded {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        let count = text.matches('\u{fffd}').count();
        warnings.push(format!("{count} characters could not be decoded as {}", encoding.name()));
    }
    let mut text = text.into_owned();
    if let Some(once) = encoded_twice(&text).filter(|_| encoding == UTF_8) {
        warnings.push("the text was encoded as UTF-8 twice; read as it was before".to_owned());
        text = once;
    }
    Decoded { text, charset: encoding.name(), warnings }
}

/// A text that some system took for Latin-1 and encoded once more, as it was before: `Ã©` is `é`.
///
/// Control characters U+0080 to U+009F are its mark: no page means them. `None` where there is none, or where one stands in a
/// run of such letters that is no UTF-8.
fn encoded_twice(text: &str) -> Option<String> {
    let is_high = |c: char| ('\u{80}'..='\u{ff}').contains(&c);
    let is_control = |c: char| ('\u{80}'..='\u{9f}').contains(&c);
    let bytes = text.as_bytes();
    memchr::memchr_iter(0xC2, bytes).find(|at| bytes.get(at + 1).is_some_and(|next| (0x80..=0x9F).contains(next)))?;
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut any) = (text, false);
    while let Some(at) = rest.find(is_high) {
        let (before, from) = rest.split_at(at);
        let (run, after) = from.split_at(from.find(|c| !is_high(c)).unwrap_or(from.len()));
        out.push_str(before);
        rest = after;
        // Each of its letters is one byte of what was.
        let raw: Vec<u8> = run.chars().map(|c| (u32::from(c) & 0xFF) as u8).collect();
        match std::str::from_utf8(&raw) {
            Ok(once) => {
                out.push_str(once);
                any = true;
            }
            Err(_) if run.contains(is_control) => return None,
            Err(_) => out.push_str(run),
        }
    }
    out.push_str(rest);
    any.then_some(out)
}

/// Bytes that are declared as UTF-8 and are not: a few stray ones are read as windows-1252, which is what they are on
/// pages put together from two systems; where there are many the declaration is wrong.
fn damaged_utf8(bytes: &[u8]) -> Decoded {
    let (mut text, mut stray, mut sound) = (String::with_capacity(bytes.len()), 0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().bytes().filter(|b| (0xC0..=0xF7).contains(b)).count();
        stray += chunk.invalid().len();
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    if stray > sound {
        let encoding = guess(bytes);
        return decoded(
            encoding,
            bytes,
            vec![format!("declared as UTF-8, which the bytes are not; guessed {}", encoding.name())],
        );
    }
    let warning = format!("{stray} bytes are not UTF-8 as declared; read as windows-1252");
    Decoded { text, charset: UTF_8.name(), warnings: vec![warning] }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Allow);
    let near = guessed == WINDOWS_1252 || guessed == WINDOWS_1251;
    if near && is_mac_cyrillic(bytes) { X_MAC_CYRILLIC } else { guessed }
}

/// Old Macintosh Cyrillic, which the guess does not know. Its small letters are those of windows-1251 but for `я`;
/// its capitals stand where windows-1251 has quotation marks, and windows-1251's where it has signs.
fn is_mac_cyrillic(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(16_384)];
    let count = |range: std::ops::RangeInclusive<u8>| sample.iter().filter(|b| range.contains(b)).count();
    let capitals = sample.windows(2).filter(|pair| (0x80..=0x9F).contains(&pair[0]) && pair[1] >= 0xDF).count();
    let (small, foreign, last) = (count(0xE0..=0xFE), count(0xC0..=0xDE) + count(0xFF..=0xFF), count(0xDF..=0xDF));
    small >= 40 && capitals > 0 && last > 0 && foreign * 100 <= small
}

/// UTF-16 without a byte order mark: markup and spaces make every second byte a zero.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (high, low) = (zeros(0), zeros(1));
    let pairs = sample.len() / 2;
    // A twentieth is what white space alone gives in a text of another script.
    match (high * 20 >= pairs, low * 20 >= pairs) {
        _ if pairs < 2 => None,
        (false, true) if high == 0 || low > high * 50 => Some(UTF_16LE),
        (true, false) if low == 0 || high > low * 50 => Some(UTF_16BE),
        (false | true, false | true) => None,
    }
}

fn http_charset(content_type: &str) -> Option<&'static Encoding> {
    let parameter = content_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    labelled(parameter)
}

/// The charset of a label, where a body that is no UTF-16 can be in it.
fn labelled(label: &str) -> Option<&'static Encoding> {
    // Names that are met but stand in no standard.
    let label = match label.trim().to_ascii_lowercase().as_str() {
        "maccyrillic" | "x-maccyrillic" => "x-mac-cyrillic".to_owned(),
        "cp-1251" | "win-1251" | "win1251" | "windows1251" => "windows-1251".to_owned(),
        "utf8mb4" => "utf-8".to_owned(),
        other => other.to_owned(),
    };
    let encoding = Encoding::for_label(label.as_bytes())?;
    // A declaration that could be read as ASCII is not UTF-16; the standard takes it for UTF-8.
    Some(if encoding.is_ascii_compatible() || encoding.name() == "ISO-2022-JP" { encoding } else { UTF_8 })
}

/// The charset that the body's own first bytes declare.
fn declared_within(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    let text = WINDOWS_1252.decode_without_bom_handling(head).0.to_lowercase();
    let text = text.trim_start();
    if let Some(declaration) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"))
        && let Some((_, after)) = declaration.0.split_once("encoding")
        && let Some(encoding) = value_after_equals(after).and_then(labelled)
    {
        return Some(encoding);
    }
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = &rest[4 + rest[4..].find("-->")?..];
        } else if rest.starts_with("<meta") {
            let end = rest.find('>').unwrap_or(rest.len());
            let found = rest[..end].split_once("charset").and_then(|(_, after)| value_after_equals(after));
            if let Some(encoding) = found.and_then(labelled) {
                return Some(encoding);
            }
            rest = &rest[end..];
        } else {
            rest = &rest[1..];
        }
    }
    None
}

fn value_after_equals(text: &str) -> Option<&str> {
    let value = text.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(value.len());
    Some(&value[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RUSSIAN: &str =
        "В результате обстрела ранены военнослужащие, им оказана медицинская помощь. Обстановка стабильна.";

    fn encoded(label: &str, text: &str) -> Vec<u8> {
        Encoding::for_label(label.as_bytes()).expect("a charset").encode(text).0.into_owned()
    }

    #[test]
    fn a_declared_charset_is_read_from_header_meta_and_xml() {
        let cases = [
            ("windows-1251", Some("text/html; charset=\"windows-1251\""), RUSSIAN.to_owned()),
            ("koi8-r", None, format!("<html><head><meta charset=koi8-r></head>{RUSSIAN}")),
            (
                "windows-1251",
                None,
                format!("<!-- charset=utf-8 --><META http-equiv=x content='text/html; charset=cp1251'>{RUSSIAN}"),
            ),
            ("ibm866", None, format!("<?xml version='1.0' encoding='IBM866'?><p>{RUSSIAN}")),
            ("x-mac-cyrillic", None, format!("<?xml version=\"1.0\" encoding=\"MacCyrillic\"?>{RUSSIAN}")),
        ];
        for (charset, header, text) in cases {
            let decoded = decode(&encoded(charset, &text), header);
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.warnings, Vec::<String>::new());
        }
    }

    #[test]
    fn an_undeclared_charset_is_guessed_and_said() {
        for label in ["windows-1251", "koi8-r", "x-mac-cyrillic", "utf-8"] {
            assert_eq!(decode(&encoded(label, RUSSIAN), None).text, RUSSIAN, "{label}");
        }
        assert!(decode(&encoded("koi8-r", RUSSIAN), None).warnings[0].contains("guessed KOI8"));
        let japanese = "本日、赤十字の仲介により遺体が引き渡された。道路で弾薬が輸送されたとの主張は事実ではない。";
        for label in ["shift_jis", "euc-jp", "iso-2022-jp"] {
            assert_eq!(decode(&encoded(label, japanese), None).text, japanese, "{label}");
        }
    }

    #[test]
    fn old_charsets_of_many_offices_are_read_declared_and_guessed() {
        let turkish = "Bakanlık, sınırdaki geçişin bu sabah yeniden açıldığını ve ağır taşıtların hafta sonuna kadar bekleyeceğini bildirdi.";
        let arabic = "أعلنت الوزارة أن المعبر الحدودي أعيد فتحه صباح اليوم أمام حركة المسافرين والبضائع.";
        let chinese = "国防部今天上午宣布，边境口岸已经重新开放，重型车辆须等到本周末才能通行。";
        let greek = "Το υπουργείο ανακοινώνει ότι η γέφυρα άνοιξε ξανά σήμερα το πρωί για όλα τα οχήματα.";
        let cases = [
            ("iso-8859-9", turkish),
            ("windows-1254", turkish),
            ("windows-1256", arabic),
            ("iso-8859-6", arabic),
            ("gb18030", chinese),
            ("gbk", chinese),
            ("iso-8859-7", greek),
            ("iso-8859-5", RUSSIAN),
        ];
        for (label, text) in cases {
            let header = format!("text/html; charset={label}");
            let declared = decode(&encoded(label, text), Some(&header));
            assert_eq!((declared.text.as_str(), declared.warnings.len()), (text, 0), "{label} in the header");
            let page = format!("<meta charset={label}><p>{text}");
            assert_eq!(decode(&encoded(label, &page), None).text, page, "{label} in a meta");
            let guessed = decode(&encoded(label, text), None);
            assert_eq!(guessed.text, text, "{label} guessed");
            assert!(guessed.warnings[0].contains("guessed"), "{label}: {:?}", guessed.warnings);
        }
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let text = format!("<p>{RUSSIAN}</p>");
        for (mark, big) in [(true, true), (true, false), (false, true), (false, false)] {
            let marked = if mark { format!("\u{feff}{text}") } else { text.clone() };
            let bytes: Vec<u8> = marked
                .encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            assert_eq!(decode(&bytes, Some("text/html")).text, text, "mark {mark}, big {big}");
        }
    }

    #[test]
    fn bytes_that_are_utf_8_are_so_whatever_is_declared() {
        let decoded = decode(RUSSIAN.as_bytes(), Some("text/html; charset=iso-8859-1"));
        assert_eq!(decoded.text, RUSSIAN);
        assert_eq!(decoded.warnings, ["declared as windows-1252, but the bytes are UTF-8"]);
    }

    #[test]
    fn stray_bytes_of_another_system_are_read_and_told() {
        let mut bytes = "Erklärung über die Lage in Köln: ".as_bytes().to_vec();
        bytes.extend_from_slice(b"f\xfcr");
        let decoded = decode(&bytes, Some("text/html; charset=utf-8"));
        assert_eq!(decoded.text, "Erklärung über die Lage in Köln: für");
        assert_eq!(decoded.warnings, ["1 bytes are not UTF-8 as declared; read as windows-1252"]);
        let wrong = decode(&encoded("windows-1251", RUSSIAN), Some("text/html; charset=utf-8"));
        assert_eq!(wrong.text, RUSSIAN, "a declaration that fits nowhere is not believed");
    }

    #[test]
    fn an_impossible_declaration_is_no_failure() {
        let decoded = decode(b"<meta charset=utf-16><p>plain</p>\xe9t\xe9", Some("text/html; charset=x-no-such"));
        assert!(decoded.text.contains("plain"));
    }

    proptest! {
        #[test]
        fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            decode(&bytes, None);
            decode(&bytes, Some("text/html; charset=utf-8"));
        }
    }

    #[test]
    fn a_text_that_was_encoded_twice_is_read_as_it_was() {
        let twice = |text: &str| {
            let taken: String = text.bytes().map(char::from).collect();
            taken.into_bytes()
        };
        for text in [RUSSIAN, "Le bassin a été dragué : l’été, enfin.", "Ցամաք", "★★★"] {
            let read = decode(&twice(text), Some("text/html; charset=utf-8"));
            assert_eq!(read.text, text);
            assert_eq!(read.warnings, ["the text was encoded as UTF-8 twice; read as it was before"]);
        }
        // What only looks like it, and letters that mean themselves.
        for text in ["Ã, é and ÅÄÖ", "Prix : 5 €, déjà", "a stray \u{99} alone", "é\u{99}é â\u{80}\u{99}"] {
            let read = decode(text.as_bytes(), Some("text/html; charset=utf-8"));
            assert_eq!((read.text.as_str(), read.warnings.len()), (text, 0), "{text:?}");
        }
        let mixed = "Ã, é: “so” and â\u{80}\u{99}";
        assert_eq!(decode(mixed.as_bytes(), None).text, "Ã, é: “so” and ’", "letters that are sound stay");
    }
}
