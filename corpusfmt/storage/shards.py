"""A target in several files."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from itertools import count, takewhile
from typing import Final

from corpusfmt.model.errors import ConfigurationError, TargetChangedError
from corpusfmt.storage.filesystem import OpenFolder, State
from corpusfmt.storage.output import Output
from corpusfmt.storage.paths import file_system, is_regular, same_file, small
from corpusfmt.text.display import quoted
from corpusfmt.text.filenames import folded

#: The name of a shard: that of its set, and its number.
_NUMBERED: Final = re.compile(r"(.+)-\d{5,}(?:\.|\Z)", re.S)


class Shards:
    """A target in several files: ``name-00001.jsonl.zst`` and so on for ``name.jsonl.zst``.

    All are complete before the first gets its name; ``name.manifest.json`` comes last, so that a set with
    a manifest is whole. Of what is finished only names and sizes are kept.
    """

    def __init__(self, target: str, suffix: str, *, force: bool, jobs: int = 1) -> None:
        """Raises OSError, and ConfigurationError for links and, without ``force``, for shards that are there."""
        self._stem, self._suffix, self._force, self._jobs = target.removesuffix(suffix), suffix, force, jobs
        self._name = os.path.basename(self._stem)
        folder = os.path.dirname(target)
        self._folder = file_system(target).hold(folder, folder)
        self.outputs: list[Output] = []
        self._old = self._there()
        if self._old and not force:
            first = os.path.join(os.path.dirname(target), next(iter(self._old)))
            raise ConfigurationError(
                f"shards of an earlier run exist ({quoted(first)}); remove them, or replace them with --force"
            )
        self.manifest = Output(_manifest(self._stem), folder=self._folder)

    def _there(self) -> dict[str, State]:
        """Return the shards that are there, in order, and the manifest."""
        found: dict[str, State] = {}
        for name in (*_names(self._folder, self._stem, self._suffix), _manifest(self._name)):
            if there := self._folder.state(name):
                found[name] = there
        return found

    def next(self) -> Output:
        """Finish the current shard and begin another. Raises OSError, and ConfigurationError for what is in its way."""
        if self.outputs:
            self.outputs[-1].finish()
        path = f"{self._stem}-{len(self.outputs) + 1:05d}{self._suffix}"
        if not self._force and self._folder.state(os.path.basename(path)):
            raise ConfigurationError(f"{quoted(path, 400)} already exists; remove it, or replace it with --force")
        self.outputs.append(Output(path, folder=self._folder, jobs=self._jobs))
        return self.outputs[-1]

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs from giving files their names meanwhile.

        Raises TargetChangedError when another one has done so since the start: what it wrote would be mixed with this.
        """
        with self._folder.alone():
            if self._there() != self._old:
                what = f"another run wrote or removed shards of {quoted(self._stem + self._suffix)} at the same time"
                raise TargetChangedError(f"{what}; nothing was written, run again")
            yield

    def publish(self, manifest: bytes) -> None:
        """Give all files their names, after the last was finished. Raises OSError.

        Shards and manifest of an older run are replaced or removed, the manifest first.
        """
        self.manifest.write(manifest)
        self.manifest.finish()
        self.manifest.clear()
        written = {os.path.basename(output.target) for output in (*self.outputs, self.manifest)}
        for name in self._old:
            if name not in written:
                self._folder.unlink(name)
        for output in self.outputs:
            output.publish(durably=False)
        self._folder.sync()
        self.manifest.publish()

    def discard(self) -> None:
        """Leave nothing behind of what has no name yet."""
        for output in (*self.outputs, self.manifest):
            output.discard()


def _manifest(stem: str) -> str:
    """Return the name of the manifest of a set of shards."""
    return f"{stem}.manifest.json"


def _names(folder: OpenFolder, path: str, suffix: str) -> list[str]:
    """Return the names of the shards of a set that are in a folder, in order: those numbered from 1 on without a gap,
    and those that its manifest names, which may come after one, or have another suffix.
    """
    stem = os.path.basename(path)
    numbered = list(takewhile(folder.state, (f"{stem}-{number:05d}{suffix}" for number in count(1))))
    if folder.state(_manifest(stem)) is None:
        return numbered
    is_shard = re.compile(rf"{re.escape(stem)}-\d{{5,}}(?:\.[^/\\]*)?", re.A | re.S).fullmatch
    named = filter(is_shard, _named_in(_manifest(path)))
    return sorted({*numbered, *filter(folder.state, named)}, key=lambda name: (len(name), name))


def _named_in(manifest: str) -> set[str]:
    """Return the names of shards in a manifest; none where it is not one."""
    import json

    try:
        said = json.loads(small(manifest))
        return {shard["name"] for shard in said["shards"] if isinstance(shard["name"], str)}
    except (OSError, ConfigurationError, ValueError, TypeError, KeyError, RecursionError):
        return set()


def old_shards(target: str, suffix: str) -> list[str]:
    """Return the shards of an older run."""
    stem = target.removesuffix(suffix)
    folder = os.path.dirname(target)
    try:
        held = file_system(target).hold(folder, folder)
    except (OSError, ConfigurationError):
        return []
    return [os.path.join(folder, name) for name in _names(held, stem, suffix)]


def set_of(path: str) -> str:
    """Return the manifest beside a path that has the name of a shard of its set; empty where there is none."""
    name = _NUMBERED.match(os.path.basename(path))
    if name is None:
        return ""
    manifest = os.path.join(os.path.dirname(path), _manifest(name[1]))
    return manifest if is_regular(manifest) else ""


def is_shard(path: str, target: str, suffix: str) -> bool:
    """Say whether a path is that of the manifest of a target, or one that a shard may get.

    Case and normalisation make no difference: what makes one to the file system shows when the shard is begun.
    """
    path = file_system(path).real(path)
    name, stem = (folded(os.path.basename(one)) for one in (path, target.removesuffix(suffix)))
    number = name.removeprefix(f"{stem}-").removesuffix(folded(suffix))
    is_numbered = number.isdecimal() and name == f"{stem}-{int(number):05d}{folded(suffix)}"
    if not is_numbered and name != _manifest(stem):
        return False
    return same_file(os.path.dirname(path), os.path.dirname(target))
