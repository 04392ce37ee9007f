"""The lists of a receipt, which can be longer than memory: one JSON object a line, written aside and read in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from corpusfmt import storage
from corpusfmt.core.errors import ConfigurationError, ParseError
from corpusfmt.core.limits import CHUNK, RECEIPT
from corpusfmt.core.text import JSON, harmless, quoted

#: In the order they stand in.
NAMES: Final = ("inputs", "outputs", "losses", "refused", "documents")
_VERSION: Final = 1


class DamagedReceipt(ConfigurationError):
    """A receipt that is cut, or holds what none has."""


class Section:
    """A list that grows on disk."""

    def __init__(self, folder: str, name: str) -> None:
        """``folder`` is where it lies; ``name`` is what an error is said to be of."""
        self._folder, self._name = folder, name
        self._pile: storage.Pile | None = None
        self.count = 0

    def add(self, record: dict[str, Any]) -> None:
        """Take a JSON object. Raises OSError."""
        if self._pile is None:
            self._pile = storage.Pile(self._folder, self._name)
        line = harmless(json.dumps(record, ensure_ascii=True), JSON).encode()
        self._pile.write(b",\n" + line if self.count else b"\n" + line)
        self.count += 1

    def pieces(self) -> Iterator[bytes]:
        """Give the list as JSON, in pieces. Raises OSError."""
        yield b"["
        if self._pile is not None:
            yield from self._pile.pieces()
            yield b"\n"
        yield b"]"

    def close(self) -> None:
        """Let go of it."""
        if self._pile is not None:
            self._pile.close()


def written(head: dict[str, Any], sections: dict[str, Section]) -> Iterator[bytes]:
    """Give a receipt, in pieces. Raises OSError."""
    first = json.dumps({"receipt": _VERSION, **head}, ensure_ascii=True, indent=1)
    yield harmless(first, JSON).removesuffix("\n}").encode()
    for name in NAMES:
        yield b',\n "%b": ' % name.encode()
        yield from sections[name].pieces()
    yield b"\n}\n"


class Receipt:
    """A receipt that is read. ``head`` is what stands before the lists."""

    def __init__(self, path: str) -> None:
        """Raises OSError, and ConfigurationError for what is no receipt."""
        if path == "-" or (storage.exists(path) and not storage.is_regular(path)):
            raise ConfigurationError(f"{quoted(path, 400)} is no file; a receipt is read more than once")
        self.path = path
        self._whole: dict[str, Any] | None = None
        head: list[bytes] = []
        for line in self._lines():
            if line.startswith(b' "inputs": ['):
                break
            head.append(line)
        self.head = self._parsed(b"\n".join(head).rstrip(b", \r\n") + b"}")
        if not self._is_ours():  # written anew by something else, or cut
            known = isinstance(self.head, dict)
            if not known or storage.size_of(path) <= RECEIPT:
                self._whole = self.head = self._parsed(storage.small(path, RECEIPT))
            if known and self._whole is None:
                raise DamagedReceipt(f"the receipt {quoted(path, 400)} is cut or damaged: its lists do not end")
        if not isinstance(self.head, dict) or self.head.get("receipt") != _VERSION:
            raise ConfigurationError(f"{quoted(path, 400)} is no receipt of a conversion (version {_VERSION})")

    def _is_ours(self) -> bool:
        """Say whether the lists stand in lines as they were written, and all of them are there."""
        begins = [f' "{name}": ['.encode() for name in NAMES]
        known, inside, ended = 0, False, False
        for one in self._lines():
            line = one.rstrip(b"\r")
            if inside:
                inside = not line.startswith(b"]")
            elif known < len(begins) and line.startswith(begins[known]):
                rest = line[len(begins[known]) :]
                if rest not in (b"", b"]", b"],"):
                    return False
                known, inside = known + 1, not rest
            elif known == len(begins) and not ended:
                ended = line == b"}"
                if not ended:
                    return False
            elif known and line:
                return False
        return ended

    @staticmethod
    def _parsed(text: bytes) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return None

    def section(self, name: str) -> Iterator[dict[str, Any]]:
        """Give what a list holds, in order. Raises OSError, and ConfigurationError for what is no list of objects."""
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
        raise DamagedReceipt(f"the receipt {quoted(self.path, 400)} is cut or damaged: its {name} do not end")

    def _checked(self, record: Any) -> dict[str, Any]:
        if not isinstance(record, dict):
            raise DamagedReceipt(f"the receipt {quoted(self.path, 400)} is damaged: a list holds what is no object")
        return record

    def _lines(self) -> Iterator[bytes]:
        """Give the lines, without their ends. One that is very long ends them."""
        rest = b""
        try:
            with storage.open_input(self.path) as stream:
                while more := stream.read(CHUNK):
                    *lines, rest = (rest + more).split(b"\n")
                    yield from lines
                    if len(rest) > RECEIPT:
                        break
        except ParseError as error:
            raise ConfigurationError(str(error)) from None
        yield rest
