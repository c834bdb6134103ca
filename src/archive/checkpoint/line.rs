//! A signed checkpoint as one line that survives an e-mail: `onrecord-checkpoint:NAME:SIZE:ROOT:SIGNATURE`.
//!
//! It holds no space, so that white space which a mail program puts in, and the marks of a quotation, can be taken out
//! again. Root and signature are in base64 as in the note, which is made of it again byte for byte.

use super::{Checkpoint, CheckpointError, Note, malformed};

const PREFIX: &str = "onrecord-checkpoint";

/// The line of a note: its first signature in the log's own name.
pub fn to_line(note: &Note) -> Result<String, CheckpointError> {
    let checkpoint: Checkpoint = note.text().parse()?;
    let text = checkpoint.to_string();
    if text != note.text() {
        return Err(malformed("it has extension lines, which one line has no place for"));
    }
    let signature = note.signatures().iter().find(|signature| signature.name == checkpoint.origin);
    let signature = signature.ok_or_else(|| malformed("the log has not signed it"))?.to_string();
    let base64 = signature.rsplit(' ').next().unwrap_or_default();
    Ok(format!("{PREFIX}:{}:{base64}", text.trim_end().replace('\n', ":")))
}

/// Reads a line back into the note; `None` where the text is no such line. No signature is verified.
pub fn from_line(text: &str) -> Option<String> {
    let joined: String = text.chars().filter(|c| !c.is_whitespace() && *c != '>').collect();
    let mut parts = joined.strip_prefix(PREFIX)?.strip_prefix(':')?.rsplitn(4, ':');
    let (signature, root, size, origin) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{origin}\n{size}\n{root}\n\n\u{2014} {origin} {signature}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::checkpoint::SigningKey;
    use crate::model::digest::Digest;

    #[test]
    fn a_line_comes_back_as_the_note_even_from_an_e_mail() {
        let key = SigningKey::from_seed("desk-01234567", &[3; 32]).unwrap();
        let checkpoint = Checkpoint { origin: key.name().to_owned(), size: 4711, root: Digest::of(b"root") };
        let note = checkpoint.sign(&key).unwrap();
        let line = to_line(&note).unwrap();
        assert!(line.len() < 200 && !line.contains([' ', '\n']), "{line}");
        let (one, two) = line.split_at(76);
        for sent in [line.clone(), format!("{line}\n"), format!("{one}\r\n{two}"), format!("> {one}\n> {two}\n")] {
            assert_eq!(from_line(&sent).as_deref(), Some(note.to_string().as_str()), "{sent}");
        }
        assert!(Checkpoint::open(from_line(&line).unwrap().as_bytes(), &key.verifier(), key.name()).is_ok());
        let changed = line.replace(":4711:", ":4712:");
        assert!(Checkpoint::open(from_line(&changed).unwrap().as_bytes(), &key.verifier(), key.name()).is_err());
        assert_eq!((from_line("onrecord-checkpoint:a:1"), from_line(&note.to_string())), (None, None));
    }

    #[test]
    fn what_a_line_cannot_hold_is_said() {
        let key = SigningKey::from_seed("desk-01234567", &[3; 32]).unwrap();
        let text = Checkpoint { origin: key.name().to_owned(), size: 1, root: Digest::of(b"root") }.to_string();
        assert!(to_line(&Note::sign(&format!("{text}an extension\n"), &key).unwrap()).is_err());
        let stranger = SigningKey::from_seed("another", &[3; 32]).unwrap();
        assert!(to_line(&Note::sign(&text, &stranger).unwrap()).is_err());
    }
}
