"""The lists of a receipt, which may be longer than memory: one JSON object per line, one entry per document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from corpusfmt import storage
from corpusfmt.limits import CHUNK, RECEIPT
from corpusfmt.model.document import Document, text_digest
from corpusfmt.model.errors import ParseError, ReceiptError
from corpusfmt.model.format import Format, ReadOptions, applicable
from corpusfmt.model.limit_table import HIGHEST
from corpusfmt.text.display import JSON, harmless, quoted

#: What is read back was written whole, so no limit of a reader is to keep a document of it.
UNLIMITED: Final = ReadOptions(max_document=HIGHEST.document, limits=HIGHEST)


def digests(document: Document) -> dict[str, object]:
    """Return what a receipt has of a document that was read back."""
    record: dict[str, object] = {"id": document.id, "name": document.name, "sha256": text_digest(document).hex()}
    if document.meta_json != b"{}":
        record["metadata"] = sha256(document.meta_json).hexdigest()
    return record


def reading_back(format: Format, own: Mapping[str, str], inside: str, *, made: bool) -> ReadOptions:
    """Return how to read what was written with options of the format's own; ``made``, ids that were lost are made."""
    id_from = "line" if made and not format.one_per_file else None
    known = applicable(format, "read", own)
    return UNLIMITED._replace(id_from=id_from, own=known, lines=False, inside=inside)


#: In the order they stand in.
NAMES: Final = ("inputs", "outputs", "losses", "refused", "documents")
#: The key of the digest, which stands last.
SUM: Final = "sha256"
_VERSION: Final = 1
#: The lines behind the lists: the digest, a bracket, and none.
_END: Final = 3


class Section:
    """A list that grows on disk."""

    def __init__(self, folder: str, name: str) -> None:
        """``folder`` is where it lies; ``name`` is what an error is said to be of."""
        self._folder, self._name = folder, name
        self._pile: storage.Pile | None = None
        self.count = 0

    def add(self, record: dict[str, Any]) -> None:
        """Take a JSON object. Raises OSError."""
        self._put(_line(record), 1)

    def add_lines(self, lines: bytes, count: int) -> None:
        """Take so many JSON objects, a line each, with commas between, spelled as by json.dumps with sorted keys.

        Raises OSError.
        """
        self._put(_harmless(lines), count)

    def _put(self, lines: bytes, count: int) -> None:
        if self._pile is None:
            self._pile = storage.Pile(self._folder, self._name)
        self._pile.write(b",\n" + lines if self.count else lines)
        self.count += count

    def pieces(self) -> Iterator[bytes]:
        """Give the records, with commas and line ends between, in pieces. Raises OSError."""
        if self._pile is not None:
            yield from self._pile.pieces()

    def close(self) -> None:
        """Let go of it."""
        if self._pile is not None:
            self._pile.close()


def _line(value: dict[str, Any]) -> bytes:
    """Return a JSON object as it counts for the digest: what is written anew with the same content gives the same."""
    return _harmless(json.dumps(value, ensure_ascii=True, sort_keys=True).encode())


def _harmless(lines: bytes) -> bytes:
    """Do what :func:`harmless` does to lines of ASCII without controls that begin with a brace."""
    return harmless(lines.decode(), JSON).encode() if b"##" in lines else lines


class _Seal:
    """The digest of a receipt, over what stands before the lists and over each record, a line each."""

    def __init__(self, head: dict[str, Any]) -> None:
        self._hash = sha256(_line(head))

    def begin(self, name: str) -> None:
        """Take note that a list begins."""
        self._hash.update(b"\n%b\n" % name.encode())

    def add(self, lines: bytes) -> None:
        """Take records, or a part of them, with commas and line ends between."""
        self._hash.update(lines)

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal digits."""
        return self._hash.hexdigest()


def digest_of(receipt: dict[str, Any]) -> str:
    """Return the digest that a whole receipt is to have. What is no list of objects counts as none."""
    seal = _Seal({name: value for name, value in receipt.items() if name not in (*NAMES, SUM)})
    for name in NAMES:
        seal.begin(name)
        found = receipt.get(name)
        seal.add(b",\n".join(_line(record) for record in found) if isinstance(found, list) else b"")
    return seal.digest


def written(head: dict[str, Any], sections: dict[str, Section]) -> Iterator[bytes]:
    """Give a receipt, in pieces. Raises OSError."""
    said = {"receipt": _VERSION, **head}
    seal = _Seal(said)
    yield harmless(json.dumps(said, ensure_ascii=True, indent=1), JSON).removesuffix("\n}").encode()
    for name in NAMES:
        seal.begin(name)
        yield b',\n "%b": [' % name.encode()
        if sections[name].count:
            yield b"\n"
            for piece in sections[name].pieces():
                seal.add(piece)
                yield piece
            yield b"\n"
        yield b"]"
    yield b',\n "%b": "%b"\n}\n' % (SUM.encode(), seal.digest.encode())


class Receipt:
    """A receipt that is read. ``head`` is what stands before the lists, ``counts`` how long each list is."""

    def __init__(self, path: str) -> None:
        """Raises OSError, SourceChangedError, and ReceiptError for what is no receipt, or was changed."""
        if path == "-" or (storage.exists(path) and not storage.is_regular(path)):
            raise ReceiptError(f"{quoted(path, 400)} is not a file; a receipt is read more than once")
        self.path = path
        self._state = storage.state_of(path)
        self._whole: dict[str, Any] | None = None
        self.head: Any = None
        self.counts = dict.fromkeys(NAMES, 0)
        if not self._is_native():  # written anew by something else, or cut, or changed
            known = isinstance(self.head, dict)
            if not known or storage.size_of(path) <= RECEIPT:
                self._whole = self.head = self._parsed(storage.small(path, RECEIPT))
            if known and self._whole is None:
                raise ReceiptError(f"the receipt {quoted(path, 400)} is truncated or damaged: its lists do not end")
        if not isinstance(self.head, dict) or self.head.get("receipt") != _VERSION:
            raise ReceiptError(f"{quoted(path, 400)} is not a receipt of a conversion (version {_VERSION})")
        if self._whole is not None:
            if self._whole.get(SUM) != digest_of(self._whole):
                raise ReceiptError(f"the receipt {quoted(path, 400)} is damaged: the digest of its content differs")
            self.counts = {name: sum(1 for _ in self.section(name)) for name in NAMES}

    def _is_native(self) -> bool:
        """Say whether the lists stand in lines as they were written, and have the digest that is named at the end."""
        begins = [f' "{name}": ['.encode() for name in NAMES]
        head: list[bytes] = []
        end: list[bytes] = []
        known, inside, seal = 0, False, _Seal({})
        for one in self._lines():
            line = one.rstrip(b"\r")
            if inside:
                inside = not line.startswith(b"]")
                if inside:
                    name = NAMES[known - 1]
                    seal.add((b",\n" if self.counts[name] else b"") + line.removesuffix(b","))
                    self.counts[name] += 1
            elif known < len(begins) and line.startswith(begins[known]):
                if not known:
                    self.head = self._parsed(b"\n".join(head).rstrip(b", \r\n") + b"}")
                    seal = _Seal(self.head if isinstance(self.head, dict) else {})
                rest = line[len(begins[known]) :]
                if rest not in (b"", b"]", b"],"):
                    return False
                seal.begin(NAMES[known])
                known, inside = known + 1, not rest
            elif known == len(begins) and len(end) < _END:
                end.append(line)
            elif known:
                return False
            else:
                head.append(line)
        return b"\n".join(end).rstrip(b" \t\r\n") == b' "%b": "%b"\n}' % (SUM.encode(), seal.digest.encode())

    @staticmethod
    def _parsed(text: bytes) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None

    def section(self, name: str) -> Iterator[dict[str, Any]]:
        """Give what a list holds, in order. Raises OSError, and ReceiptError for what is no list of objects."""
        if self._whole is not None:
            found = self._whole.get(name)
            for record in found if isinstance(found, list) else [None]:
                yield self._checked(record)
            return
        begin, inside = f' "{name}": ['.encode(), False
        for line in self._lines():
            if inside:
                if line.startswith(b"]"):
                    return
                yield self._checked(self._parsed(line.rstrip(b",\r")))
            elif line.startswith(begin):
                if line.startswith(b"]", len(begin)):
                    return
                inside = True
        raise ReceiptError(f"the receipt {quoted(self.path, 400)} is truncated or damaged: its {name} do not end")

    def _checked(self, record: Any) -> dict[str, Any]:
        if not isinstance(record, dict):
            raise ReceiptError(f"the receipt {quoted(self.path, 400)} is damaged: an entry of a list is not an object")
        return record

    def _lines(self) -> Iterator[bytes]:
        """Give the lines, without their ends. One that is very long ends them."""
        rest = b""
        try:
            with storage.open_input(self.path, expected=self._state) as stream:
                while more := stream.read(CHUNK):
                    *lines, rest = (rest + more).split(b"\n")
                    yield from lines
                    if len(rest) > RECEIPT:
                        break
        except ParseError as error:
            raise ReceiptError(str(error)) from None
        yield rest
