"""Framing of Zstandard streams (RFC 8878): frames and blocks. A truncated frame is always reported."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from corpusfmt.limits import CHUNK, LARGEST_WINDOW, MAX_DICTIONARY, MAX_WINDOW, MIB, sized
from corpusfmt.model.rows import joined
from corpusfmt.storage.codec import PADDING, Damage, Members, begin_member, padding
from corpusfmt.storage.faults import CUT, DAMAGED, FOLLOWED
from corpusfmt.storage.workers import MOST_WORKERS, Workers
from corpusfmt.text.gzip_header import zstd_fault

if TYPE_CHECKING:
    import zstandard

ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
ZSTD_LEVEL: Final = 3
#: A frame is divided among threads in parts of so many bytes.
_JOB: Final = MIB
#: A skippable frame of this kind at the head of a file holds a dictionary for all frames after it (IIPC,
#: "Zstandard Compression for WARC Files 1.0", Dictionary frame format). Where files were joined there are more of them.
_DICTIONARY_FRAME: Final = b"\x5d\x2a\x4d\x18"
_DICTIONARY_MAGIC: Final = b"\x37\xa4\x30\xec"
#: So many different dictionaries may be in one file.
_MOST_DICTIONARIES: Final = 64


class _Header(NamedTuple):
    """What the first byte of a frame header tells of the rest (RFC 8878, 3.1.1.1.1). Offsets count from the magic."""

    window: bool
    id_stop: int
    stop: int
    #: What is to be added to the content size as it is stored; -1 when there is none.
    plus: int
    checksum: int


def _header(flags: int) -> _Header:
    single = bool(flags & 0x20)
    id_stop = 5 + (not single) + (0, 1, 2, 4)[flags & 3]
    kind = flags >> 6
    size = (int(single), 2, 4, 8)[kind]
    return _Header(not single, id_stop, id_stop + size, (0, 256, 0, 0)[kind] if size else -1, flags & 4)


_HEADERS: Final = tuple(map(_header, range(256)))
#: For frames that may be small, by their first five bytes: where id and size end, what is to be added to the size,
#: its mask, the bits before the first block, the length of the checksum.
_SMALL: Final = {
    ZSTD_MAGIC + bytes([flags]): (
        header.id_stop,
        header.stop,
        header.plus,
        (1 << 8 * (header.stop - header.id_stop)) - 1,
        8 * (header.stop - header.id_stop),
        header.checksum,
    )
    for flags, header in enumerate(_HEADERS)
    if not header.window and not flags & 8  # a reserved bit
}


def is_skippable(head: bytes) -> bool:
    """Say whether a Zstandard skippable frame begins here."""
    return head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F


class ZstdDecoder:
    """Reads the frames of a Zstandard stream, one after the other: small ones many at a time, others by the block.

    The library's streams take a frame that is cut short as one that ends. So the frames and blocks are
    followed here; a block gives at most 128 KiB, which bounds memory too.
    """

    def __init__(self, read: Callable[[int], bytes], window: int = MAX_WINDOW, *, dictionaries: bool = True) -> None:
        """``window`` is the largest that a frame may ask for, in bytes; ``dictionaries`` may be in the data."""
        import zstandard

        self._read, self._zstd, self._window = read, zstandard, window
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=window)
        self._dictionary, self._has_dictionaries = 0, dictionaries  # the id of the last one
        #: The last frame of a dictionary, and how many different ones there were.
        self._dictionary_frame: bytes | None = None
        self._dictionaries = 0
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._checksum = 0
        self._told, self._made = -1, 0  # what the frame says that it holds (-1: nothing), and what it has given
        self._buffer, self._at = b"", 0
        self._given = 0
        self.consumed = self.begun = self.padding = 0
        self.sound = True
        self.members: Members = []

    def read(self, size: int, /) -> bytes:
        """Return the content of one block or several small frames; none at the end of the last. Raises Damage."""
        while True:
            if self._frame is None:
                self.begun = self.consumed
                if not self._fill(1) or self._is_padding():
                    self.sound = True
                    return b""
                out = self._small_frames(min(size, CHUNK))
                if not out:
                    self._begin_frame()
                    continue
            else:
                out = self._block(self._frame)
            if out:
                self._given += len(out)
                return out

    def again(self, read: Callable[[int], bytes], consumed: int, /) -> ZstdDecoder:
        """As :class:`corpusfmt.storage.codec.Decoder`, with the dictionary of the file."""
        other = ZstdDecoder(read, self._window)
        other.consumed = other.begun = consumed
        other._decompressor, other._dictionary = self._decompressor, self._dictionary
        other._dictionary_frame, other._dictionaries = self._dictionary_frame, self._dictionaries
        return other

    def _is_padding(self) -> bool:
        if not self.padding and self.consumed and self._buffer[self._at] in PADDING:
            self.padding = padding(self._buffer[self._at :], self._read)
            self.consumed += self.padding
            if not self.padding:
                raise Damage(FOLLOWED, "data that is not zstd follows a frame")
        return self.padding > 0

    def _small_frames(self, size: int) -> bytes:
        """Return the content of the next frames, about ``size`` bytes; none where each block is to be looked at.

        These frames tell a content size of at most 128 KiB, have the right dictionary, and are wholly in the buffer.
        Only sound ones are taken: what is wrong with the next is found a block at a time.
        """
        buffer, at, given, dictionary = self._buffer, self._at, self._given, self._dictionary
        start, end, enough, base = at, len(buffer), given + size, self.consumed - at
        number = int.from_bytes
        found: Members = []
        while given < enough and (header := _SMALL.get(buffer[at : at + 5])):
            id_stop, stop, plus, mask, shift, checksum = header
            if id_stop > 5 and number(buffer[at + 5 : at + id_stop], "little") != dictionary:
                break
            stop += at
            fields = number(buffer[at + id_stop : stop + 3], "little")
            content = (fields & mask) + plus
            if not 0 < content <= CHUNK:
                break
            block = fields >> shift
            stop += 4 if block & 6 == 2 else 3 + (block >> 3)
            while not block & 1 and stop < end:
                block = number(buffer[stop : stop + 3], "little")
                stop += 4 if block & 6 == 2 else 3 + (block >> 3)
            stop += checksum
            if stop > end or not block & 1:
                break
            found.append((given, base + at))
            given += content
            at = stop
        out = self._whole(start, at, given - self._given) if found else b""
        if found and not out:
            pieces: list[bytes] = []
            bounds = [*found, (given, base + at)]
            for (begin, raw), (stop, raw_stop) in pairwise(bounds):  # pragma: no branch: one piece is unsound
                piece = self._whole(raw - base, raw_stop - base, stop - begin)
                if not piece:
                    break
                pieces.append(piece)
            at = bounds[len(pieces)][1] - base
            del found[len(pieces) :]
            out = b"".join(pieces)
        self.members += found
        self._at = at
        self.sound = True
        self.consumed = base + at
        return out

    def _whole(self, start: int, stop: int, size: int) -> bytes:
        """Return the content of whole frames of the buffer; none unless they are sound and give ``size`` bytes."""
        source = memoryview(self._buffer)[start:stop]
        try:
            # Asking for one byte more makes it read to the end, and so check the last checksum.
            out = self._decompressor.stream_reader(source, read_across_frames=True).read(size + 1)
        except self._zstd.ZstdError:
            out = b""
        return out if len(out) == size else b""

    def _block(self, frame: zstandard.ZstdDecompressionObj) -> bytes:
        header = self._take(3)
        block = header[0] | header[1] << 8 | header[2] << 16
        kind, length = block >> 1 & 3, block >> 3
        # The library passes over an empty compressed block.
        if kind == 3 or (kind == 2 and not length) or (length > 128 * 1024 and kind != 1):
            raise Damage(DAMAGED, "the zstd data is damaged (impossible block)")
        data = header + self._take(1 if kind == 1 else length)
        last = block & 1
        self.sound = bool(last)
        out = self._decompress(frame, data + self._take(self._checksum if last else 0))
        self._made += len(out)
        if last:
            self._frame = None
            if self._told not in (-1, self._made):  # the library does not compare them where the last block is empty
                raise Damage(DAMAGED, f"the zstd data is damaged (a frame of {self._told} bytes has {self._made})")
        return out

    def _begin_frame(self) -> None:
        first, start = not self.consumed, self.consumed
        magic = self._take(4)
        if is_skippable(magic):
            left = int(struct.unpack("<I", self._take(4))[0])
            if magic == _DICTIONARY_FRAME and self._has_dictionaries and (first or left <= MAX_DICTIONARY):
                self._load_dictionary(left, first=first)
                return
            while left:
                step = min(left, CHUNK)
                self._take(step)
                left -= step
            return
        if magic != ZSTD_MAGIC:
            raise Damage(FOLLOWED, "data that is not zstd follows a frame")
        begin_member(self.members, self._given, start)
        descriptor = self._take(1)
        header = _HEADERS[descriptor[0]]
        data = magic + descriptor + self._take(header.stop - 5)
        size = int.from_bytes(data[header.id_stop :], "little")  # 0 where there is none
        window = size + header.plus  # what is in one segment is all remembered
        if header.window:
            exponent, mantissa = data[5] >> 3, data[5] & 7
            base = 1 << (10 + exponent)
            window = base + base // 8 * mantissa
        if window > self._window:
            raise self._too_wide(window)
        needed = int.from_bytes(data[5 + header.window : header.id_stop], "little")
        if needed not in (0, self._dictionary):
            which = f"the file has dictionary {self._dictionary}" if self._dictionary else "the file has none"
            hint = "decompress it with the dictionary that it was compressed with: zstd -d -D DICTIONARY OLD -o NEW"
            raise Damage(DAMAGED, f"the zstd data needs dictionary {needed}, but {which}", hint)
        self._checksum = header.checksum
        self._told, self._made = size + header.plus, 0
        self._frame = self._decompressor.decompressobj()
        self._decompress(self._frame, data)

    def _too_wide(self, window: int) -> Damage:
        hint = "compress it again with a smaller window: zstd -dc --long=31 OLD | zstd -o NEW"
        if window <= LARGEST_WINDOW:
            hint = f"allow it with --limit zstd-window={-(-window // MIB)}MiB, which takes as much memory"
        what = f"the zstd data needs a window of {sized(window)}; the limit is {sized(self._window)}"
        return Damage(DAMAGED, what, hint)

    def _load_dictionary(self, size: int, *, first: bool) -> None:
        """Take the dictionary in a frame of ``size``. Where the frame is not the ``first``, it may hold something else.

        Raises Damage.
        """
        if size > MAX_DICTIONARY:
            raise _too_large()
        content = self._take(size)
        if content == self._dictionary_frame:
            return
        self._dictionary_frame = content
        self._dictionaries += 1
        if self._dictionaries > _MOST_DICTIONARIES:
            raise Damage(DAMAGED, f"the zstd data has more than {_MOST_DICTIONARIES} dictionaries")
        try:
            self._use_dictionary(_unpacked(content) if content.startswith(ZSTD_MAGIC) else content)
        except Damage:
            if first:
                raise

    def _use_dictionary(self, content: bytes) -> None:
        if not content.startswith(_DICTIONARY_MAGIC):
            raise Damage(DAMAGED, "the zstd data begins with a dictionary frame without a dictionary")
        try:
            dictionary = self._zstd.ZstdCompressionDict(content, dict_type=self._zstd.DICT_TYPE_FULLDICT)
            decompressor = self._zstd.ZstdDecompressor(dict_data=dictionary, max_window_size=self._window)
        except self._zstd.ZstdError as error:
            raise Damage(DAMAGED, f"the zstd dictionary is damaged{zstd_fault(error)}") from None
        self._decompressor, self._dictionary = decompressor, dictionary.dict_id()

    def _decompress(self, frame: zstandard.ZstdDecompressionObj, data: bytes) -> bytes:
        try:
            return frame.decompress(data)
        except self._zstd.ZstdError as error:
            raise Damage(DAMAGED, f"the zstd data is damaged{zstd_fault(error)}") from None

    def _fill(self, size: int) -> bool:
        if len(self._buffer) - self._at >= size:
            return True
        held = [self._buffer[self._at :]]
        ready = len(held[0])
        while ready < size and (more := self._read(CHUNK)):
            held.append(more)
            ready += len(more)
        self._buffer, self._at = b"".join(held), 0
        return ready >= size

    def _take(self, size: int) -> bytes:
        if not self._fill(size):
            raise Damage(CUT, "the zstd data ends early, in the middle of a frame")
        taken = self._buffer[self._at : self._at + size]
        self._at += size
        self.consumed += size
        return taken


def _too_large() -> Damage:
    return Damage(DAMAGED, f"the zstd dictionary is larger than {MAX_DICTIONARY // MIB} MiB")


def _unpacked(content: bytes) -> bytes:
    """Return a dictionary that is compressed. Raises Damage."""
    pieces = [content]
    inner = ZstdDecoder(lambda _: pieces.pop() if pieces else b"", dictionaries=False)
    held: list[bytes] = []
    total = 0
    try:
        while piece := inner.read(CHUNK):
            held.append(piece)
            total += len(piece)
            if total > MAX_DICTIONARY:
                break
    except Damage as damage:
        raise Damage(DAMAGED, f"the zstd dictionary is damaged: {damage.message}") from None
    if total > MAX_DICTIONARY:
        raise _too_large()
    return b"".join(held)


class ZstdEncoder:
    """Writes zstd frames with a checksum; those of ``members`` tell their content size too.

    Zstandard divides a large frame among threads, in a way that does not depend on how many there are; that they are
    asked for makes other bytes than none.
    """

    def __init__(self, jobs: int = 1) -> None:
        """A stream, and members, are compressed in so many threads."""
        self._workers = Workers(jobs)
        self._threads = min(jobs, MOST_WORKERS)
        self._here = threading.local()
        self._frame: zstandard.ZstdCompressionObj | None = None
        self._empty = True

    def records(self, records: Sequence[bytes]) -> bytes:
        """As :meth:`write`: a stream is one frame, so that no cut can hide between two."""
        return self.write(joined(records))

    def write(self, data: bytes) -> bytes:
        """Return what can be written so far."""
        if not data:
            return b""
        rest = self._workers.rest()
        return rest + self._open().compress(data)

    def members(self, pieces: Sequence[bytes]) -> bytes:
        """Take pieces that are to be a frame each, after the rest of an open one, and return what can be written."""
        if not pieces:
            return b""
        rest = self._close()
        self._empty = False
        return rest + self._workers.take(self._each, pieces)

    def end_member(self) -> bytes:
        """Return the rest. Where nothing was ever written, return an empty frame."""
        if self._empty:
            self._open()
        return self._workers.rest() + self._close()

    def close(self) -> None:
        """End the threads."""
        self._frame = None
        self._workers.close()

    def _open(self) -> zstandard.ZstdCompressionObj:
        import zstandard

        if self._frame is None:
            params = zstandard.ZstdCompressionParameters.from_level(
                ZSTD_LEVEL, threads=self._threads, job_size=_JOB, write_checksum=True, write_content_size=True
            )
            self._frame = zstandard.ZstdCompressor(compression_params=params).compressobj()
            self._empty = False
        return self._frame

    def _close(self) -> bytes:
        frame, self._frame = self._frame, None
        return frame.flush() if frame else b""

    def _each(self, pieces: Sequence[bytes]) -> bytes:
        import zstandard

        own: zstandard.ZstdCompressor | None = getattr(self._here, "own", None)
        if own is None:
            own = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True, write_content_size=True)
            self._here.own = own
        return b"".join([own.compress(piece) for piece in pieces])
