"""File names for documents: unique and valid on every file system."""

from __future__ import annotations

from typing import Any

from corpusfmt.text.filenames import folded, numbered, safe_path


class Paths:
    """The paths of files in one folder and those below it. It remembers all of them.

    Two are one, to some file system, when they differ in case or normalisation alone. A path is no folder of another
    one, and two folders that differ so are one as well.
    """

    def __init__(self) -> None:
        self._files: dict[str, int] = {}
        #: How each folder was spelled the first time.
        self._folders: dict[str, str] = {}
        #: By path, the number that the last one like it got.
        self._last: dict[str, int] = {}
        #: What was put into these since the last ``keep``: where, under which key, and what stood there before.
        self._new: list[tuple[dict[str, Any], str, Any]] = []

    def is_free(self, path: str) -> bool:
        """Say whether a file can have that path beside all others."""
        key = folded(path)
        return key not in self._files and key not in self._folders and self._fits(path)

    def _fits(self, path: str) -> bool:
        """Say whether the folders that a path goes through can be there beside all others."""
        return all(
            self._folders.get(key, above) == above and key not in self._files
            for key, above in zip(_above(folded(path)), _above(path), strict=True)
        )

    def keep(self) -> None:
        """Keep what was given: ``back`` does not forget it any more."""
        self._new.clear()

    def back(self) -> None:
        """Forget what was given since the last ``keep``, as if nobody had asked for it."""
        for table, key, before in reversed(self._new):
            if before is None:
                del table[key]
            else:
                table[key] = before
        self._new.clear()

    def _put(self, table: dict[str, Any], key: str, value: Any) -> None:
        self._new.append((table, key, table.get(key)))
        table[key] = value

    def give(self, path: str) -> str:
        """Take a path and return it: with a number before its suffix where it is not free, as ``a_2.txt``."""
        if not self._fits(path):
            path = safe_path(path)
        given, key = path, folded(path)
        folder, slash, name = path.rpartition("/")
        while not self.is_free(given):
            self._put(self._last, key, self._last.get(key, 1) + 1)
            given = f"{folder}{slash}{numbered(name, self._last[key])}"
        for folder, spelled in zip(_above(folded(given)), _above(given), strict=True):
            self._put(self._folders, folder, spelled)
        self._put(self._files, folded(given), 1)
        return given


def _above(path: str) -> list[str]:
    """Return the folders that a path goes through."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
