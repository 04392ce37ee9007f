"""ENC001: the text of a document is not in its encoding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from corpusfmt.model.document import UNDECODABLE, Document
from corpusfmt.model.rule import Change, Check, Hit, Rule
from corpusfmt.model.text_search import searched
from corpusfmt.rules._wide import wide_spans
from corpusfmt.text.display import quoted
from corpusfmt.text.likely_encoding import likely_encoding, name_of
from corpusfmt.text.primitives import is_utf8
from corpusfmt.text.utf8 import described, is_certain, respelled, without_certain

#: For so many documents of a source it is worked out which encoding they are likely to be in.
_ASKED: Final = 20

_RESPELL: Final = "'corpusfmt fix --unsafe-fixes' writes these sequences as UTF-8"
_CONVERT: Final = "'corpusfmt fix --unsafe-fixes' converts the line to UTF-8 (ENC003)"
_LOST: Final = "\ufffd".encode()


def start() -> Check:
    """Return a check; it keeps how often it was worked out which encoding a text may be in."""
    asked = 0

    def check(documents: Sequence[Document]) -> Iterable[Hit]:
        nonlocal asked
        for hit, unknown in hits(documents):
            asked += unknown
            yield _with_likely(hit) if unknown and asked <= _ASKED else hit

    return check


def _with_likely(hit: Hit) -> Hit:
    """Return a hit that says which encoding the bytes are likely to be in, where one fits clearly best."""
    likely = likely_encoding(hit.document.data, hit.position or 0)
    if likely is None:
        return hit
    name = name_of(likely.encoding)
    message = f"{hit.message}; in {name} it is {quoted(likely.characters, 20)}"
    if likely.mixed:
        return hit._replace(message=message, hint="correct the bytes; the rest of the text is UTF-8")
    return hit._replace(message=message, hint=f"if the text is in {name}, read it with --encoding {likely.encoding}")


def hits(documents: Sequence[Document]) -> Iterable[tuple[Hit, bool]]:
    """Give a hit for the first byte of each text that its encoding cannot decode, and say if that is unknown."""
    together = searched(documents)
    if together.are_valid:
        return
    sound = all(document.encoding is not None for document in documents) or is_utf8(together.joined)
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
                    Hit(document, message, error.start, "the named encoding is wrong; name another one"),
                    False,
                )
            else:
                yield _hit(document, error.start)


def _hit(document: Document, at: int) -> tuple[Hit, bool]:
    """Return the hit for a text whose byte at ``at`` is not UTF-8, and say whether nobody knows what it is."""
    data = document.data
    bad = without_certain(data)
    places = max(1, bad.decode("utf-8", "replace").count("\ufffd") - bad.count(_LOST))
    hit = Hit(document, _words(data, at, places), at, places=places)
    spans = wide_spans(data) if b"\0" in data else []
    if wide := next((span for span in spans if span.start <= at < span.stop), None):
        return hit._replace(message=f"{hit.message}; the line is in {wide.encoding}", hint=_CONVERT), False
    if not is_certain(data, at):
        return hit, True
    certain = respelled(data)
    if certain is None:
        return hit, False
    start, stop, new = certain
    return hit._replace(change=Change(start, stop - start, new), hint=_RESPELL), False


def _words(data: bytes, at: int, places: int) -> str:
    """Say what is wrong at a byte that is not UTF-8, and in how many ``places`` there is such a one."""
    return f"not UTF-8: {described(data, at)}" + (f"; {places:,} such places in total" if places > 1 else "")


RULE = Rule(
    code=UNDECODABLE,
    severity="error",
    summary="text that is not valid in its encoding",
    why="A text is UTF-8 unless another encoding is given. Invalid bytes can be copied but not decoded; their meaning "
    "would be a guess. Some have one meaning only: CESU-8 (older databases) and modified UTF-8 (Java) write a "
    "character beyond U+FFFF as two surrogates of three bytes each, and modified UTF-8 writes U+0000 as C0 80. The "
    "message names them. If all other bytes are UTF-8, an unsafe fix writes the characters in UTF-8.",
    advice="name the encoding with --encoding when reading, or correct the bytes",
    bad=b"<<<FILE d1 a.txt>>>\ncaf\xe9\n",
    good=b"<<<FILE d1 a.txt>>>\ncaf\xc3\xa9\n",
    start=start,
)
