"""A target in several files."""

from __future__ import annotations

import os

from corpusfmt.core.errors import ConfigurationError
from corpusfmt.core.text import quoted
from corpusfmt.storage.outputs import Output, refuse_link, withdraw


def old_shards(target: str, suffix: str) -> list[str]:
    """Return the shards of an older run: the files numbered from 1 on, without a gap."""
    stem = target.removesuffix(suffix)
    found: list[str] = []
    while os.path.lexists(path := f"{stem}-{len(found) + 1:05d}{suffix}"):
        found.append(path)
    return found


class Shards:
    """A target in several files: ``name-00001.jsonl.zst`` and so on for ``name.jsonl.zst``.

    All are complete before the first gets its name; ``name.manifest.json`` comes last, so that a set with
    a manifest is whole.
    """

    def __init__(self, target: str, suffix: str, *, force: bool) -> None:
        self._stem, self._suffix = target.removesuffix(suffix), suffix
        self.manifest = f"{self._stem}.manifest.json"
        self.outputs: list[Output] = []
        self._old = old_shards(target, suffix)
        old = [*self._old, *([self.manifest] if os.path.lexists(self.manifest) else [])]
        for path in old:
            refuse_link(path)
        if old and not force:
            raise ConfigurationError(
                f"shards of an older run are there ({quoted(old[0])}); remove them, or replace them with --force"
            )

    def next(self) -> Output:
        """Finish the current shard and begin another."""
        if self.outputs:
            self.outputs[-1].finish()
        path = f"{self._stem}-{len(self.outputs) + 1:05d}{self._suffix}"
        refuse_link(path)
        self.outputs.append(Output(path))
        return self.outputs[-1]

    def clear_old(self) -> None:
        """Remove the manifest and the shards of an older run that this run does not replace."""
        withdraw(self.manifest)
        kept = {os.path.realpath(output.target) for output in self.outputs}
        for path in self._old:
            if os.path.realpath(path) not in kept:
                os.unlink(path)
