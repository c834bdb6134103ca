#!/usr/bin/env python3
"""Checks that answers of protected sites are recognised as blocked, and that no good page is taken for one.

usage: blocks.py ONRECORD BLOCKS GOOD...

BLOCKS holds recorded answers (status, headers, title; a body where there is one): those with 0.0 or 0.25 in their name blocked the
visitor, those with 1.0 did not. Their heads are given out again on loopback, with the recorded body or a page of that title. GOOD are
folders of pages that were really read somewhere (.html, .html.gz): each is given out as it is, with status 200. The program is asked to keep
all of them, and says which it took for a block. A good page that is one after all stands in STUBS with what it says.
"""
import gzip
import html
import json
import pathlib
import subprocess
import sys
import tempfile

from loopback import serve

# Pages of collections that hold nothing but a refusal: named by their file, with what they say.
STUBS = {
    "d-15591690e135.html.gz": "a frame of Incapsula's that asks for a browser",
    "d-85922f298f1d.html.gz": "a frame of Incapsula's that asks for a browser",
}

KEPT_BACK = {"content-length", "content-encoding", "transfer-encoding", "connection", "location", "alt-svc"}
PROSE = "<p>" + "The ministry informs that the exercise ended on schedule and that all units returned to their garrisons. " * 6 + "</p>"


def recorded(folder):
    """Address, answer and whether it blocks, of each recorded answer."""
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text())["data"]
        blocks = "-1.0" not in path.name.split("__")[0]
        body = path.with_suffix(".body")
        title = html.escape(data["title"] or "")
        prose = "" if blocks else PROSE
        page = body.read_bytes() if body.exists() else f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{prose}</body></html>".encode()
        status = data.get("status") or data["source_metadata"]["statuses"][-1]
        headers = {name: value for name, value in (data.get("headers") or {}).items() if name.lower() not in KEPT_BACK}
        yield f"/blocks/{path.stem}", (status, headers, page), blocks


def good(folder):
    for path in sorted(folder.rglob("*")):
        if path.name.endswith((".html", ".html.gz")) and path.name not in STUBS:
            body = path.read_bytes()
            body = gzip.decompress(body) if path.suffix == ".gz" else body
            yield f"/{folder.name}/{path.relative_to(folder)}", (200, {"Content-Type": "text/html"}, body), False


def verdicts(onrecord, base, paths):
    """What the program says of each address."""
    said = {}
    with tempfile.TemporaryDirectory() as place:
        settings = "[archive]\npath = \"archive\"\n[fetch]\nmin_interval = \"0s\"\nmax_body = \"50MB\"\n"
        pathlib.Path(place, "sources.toml").write_text(settings)
        for start in range(0, len(paths), 200):
            urls = [base + path for path in paths[start:start + 200]]
            run = subprocess.run([onrecord, "save", "--json", *urls], cwd=place, env={"HOME": place}, capture_output=True, text=True)
            if run.returncode not in (0, 1):
                sys.exit(f"save ends with {run.returncode}: {run.stderr}")
            for line in map(json.loads, run.stdout.splitlines()):
                if (line.get("url") or "").startswith(base):
                    said[line["url"][len(base):]] = line
    return said


def main():
    onrecord, folders = str(pathlib.Path(sys.argv[1]).resolve()), [pathlib.Path(folder) for folder in sys.argv[2:]]
    cases = list(recorded(folders[0])) + [case for folder in folders[1:] for case in good(folder)]
    answers = {path: answer for path, answer, _ in cases}
    base = serve(lambda path: answers.get(path, (404, {"Content-Type": "text/plain"}, b"nothing is called so")))
    said = verdicts(onrecord, base, [path for path, _, _ in cases])
    wrong = []
    for path, (status, *_), blocks in cases:
        line = said.get(path)
        is_blocked = line is not None and line["event"] == "blocked"
        if blocks != is_blocked or (status == 200 and line is None):
            wrong.append(f"{path}: {'a block' if blocks else 'good'}, status {status}, and the program says {line}")
    print(f"{sum(blocks for *_, blocks in cases)} blocks, {sum(not blocks for *_, blocks in cases)} good answers, {len(wrong)} judged wrongly", *wrong, sep="\n")
    sys.exit(bool(wrong) or not cases)


main()
