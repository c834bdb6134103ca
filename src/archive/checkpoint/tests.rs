//! The published examples of Go's `sumdb/note` and of C2SP, and what must not be believed.

use proptest::prelude::*;

use super::*;

/// A public example, known to the whole world: the key of the documentation of Go's `sumdb/note`.
const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const OTHER_LINE: &str =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn key() -> SigningKey {
    SigningKey::parse(SECRET).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "PeterNeumann".into(), size: 4711, root: Digest::of(b"root") }
}

#[test]
fn signs_what_the_reference_implementation_signs() {
    let key = key();
    assert_eq!(key.verifier().to_string(), PUBLIC);
    assert_eq!(*key.to_secret_text(), SECRET);
    assert_eq!(Note::sign(TEXT, &key).unwrap().to_string(), NOTE);
    let public: VerifierKey = PUBLIC.parse().unwrap();
    assert_eq!(public, key.verifier());
    let note = Note::parse(NOTE.as_bytes()).unwrap();
    note.verify(&public).unwrap();
    assert_eq!((note.text(), note.to_string().as_str()), (TEXT, NOTE));
}

#[test]
fn verifies_the_examples_of_the_specification() {
    let key: VerifierKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
    let note = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    Note::parse(note.as_bytes()).unwrap().verify(&key).unwrap();
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let checkpoint: Checkpoint = text.parse().unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.to_string(), text);
}

#[test]
fn a_public_key_is_what_openssl_reads() {
    let pem = key().verifier().to_pem();
    assert_eq!(
        pem,
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGlzZBxQ8OExB6DDFvOEqqIF+xWSaqr8sMTiLNbLXRNY=\n-----END PUBLIC KEY-----\n"
    );
}

#[test]
fn a_key_comes_back_from_its_pem() {
    let key = key().verifier();
    assert_eq!(VerifierKey::from_pem(key.name(), &format!("of the log:\n{}", key.to_pem())).unwrap(), key);
    for bad in ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", &key.to_pem().replace("MCow", "MCox")] {
        assert!(VerifierKey::from_pem(key.name(), bad).is_err(), "{bad}");
    }
    assert!(VerifierKey::from_pem("a b", &key.to_pem()).is_err());
}

#[test]
fn foreign_signatures_neither_help_nor_harm() {
    let (public, stranger) = (key().verifier(), SigningKey::generate("EnochRoot").unwrap());
    let both = format!("{NOTE}{OTHER_LINE}");
    let mut note = Note::parse(both.as_bytes()).unwrap();
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.to_string(), both);
    note.verify(&public).unwrap();
    assert!(
        matches!(note.verify(&stranger.verifier()), Err(NoteError::NotSigned { .. })),
        "another key of the same name"
    );
    note.add_signature(&stranger);
    note.verify(&stranger.verifier()).unwrap();
    Note::parse(note.to_string().as_bytes()).unwrap().verify(&public).unwrap();
    // Of a kind of key that has longer signatures.
    let long = format!("{NOTE}\u{2014} witness {}\n", STANDARD.encode([7; 3000]));
    Note::parse(long.as_bytes()).unwrap().verify(&public).unwrap();
}

#[test]
fn a_note_that_was_changed_is_not_believed() {
    let public = key().verifier();
    for at in 0..NOTE.len() {
        for flip in [1, 0x20, 0x80] {
            let mut bytes = NOTE.as_bytes().to_vec();
            bytes[at] ^= flip;
            let believed = Note::parse(&bytes).is_ok_and(|note| note.verify(&public).is_ok());
            assert!(!believed, "byte {at} ^ {flip}");
        }
    }
    for length in 0..NOTE.len() {
        assert!(Note::parse(&NOTE.as_bytes()[..length]).is_err(), "{length}");
    }
    let twice = NOTE.replace("If you", "If  you");
    let both = format!("{twice}{}", NOTE.rsplit_once("\n\n").unwrap().1);
    assert!(matches!(Note::parse(both.as_bytes()).unwrap().verify(&public), Err(NoteError::BadSignature { .. })));
}

#[test]
fn base64_has_one_spelling() {
    // 68 bytes leave 2 spare bits, which the last digit before the padding could hide: M ends in 00, N in 01.
    let altered = NOTE.replace("JnAM=", "JnAN=");
    assert_ne!(altered, NOTE);
    for line in
        [altered, NOTE.replace("JnAM=", "JnAM"), NOTE.replace("JnAM=", "JnA\n="), NOTE.replace("x08go/", "x08go_")]
    {
        assert!(matches!(Note::parse(line.as_bytes()), Err(NoteError::Malformed { .. })), "{line}");
    }
    let text = checkpoint().to_string();
    let (front, last) = text.trim_end().trim_end_matches('=').split_at(text.len() - 3);
    let next = char::from(last.as_bytes()[0] + 1);
    assert!(format!("{front}{next}=\n").parse::<Checkpoint>().is_err());
}

#[test]
fn what_has_not_the_form_of_a_note_is_refused() {
    let line = NOTE.rsplit_once("\n\n").unwrap().1;
    let many = format!("{TEXT}\n{}", line.repeat(101));
    let long = format!("{}\n\n{line}", "x".repeat(LONG));
    for note in [
        "",
        "\n",
        "\n\n",
        TEXT,
        &format!("{TEXT}\n"),
        &format!("{TEXT}\n\n"),
        &format!("{TEXT}{line}"),
        &format!("{NOTE}\n"),
        &NOTE.replace('\n', "\r\n"),
        &NOTE.replace("you", "\u{1}ou"),
        &NOTE.replace('\u{2014}', "-"),
        &NOTE.replace("PeterNeumann ", " "),
        &NOTE.replace("PeterNeumann ", "Peter+Neumann "),
        &NOTE.replace("PeterNeumann ", "Peter\u{a0}Neumann "),
        &NOTE.replace("PeterNeumann ", "PeterNeumann  "),
        &format!("{TEXT}\n\u{2014} x AAAA\n"),
        &format!("{TEXT}\n\u{2014} x AAAAAA==\n"),
        &many,
        &long,
    ] {
        assert!(matches!(Note::parse(note.as_bytes()), Err(NoteError::Malformed { .. })), "{note:?}");
    }
    assert!(Note::parse(format!("{TEXT}\n{}", line.repeat(100)).as_bytes()).is_ok());
    assert!(Note::sign("no line feed", &key()).is_err() && Note::sign("a\tb\n", &key()).is_err());
    assert!(Note::sign("an empty line\n\nmay stand inside\n", &key()).is_ok());
}

const LONG: usize = 1_000_000;

#[test]
fn a_checkpoint_comes_back_as_it_was_signed() {
    let (key, checkpoint) = (key(), checkpoint());
    let bytes = checkpoint.sign(&key).unwrap().to_string();
    assert_eq!(Checkpoint::open(bytes.as_bytes(), &key.verifier(), "PeterNeumann").unwrap(), checkpoint);
    let other = Checkpoint::open(bytes.as_bytes(), &key.verifier(), "Another").unwrap_err();
    assert_eq!(other.to_string(), "this is a checkpoint of \"PeterNeumann\", not of \"Another\"");
    let stranger = SigningKey::generate("PeterNeumann").unwrap();
    assert!(matches!(
        Checkpoint::open(bytes.as_bytes(), &stranger.verifier(), "PeterNeumann"),
        Err(CheckpointError::Note(NoteError::NotSigned { .. }))
    ));
    for origin in ["", "two\nlines", "tab\t"] {
        assert!(Checkpoint { origin: origin.into(), ..checkpoint.clone() }.sign(&key).is_err(), "{origin:?}");
    }
}

#[test]
fn only_the_exact_form_is_a_checkpoint() {
    let good = checkpoint().to_string();
    assert!(format!("{good}an extension\nanother one\n").parse::<Checkpoint>().is_ok_and(|read| read == checkpoint()));
    for bad in [
        String::new(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!("\n{good}"),
        format!("{good}x\n\ny\n"),
        good.replace("4711", "04711"),
        good.replace("4711", "+4711"),
        good.replace("4711", "-1"),
        good.replace("4711", ""),
        good.replace("4711", "18446744073709551616"),
        good.replace("4711", " 4711"),
        good.replace("=\n", "\n"),
        good.replace("=\n", "==\n"),
        "o\n0\n\n".into(),
        "o\n0\n".into(),
        "o\n0\nAAAA\n".into(),
    ] {
        assert!(bad.parse::<Checkpoint>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_key_text_with_anything_changed_is_refused() {
    for at in 0..PUBLIC.len() {
        let mut bytes = PUBLIC.as_bytes().to_vec();
        bytes[at] += 1;
        assert!(String::from_utf8(bytes).unwrap().parse::<VerifierKey>().is_err(), "{at}");
        assert!(
            PUBLIC[at + 1..].parse::<VerifierKey>().is_err() && PUBLIC[..at].parse::<VerifierKey>().is_err(),
            "{at}"
        );
    }
    for at in 0..SECRET.len() {
        let mut bytes = SECRET.as_bytes().to_vec();
        bytes[at] += 1;
        assert!(SigningKey::parse(&String::from_utf8(bytes).unwrap()).is_err(), "{at}");
        assert!(SigningKey::parse(&SECRET[..at]).is_err() && SigningKey::parse(&SECRET[at + 1..]).is_err(), "{at}");
    }
    // With the right id, but of another length, and of a kind of key that does not exist.
    for bad in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(bad.parse::<VerifierKey>().is_err());
    }
    assert!(
        SigningKey::generate("").is_err()
            && SigningKey::generate("a b").is_err()
            && SigningKey::generate("a+b").is_err()
    );
    assert!(SigningKey::parse(&format!("{SECRET}\n")).is_ok(), "as it stands in a file");
}

#[test]
fn a_secret_is_in_no_output_but_its_own() {
    let key = key();
    let seed = &SECRET[SECRET.len() - 44..];
    let error = SigningKey::parse(&SECRET.replace("c74f20a3", "c74f20a4")).unwrap_err();
    for shown in [format!("{key:?}"), format!("{key:#?}"), format!("{error:?} {error}")] {
        assert!(!shown.contains(seed) && !shown.contains("129, 10, 20"), "{shown}");
    }
    assert_eq!(format!("{key:?}"), format!("SigningKey(of {PUBLIC})"));
}

proptest! {
    #[test]
    fn a_note_that_parses_is_written_back_byte_for_byte(text in "([a\n—]{0,4}\n){0,3}", line in "(— [ab+]{1,2} [A-D=]{4,12}\n){1,3}") {
        let note = format!("{text}\n{line}");
        if let Ok(parsed) = Note::parse(note.as_bytes()) {
            prop_assert_eq!(parsed.to_string(), note);
        }
    }

    #[test]
    fn every_key_comes_back_from_its_texts(seed in any::<[u8; 32]>(), name in "[a-z0-9./-]{1,20}") {
        let key = SigningKey::from_seed(&name, &seed).unwrap();
        let again = SigningKey::parse(&key.to_secret_text()).unwrap();
        prop_assert_eq!(again.verifier(), key.verifier());
        prop_assert_eq!(key.verifier().to_string().parse::<VerifierKey>().unwrap(), key.verifier());
    }
}
