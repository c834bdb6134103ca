"""Audits a log by aics-tlog (PyPI; Python 3.12): tlog.py FOLDER KEY. Every tile and every entry, under the checkpoint that KEY signed.

Exit status 0 where all of it holds, and where that audit refuses the same log with one bit of an entry changed.
"""

import pathlib
import sys

from aics_tlog.checkpoint import checkpoint_from_note
from aics_tlog.note import parse_vkey, verify_note
from aics_tlog.tiles import FileSystemTileReader, TileVerificationError
from aics_tlog.verified import audit_tiles


class Changed(FileSystemTileReader):
    """The same log, but for one bit in the middle of its first bundle."""

    def read_entry_bundle(self, index, width):
        found = bytearray(super().read_entry_bundle(index, width) or b"")
        if index == 0 and found:
            found[len(found) // 2] ^= 1
        return bytes(found) or None


folder, key = pathlib.Path(sys.argv[1]), parse_vkey(sys.argv[2])
checkpoint, note = checkpoint_from_note((folder / "checkpoint").read_bytes())
if checkpoint.origin != key.name or not verify_note(note, [key]):
    sys.exit(f"the checkpoint in {folder} is not signed by {key.name}")
print(audit_tiles(FileSystemTileReader(folder), checkpoint.size, checkpoint.root))
try:
    audit_tiles(Changed(folder), checkpoint.size, checkpoint.root)
except TileVerificationError as error:
    print(f"and with one bit changed: {error}")
else:
    sys.exit("a log with one bit changed was taken for the same")
