"""Splitting a stream into regions of complete records, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from corpusfmt.limits import CHUNK
from corpusfmt.model.format import Stream
from corpusfmt.text.position import Region
from corpusfmt.text.primitives import occurrences


class Piece(NamedTuple):
    """A region of whole records; or, where ``skipped`` is not 0, the head of a record of ``skipped`` bytes,
    which is larger than the limit and was skipped.
    """

    region: Region
    skipped: int = 0


def pieces(stream: Stream, head: Region, boundary: bytes, limit: int) -> Iterator[Piece]:
    r"""Cut ``stream`` into regions that end where a record ends.

    A record ends after the LF that begins ``boundary`` (``b"\n"`` alone, or LF and what begins a record).
    ``head`` is what has been read already; it begins a record. ``limit`` bounds a record, in bytes.
    """
    overlap = len(boundary) - 1
    offset, line = head.offset, head.line
    held = [head.buffer] if head.buffer else []
    size = len(head.buffer)
    tail, fresh = (
        b"",
        head.buffer,
    )  # the end of what has been searched, and the last that is held, which has not
    while True:
        stop = _stop(tail, fresh, boundary)
        if stop is not None:
            if getattr(stream, "is_over", False) and len(fresh) - stop <= limit:
                stop = len(fresh)  # the last record has no boundary after it
            if stop < 0:
                held, stop = [b"".join(held)], stop + size - len(fresh)
                fresh = held[0]
            done = b"".join([*held[:-1], memoryview(fresh)[:stop]]) if len(held) > 1 else fresh[:stop]
            fresh = fresh[stop:]
            yield Piece(Region(done, offset, line))
            offset += len(done)
            line += occurrences(done, b"\n")
            held, size, tail = ([fresh] if fresh else []), len(fresh), b""
        if size > limit + overlap:  # the head of the next record may be there already
            kept = b"".join(held)
            fresh, skipped, lines = _skip(stream, kept, boundary)
            yield Piece(Region(kept[:CHUNK], offset, line), skipped)
            offset, line = offset + skipped, line + lines
            held, size, tail = ([fresh] if fresh else []), len(fresh), b""
            continue
        tail = (tail + fresh[-overlap:])[-overlap:] if overlap else b""
        fresh = stream.read(CHUNK)
        if not fresh:
            break
        held.append(fresh)
        size += len(fresh)
    if held:
        yield Piece(Region(b"".join(held), offset, line))


def _stop(tail: bytes, fresh: bytes, boundary: bytes) -> int | None:
    """Return where in ``fresh`` a record ends, before which ``tail`` stands; less than 0 where that is in the tail."""
    at = fresh.rfind(boundary)
    if at < 0 and tail:
        at = (tail + fresh[: len(boundary) - 1]).rfind(boundary)
        return at + 1 - len(tail) if at >= 0 else None
    return at + 1 if at >= 0 else None


def _skip(stream: Stream, kept: bytes, boundary: bytes) -> tuple[bytes, int, int]:
    """Read on to the next boundary. Return what follows it, and the bytes and lines skipped."""
    overlap = len(boundary) - 1
    size, lines, tail = len(kept), occurrences(kept, b"\n"), kept[-overlap:] if overlap else b""
    while more := stream.read(CHUNK):
        window = tail + more
        cut = window.find(boundary)
        if cut >= 0:
            passed = window[len(tail) : cut + 1]
            return window[cut + 1 :], size + cut + 1 - len(tail), lines + occurrences(passed, b"\n")
        size += len(more)
        lines += occurrences(more, b"\n")
        tail = window[-overlap:] if overlap else b""
    return b"", size, lines
