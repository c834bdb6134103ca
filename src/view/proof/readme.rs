//! `README.txt` of a bundle: what it is, how to check it, what that shows, and what it does not.

use super::bundle::Bundle;
use crate::model::entry::{Capture, Keeping};
use crate::model::statement::StatementId;
use crate::model::time::rfc3339;

/// What a bundle is about.
pub(super) struct About<'a> {
    pub(super) statement: &'a StatementId,
    pub(super) revision: u32,
    pub(super) capture: &'a Capture,
    pub(super) bundle: &'a Bundle,
    pub(super) software: &'a str,
}

/// Writes it.
pub(super) fn text(about: &About<'_>) -> String {
    let About { statement, revision, capture, bundle, software } = about;
    let Bundle { vantage, capture: entry, size, .. } = bundle;
    let mut facts = vec![
        ("statement", format!("{}/{}", statement.source(), statement.digest().hex())),
        ("revision", revision.to_string()),
        ("address", capture.url.clone()),
        ("looked at", format!("{} by the operator's own clock", rfc3339(capture.time))),
        ("log", format!("{vantage}, {size} entries at the newest checkpoint")),
        ("capture", format!("entry {entry}")),
    ];
    if let Some(url) = &capture.answer.final_url {
        facts.insert(3, ("answered by", url.clone()));
    }
    if !bundle.readings.is_empty() {
        let numbers: Vec<String> = bundle.readings.iter().map(u64::to_string).collect();
        facts.push(("read in", format!("entry {}", numbers.join(", "))));
    }
    facts.push(("body", body(about)));
    facts.push(("time stamps", stamps(bundle)));
    let facts: String = facts.iter().map(|(name, value)| format!("    {name:<12} {value}\n")).collect();
    TEMPLATE
        .replace("{software}", software)
        .replace("{facts}", &facts)
        .replace("{entry}", &entry.to_string())
        .replace("{size}", &size.to_string())
}

fn body(about: &About<'_>) -> String {
    let Bundle { capture, original, has_body, .. } = about.bundle;
    match (about.capture.answer.body, original, has_body) {
        (None, _, _) => "there was none".to_owned(),
        (Some((_, Keeping::Kept)), _, true) => format!("entries/{capture}/body"),
        (Some((digest, Keeping::Same)), Some(original), true) => {
            format!("{digest}, the same bytes as an earlier answer's: entries/{original}/body")
        }
        (Some((digest, Keeping::Dropped)), _, _) => format!("{digest}, of which the bytes were not kept"),
        (Some((digest, Keeping::Kept | Keeping::Same)), _, _) => format!("{digest}, which is not in this bundle"),
    }
}

fn stamps(bundle: &Bundle) -> String {
    if bundle.stamps.is_empty() {
        return "none: no independent time, the operator's word".to_owned();
    }
    let each = bundle.stamps.iter().map(|(size, names)| format!("{} over checkpoint {size}", names.join(", ")));
    each.collect::<Vec<_>>().join("; ")
}

const TEMPLATE: &str = "\
A PROOF OF ONE CAPTURED ANSWER

Made by {software}. Everything here can be checked without that program, and without its maker or the archive.

{facts}
CHECKING IT

Three things must come from you, and never from this folder:
  - the log's public key, from its operator (`onrecord key show` prints it): log.pem, or one line NAME+ID+BASE64;
  - the root certificates of the time authorities, from them: roots.pem. Without it no time is checked;
  - if you can, your own copy of verify.sh. It is sixty lines: read it.

    sh verify.sh log.pem roots.pem                       # in this folder; needs openssl 3, coreutils, grep, sed, gzip
    onrecord verify . --key 'NAME+ID+BASE64' --roots roots.pem

Both end with status 0 (sound), 1 (unsound) or 3 (sound as far as it was checked: the key or the roots were not given, or
nothing is stamped).
By hand, for the capture:

    cd entries/{entry}
    sed '1,/^$/d' entry | sha256sum -c --strict             # the files here are those that the entry sums
    { printf '\\0'; cat entry; } | sha256sum                 # the leaf; from it the hashes in {size}.tlog-proof
                                                            # lead to the root in the checkpoint (c2sp.org/tlog-proof)
    zcat ../../records.warc.gz | less                       # request and answer as WARC records; `warcio check` reads it
    openssl ts -verify -data ../../stamps/SIZE/checkpoint -in ../../stamps/SIZE/NAME.tsr -CAfile roots.pem -attime EPOCH

WHAT IT SHOWS

  - The files in entries/ are, bit for bit, those that the entries name, and the entries stand at these numbers in one log of
    which the holder of the key signed the root.
  - records.warc.gz gives the same once more as WARC records. Each record's block is one that an entry sums (or certificates that
    it names). `onrecord verify` also holds its address and date against the entry; for the rest of a record's header
    (who answered, in which protocol) believe the entry.
  - With time stamps: that root and signature, and so these bytes, existed at the time that the authority states. It is the
    time BY which the operator possessed this answer. What came before it is the operator's word.
  - Where a consistency proof is here: from the stamped checkpoint to the newest one the log has only grown.

WHAT IT DOES NOT SHOW

  - That the office said it. The operator attributes the answer to the address; an operator who made it up at the moment of
    capture, or was served something made for them, is not detected by anything here. TLS certificates, where they
    are kept, tell who the peer said to be: they sign no page.
  - That the time of the look is right within the span before the first stamp. Without a stamp, no time is shown at all.
  - That there is no second log. One who holds the key can sign two histories; only a checkpoint that you or somebody
    else kept from before can show that this is the one you were shown then.
  - What our reader made of the page (text, reading.json) is an interpretation. The body is what came.
";
