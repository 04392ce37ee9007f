"""Opening sources."""

from __future__ import annotations

import io
import os
import select
import sys
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

from corpusfmt.limits import CHUNK, HEAD, MAX_RATIO, MAX_WINDOW, RATIO_FREE
from corpusfmt.model.errors import ConfigurationError, ParseError, SourceChangedError
from corpusfmt.model.finding import Finding
from corpusfmt.storage.codec import Damage, Decoder, Members
from corpusfmt.storage.faults import BY_CODE, CUT, DAMAGED, EXPANDS, POINTER
from corpusfmt.storage.filesystem import FileSystem, State
from corpusfmt.storage.gzip import GZIP_MAGIC, GzipDecoder
from corpusfmt.storage.local import LOCAL
from corpusfmt.storage.next_member import HELD, KEPT, search
from corpusfmt.storage.paths import changed, file_system, is_folder_there
from corpusfmt.storage.zstd import ZSTD_MAGIC, ZstdDecoder, is_skippable
from corpusfmt.text.magic import BEGINNINGS, LARGEST, pointer_kind

if TYPE_CHECKING:
    from hashlib import _Hash

#: So many bytes tell compressed data.
_MAGIC: Final = 8
_UNSUPPORTED: Final = (
    (b"BZh", "bzip2", "bzip2 -dc"),
    (b"\xfd7zXZ\x00", "xz", "xz -dc"),
    (b"\x04\x22\x4d\x18", "lz4", "lz4 -dc"),
    (b"LZIP\x01", "lzip", "lzip -dc"),
    (b"\xff\x06\x00\x00sNaP", "snappy", "snzip -dc"),
)


class Gap(NamedTuple):
    """What was skipped of a file: how many bytes, up to which offset, what was read from there on, and how the
    content of the member begins that stands there; there is none where nothing was found. ``sound`` is where the last
    intact member before ended, in the decompressed stream.
    """

    sound: int
    size: int
    offset: int
    ahead: bytes = b""
    content: bytes = b""


class History:
    """What was read of a file since a member began, or the last part of it."""

    def __init__(self, start: int = 0) -> None:
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._start = start

    def add(self, piece: bytes, begun: int) -> None:
        """Take a piece; what stands before the offset ``begun`` is not needed any more."""
        self._pieces.append(piece)
        self._size += len(piece)
        while self._start + len(self._pieces[0]) <= begun or self._size > KEPT + len(piece):
            gone = len(self._pieces.popleft())
            self._size -= gone
            self._start += gone
            if not self._pieces:
                break

    def since(self, begun: int) -> tuple[bytes, int]:
        """Return what is there from the offset ``begun`` on, and its offset."""
        data = b"".join(self._pieces)
        skip = max(begun - self._start, 0)
        return data[skip:], self._start + skip


class Input:
    """A source, decompressed. ``name`` is what findings call it.

    ``position`` counts decompressed bytes given so far, ``raw_position`` bytes of the file. ``members`` is None when
    the source is not compressed, and a list otherwise: see ``track_members``.
    """

    def __init__(
        self,
        raw: BinaryIO,
        name: str,
        *,
        owned: bool,
        hashed: bool = False,
        plain: bool = False,
        suffixed: bool = True,
        ratio: int = MAX_RATIO,
        window: int = MAX_WINDOW,
        expected: State | None = None,
        files: FileSystem = LOCAL,
    ) -> None:
        """``hashed`` keeps the digest, ``plain`` takes the bytes as they are, whatever they begin with. When it is
        ``suffixed``, a name that ends as that of compressed data must be of such. Past 2 MiB a decompressed stream may
        be ``ratio`` times larger than its file; ``window`` is what zstd may remember, in bytes. The file, of ``files``,
        must be in the ``expected`` state.
        """
        self.name, self._ratio = name, ratio
        self._hash = _sha256() if hashed else None
        self._raw, self._owned, self._files = raw, owned, files
        #: The file that is read, as it was when it was opened; None for a pipe or a device.
        self.state = files.state(raw)
        if expected is not None and self.state != expected:
            raise changed(name, "read")
        self._ahead = b""
        self._failure: ParseError | None = None
        #: What was decoded and not given yet.
        self._ready: deque[bytes] = deque()
        self._history = History()
        #: What the name says that the file is, which its first bytes are not.
        self._unlike = ""
        self._begins: Callable[[bytes], bool] | None = None
        self._gap: Gap | None = None
        #: What was decoded of a member that has no end, until it is known whether the file ends there or is damaged.
        self._cut: list[bytes] | None = None
        #: How the content begins that a damaged member seems to have, which is not given.
        self.torn = b""
        #: Where the last member ended of those that were seen to be sound, in the decompressed stream.
        self._sound = 0
        #: Whether the end was seen: of the file, and of what is decoded of it.
        self._raw_ended = self._ended = False
        self._tracked = False
        self.position = self.raw_position = self._expanded = 0
        head = b""
        while len(head) < _MAGIC and (more := self._raw_read(_MAGIC - len(head))):
            head += more
        self._pushed = head
        self._decoder: Decoder | None = None
        #: How the source is compressed: ``gz``, ``zst``, or empty.
        self.codec = ""
        if plain:
            self.members = None
            return
        if head in BEGINNINGS:
            while len(head) <= LARGEST and (more := self._raw_read(LARGEST)):
                head += more
            self._pushed = head
            if program := pointer_kind(head):
                raise self._fault(POINTER, f"the file is a pointer of {program}; its content was not fetched")
        if head.startswith(GZIP_MAGIC):
            self._decoder, self.codec = GzipDecoder(self._next_raw), "gz"
        elif head.startswith(ZSTD_MAGIC) or is_skippable(head):
            self._decoder, self.codec = ZstdDecoder(self._next_raw, window), "zst"
        for magic, what, command in _UNSUPPORTED:
            if head.startswith(magic):
                raise ConfigurationError(
                    f"{name} is {what} data, which is not supported; decompress it first: {command} OLD > NEW"
                )
        lowered = name.lower() if suffixed else ""
        if not head and lowered.endswith((".gz", ".zst")):
            raise self._fault(CUT, "the file is empty, but its name says that it is compressed")
        if self._decoder is None and lowered.endswith(".gz"):
            self._unlike, self._decoder, self.codec = "gzip", GzipDecoder(self._next_raw), "gz"
        elif self._decoder is None and lowered.endswith(".zst"):
            self._unlike, self._decoder, self.codec = "zstd", ZstdDecoder(self._next_raw, window), "zst"
        self.members = self._decoder.members if self._decoder else None

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes, or fewer near the end or a fault, without taking them.

        Raises ParseError where there is none before a fault.
        """
        try:
            while len(self._ahead) < size and (more := self._decoded(size)):
                self._ahead += more
        except ParseError:
            if not self._ahead:
                raise
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Return up to about ``size`` bytes, of several members where they are small; none at the end.

        Raises ParseError (FILE001 to FILE004) when compressed data is cut short, damaged, followed by
        something else or larger than it has any reason to be.
        """
        if self.members and not (self._tracked or self._ready or self._cut):
            self.members.clear()
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            data = self._decoded(size)
        self.position += len(data)
        return data

    def track_members(self) -> Members | None:
        """Keep ``members`` from now on, and return it; to be called before the first ``read``, also after ``peek``.

        It has a pair for each gzip member or zstd frame that has begun, in order: its offset in the decompressed
        stream, and in the file. Members without content are in it (of more than 65,536 in a row the last is), skippable
        frames are not. The pair is there before the first byte of the member is given. The caller deletes from the
        front what it is done with: nobody else does, while for a caller that does not ask nothing is kept.
        """
        self._tracked = True
        return self.members

    def digest(self) -> str:
        """Return the SHA-256 of the file as it is stored, in hexadecimal digits, having read the rest of it.

        Raises OSError. It is for a stream that was opened to be ``hashed``.
        """
        while self._raw_read(CHUNK):
            pass
        return self._hash.hexdigest() if self._hash else ""

    def check(self) -> None:
        """Raise SourceChangedError when the file is not as it was when it was opened, and OSError."""
        if self.state is not None and self._files.state(self._raw) != self.state:
            raise changed(self.name, "read")

    def close(self) -> None:
        """Close the file, unless it is standard input or was opened by someone else."""
        if self._owned:
            try:
                self._raw.close()
            except OSError as error:
                error.filename = self.name
                raise

    def __enter__(self) -> Input:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file. What is wrong with one that changed is not its content: raises SourceChangedError then."""
        try:
            if kind is None or (
                issubclass(kind, Exception) and not issubclass(kind, OSError | MemoryError | SourceChangedError)
            ):
                self.check()
        finally:
            self.close()

    def _raw_read(self, size: int) -> bytes:
        if self._raw_ended:
            return b""
        try:
            while (data := self._raw.read(size)) is None:  # nothing is there yet, and the pipe was set not to wait
                select.select([self._raw], [], [])
        except OSError as error:  # as of a disk that fails: it has no name
            error.filename = self.name
            raise
        self.raw_position += len(data)
        self._raw_ended = not data
        if self.state is not None and (not data or self.raw_position > self.state.size):  # one that grows has no end
            self.check()
        if self._hash:
            self._hash.update(data)
        return data

    def _next_raw(self, size: int) -> bytes:
        if self._pushed:
            data, self._pushed = self._pushed, b""
        else:
            data = self._raw_read(size)
        if self._decoder is not None and data:
            self._history.add(data, self._decoder.begun)
        return data

    def _decoded(self, size: int) -> bytes:
        if self._decoder is None:
            return self._next_raw(size)
        if not self._ready:
            self._decode(size)
        pieces: list[bytes] = []
        # Asking for the little that is missing would cost as much as asking for all of it.
        ready, enough = 0, min(size, CHUNK) // 2
        while self._ready and ready <= enough:
            pieces.append(self._ready.popleft())
            ready += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _decode(self, size: int) -> None:
        """Decode about ``size`` bytes, and of a member that is not over as many as are held. Raises ParseError.

        What a member holds that turns out to be damaged is not given, unless it is too large to be held.
        """
        if self._cut is not None:
            if not self._ahead:  # whoever peeks has enough of what is sound
                self._end_cut()
            return
        if self._unlike and not self._failure:
            what = f"the name says {self._unlike}, but the file does not begin with {self._unlike} data"
            self._failure = self._fault(DAMAGED, what, 0)
        if self._failure:  # what a decoder gives after a fault is not the stream any more
            raise self._failure
        if self._ended:
            return
        assert self._decoder is not None
        decoder, pieces, enough = self._decoder, self._ready, min(size, CHUNK) // 2
        before = self.position + len(self._ahead)
        ready = sound = whole = 0
        is_loose = self._sound < before
        try:
            while piece := decoder.read(size):
                pieces.append(piece)
                ready += len(piece)
                if decoder.sound:
                    sound, whole, is_loose = ready, len(pieces), False
                    self._sound = before + ready
                if ready > enough and (decoder.sound or is_loose):
                    break
                if ready - sound > HELD:
                    break
            else:
                self._ended = True
        except Damage as damage:
            torn: list[bytes] = []
            while len(pieces) > whole and not is_loose and damage.code in (CUT, DAMAGED):
                torn.insert(0, pieces.pop())
            byte = before + (sound if damage.code == DAMAGED and not is_loose else ready)
            message = f"{damage.message}, at byte {decoder.consumed} of the file"
            self._failure = self._fault(damage.code, message, byte, damage.hint)
            if damage.code == CUT and not is_loose:
                self._cut = torn
            elif torn:
                self.torn = torn[0]
            if not pieces:
                self._decode(size)
                return
        self._check_ratio(len(self._ahead) + ready, decoder.consumed)

    def _end_cut(self) -> None:
        """Give what a member without an end holds; or raise ParseError, where it has run over others that have one."""
        assert self._failure is not None
        assert self._decoder is not None
        if not self._cut and self._begins is None:  # it is too early to look
            raise self._failure
        torn, self._cut = self._cut or [], None
        if self._begins is not None and (gap := self._search()).content:
            self._gap, self.torn = gap, torn[0] if torn else b""
            byte = self._failure.finding.byte - sum(map(len, torn))
            at = self._decoder.consumed
            message = f"a member of the compressed data has no end before another one begins, at byte {at} of the file"
            self._failure = self._fault(DAMAGED, message, byte)
        self._ready.extend(torn if self._gap is None else ())
        if not self._ready:
            raise self._failure

    @property
    def is_over(self) -> bool:
        """Whether it is known that nothing more will be given. A file is read to its end for a small one alone."""
        ended = self._ended if self._decoder else self._raw_ended and not self._pushed
        return ended and not (self._ahead or self._ready or self._failure)

    @property
    def is_sound(self) -> bool:
        """Whether all that was given is of members that ended as they should."""
        return self._sound == self.position

    def is_doubtful(self, finding: Finding) -> bool:
        """Say whether what was given before a fault of the file may be changed by it."""
        return finding.code == EXPANDS or (finding.code == DAMAGED and not self.is_sound)

    @property
    def padding(self) -> int:
        """How many bytes of padding follow the last member of compressed data, when all was read."""
        return self._decoder.padding if self._decoder else 0

    def watch(self, begins: Callable[[bytes], bool]) -> None:
        """Look for the next intact member after damage, whose content ``begins`` a record, when that is asked for; and
        after a member without an end, to tell damage from a file that ends early.
        """
        self._begins = begins

    def skip_damage(self) -> Gap:
        """Go on at the next intact member after :meth:`read` has raised ParseError, and say what is skipped.

        Members, and their offsets in the stream, are counted from there. When there is none, nothing more is given.
        """
        assert self._decoder is not None
        gap = self._gap or self._search()
        self._gap = None
        if gap.content:
            self._decoder = self._decoder.again(self._next_raw, gap.offset)
            self.members = self._decoder.members
            self._pushed, self._history = gap.ahead, History(gap.offset)
            self._sound = self.position
            self._failure, self.torn, self._unlike = None, b"", ""
        return gap

    def _search(self) -> Gap:
        assert self._decoder is not None
        assert self._begins is not None
        decoder, begun = self._decoder, self._decoder.begun
        if self._unlike:
            data = self._pushed
            while len(data) < HEAD and (more := self._raw_read(HEAD)):
                data += more
            self._history.add(data, 0)
            self._pushed = b""
        data, offset = self._history.since(begun)
        found = None
        is_plain = bool(self._unlike) and self._begins(data[:HEAD])  # it was never compressed
        if offset == begun:  # not the damaged one again
            data, offset = data[1:], offset + 1
        magic = ZSTD_MAGIC if self.codec == "zst" else GZIP_MAGIC + b"\x08"
        if not is_plain:
            found = search(data, offset, self._raw_read, magic, lambda read: decoder.again(read, 0), self._begins)
        if found is None:
            while self._raw_read(CHUNK):
                pass
            return Gap(self._sound, self.raw_position - begun, self.raw_position)
        return Gap(self._sound, found.offset - begun, *found)

    def expand(self, size: int, /) -> None:
        """Count ``size`` bytes that were made of a compressed part of what was read. Raises ParseError (FILE004)."""
        self._expanded += size
        self._check_ratio(0, self._decoder.consumed if self._decoder else self.raw_position)

    def _check_ratio(self, more: int, consumed: int) -> None:
        total = self.position + self._expanded + more
        if total > RATIO_FREE and total > self._ratio * max(1, consumed):
            self._ready.clear()
            self._failure = self._fault(EXPANDS, f"the compressed data expands more than {self._ratio} times")
            raise self._failure

    def _fault(self, code: str, message: str, byte: int = -1, hint: str = "") -> ParseError:
        byte = byte if byte >= 0 else self.position + len(self._ahead)
        rule = BY_CODE[code]
        return ParseError(
            Finding(code, rule.severity, message, self.name, 0, 0, byte, None, hint or rule.advice, blocks_reading=True)
        )


def _sha256() -> _Hash:
    from hashlib import sha256

    return sha256()


def open_input(
    source: str,
    *,
    hashed: bool = False,
    plain: bool = False,
    ratio: int = MAX_RATIO,
    window: int = MAX_WINDOW,
    expected: State | None = None,
    root: str | None = None,
) -> Input:
    """Open a path, or ``-`` for standard input. Compression is found by the first bytes.

    What is ``hashed`` can tell its digest; what is ``plain`` is given as it is stored; past 2 MiB the content may be
    ``ratio`` times larger than the file. What was found in the folder ``root`` is opened without following links there.
    A file is read in one state, the ``expected`` one where that is given: when it changes until it is closed, reading
    or closing it raises SourceChangedError.

    Raises OSError; ConfigurationError for a folder or a compression that is not read; ParseError for an empty file
    (FILE001) that is compressed by its name. Of another one that is not, reading raises it (FILE002).
    """
    if source == "-":
        if sys.stdin is None:
            raise ConfigurationError("standard input is closed; name a file")
        return Input(sys.stdin.buffer, "<stdin>", owned=False, hashed=hashed, ratio=ratio, window=window)
    files = file_system(source)
    try:
        raw = files.open(source, root)
    except OSError:
        if is_folder_there(source):
            raise ConfigurationError(f"{source} is a folder") from None
        raise
    try:
        return Input(
            raw, source, owned=True, hashed=hashed, plain=plain, ratio=ratio, window=window, expected=expected,
            files=files,
        )  # fmt: skip
    except BaseException:
        raw.close()
        raise


def open_given(file: BinaryIO, *, ratio: int = MAX_RATIO, window: int = MAX_WINDOW) -> Input:
    """Read a binary file that a program has opened, from where it stands on. Closing the Input leaves it open.

    Compression is found by the first bytes alone: what has the name of compressed data may be decompressed already.
    Raises OSError, ConfigurationError for a compression that is not read, and SourceChangedError as a path does.
    """
    return Input(file, given_name(file), owned=False, suffixed=False, ratio=ratio, window=window)


def given_name(file: BinaryIO) -> str:
    """Return what findings call a file that a program has opened: its name, where it has one."""
    name = getattr(file, "name", None)
    if isinstance(name, str) and name:
        return name
    return "<bytes>" if isinstance(file, io.BytesIO) else "<file>"


def given(what: object, method: str) -> BinaryIO | None:
    """Return bytes, or a binary file that is open and has a ``method``, as such a file; None for what is neither.

    Raises ConfigurationError for a file of text.
    """
    if isinstance(what, bytes | bytearray | memoryview):
        return io.BytesIO(what)
    if isinstance(what, str | os.PathLike) or not hasattr(what, method):
        return None
    if hasattr(what, "encoding"):
        raise ConfigurationError("the file is open for text; open it in binary mode, as in open(path, 'rb')")
    return cast("BinaryIO", what)
