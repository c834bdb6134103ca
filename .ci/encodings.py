#!/usr/bin/env python3
"""Checks that pages in old encodings are read as what they are: each word that comes out stands in the file as decoded by
the encoding that its folder is named for.

usage: encodings.py ONRECORD FOLDER
"""
import codecs
import json
import pathlib
import re
import subprocess
import sys
import unicodedata

WORDS = re.compile(r"\w+")
# What the web means by a label (WHATWG), and names that carry the language as well.
AS_READ = {"euc-kr": "cp949", "gb2312": "gb18030", "shift_jis": "cp932", "maccyrillic": "mac-cyrillic", "ibm866": "cp866"}


def codec(folder):
    name = AS_READ.get(folder.lower(), folder.lower())
    while name:
        try:
            return codecs.lookup(name).name
        except LookupError:
            name = name.rpartition("-")[0]
    raise SystemExit(f"no codec for {folder}")


def words(text):
    return set(WORDS.findall(unicodedata.normalize("NFC", text)))


def main():
    onrecord, root = sys.argv[1], pathlib.Path(sys.argv[2])
    read, wrong = 0, []
    for path in sorted(path for path in root.glob("*/*") if path.is_file()):
        true = path.read_bytes().decode(codec(path.parent.name), "replace")
        run = subprocess.run([onrecord, "extract", "--json", str(path)], capture_output=True, text=True)
        for line in run.stdout.splitlines():
            said = words(json.loads(line).get("text") or "")
            if not said:
                continue    # a feed or another body that is no page
            read += 1
            strange = said - words(true)
            if len(strange) * 50 > len(said):
                wrong.append(f"{path.parent.name}/{path.name}: {len(strange)} of {len(said)} words are not in it: {sorted(strange)[:4]}")
    print(f"{read} pages read, {len(wrong)} of them wrongly", *wrong, sep="\n")
    sys.exit(bool(wrong) or not read)


main()
