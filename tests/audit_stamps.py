"""The time stamps of an onrecord archive, as archive/README.md tells them under `stamp`.

What a stamp covers is checked with the standard library alone: the digest of the signed checkpoint stands in the answer. Who signed
it is for openssl to say, where there is one and the roots of the authorities are given; else that is not checked.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from audit_formats import Bad, instant, is_signed, need, read_checkpoint, sha

GENERALIZED = re.compile(rb"\x18(.)(\d{14})(?:\.(\d+))?Z", re.DOTALL)


def roots_at(leaves, sizes):
    """RFC 6962, 2.1: the roots over the first so many leaf hashes, in one pass; {size: root}."""
    stack, roots, wanted = [], {}, set(sizes)
    for number, value in enumerate(leaves):
        at = number
        while at & 1:
            value, at = sha(b"\x01" + stack.pop() + value), at >> 1
        stack.append(value)
        if number + 1 in wanted:
            root = stack[-1]
            for left in reversed(stack[:-1]):
                root = sha(b"\x01" + left + root)
            roots[number + 1] = root
    return roots


def times_in(response):
    """Every GeneralizedTime that could stand in the answer, as the text of an entry's `gen-time`."""
    for match in GENERALIZED.finditer(response):
        digits, fraction = match[2].decode(), (match[3] or b"").decode()
        if match[1][0] == len(match[0]) - 2:
            date = "%s-%s-%sT%s:%s:%s" % tuple(digits[at:end] for at, end in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)))
            yield "%s.%sZ" % (date, (fraction + "000")[:3])


def check(audit, vantage, entries, keys, roots):
    """Checks every stamp that an entry names; `keys` are those of this log that were given, each with those that it leads to."""
    stamps = [(number, entry) for number, entry in sorted(entries.items()) if entry.kind == "stamp"]
    known = roots_at(audit.leaves.get(vantage, []), [entry.number("size") for _, entry in stamps if re.fullmatch(r"[0-9]{1,15}", entry.get("size", ""))])
    named = set()
    for number, entry in stamps:
        where = "%s#%d" % (vantage, number)
        try:
            note, response = files(audit, vantage, number, entry, named)
            name, size, root, signed, signatures = read_checkpoint(note)
            need(name == vantage and size == entry.number("size"), "the stamped checkpoint is another one")
            need(root == known.get(size), "this log never had the stamped checkpoint")
            need(all(any(is_signed(key, signed, signatures) for key in family) for family in keys), "no good signature of the log's key on the stamped checkpoint")
            imprints = [hashlib.new(kind, note).digest() for kind in ("sha256", "sha384", "sha512")]
            need(any(b"\x04" + bytes([len(one)]) + one in response for one in imprints), "the answer does not hold the digest of the checkpoint")
            need(entry.get("gen-time") in times_in(response), "the answer does not state the time that the entry gives")
            verdict = openssl(note, response, entry.get("gen-time"), roots)
            need(verdict is not False, "openssl does not verify the stamp")
            if verdict is None:
                audit.say("not-checked", where, "who signed the stamp was not checked: no --roots, or no openssl")
        except Bad as error:
            audit.say("unsound", where, str(error))
    for key in audit.files("logs/%s/stamps" % vantage):
        if key not in named:
            audit.say("note", key, "no entry names it: the trace of a crash")


def files(audit, vantage, number, entry, named):
    """The checkpoint and the answer that an entry sums."""
    need(entry.get("authority") and instant(entry.get("gen-time")), "a stamp without an authority or a time")
    size = entry.number("size")
    need(size is not None and 0 < size <= number, "a stamp over what came after it")
    need(len(entry.sums) == 2, "a stamp that does not sum a checkpoint and an answer")
    found = []
    for (digest, key), form in zip(entry.sums, ("checkpoint", r"[a-z0-9.-]+-[0-9a-f]{8}\.tsr")):
        need(re.fullmatch("logs/%s/stamps/%d/%s" % (re.escape(vantage), size, form), key), "a stamp in another place: %r" % key[:90])
        named.add(key)
        data = audit.read(key)
        need(data is not None, "%s is missing" % key)
        need(sha(data).hex() == digest, "%s is not the file that was summed" % key)
        found.append(data)
    return found


def openssl(note, response, time, roots):
    """Whether openssl verifies the answer as of its own time; None where it cannot be asked."""
    if not roots or not shutil.which("openssl"):
        return None
    with tempfile.TemporaryDirectory() as place:
        paths = [os.path.join(place, name) for name in ("note", "response")]
        for path, data in zip(paths, (note, response)):
            with open(path, "wb") as file:
                file.write(data)
        command = ["openssl", "ts", "-verify", "-data", paths[0], "-in", paths[1], "-CAfile", roots]
        command += ["-attime", "%d" % instant(time).timestamp()]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
