"""ENC001: the text of a document is not in its encoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import UNDECODABLE, Document
from corpusfmt.model.rule import Check, Hit, Rule
from corpusfmt.model.text_search import Documents
from corpusfmt.text.display import quoted
from corpusfmt.text.primitives import is_utf8
from corpusfmt.text.utf8 import flaw_at, island_at

#: Of so many documents of a source a detector is asked for its opinion, and of so many bytes of each.
_ASKED: Final = 3
_LOOKED_AT: Final = 20_000
#: Texts that are shorter say nothing of their encoding.
_ENOUGH: Final = 100

_LOST: Final = "\ufffd".encode()


def start() -> Check:
    """Return a check; it keeps how often the detector was asked."""
    asked = 0

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        nonlocal asked
        for hit, unknown in hits(documents):
            data, at = hit.document.data, hit.position or 0
            # Of a few bytes it says anything; and where a letter of Windows-1252 fits in, no more is to be said.
            if unknown and asked < _ASKED and len(data) >= _ENOUGH and not island_at(data, at):
                asked += 1
                yield hit._replace(hint=_opinion(hit.document.data) or hit.hint)
            else:
                yield hit

    return check


def hits(documents: Sequence[Document]) -> Iterable[tuple[Hit, bool]]:
    """Give a hit for the first byte of each text that its encoding cannot decode, and say if that is unknown."""
    sound = all(document.encoding is not None for document in documents)
    if not sound:
        joined = documents.joined if isinstance(documents, Documents) else b"\n".join([d.data for d in documents])
        sound = is_utf8(joined)
    for document in documents:
        if document.encoding == "utf-8" or (sound and document.encoding is None):
            continue
        encoding = document.encoding or "utf-8"
        try:
            document.data.decode(encoding)
        except UnicodeDecodeError as error:
            if document.encoding:
                run = document.data[error.start : error.end]
                message = f"{quoted(run)} is not {encoding.upper()} ({error.reason})"
                yield (
                    Hit(document, message, error.start, "it is not the encoding that was named; name another one"),
                    False,
                )
            else:
                places = max(1, document.data.decode("utf-8", "replace").count("\ufffd") - document.data.count(_LOST))
                yield Hit(document, _words(document.data, error.start, places), error.start, places=places), True


def _words(data: bytes, at: int, places: int) -> str:
    """Say what is wrong at a byte that is not UTF-8, what it may be, and in how many ``places`` there is such a one."""
    flaw = flaw_at(data, at)
    shown = " ".join(f"{byte:02x}" for byte in data[at : at + min(flaw.length, 8)])
    island = island_at(data, at)
    likely = f"; in Windows-1252 it is {quoted(island)}" if island else ""
    amount = f"; {places:,} such places in all" if places > 1 else ""
    return f"not UTF-8: {flaw.what} ({shown}){likely}{amount}"


def _opinion(data: bytes) -> str:
    """Return what a detector takes the bytes for. It is a guess, and never more than a hint."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_LOOKED_AT]).best()
    if best is None or best.encoding in ("ascii", "utf_8"):
        return ""
    name = best.encoding.replace("_", "-")
    sure = 1 - best.chaos
    return f"charset-normalizer takes it for {name} (confidence {sure:.2f}); if so, read it with --encoding {name}"


RULE = Rule(
    code=UNDECODABLE,
    severity="error",
    summary="text that is not in its encoding",
    why="A text is UTF-8 unless an encoding was named. Bytes that are not can be copied, but not read: what they were "
    "meant to say would be a guess.",
    advice="name the encoding with --encoding when reading, or mend the bytes",
    bad=b"<<<FILE d1 a.txt>>>\ncaf\xe9\n",
    good=b"<<<FILE d1 a.txt>>>\ncaf\xc3\xa9\n",
    start=start,
)
