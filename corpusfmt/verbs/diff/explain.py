"""From what differs to what is told of it."""

from __future__ import annotations

from corpusfmt.text.display import quoted, shown
from corpusfmt.verbs.diff.difference import Difference, MetadataDifference, TextDifference
from corpusfmt.verbs.diff.fetch import Fetch
from corpusfmt.verbs.diff.ledger import Line
from corpusfmt.verbs.diff.texts import text_difference
from corpusfmt.verbs.diff.values import metadata_difference

#: Characters of a name, and of a JSON Pointer, that are shown.
_SHOWN = 200
_ONLY = {
    "line ends": "only line ends differ", "NFC": "only normalisation differs (NFC)",
    "white space": "only white space differs", "NFKC": "only normalisation differs (NFKC)",
}  # fmt: skip


def explained(line: Line, a: Fetch, b: Fetch) -> Difference:
    """Return what is told of a difference, of which both sides are read again.

    Raises OSError, and as the scans; SourceChangedError when a source has changed.
    """
    kind = line.kind
    places = (line.a + 1, line.b + 1)
    if kind == "reordered":
        first, last = places
        message = f"from place {first:,} to {last:,}, too many documents to say which of them moved"
        return Difference(kind, None, "", message, places=places)
    if kind == "removed":
        document = a.get(line.a)
        return Difference(kind, document.id, document.name, "", document.origin, None, places)
    document = b.get(line.b)
    if kind == "added":
        return Difference(kind, document.id, document.name, "", None, document.origin, places)
    if kind == "moved":
        message = f"from place {places[0]:,} to {places[1]:,}"
        return Difference(kind, document.id, document.name, message, None, document.origin, places)
    before = a.get(line.a)
    text: TextDifference | None = None
    metadata: MetadataDifference | None = None
    parts = []
    if kind == "renamed" and before.name != document.name:
        parts.append(f"{quoted(before.name, _SHOWN)} -> {quoted(document.name, _SHOWN)}")
    if "t" in line.what and (text := text_difference(before, document)):
        parts.append(_about_text(text))
    if "m" in line.what and (metadata := metadata_difference(before.meta_json, document.meta_json)):
        parts.append(_about_metadata(metadata))
    if before.id != document.id or not parts:
        raise b.changed()
    return Difference(
        kind, document.id, document.name, "; ".join(parts), before.origin, document.origin, places, text, metadata
    )


def _about_text(found: TextDifference) -> str:
    if found.only == "encoding":
        return f"text: the same bytes, which are no {found.old} and no {found.new}"
    place = f"byte {found.byte:,} of the text"
    if found.line:
        place = f"line {found.line:,}, column {found.column:,} ({place})"
    only = f", {_ONLY[found.only]}" if found.only else ""
    return f'text: {place}: "{found.old}" -> "{found.new}"{only}'


def _about_metadata(found: MetadataDifference) -> str:
    where = f" {shown(found.pointer, _SHOWN)}" if found.pointer else ""
    if found.old is None and found.new is None:
        return f"metadata{where}: the keys stand in another order"
    old, new = ("nothing" if value is None else value for value in (found.old, found.new))
    return f"metadata{where}: {old} -> {new}"
