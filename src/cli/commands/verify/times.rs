//! Between which times a revision came into its log, as stamps show it. Never when the office published it.

use serde_json::{Value, json};

use onrecord::archive::history::Seq;
use onrecord::archive::stamps::{Bounds, Shown};
use onrecord::model::finding::{Finding, Level};
use onrecord::model::time::rfc3339;

use crate::cli::out::{Out, clean};

/// Prints what the stamps show of the capture that a revision begins with.
pub fn print(call: &str, capture: Seq, bounds: &Bounds, out: &mut Out) -> std::io::Result<()> {
    let entry = capture.number();
    if out.json {
        let mut object = json!({ "what": format!("the time of {call}"), "entry": entry });
        object["in_log_by"] = bounds.by.as_ref().map(shown).into();
        object["not_before"] = bounds.not_before.as_ref().map(shown).into();
        out.object(&object)?;
    }
    let Some(by) = &bounds.by else {
        let what = format!("the time of {call} (entry {entry}): no stamp covers it, so it is the operator's word");
        return super::print(out, &Finding::new(Level::NotChecked, "stamps", what));
    };
    match &by.signer {
        Err(error) => {
            let finding =
                Finding::new(Level::NotChecked, "stamps", format!("the time of {call} (entry {entry}): {error}"));
            super::print(out, &finding.hint("give the authority's root, which you have from itself, with --roots"))
        }
        Ok(_) if out.json => Ok(()),
        Ok(signer) => {
            let after =
                bounds.not_before.as_ref().and_then(|after| Some((rfc3339(after.at), after.signer.as_ref().ok()?)));
            let after =
                after.map(|(at, signer)| format!(", and not before {at} ({})", clean(signer))).unwrap_or_default();
            let by = rfc3339(by.at);
            out.line(&format!("in this log  {call}: entry {entry}, by {by} ({}){after}", clean(signer)))
        }
    }
}

/// A time that a stamp shows, as JSON.
pub fn shown(shown: &Shown) -> Value {
    json!({
        "time": rfc3339(shown.at),
        "authority": shown.authority,
        "signer": shown.signer.as_ref().ok(),
        "checked": shown.signer.is_ok(),
        "size": shown.size,
        "entry": shown.entry,
    })
}
