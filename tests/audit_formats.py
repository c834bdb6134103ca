"""The formats of an onrecord archive, as archive/README.md and the specifications that it names tell them.

Shares no code with onrecord and needs nothing but Python 3.8. What cannot be read raises Bad, of which audit.py makes
findings.
"""

import base64
import binascii
import hashlib
import json
import re
import unicodedata
import zlib
from datetime import date, datetime, timezone

HEX64 = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z][a-z0-9.-]*")
PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
MOST = 1 << 30  # bytes that one gzip member may unfold to


class Bad(ValueError):
    """Bytes that are not what they should be."""


def sha(data):
    return hashlib.sha256(data).digest()


def need(condition, what):
    if not condition:
        raise Bad(what)


# ---- Ed25519, to verify only: RFC 8032, 5.1.7, in affine words over extended coordinates ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_mul(scalar, p):
    q = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            q = point_add(q, p)
        p, scalar = point_add(p, p), scalar >> 1
    return q


def point_read(data):
    """The point that 32 bytes encode, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_read(public), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = point_mul(s, BASE), point_add(r, point_mul(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# ---- the log: signed note, tiles, entries ----


def base64_strict(text):
    """Decodes the one way to write some bytes: altered spare bits are refused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Bad("base64 that cannot be read")
    need(base64.b64encode(data).decode() == text, "base64 with altered spare bits")
    return data


def read_key(text):
    """A verifier key, `name+hexid+base64`, as (name, id, 32 bytes)."""
    parts = text.strip().split("+", 2)
    need(len(parts) == 3, "a verifier key has the form name+id+base64")
    name, key_id, data = parts[0], parts[1], base64_strict(parts[2])
    need(len(data) == 33 and data[0] == 1, "the verifier key is no Ed25519 key")
    need(sha(name.encode() + b"\n" + data)[:4].hex() == key_id, "the verifier key's id is not that of its bytes")
    return name, bytes.fromhex(key_id), data[1:]


def read_checkpoint(data):
    """A signed checkpoint as (name, size, root, signed bytes, [(name, key id and signature)])."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("the checkpoint is not UTF-8")
    need("\n\n" in text and text.endswith("\n"), "the checkpoint is no signed note")
    body, signatures = text.rsplit("\n\n", 1)
    lines = body.split("\n")
    need(len(lines) >= 3 and lines[0], "the checkpoint has fewer than three lines")
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]), "the checkpoint's size is no number")
    root = base64_strict(lines[2])
    need(len(root) == 32, "the checkpoint's root is no SHA-256")
    signed = []
    for line in signatures[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014", "a signature line that cannot be read")
        signed.append((parts[1], base64_strict(parts[2])))
    return lines[0], int(lines[1]), root, (body + "\n").encode(), signed


def is_signed(key, signed, signatures):
    """Whether a checkpoint, as read_checkpoint gives it, is signed by a key, as read_key gives it."""
    name, key_id, public = key
    fitting = [value[4:] for signer, value in signatures if signer == name and value[:4] == key_id]
    return any(ed25519_verify(public, signed, signature) for signature in fitting)


def tile_name(level, number, width):
    parts = ["%03d" % (number % 1000)]
    while number >= 1000:
        number //= 1000
        parts.insert(0, "x%03d" % (number % 1000))
    return "tile/%s/%s%s" % (level, "/".join(parts), "" if width == 256 else ".p/%d" % width)


def tree_root(hashes):
    """RFC 6962, 2.1: the root over leaf hashes, by joining equal neighbours as they come."""
    stack = []
    for number, value in enumerate(hashes):
        while number & 1:
            value, number = sha(b"\x01" + stack.pop() + value), number >> 1
        stack.append(value)
    value = stack.pop() if stack else sha(b"")
    while stack:
        value = sha(b"\x01" + stack.pop() + value)
    return value


def read_bundle(data, count):
    entries, at = [], 0
    for _ in range(count):
        need(at + 2 <= len(data), "the bundle ends too early")
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        need(end <= len(data), "the bundle ends too early")
        entries.append(data[at + 2 : end])
        at = end
    return entries, at


class Entry:
    """kind, fields [(name, value)], sums [(hex, name)]; strict, as the grammar of the format tells."""

    def __init__(self, data):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Bad("an entry that is not UTF-8")
        head, found, rest = text.partition("\n\n")
        need(found, "an entry without an empty line")
        first, *fields = head.split("\n")
        need(first.startswith("onrecord/1 "), "an entry of another format: %r" % first[:40])
        self.kind = first[len("onrecord/1 ") :]
        need(NAME.fullmatch(self.kind), "an entry without a readable kind")
        self.fields = []
        for line in fields:
            name, _, value = line.partition(" ")
            plain = value and value == value.strip() and not any(unicodedata.category(c) == "Cc" for c in value)
            need(NAME.fullmatch(name) and plain, "a field that cannot be read: %r" % line[:60])
            self.fields.append((name, value))
        need(not rest or rest.endswith("\n"), "an entry that does not end in a line feed")
        self.sums = []
        for line in rest[:-1].split("\n") if rest else []:
            good = HEX64.fullmatch(line[:64]) and line[64:66] == "  " and line[66:]
            need(good, "a sum that cannot be read: %r" % line[:90])
            self.sums.append((line[:64], line[66:]))

    def get(self, name, default=None):
        return next((value for known, value in self.fields if known == name), default)

    def sum(self, name):
        return next((value for value, known in self.sums if known == name), None)

    def number(self, name):
        value = self.get(name)
        if value is None:
            return None
        need(re.fullmatch(r"[0-9]{1,15}", value), "%s is no number" % name)
        return int(value)

    def digest(self, name):
        """The digest in a field `sha256:... word`, and the word."""
        value, _, word = self.get(name, "").partition(" ")
        need(value[:7] == "sha256:" and HEX64.fullmatch(value[7:]), "%s is no digest" % name)
        return value[7:], word


def instant(text):
    try:
        return datetime.fromisoformat((text or "").replace("Z", "+00:00")).astimezone(timezone.utc)
    except ValueError:
        raise Bad("%r is no time" % text)


# ---- segments: gzip members, WARC records ----


def members(data):
    """The gzip members of a file as (offset, length, bytes)."""
    at = 0
    while at < len(data):
        unpack, parts, size, fed = zlib.decompressobj(31), [], 0, at
        while not unpack.eof:
            need(fed < len(data), "the file ends inside the gzip member at %d" % at)
            try:
                parts.append(unpack.decompress(data[fed : fed + 65536]))
            except zlib.error as error:
                raise Bad("the gzip member at %d cannot be unpacked (%s)" % (at, error))
            fed, size = min(fed + 65536, len(data)), size + len(parts[-1])
            need(size <= MOST, "the gzip member at %d is larger than 1 GiB" % at)
        end = fed - len(unpack.unused_data)
        yield at, end - at, b"".join(parts)
        at = end


class Record:
    """The WARC record that is all of `data`: headers with names in lower case, and the block."""

    def __init__(self, data):
        head, found, rest = data.partition(b"\r\n\r\n")
        need(found and head.startswith(b"WARC/1.1\r\n"), "no WARC/1.1 record")
        try:
            lines = head.decode("utf-8").split("\r\n")[1:]
        except UnicodeDecodeError:
            raise Bad("WARC headers that are not UTF-8")
        self.headers = {}
        for line in lines:
            name, colon, value = line.partition(":")
            need(colon, "a WARC header without a colon")
            self.headers.setdefault(name.strip().lower(), value.strip())
        length = self.headers.get("content-length", "")
        need(re.fullmatch(r"[0-9]{1,15}", length), "a record without Content-Length")
        self.block, end = rest[: int(length)], rest[int(length) :]
        need(len(self.block) == int(length), "a record that is shorter than its Content-Length")
        need(end == b"\r\n\r\n", "a record that is longer than its Content-Length")
        self.kind = self.headers.get("warc-type", "")
        self.payload = self.block.partition(b"\r\n\r\n")[2] if self.kind in ("response", "request") else self.block
        self.digest = sha(self.block).hex()

    def check(self):
        for name in ("warc-record-id", "warc-date"):
            need(self.headers.get(name), "a record without %s" % name)
        said = self.headers.get("warc-block-digest")
        need(said == "sha256:" + self.digest, "a block digest that is not that of the block: %s" % said)
        said = self.headers.get("warc-payload-digest")
        if said is not None and self.kind != "revisit":
            good = said == "sha256:" + sha(self.payload).hex()
            need(good, "a payload digest that is not that of the payload: %s" % said)


def check_chain(block):
    """Certificates in PEM, at least one, and nothing else."""
    certificate = rb"-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)-----END CERTIFICATE-----\n"
    need(block and not re.sub(certificate, b"", block), "a chain that is not certificates in PEM")
    for text in re.findall(certificate, block):
        need(base64_strict(text.replace(b"\n", b"").decode())[:1] == b"\x30", "a certificate that is not DER")


def check_text(block):
    """The one canonical form of a statement's text."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("a text that is not UTF-8")
    need(unicodedata.is_normalized("NFC", text), "a text that is not in NFC")
    head, empty, body = ("", "\n", text[1:]) if text.startswith("\n") else text.partition("\n\n")
    need(empty, "a text without the empty line after its fields")
    fields = head.split("\n") if head else []
    names = [line.partition(": ")[0] for line in fields]
    allowed = [name for name in ("Title", "Published", "Language") if name in names]
    need(names == allowed and all(line.partition(": ")[2] for line in fields), "a text with odd fields: %r" % names)
    published = dict(line.split(": ", 1) for line in fields).get("Published")
    need(published is None or stated(published), "a Published that is no date: %r" % published)
    if body:
        need(body.strip("\n") and body == body.strip("\n") + "\n", "a text that does not end in one line feed")
        need("\n\n\n" not in body, "a text with two empty lines")
    for line in text.split("\n"):
        plain = line == " ".join(line.split()) and not any(unicodedata.category(c) == "Cc" for c in line)
        need(plain, "a line not in form: %r" % line[:60])
    return fields, body


def stated(text):
    """A date as it was stated: (precision, what it says), or None."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return ("day", date.fromisoformat(text))
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text):
            return ("local", datetime.fromisoformat(text))
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text):
            return ("zoned", datetime.fromisoformat(text))
    except ValueError:
        pass
    return None


def agree(a, b):
    """Whether two stated dates say the same at the coarser of their precisions; an unknown one agrees with any."""
    if a is None or b is None:
        return True
    if "day" in (a[0], b[0]):
        day = [value if kind == "day" else value.date() for kind, value in (a, b)]
        return day[0] == day[1]
    times = [a[1], b[1]] if a[0] == b[0] else [value.replace(tzinfo=None) for _, value in (a, b)]
    if any(time.second == 0 for time in times):  # stated to the minute
        times = [time.replace(second=0) for time in times]
    return times[0] == times[1]


def read_json(data):
    """A JSON object."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Bad("no JSON: %s" % error)
    need(isinstance(value, dict), "no JSON object")
    return value
