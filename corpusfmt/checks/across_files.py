"""Rules over the whole corpus: ids and texts in several files, and fields that some files lack.

Of each document a line of about a hundred bytes is kept, sorted in memory up to 16 MiB and in temporary files beyond:
a corpus of any size can be looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from corpusfmt import storage
from corpusfmt.model.document import text_digest
from corpusfmt.model.finding import Finding, Place
from corpusfmt.model.format import Batch, Format
from corpusfmt.model.rule import Rule
from corpusfmt.rules import duplicate_id_across_files, duplicate_text, schema_drift
from corpusfmt.text.display import quoted, shown

if TYPE_CHECKING:
    from corpusfmt.schema.json_schema.profile import Profile

#: The rules of this module.
IDS, TEXTS, DRIFT = duplicate_id_across_files.RULE.code, duplicate_text.RULE.code, schema_drift.RULE.code
RULES: Final = (IDS, TEXTS, DRIFT)
_ID, _TEXT = b"i", b"t"
#: An id is shown in messages up to so many characters.
_SHOWN: Final = 60


class Gatherer:
    """Makes the lines of one source. ``rules`` are those that run for it, ``number`` is that of the source."""

    def __init__(self, rules: Iterable[Rule], number: int, sink: storage.Sorter | storage.Spill) -> None:
        self._rules, self._source, self._sink = {rule.code for rule in rules}, number, sink
        self._count = 0
        self.profile: Profile | None = None
        if DRIFT in self._rules:
            from corpusfmt.schema.json_schema.profile import Profile

            self.profile = Profile()

    def __call__(self, batch: Batch, format: Format) -> None:
        """Take the documents of a batch."""
        source_byte = batch.source_byte or int
        for document in batch.documents:
            self._count += 1
            origin = document.origin
            assert origin is not None, "a scan gives each document its origin"
            byte = source_byte(origin.byte)
            place = b"%08d %012d %d %d" % (self._source, self._count, byte, origin.line)
            spelled = json.dumps([shown(str(document.id), _SHOWN), format.one_per_file]).encode()
            if IDS in self._rules:
                mark = blake2b(str(document.id).encode(), digest_size=16).hexdigest().encode()
                self._sink.add(b" ".join((_ID, mark, place, spelled)))
            if TEXTS in self._rules and document.data.strip():
                mark = text_digest(document).hex()[:40].encode()
                self._sink.add(b" ".join((_TEXT, mark, place, spelled)))
            if self.profile is not None:
                whole = b'{"id":%b,"metadata":%b}' % (json.dumps(document.id).encode(), document.meta_json)
                self.profile.add(whole, origin.line, byte)


def repeats(lines: storage.Sorter, paths: list[str]) -> Iterator[Finding]:
    """Give a finding for each id that was used in another source before, and each text that stands twice, by place.

    Raises OSError.
    """
    found = storage.Sorter()
    try:
        first = [b""] * 6
        for line in lines.lines():
            *this, spelled = line.rstrip(b"\n").split(b" ", 6)
            if this[:2] != first[:2]:
                first = this
            elif this[0] == _TEXT or this[2] != first[2]:
                kind, _, source, number, byte, at = this
                found.add(b" ".join((source, number, kind, byte, at, first[2], first[3], first[5], spelled)))
        for line in found.lines():
            yield _finding(line, paths)
    finally:
        found.close()


def _finding(line: bytes, paths: list[str]) -> Finding:
    source, number, kind, byte, at, *first, spelled = line.rstrip(b"\n").split(b" ", 8)
    rule = duplicate_id_across_files.RULE if kind == _ID else duplicate_text.RULE
    id, by_path = json.loads(spelled)
    there = f"{shown(paths[int(first[0])])}:{int(first[2])}"
    if (first[0], first[2]) == (source, at):
        there += f", document {int(first[1])}"
    what = f"duplicate id {quoted(id)}, first used" if kind == _ID else "duplicate text, first used"
    message, path = f"{what} in {there}", paths[int(source)]
    related = Place(paths[int(first[0])], int(first[2]), 1, number=int(first[1]))
    return Finding(
        rule.code, rule.severity, message, path, int(at), 1, int(byte), id, rule.advice, number=int(number),
        related=(related,), by_path=by_path,
    )  # fmt: skip


def drifts(profiles: list[tuple[str, Profile]]) -> Iterator[Finding]:
    """Give a finding for each field that some sources lack, leave null or have with another type."""
    from corpusfmt.schema.json_schema.schema_drift import drift as found

    rule = schema_drift.RULE
    for one in found(profiles):
        column = 1 if one.line else 0
        yield Finding(
            rule.code, rule.severity, one.message, one.path, one.line, column, one.byte, hint=rule.advice,
            subject=one.pointer,
        )  # fmt: skip
