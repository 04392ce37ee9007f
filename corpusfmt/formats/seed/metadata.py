"""Checking a ``<<<META {...}>>>`` line."""

from __future__ import annotations

from corpusfmt.formats.seed.grammar import META
from corpusfmt.limits import Limits, sized
from corpusfmt.model.json_objects import check_object
from corpusfmt.text.display import quoted
from corpusfmt.text.json_reader import JSONFault


class MetaFault(Exception):
    """A metadata line is wrong at the byte ``at`` of the line."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


def check_metadata(line: bytes, limits: Limits) -> tuple[bytes, list[tuple[str, int]]]:
    """Return the JSON object of a metadata line, and remarks on it with their byte in the line.

    Raises MetaFault.
    """
    text = line.rstrip(b"\n").removesuffix(b"\r")
    if not text.startswith(META + b" ") or not text.endswith(b">>>"):
        raise MetaFault(f"expected '<<<META {{...}}>>>', found {quoted(text)}", 0)
    start = len(META) + 1
    raw = text[start:-3]
    if len(raw) > limits.metadata:
        raise MetaFault(f"the metadata is longer than {sized(limits.metadata)}", 0)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MetaFault("the metadata is not UTF-8", start + error.start) from None
    try:
        notes = check_object(raw, limits.depth)
    except JSONFault as fault:
        raise MetaFault(f"the metadata is not a JSON object: {fault.message}", start + fault.at) from None
    return raw, [(message, start + at) for message, at in notes]
