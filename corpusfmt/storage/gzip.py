"""Framing of gzip streams (RFC 1952): a sequence of members. A truncated member is always reported."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from corpusfmt.limits import CHUNK, KIB
from corpusfmt.model.rows import Pieces
from corpusfmt.storage.codec import Damage, Members, begin_member, padding
from corpusfmt.storage.faults import CUT, DAMAGED, FOLLOWED
from corpusfmt.storage.workers import Workers
from corpusfmt.text.gzip_header import header_size, inflate_fault

if TYPE_CHECKING:
    from ctypes import CDLL, Array, c_char

    from isal.isal_zlib import Decompress

GZIP_MAGIC: Final = b"\x1f\x8b"
#: The flags of headers that the library reads well: without a checksum, and with one field at most.
_PLAIN: Final = frozenset(bytes([text | field]) for text in (0, 1) for field in (0, 4, 8, 16))
_EXTRA: Final = 4
#: Of libdeflate, whose bytes do not depend on the processor; those of ISA-L, which reads here, do. At this level they
#: are the same from libdeflate 1.14 to 1.25 (benchmarks/CODECS.md).
GZIP_LEVEL: Final = 1
#: The least that is handed to the library at once. It copies what is left of it after each member.
_STEP: Final = 4 * KIB
_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\4\xff"
#: How a member of a stream begins that is not the last: a field (RFC 1952, 2.3.1.1) whose four bytes are the size of
#: the member, by which a reader can pass over it.
MORE_FOLLOWS: Final = b"\x1f\x8b\x08\4\0\0\0\0\4\xff\x08\0CF\4\0"
#: The least content of a member in a stream, in bytes: larger ones make the file hardly smaller.
LEAST_MEMBER: Final = 256 * KIB
_MAX_STORED: Final = 0xFFFF


class GzipDecoder:
    """Reads the members of a gzip stream, one after the other."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        from isal import isal_zlib

        self._read, self._make = read, isal_zlib.decompressobj
        self._error: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # the stub says object
        self._member: Decompress | None = None
        self._data, self._at = b"", 0
        self._step = _STEP
        self._given = 0
        self._more = False  # whether the last member said that another follows
        self._next = b""  # the beginning of a member, after others that are given first
        self.consumed = self.begun = self.padding = 0
        self.sound = True
        self.members: Members = []

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes; none at the end of the last member. Raises Damage."""
        while True:
            if self._next:
                out, self._next, self.sound = self._next, b"", False
                return out
            out = b"" if self._member else self._whole_members(size)
            if out:
                return out
            if self._next:
                continue
            member = self._member or self._next_member()
            if member is None:
                self.sound = True
                return b""
            if out := self._part(member, size):
                return out

    def again(self, read: Callable[[int], bytes], consumed: int, /) -> GzipDecoder:
        """As :class:`corpusfmt.storage.codec.Decoder`."""
        other = GzipDecoder(read)
        other.consumed = other.begun = consumed
        return other

    def _whole_members(self, size: int) -> bytes:
        """Return the content of the next members as long as each is over soon; keep the beginning of another one.

        Only what is sound is taken: what is wrong with the next member is found when it is the first.
        """
        data, at, step, make, given = self._data, self._at, self._step, self._make, self._given
        view = memoryview(data)
        base, enough = self.consumed - at, given + size // 2
        pieces: list[bytes] = []
        while given <= enough and data.startswith(GZIP_MAGIC, at) and data[at + 3 : at + 4] in _PLAIN:
            if data[at + 3] == _EXTRA and len(data) - at < len(MORE_FOLLOWS):
                break
            member = make(31)
            following = data.find(data[at : at + 4], at + 4, at + step)  # most members of a file begin alike
            piece = view[at : following if following > 0 else at + step]
            try:
                out = member.decompress(piece, size)
            except self._error:
                break
            self._more = data.startswith(MORE_FOLLOWS, at)
            if out:
                self.members.append((given, base + at))
                given += len(out)
            else:
                begin_member(self.members, given, base + at)
            if not member.eof:
                self._member, self._next, self.begun = member, out, base + at
                at += len(piece) - len(member.unconsumed_tail)
                break
            pieces.append(out)
            at += len(piece) - len(member.unused_data)
            if step > _STEP:
                step = max(_STEP, step // 2)
        self._at, self._step, self._given = at, step, given
        self.consumed = base + at
        if self._member is None:
            self.begun = self.consumed
        self.sound = True
        return b"".join(pieces)

    def _part(self, member: Decompress, size: int) -> bytes:
        self._fill(1)
        piece = memoryview(self._data)[self._at : self._at + self._step]
        try:
            out = member.decompress(piece, size)
        except self._error as error:
            raise Damage(DAMAGED, f"the gzip data is damaged{inflate_fault(error)}") from None
        self.sound = member.eof
        if member.eof:
            self._member = None
            left = len(member.unused_data)
        else:
            left = len(member.unconsumed_tail)
            # The library may hold output back when its input is used up, so the end of the file is no cut yet.
            if not piece and not out:
                raise Damage(CUT, "the gzip data ends early, in the middle of a member")
            # What does not fit into the output is copied, so the input is to be as long as what fits.
            if left:
                self._step = max(_STEP, len(piece) - left)
            elif len(out) < size // 2:
                self._step = min(CHUNK, self._step * 2)
        self._at += len(piece) - left
        self.consumed += len(piece) - left
        self._given += len(out)
        return out

    def _next_member(self) -> Decompress | None:
        if self.padding:
            return None
        self.begun = self.consumed
        self._fill(len(MORE_FOLLOWS))
        if not self._data.startswith(GZIP_MAGIC, self._at):
            rest = self._data[self._at : self._at + 2]
            self.padding = padding(self._data[self._at :], self._read)
            self.consumed += self.padding
            if not rest or self.padding:
                if self._more:
                    raise Damage(CUT, "the gzip data ends early, between two members")
                return None
            if rest == GZIP_MAGIC[:1]:
                raise Damage(CUT, "the gzip data ends early, in the header of a member")
            raise Damage(FOLLOWED, "data that is not gzip follows a member")
        begin_member(self.members, self._given, self.consumed)
        self._more = self._data.startswith(MORE_FOLLOWS, self._at)
        self._member = self._make(31)
        if self._data[self._at + 3 : self._at + 4] not in _PLAIN:
            self._pass_header()
        return self._member

    def _pass_header(self) -> None:
        """Read the header of a member, and put one without fields in its place.

        The library refuses a sound checksum, and loses its way among several fields, where a header comes in parts.
        """
        try:
            while not (size := header_size(self._data, self._at)):
                if not self._fill(len(self._data) - self._at + 1):
                    raise Damage(CUT, "the gzip data ends early, in the header of a member")
        except ValueError as error:
            raise Damage(DAMAGED, f"the gzip data is damaged ({error})") from None
        at = self._at + size - 10
        self._data = self._data[:at] + self._data[self._at : self._at + 3] + bytes(7) + self._data[at + 10 :]
        self.consumed += at - self._at
        self._at = at

    def _fill(self, size: int) -> bool:
        """Have ``size`` bytes at hand. Return False when the file ends before."""
        while len(self._data) - self._at < size:
            more = self._read(CHUNK)
            if not more:
                return False
            self._data, self._at = self._data[self._at :] + more, 0
        return True


class GzipEncoder:
    """Writes gzip members without name or time, whose bytes are the same on every processor.

    A stream becomes members of at least 256 KiB, so that it can be read from the middle. All but the last are marked,
    so that no cut can hide between two of them.
    """

    def __init__(self, jobs: int = 1) -> None:
        """Members are compressed in so many threads."""
        import deflate

        self._workers = Workers(jobs)
        self._compress = (without_gil() if jobs > 1 else None) or deflate.deflate_compress
        self._crc32 = deflate.crc32
        self._held: list[bytes] = []
        self._waiting = 0
        self._empty = True

    def records(self, records: Sequence[bytes]) -> bytes:
        """Take records, none of which is to lie in two members, and return what can be written so far."""
        done: list[bytes] = []
        if isinstance(records, Pieces):
            first = LEAST_MEMBER - self._waiting
            records = records.parts(first if first > 0 else LEAST_MEMBER, LEAST_MEMBER)
        for record in records:
            if record:
                if self._waiting >= LEAST_MEMBER:
                    done.append(self._close(more=True))
                self._held.append(record)
                self._waiting += len(record)
        return b"".join(done)

    def write(self, data: bytes) -> bytes:
        """Take bytes, and return what can be written so far."""
        cut = (LEAST_MEMBER - self._waiting) % LEAST_MEMBER
        return self.records([data[:cut], *[data[at : at + LEAST_MEMBER] for at in range(cut, len(data), LEAST_MEMBER)]])

    def members(self, pieces: Sequence[bytes]) -> bytes:
        """Take pieces that are to be a member each, after the rest of an open one, and return what can be written."""
        if not pieces:
            return b""
        rest = self._close(more=False) if self._held else b""
        self._empty = False
        return rest + self._workers.take(self._each, pieces)

    def end_member(self) -> bytes:
        """Return the rest. Where nothing was ever written, return an empty member."""
        return self._close(more=False) if self._held or self._empty else self._workers.rest()

    def close(self) -> None:
        """End the threads."""
        self._workers.close()

    def _close(self, *, more: bool) -> bytes:
        data = self._held[0] if len(self._held) == 1 else b"".join(self._held)
        self._held, self._waiting, self._empty = [], 0, False
        return self._workers.take(self._member, data, more, last=not more)

    def _each(self, pieces: Sequence[bytes]) -> bytes:
        return b"".join([self._member(piece, more=False) for piece in pieces])

    def _member(self, data: bytes, more: bool) -> bytes:
        body = self._compress(data, GZIP_LEVEL)
        head = MORE_FOLLOWS + (len(MORE_FOLLOWS) + 4 + len(body) + 8).to_bytes(4, "little") if more else _HEADER
        return b"".join((head, body, struct.pack("<II", self._crc32(data), len(data) & 0xFFFFFFFF)))


class _Compressor:
    """A compressor of libdeflate, and a buffer for what it gives; for one thread."""

    def __init__(self, library: CDLL) -> None:
        self._library = library
        self.handle = library.libdeflate_alloc_compressor(GZIP_LEVEL)
        self.buffer: Array[c_char] | None = None

    def __del__(self) -> None:
        self._library.libdeflate_free_compressor(self.handle)


def without_gil() -> Callable[[bytes, int], bytes] | None:
    """Return what ``deflate_compress`` of the package ``deflate`` does, for threads: that keeps the GIL meanwhile.

    The C interface of libdeflate is called in the package's own module; None where it cannot be reached, as on Windows.
    """
    import ctypes
    from importlib import import_module

    try:
        library = ctypes.CDLL(str(import_module("deflate._deflate").__file__))
        alloc, free = library.libdeflate_alloc_compressor, library.libdeflate_free_compressor
        bound, compress = library.libdeflate_deflate_compress_bound, library.libdeflate_deflate_compress
    except (ImportError, OSError, AttributeError):
        return None
    size, pointer = ctypes.c_size_t, ctypes.c_void_p
    alloc.restype, alloc.argtypes = pointer, [ctypes.c_int]
    free.restype, free.argtypes = None, [pointer]
    bound.restype, bound.argtypes = size, [pointer, size]
    compress.restype, compress.argtypes = size, [pointer, ctypes.c_char_p, size, pointer, size]
    here = threading.local()

    def compressed(data: bytes, _level: int) -> bytes:
        own: _Compressor | None = getattr(here, "own", None)
        if own is None:
            own = here.own = _Compressor(library)
        if not own.handle:
            raise MemoryError
        most = bound(own.handle, len(data))
        if own.buffer is None or len(own.buffer) < most:
            own.buffer = ctypes.create_string_buffer(most)
        found = compress(own.handle, data, len(data), own.buffer, len(own.buffer))
        assert found, "the bound is large enough"
        return ctypes.string_at(own.buffer, found)

    return compressed


def stored_member(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Give ``parts`` as one gzip member that is not compressed: stored blocks alone (RFC 1951, 3.2.4).

    libdeflate compresses only what is in memory as a whole.
    """
    import deflate

    checksum = size = 0
    yield _HEADER
    for part in parts:
        checksum, size = deflate.crc32(part, checksum), size + len(part)
        for at in range(0, len(part), _MAX_STORED):
            block = part[at : at + _MAX_STORED]
            yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF) + block
    yield struct.pack("<BHHII", 1, 0, 0xFFFF, checksum, size & 0xFFFFFFFF)
