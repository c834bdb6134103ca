//! Differences in the form that was asked for.

use serde_json::json;

use onrecord::view::diff::html::{self, Change};
use onrecord::view::diff::inline::Style;
use onrecord::view::diff::{inline, side_by_side, unified};

use super::{Compared, pager};
use crate::cli::args::{Diff, DiffFormat};
use crate::cli::edge::Refused;
use crate::cli::out::{Color, Out, clean, clean_lines};

/// Prints them.
pub(super) fn show(args: &Diff, all: &[Compared], out: &mut Out) -> Result<(), Refused> {
    let format = if out.json { DiffFormat::Json } else { args.format };
    let text = match format {
        DiffFormat::Json => return objects(all, out),
        DiffFormat::Html => {
            out.bytes(page(args, all).as_bytes())?;
            return Ok(());
        }
        DiffFormat::Unified => {
            let each = all.iter().map(|compared| {
                let pair = &compared.pair;
                unified::render(&pair.old.content.lines(), &pair.new.content.lines(), (&pair.old.name, &pair.new.name))
            });
            let text: String = each.collect();
            if out.terminal { clean_lines(&text) } else { text }
        }
        DiffFormat::Inline | DiffFormat::Side => {
            let style = Style { color: out.color, width: out.width().unwrap_or(0), all: args.all };
            let each: Vec<String> = all.iter().map(|compared| one(compared, format, style, out)).collect();
            each.join("\n\n")
        }
    };
    if all.is_empty() {
        out.talk("nothing has changed")?;
    }
    if args.no_pager {
        out.bytes(text.as_bytes())?
    } else {
        pager::show(&text, out)?
    }
    Ok(())
}

fn one(compared: &Compared, format: DiffFormat, style: Style, out: &Out) -> String {
    let Compared { pair, difference, .. } = compared;
    let head = format!("{} -> {}", clean(&pair.old.name), clean(&pair.new.name));
    let mut text = out.paint(Color::Dim, &head);
    if let Some(title) = pair.new.content.title().filter(|_| pair.statement.is_some()) {
        text.push_str("  ");
        text.push_str(&clean(title));
    }
    text.push('\n');
    text.push_str(&out.paint(Color::Strong, &clean(&compared.line())));
    text.push('\n');
    if !difference.is_same() || style.all {
        text.push('\n');
        text.push_str(&match format {
            DiffFormat::Side => side_by_side::render(difference, style),
            DiffFormat::Inline | DiffFormat::Unified | DiffFormat::Html | DiffFormat::Json => {
                inline::render(difference, style)
            }
        });
    }
    for (what, addresses) in [("link", &difference.links), ("attachment", &difference.attachments)] {
        let gone = addresses.deleted.iter().map(|address| (Color::Bad, '-', address));
        let come = addresses.inserted.iter().map(|address| (Color::Good, '+', address));
        for (at, (color, sign, address)) in gone.chain(come).enumerate() {
            text.push_str(if at == 0 { "\n" } else { "" });
            text.push_str(&out.paint(color, &format!("{sign} {what} {}", clean(address))));
            text.push('\n');
        }
    }
    text
}

fn objects(all: &[Compared], out: &mut Out) -> Result<(), Refused> {
    for compared in all {
        out.object(&object(compared)?)?;
    }
    Ok(())
}

/// A difference as programs read it.
pub(super) fn object(compared: &Compared) -> Result<serde_json::Value, Refused> {
    let Compared { pair, difference, summary } = compared;
    let mut object = json!({ "statement": compared.statement(), "old": pair.old.name, "new": pair.new.name });
    if let Some(number) = pair.reverted {
        object["reverted"] = number.into();
    }
    object["ops"] = serde_json::to_value(&difference.body.ops)?;
    if let Some(title) = &difference.title {
        object["title_ops"] = serde_json::to_value(&title.ops)?;
    }
    object["summary"] = serde_json::to_value(summary)?;
    Ok(object)
}

fn page(args: &Diff, all: &[Compared]) -> String {
    let changes: Vec<Change<'_>> = all
        .iter()
        .map(|Compared { pair, difference, summary }| Change {
            heading: pair.new.content.title().unwrap_or(&pair.new.name),
            names: (&pair.old.name, &pair.new.name),
            language: pair.new.content.language(),
            difference,
            summary,
            reverted: pair.reverted,
        })
        .collect();
    let title = match all {
        [one] => format!("{} → {}", one.pair.old.name, one.pair.new.name),
        many => format!("{} changes", many.len()),
    };
    html::page(&title, &changes, args.all)
}
