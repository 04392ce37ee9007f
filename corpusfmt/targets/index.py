"""An index beside a target: where in the file each piece stands (CDXJ)."""

from __future__ import annotations

from corpusfmt import plugins, storage
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import Format
from corpusfmt.text.display import quoted


class Index:
    """The index of one target, or of all its shards. It comes last, sorted: one that is there fits."""

    def __init__(self, format: Format, target: str, suffix: str) -> None:
        if format.index_line is None:
            able = ", ".join(f.name for f in plugins.formats().values() if f.index_line is not None)
            raise ConfigurationError(f"{format.name} has no index; {able} has")
        if target == "-":
            raise ConfigurationError("standard output has no index beside it; name a file with -o")
        self._line = format.index_line
        #: Where it is to stand.
        self.path = beside(target, suffix)
        self._lines = storage.SortedLines(self.path)

    def add(self, piece: bytes, name: str, offset: int, length: int) -> None:
        """Take note of a piece in the file ``name``: offset and length are in bytes, as stored. Raises OSError."""
        entry = self._line(piece)
        if entry is not None:
            import json

            key, members = entry
            where = f'"length": "{length}", "offset": "{offset}", "filename": {json.dumps(name)}'
            self._lines.add(b"%b {%b, %b}" % (key, members, where.encode()))

    def finish(self) -> None:
        """Complete the file and make it durable, still without its name. Raises OSError."""
        self._lines.finish()

    def clear_old(self) -> None:
        """Remove the index of an older run: it does not fit what is published next. Raises OSError."""
        self._lines.clear_old()

    def publish(self) -> str:
        """Give the file its name and return it. Raises OSError."""
        return self._lines.publish()

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``publish``."""
        self._lines.discard()


def beside(target: str, suffix: str) -> str:
    """Return the path of the index of a target."""
    return f"{target.removesuffix(suffix)}.cdxj"


class OldIndex:
    """The index of an older archive, where none is written: it would stand beside a new one that it does not fit."""

    def __init__(self, format: Format, target: str, suffix: str, *, force: bool) -> None:
        """Raises ConfigurationError for an index that is there, without ``force``."""
        able = format.index_line is not None and target != "-"
        self._old = storage.Leftover(beside(target, suffix)) if able else None
        self._force = force
        self.check()

    def check(self) -> None:
        """Raise ConfigurationError for an index that is there, and is not to be removed."""
        if self._old and not self._force and self._old.is_there():
            what = f"the index of an older archive is there ({quoted(self._old.path)}), and would not fit a new one"
            raise ConfigurationError(f"{what}; write one with --cdxj, or remove it, as --force does")

    def remove(self) -> None:
        """Remove it: it does not fit what is published next. Raises OSError."""
        if self._old:
            self._old.remove()
