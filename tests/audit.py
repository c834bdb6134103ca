#!/usr/bin/env python3
"""Checks an onrecord archive from its files alone, by the format that archive/README.md tells.

Shares no code with onrecord and needs nothing but Python 3.8: a second opinion, not a second copy.

    python3 audit.py ARCHIVE [--key VKEY]... [--roots PEM] [--json] [--history]

A finding a line. Levels: unsound (what is kept is not what the log says), warning, note, not-checked.
Exit status: 0 where nothing is unsound, 1 where something is, 2 where nothing could be checked at all.
--history prints a JSON line a statement, worked out from the log, and moves the findings to stderr.
"""

import argparse
import base64
import heapq
import json
import os
import re
import sys

from audit_formats import (
    Bad, Entry, Record, agree, check_chain, check_text, ed25519_verify, instant, is_signed, members, need,
    read_bundle, read_checkpoint, read_json, read_key, sha, stated, tile_name, tree_root,
)  # fmt: skip
import audit_stamps

PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
KINDS = ("archive", "round", "poll", "capture", "reading", "rules", "segment", "alias", "note", "key", "stamp")
INDEXED = ("response", "revisit", "conversion", "metadata")


class Audit:
    """What was found in an archive, and what its logs are known to hold."""

    def __init__(self, root):
        self.root, self.findings = root, []
        self.entries, self.records, self.texts, self.bytes = 0, 0, 0, 0
        self.compared = {}  # text -> (digest of title and paragraphs, stated date): what a history compares
        self.successions = {}  # log -> the changes of its keys
        self.heads = {}  # log -> (size, what gives its root at a size)
        self.beside = {}  # reading.json -> what it says
        self.leaves = {}  # vantage -> the leaf hashes of its log

    def say(self, level, where, what, expected=None, found=None):
        self.findings.append({"level": level, "where": where, "what": what, "expected": expected, "found": found})

    def read(self, key):
        try:
            with open(os.path.join(self.root, *key.split("/")), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.say("unsound", key, "cannot be read: %s" % error.strerror)
            return None

    def files(self, folder):
        top = os.path.join(self.root, *folder.split("/"))
        found = []
        for path, folders, names in os.walk(top):
            folders.sort()
            home = os.path.relpath(path, self.root).replace(os.sep, "/")
            found += [home + "/" + name for name in sorted(names)]
        return found

    def log(self, vantage, keys):
        """Checks one log; gives its entries by number, those that cannot be read left out."""
        home = "logs/%s/" % vantage
        data = self.read(home + "checkpoint")
        if data is None:
            self.say("unsound", home + "checkpoint", "is missing")
            return {}
        try:
            name, size, root, signed, signatures = read_checkpoint(data)
        except Bad as error:
            self.say("unsound", home + "checkpoint", str(error))
            return {}
        if name != vantage:
            self.say("unsound", home + "checkpoint", "names another log", vantage, name)
        leaves = self.tiles(home, size)
        if leaves is None:
            return {}
        self.leaves[vantage] = [sha(b"\0" + leaf) for leaf in leaves]
        if tree_root(self.leaves[vantage]) != root:
            self.say("unsound", home + "checkpoint", "its root is not that of the entries")
        entries = {}
        for number, leaf in enumerate(leaves):
            try:
                entries[number] = Entry(leaf)
            except Bad as error:
                self.say("unsound", "%s#%d" % (vantage, number), str(error))
        self.entries += len(leaves)
        self.heads[vantage] = (size, lambda before: tree_root([sha(b"\0" + leaf) for leaf in leaves[:before]]))
        changes = self.successions[vantage] = self.changes(vantage, entries)
        self.signature(home + "checkpoint", name, signed, signatures, keys, entries.get(0), changes)
        return entries

    def changes(self, vantage, entries):
        """The changes of keys, as [(old key, new key)], each believed with the signatures of both sides."""
        changes, given = [], []
        for number, entry in sorted(entries.items()):
            if entry.kind != "key":
                continue
            try:
                old, new, size = read_key(entry.get("old", "")), read_key(entry.get("new", "")), entry.number("size")
                side = {"old": old, "new": new}.get(entry.get("side"))
                need(side and old[0] == new[0] == vantage, "a change of keys of another log, or without a side")
                need(size is not None and size <= number, "the log was shorter when it was given over")
                need(not changes or changes[-1][1] == old, "the old key of a change did not sign the log then")
                root = bytes.fromhex(entry.digest("root")[0])
                text = "%s\n%d\n%s\n" % (vantage, size, base64.b64encode(root).decode())
                text += "onrecord-key %s %s\n" % (entry.get("old"), entry.get("new"))
                value = base64.b64decode(entry.get("signature", ""), validate=True)
                need(value[:4] == side[1], "a change of keys signed by another key")
                need(ed25519_verify(side[2], text.encode(), value[4:]), "the signature of a change of keys does not hold")
                if side is old:
                    given.append((size, root, old, new))
                else:
                    need((size, root, old, new) in given, "a new key takes the log, and no entry gives it over")
                    changes.append((old, new))
                    given = []
            except ValueError as error:  # Bad is one of them
                self.say("unsound", "%s#%d" % (vantage, number), str(error))
        return changes

    def beginnings(self, vantage, first):
        """A log that was begun after others carries their checkpoints: those must still be as they were."""
        for line in [value for name, value in first.fields if name == "after"] if first else []:
            where = "%s#0" % vantage
            try:
                name, size, root = line.split(":")[1:4]
                known = self.heads.get(name)
                if known:
                    need(int(size) <= known[0], "%s is shorter than it was when this log was begun after it" % name)
                    good = base64.b64encode(known[1](int(size))).decode() == root
                    need(good, "%s is not as it was when this log was begun after it" % name)
            except ValueError as error:
                self.say("unsound", where, str(error))

    def signature(self, where, name, signed, signatures, keys, first, changes):
        chosen = [key for key in keys if key[0] == name]
        if not chosen:
            told = "no key was given for %s" % name
            try:
                chosen = [read_key(first.get("key", ""))] if first else []
                told += "; checked with the one that the log itself names, which proves nothing to an outsider"
            except Bad as error:
                self.say("unsound", where, "the log names a key that cannot be read: %s" % error)
            self.say("not-checked", where, told)
        for key in chosen:
            # any key of the log leads to the one that signs it now
            known = any(key in change for change in changes)
            now = changes[-1][1] if known else key
            if not is_signed(now, signed, signatures):
                self.say("unsound", where, "no good signature of %s+%s" % (now[0], now[1].hex()))

    def tiles(self, home, size):
        """Checks every tile against the entries; gives the entries' bytes, or None where some are missing."""
        leaves, seen = [], set()
        for number in range((size + 255) // 256):
            width = min(256, size - 256 * number)
            key = home + tile_name("entries", number, width)
            data = self.read(key)
            full = home + tile_name("entries", number, 256)
            if data is None and width < 256:  # a wider one may stand, of a log that went on
                key, data = full, self.read(full)
            if data is None:
                self.say("unsound", key, "is missing")
                return None
            try:
                found, end = read_bundle(data, width)
                need(end == len(data) or key == full and width < 256, "the bundle goes on behind its last entry")
                leaves += found
            except Bad as error:
                self.say("unsound", key, str(error))
                return None
            seen.add(key)
        level, hashes = 0, [sha(b"\0" + leaf) for leaf in leaves]
        expected = {}
        while hashes:
            for at in range(0, len(hashes), 256):
                expected[(level, at // 256)] = hashes[at : at + 256]
            whole = len(hashes) // 256 * 256
            hashes, level = [tree_root(hashes[at : at + 256]) for at in range(0, whole, 256)], level + 1
        for (level, number), part in expected.items():
            key = home + tile_name(level, number, len(part))
            data = self.read(key)
            seen.add(key)
            if data is None and self.read(home + tile_name(level, number, 256)) is None:
                self.say("unsound", key, "is missing")
            elif data is not None and data != b"".join(part):
                self.say("unsound", key, "does not hold the hashes of the entries")
        for key in self.files(home + "tile"):
            if key not in seen:
                self.other_tile(key, home, expected, leaves)
        return leaves

    def other_tile(self, key, home, expected, leaves):
        """An older, narrower tile agrees with the log as far as it goes; what reaches beyond it is a trace."""
        match = re.fullmatch(r"tile/(entries|\d{1,2})/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", key[len(home) :])
        if not match:
            self.say("note", key, "is no tile")
            return
        number, width = int(re.sub(r"\D", "", match[2])), int(match[3] or 256)
        data = self.read(key) or b""
        if match[1] == "entries":
            known = leaves[256 * number : 256 * number + width]
            good = data == b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in known)
        else:
            known = expected.get((int(match[1]), number), [])[:width]
            good = data == b"".join(known)
        if len(known) < width:
            self.say("note", key, "reaches beyond the checkpoint: the trace of a crash")
        elif not good:
            self.say("unsound", key, "disagrees with the log")

    def segments(self, vantage, entries):
        """Checks the files that the log names; gives the digests held, by the name under which entries sum them."""
        held = {name: set() for name in ("request", "response", "head", "body", "text", "reading.json", "links", "chain", "rules", "file")}
        named, revisits, found, indexed = {}, [], {}, set()
        for number, entry in sorted(entries.items()):
            for digest, key in entry.sums if entry.kind == "segment" else []:
                if not all(PART.fullmatch(part) for part in key.split("/")):
                    where = "%s#%d" % (vantage, number)
                    self.say("unsound", where, "sums a file outside of the archive: %r" % key[:90])
                elif named.setdefault(key, digest) != digest:
                    self.say("unsound", key, "two entries sum it differently")
        for key in sorted(named, key=lambda key: (key.endswith(".cdxj"), key)):  # indexes after what they index
            data = self.read(key)
            if data is None:
                self.say("unsound", key, "is missing")
                continue
            self.bytes += len(data)
            digest = sha(data).hex()
            held["file"].add(digest)
            if digest != named[key]:
                self.say("unsound", key, "is not the file that was summed", named[key], digest)
            if key.endswith(".gz"):
                if not re.fullmatch(r".*-%s\.warc(\.wet)?\.gz" % digest[:12], key):
                    self.say("unsound", key, "is not named by its own digest", digest[:12])
                found[key] = self.warc(key, data, held, revisits)
            elif key.endswith(".cdxj"):
                indexed |= self.cdxj(key, data, found)
        for key in sorted(set(found) - indexed):
            self.say("warning", key, "has no index beside it")
        for where, digest in revisits:
            if digest not in held["body"]:
                self.say("unsound", where, "the body that it revisits is not held", digest)
        for key in self.files("segments/" + vantage):
            if key not in named:
                self.say("note", key, "no entry names it: the trace of a crash")
        return held

    def warc(self, key, data, held, revisits):
        """Checks a segment; gives its records by offset: (length, kind, digest, date, address)."""
        found = {}
        try:
            for offset, length, raw in members(data):
                where = "%s@%d" % (key, offset)
                try:
                    record = Record(raw)
                    record.check()
                    if not found and record.kind != "warcinfo":
                        self.say("unsound", where, "a segment that does not open with warcinfo")
                    self.hold(record, where, held, revisits)
                    when = re.sub(r"\D", "", record.headers["warc-date"])[:14]
                    address = record.headers.get("warc-target-uri")
                    found[offset] = (length, record.kind, record.digest, when, address)
                except Bad as error:
                    self.say("unsound", where, str(error))
                self.records += 1
        except Bad as error:
            self.say("unsound", key, str(error))
        return found

    def hold(self, record, where, held, revisits):
        if record.kind == "response":
            held["response"].add(record.digest)
            held["body"].add(sha(record.payload).hex())
        elif record.kind == "request":
            held["request"].add(record.digest)
        elif record.kind == "revisit":
            held["head"].add(record.digest)
            said = record.headers.get("warc-payload-digest", "")
            revisits.append((where, said.partition(":")[2]))
        elif record.kind == "conversion":
            held["text"].add(record.digest)
            self.texts += 1
            fields, body = check_text(record.block)
            parts = dict(line.split(": ", 1) for line in fields)
            published = stated(parts["Published"]) if "Published" in parts else None
            self.compared[record.digest] = (sha((parts.get("Title", "") + "\n\n" + body).encode()), published)
        elif record.kind == "metadata":
            kind = record.headers.get("content-type")
            if kind == "application/pem-certificate-chain":
                held["chain"].add(record.digest)
                check_chain(record.block)
            elif kind == "text/plain":
                held["links"].add(record.digest)
            elif "warc-refers-to" in record.headers:
                held["reading.json"].add(record.digest)
                self.beside[record.digest] = read_json(record.block)
            else:
                held["rules"].add(record.digest)
                for template in read_json(record.block)["templates"]:
                    need(isinstance(template["text"], str), "a template that does not say where the text stands")

    def cdxj(self, key, data, found):
        """Each line points at the record that it names, and each record that has a place in it has a line.

        Gives the segments that it is an index of.
        """
        folder = key.rpartition("/")[0]
        beside = next((name for name in found if name.startswith(key[: -len("cdxj")])), None)
        told = {beside: set()} if beside else {}
        for number, line in enumerate(data.decode("utf-8", "replace").split("\n")[:-1], 1):
            try:
                _, when, value = line.split(" ", 2)
                value = read_json(value)
                segment = "%s/%s" % (folder, value["filename"].rpartition("/")[2]) if "filename" in value else beside
                need(segment in found, "points into a file that is not beside it: %s" % segment)
                told.setdefault(segment, set()).add(int(value["offset"]))
                self.points(found[segment], value, when, INDEXED)
                asked = {name[len("request-"):]: value[name] for name in value if name.startswith("request-")}
                if asked:
                    self.points(found[segment], asked, None, ("request",))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.say("unsound", "%s:%d" % (key, number), "an index line that is not right: %s" % error)
        for segment, offsets in told.items():
            for offset, record in found[segment].items():
                if record[1] in INDEXED and offset not in offsets:
                    self.say("unsound", "%s@%d" % (segment, offset), "has no line in %s" % key)
        return set(told)

    @staticmethod
    def points(records, value, when, kinds):
        record = records.get(int(value["offset"]))
        need(record, "no record begins at %s" % value["offset"])
        length, kind, digest, date_of, address = record
        need(int(value["length"]) == length, "the member has %d bytes, not %s" % (length, value["length"]))
        need(kind in kinds, "a %s record stands there" % kind)
        said = value.get("block", digest).replace("sha256:", "")
        need(said == digest, "another record stands there: block %s" % digest)
        need(when is None or when == date_of, "the record is of %s, not %s" % (date_of, when))
        need(value.get("url", address) == address, "the record is of %s" % address)

    def facts(self, vantage, entries, held):
        """What entries say of each other and of what is held."""
        last = None
        for number, entry in sorted(entries.items()):
            where = "%s#%d" % (vantage, number)
            try:
                first = (entry.kind == "archive") == (number == 0)
                need(first, "an archive entry stands first, and there alone")
                need(entry.kind != "archive" or entry.get("vantage") == vantage, "the log of another vantage")
                if entry.kind in KINDS and entry.get("time"):
                    now = instant(entry.get("time"))
                    if last and now < last:
                        self.say("warning", where, "its clock stands before that of an earlier entry")
                    last = max(now, last or now)
                self.sums(where, entry, held)
                if entry.kind in ("capture", "poll"):
                    self.answer(where, entry, entries, number, held)
                elif entry.kind == "reading":
                    self.reading(where, entry, entries, number, held)
                elif entry.kind == "rules":
                    self.rules(where, entry, entries, number)
            except Bad as error:
                self.say("unsound", where, str(error))

    def sums(self, where, entry, held):
        for digest, name in entry.sums if entry.kind not in ("segment", "stamp") else []:
            place = held.get(re.sub(r"-\d+$", "", name)) if entry.kind in KINDS else None
            if place is None and not any(digest in digests for digests in held.values()):
                self.say("not-checked", where, "a sum of something that this audit does not know: %s" % name)
            elif place is not None and digest not in place:
                self.say("unsound", where, "%s is not held" % name, digest)

    def answer(self, where, entry, entries, number, held):
        if entry.kind == "capture":
            need(re.fullmatch(r"[a-z0-9._-]+/[0-9a-f]{64}", entry.get("statement", "")), "no statement")
        need(entry.get("url") and entry.get("verdict"), "a look without url or verdict")
        equals = entry.number("equals")
        earlier = entries.get(equals) if equals is not None and equals < number else None
        need(equals is None or earlier and earlier.kind == "capture", "equals names no earlier capture")
        need(not earlier or earlier.get("statement") == entry.get("statement"), "equals names another statement")
        for name in ["tls"] + ["tls-%d" % hop for hop in range(1, 1 + sum(name == "hop" for name, _ in entry.fields))]:
            if entry.get(name):
                digest, word = entry.digest(name)
                need(re.fullmatch(r"tls/1\.[23]( TLS_[A-Z0-9_]+)?", word), "a connection that cannot be read: %r" % word)
                need(digest in held["chain"], "the certificates are not held: %s" % digest)
        if entry.get("body"):
            digest, word = entry.digest("body")
            need(word in ("kept", "same", "dropped"), "a body neither kept, same nor dropped")
            need(word != "kept" or entry.sum("body") == digest, "a kept body without its sum")
            need(word == "dropped" or digest in held["body"], "the body is not held: %s" % digest)

    def rules(self, where, entry, entries, number):
        need(entry.get("source") and entry.sum("rules"), "rules without a source or a sum")
        learnt = [value for name, value in entry.fields if name == "capture"]
        need(entry.number("pages") == len(learnt), "rules learnt from another number of pages")
        for of in map(int, learnt):
            capture = entries.get(of) if of < number else None
            need(capture and capture.kind == "capture", "rules learnt from no earlier capture")

    def reading(self, where, entry, entries, number, held):
        of = entry.number("capture")
        capture = entries.get(of) if of is not None and of < number else None
        need(capture and capture.kind == "capture", "a reading of no earlier capture")
        digest, _ = entry.digest("body")
        need(digest == capture.digest("body")[0], "a reading of another body than its capture's")
        need(digest in held["body"], "a reading of a body that is not held")
        need(entry.get("reader"), "a reading without a reader")
        rules = entry.get("reader").partition("+rules-")[2]
        need(any(digest.startswith(rules) for digest in held["rules"] | {""}), "a reader with rules that are not held")
        need(entry.sum("text") or entry.get("failed"), "a reading with neither text nor reason")
        beside = self.beside.get(entry.sum("reading.json"), {})
        said = {"reader": entry.get("reader"), "body": digest, "text": entry.sum("text")}
        for name, value in said.items():
            other = beside.get(name, value)
            need(str(other).replace("sha256:", "") == str(value), "reading.json names another %s: %s" % (name, other))


# ---- histories: the fold that README.md tells under that name ----


def last_text(readings, texts):
    return texts.get(list(readings.values())[-1])


def equal(one, other):
    return bool(one and other) and one[0] == other[0] and agree(one[1], other[1])


def same(old, new, texts):
    """Whether two captures read the same under the last reader that read both; else their wording decides."""
    common = [reader for reader in new if reader in old]
    if common:
        return equal(texts.get(old[common[-1]]), texts.get(new[common[-1]]))
    one, other = last_text(old, texts), last_text(new, texts)
    return bool(one and other) and one[0] == other[0]


class Told:
    """A statement's history as far as it was folded."""

    def __init__(self, url):
        self.url, self.revisions, self.state = url, [], "up"  # revisions: readings of the captures that first showed each
        self.last, self.reverted = {}, 0  # readings of the last capture; how often an earlier text came back
        self.missed = None  # round and time of the look that found it missing

    def show(self, readings, same_as, texts):
        """`readings` are {reader: text}, the newest reading last; `same_as` those of the capture judged the same."""
        if not readings:
            return
        if not self.revisions:
            self.revisions.append(readings)
        elif not same(self.last, readings, texts) and not (same_as and same(self.last, same_as, texts)):
            known = [last_text(one, texts) for one in self.revisions]
            text = last_text(readings, texts)
            if self.reverted < 2 or not any(equal(one, text) for one in known):
                self.reverted += any(equal(one, text) for one in known[:-1])
                self.revisions.append(readings)
        self.last = readings

    def see(self, entry, when, readings, same_as, texts):
        verdict = entry.get("verdict")
        if verdict in ("statement", "not-modified"):
            self.state, self.missed = "up", None
            self.show(readings, same_as, texts)
        elif verdict == "gone" and self.revisions and self.state != "withdrawn":
            self.state, self.missed = "missing", self.missed or (entry.get("round"), when)
            apart = (when - self.missed[1]).total_seconds()
            again = entry.get("round") != self.missed[0] and apart >= (entry.number("confirm") or 0)
            if entry.get("final") == "yes" or again:
                self.state = "withdrawn"


def histories(logs, texts):
    """A line a statement over all logs: captures in the order of their log, of several logs by time."""
    readings = {}
    for vantage, entries in logs.items():
        for _, entry in sorted(entries.items()):
            if entry.kind == "reading" and entry.sum("text"):
                read = readings.setdefault((vantage, entry.number("capture")), {})
                read.pop(entry.get("reader"), None)  # the newest goes last
                read[entry.get("reader")] = entry.sum("text")

    def captures(vantage, entries):
        for number, entry in sorted(entries.items()):
            if entry.kind == "capture":
                equals = entry.number("equals")
                shown = readings.get((vantage, number if equals is None else equals), {})
                judged = (entry.get("same-as") or "").partition(" ")[0]
                same_as = readings.get((vantage, int(judged))) if judged.isdigit() else None
                yield instant(entry.get("time")), vantage, number, entry, (shown, same_as)

    told = {}
    streams = [captures(vantage, entries) for vantage, entries in sorted(logs.items())]
    for when, _, _, entry, read in heapq.merge(*streams, key=lambda item: item[0]):
        told.setdefault(entry.get("statement"), Told(entry.get("url"))).see(entry, when, *read, texts)
    for statement, one in sorted(told.items()):
        text = list(one.revisions[-1].values())[-1] if one.revisions else None
        line = {"statement": statement, "url": one.url, "revisions": len(one.revisions), "state": one.state}
        yield {**line, "text_sha256": text}


def main():
    parser = argparse.ArgumentParser(description="Checks an onrecord archive from its files alone.")
    parser.add_argument("archive")
    parser.add_argument("--key", action="append", default=[], help="a log's public key, told by its operator")
    parser.add_argument("--roots", help="roots of time authorities, a PEM file: openssl then checks who signed the stamps")
    parser.add_argument("--json", action="store_true", help="findings and summary as JSON Lines")
    parser.add_argument("--history", action="store_true", help="a JSON line a statement; findings go to stderr")
    arguments = parser.parse_args()
    try:
        keys = [read_key(key) for key in arguments.key]
        logs = os.path.join(arguments.archive, "logs")
        vantages = sorted(name for name in os.listdir(logs) if os.path.isdir(os.path.join(logs, name)))
        need(vantages or keys, "no log in %s" % logs)
    except (Bad, OSError) as error:
        print("audit: %s" % error, file=sys.stderr)
        return 2
    audit, logs = Audit(arguments.archive), {}
    for name in [key[0] for key in keys if key[0] not in vantages]:
        audit.say("unsound", "logs/" + name, "is missing, though its key was given")
    for vantage in vantages:
        logs[vantage] = audit.log(vantage, keys)
        audit.facts(vantage, logs[vantage], audit.segments(vantage, logs[vantage]))
        changes = audit.successions.get(vantage, [])
        # any key of the log leads to all others
        ours = [[key] + [one for change in changes for one in change if any(key in there for there in changes)]
                for key in keys if key[0] == vantage]
        audit_stamps.check(audit, vantage, logs[vantage], ours, arguments.roots)
    for vantage in vantages:
        audit.beginnings(vantage, logs[vantage].get(0))
    unsound = sum(finding["level"] == "unsound" for finding in audit.findings)
    out = sys.stderr if arguments.history else sys.stdout
    for finding in audit.findings:
        values = {name: value for name, value in finding.items() if value is not None}
        plain = "{level}: {where}: {what}".format(**finding)
        plain += "".join("; %s %s" % (name, values[name]) for name in ("expected", "found") if name in values)
        print(json.dumps(values, ensure_ascii=False) if arguments.json else plain, file=out)
    names = ("entries", "records", "texts", "bytes")
    counts = {name: getattr(audit, name) for name in names}
    counts["unsound"] = unsound
    plain = "%(entries)d entries, %(records)d records, %(texts)d texts, %(bytes)d bytes: %(unsound)d unsound" % counts
    print(json.dumps({"event": "summary", **counts}) if arguments.json else plain, file=out)
    if arguments.history:
        try:
            for line in histories(logs, audit.compared):
                print(json.dumps(line, ensure_ascii=False))
        except Bad as error:
            print("audit: the histories cannot be told: %s" % error, file=sys.stderr)
            return 1
    return 1 if unsound else 0


if __name__ == "__main__":
    sys.exit(main())
