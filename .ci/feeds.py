#!/usr/bin/env python3
"""Checks feeds against what feedparser reads in them: the same addresses, in the same order, with the same titles and dates.

usage: feeds.py ONRECORD FOLDER

Each file of the folder is a feed at an address of its own on loopback, given out with the header that the file names for itself
(feedparser's test files do), and a source of the program, which says what it would take. Addresses are compared as a browser
writes them. Where we differ on purpose, the file stands in BY_DESIGN with the reason; anything else that differs fails.

Needs feedparser (from PyPI).
"""
import datetime
import email.utils
import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
import urllib.parse

import feedparser

from loopback import serve

BY_DESIGN = {
    # the office's own address (feedburner:origLink), not that of the counter before it, which is gone the day the counter is
    "feed-rs/atom_example_3.xml": "feedburner:origLink",
    "feed-rs/rss_2.0_rps.xml": "feedburner:origLink",
    "feed-rs/rss_2.0_ilmessaggero.xml": "Italian names of days and months, which feedparser does not read",
    "feed-rs/rss_2.0_nbcny.xml": "a date without a zone is no moment: the statement's own page says it",
    "feed-rs/rss_1.0_example_1.xml": "the second date has half an offset (+00:0)",
    "feed-rs/rss_2.0_spec_1.xml": "two items at one address but for the fragment: the newer counts",
}

HEADER = re.compile(rb"Header:\s*Content-type:\s*([^\r\n]+)", re.I)
# Names by which an address tells where a click came from; the program leaves them out.
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|yclid|mc_cid|mc_eid|_ga")


def content_type(body):
    named = HEADER.search(body[:2000])
    return named.group(1).decode("latin-1").strip() if named else "application/xml"


def file_of(root, path):
    """The answer to a path: the file of that name, with its own header."""
    file = root / urllib.parse.unquote(path.lstrip("/"))
    if not file.is_file():
        return 404, {"Content-Type": "text/plain"}, b"not found"
    body = file.read_bytes()
    return 200, {"Content-Type": content_type(body)}, body


def plain(address):
    """An address as two readers may write it."""
    parts = urllib.parse.urlsplit(address.strip())
    query = [pair for pair in parts.query.split("&") if pair and not TRACKING.fullmatch(pair.split("=")[0])]
    path = urllib.parse.unquote(parts.path, errors="replace").rstrip("/")
    return (parts.hostname or "", parts.port, path, urllib.parse.unquote("&".join(query), errors="replace"))


def said(title):
    """The words of a title, without markup."""
    title = html.unescape(re.sub(r"<[^>]*>", " ", html.unescape(title or "")))
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title)))


def day(moment):
    """The day, in UTC, of a moment with an offset; as it stands without one."""
    if not moment:
        return None
    try:
        at = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
    except ValueError:      # a JSON Feed that writes its dates as RSS does
        at = email.utils.parsedate_to_datetime(moment)
    return str((at.astimezone(datetime.timezone.utc) if at.tzinfo else at).date())


def theirs(body, url):
    if body.lstrip()[:1] == b"{":     # JSON Feed, which feedparser does not read: its items are plain to see
        items = json.loads(body)["items"]
        return {plain(item["url"]): (said(item.get("title")), day(item.get("date_published"))) for item in items if item.get("url")}
    feed = feedparser.parse(body, response_headers={"content-type": content_type(body), "content-location": url})
    items = {}
    for entry in feed.entries:
        link = entry.get("link") or ""
        if urllib.parse.urlsplit(link).scheme in ("http", "https"):
            # dc:date is the date of an item of RSS, and called "updated" here; in Atom "updated" is no date of publication
            at = entry.get("published_parsed") or (entry.get("updated_parsed") if feed.version.startswith("rss") else None)
            items.setdefault(plain(link), (said(entry.get("title")), time.strftime("%Y-%m-%d", at) if at else None))
    return items


def ours(onrecord, files, base):
    """What the program would take of each feed, and why it could not read it."""
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        text = "[archive]\npath = \"archive\"\n[fetch]\nmin_interval = \"0s\"\nfirst_fetch = 100000\n"
        for number, (name, body) in enumerate(files):
            decoded = body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace").replace("\0", "")
            hosts = sorted(set(re.findall(r"://([A-Za-z0-9.-]+)", decoded)))
            text += f"[[source]]\nid = \"f{number}\"\nurl = \"{base}/{urllib.parse.quote(name)}\"\nkind = \"feed\"\n"
            text += f"allow_hosts = {json.dumps(hosts)}\n"
        (place / "sources.toml").write_text(text)
        run = subprocess.run([onrecord, "fetch", "--dry-run", "--json"], cwd=place, env={"HOME": str(place)}, capture_output=True, text=True)
        if run.returncode not in (0, 1):
            sys.exit(f"fetch --dry-run ends with {run.returncode}: {run.stderr}")
    items, problems = {}, {}
    for line in map(json.loads, run.stdout.splitlines()):
        name = files[int(line["source"][1:])][0]
        if line["would"] == "take":
            items.setdefault(name, {}).setdefault(plain(line["url"]), (said(line["title"]), day(line["published"])))
        elif line["failed"]:
            problems[name] = line["failed"]
    return items, problems


def difference(we, they):
    if list(we) != list(they):
        missing, more = [key for key in they if key not in we], [key for key in we if key not in they]
        return f"missing {missing[:3]}, not theirs {more[:3]}" if missing or more else "another order"
    otherwise = [(we[key], they[key]) for key in we if we[key] != they[key]]
    return f"title or date: {otherwise[:2]}" if otherwise else None


def main():
    onrecord, root = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    base = serve(lambda path: file_of(root, path))
    files = [(str(path.relative_to(root)), path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file()]
    items, problems = ours(onrecord, files, base)
    same, items_seen, wrong, unused = 0, 0, [], set(BY_DESIGN)
    for name, body in files:
        they = theirs(body, f"{base}/{name}")
        differs = difference(items.get(name, {}), they)
        if differs is None:
            same, items_seen = same + bool(they), items_seen + len(they)
        elif name in BY_DESIGN:
            unused.discard(name)
        else:
            wrong.append(f"{name}: {differs}{'; ' + problems[name] if name in problems else ''}")
    wrong += [f"{name}: no longer differs, and stands in BY_DESIGN" for name in sorted(unused)]
    print(f"{len(files)} files; {same} feeds with items read as feedparser does ({items_seen} items), {len(BY_DESIGN)} otherwise by design,"
          f" {len(wrong)} wrong", *wrong, sep="\n")
    sys.exit(bool(wrong) or not same)


main()
