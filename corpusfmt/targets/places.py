"""The paths that a conversion writes, and a check that they differ from each other and from the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpusfmt import storage
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.targets.files import beside
from corpusfmt.targets.settings import Writing, full_suffix, is_folder
from corpusfmt.text.display import quoted


class Places:
    """The target of a run and what stands beside it; each is a path, or empty."""

    def __init__(self, target: str, writing: Writing, quarantine: str, report: str, receipt: str = "") -> None:
        self._target, self._folder = target, is_folder(target, writing)
        self._suffix = suffix = full_suffix(target)
        self._shards = bool(writing.shard_size)
        self._beside = {
            "quarantine": quarantine,
            "index": beside(target, suffix) if writing.cdxj and not self._folder else "",
            "report": report,
            "receipt": receipt,
        }
        self._of_run = [target, quarantine, report, receipt]
        if self._shards:
            self._of_run += [f"{target.removesuffix(suffix)}.manifest.json", *storage.old_shards(target, suffix)]
        self._there = {storage.identity_of(path) for path in self._of_run if path not in ("", "-")} - {None}

    def is_of_run(self, path: str) -> bool:
        """Say whether a file of a source folder is what this run writes, or what it wrote the last time."""
        if self._folder and storage.inside(path, self._target):
            return True
        return storage.identity_of(path) in self._there

    def replaced(self) -> dict[tuple[int, int], str]:
        """Return the paths that are there of what this run writes, by the file that each is. Raises OSError."""
        there = [path for path in self._of_run if path not in ("", "-") and storage.is_regular(path)]
        return {state.file: path for path in there if (state := storage.state_of(path))}

    def check(self, sources: Sequence[str]) -> None:
        """Refuse to write anything over a source, the target, or another thing that is written.

        Raises ConfigurationError.
        """
        if self._folder:
            self._check_folder(sources)
        taken = [*sources, self._target]
        for what, path in self._beside.items():
            if path and any(storage.same_file(path, other) for other in taken if other != "-"):
                raise ConfigurationError(f"the {what} {quoted(path)} is also a source or the target")
            taken += [path] if path else []
        if self._beside["receipt"] and any(storage.same_file(self._target, path) for path in sources if path != "-"):
            raise ConfigurationError(
                f"the target {quoted(self._target)} is also a source, so no receipt can be written; name another target"
            )
        if self._shards:
            self._check_shards()
        for what, path in {"target": self._target, **self._beside}.items():
            if (manifest := storage.set_of(path)) and not (self._shards and what == "target"):
                raise ConfigurationError(
                    f"the {what} {quoted(path)} has the name of a shard of {quoted(manifest)}; name another file"
                )
        # Standard output that appends to a source would never end.
        if self._target == "-" and any(storage.is_stdout(path) for path in sources):
            raise ConfigurationError("standard output is one of the sources; write to a file with -o")

    def _check_folder(self, sources: Sequence[str]) -> None:
        named = {"source": sources, **_each(self._beside)}
        for what, paths in named.items():
            for path in paths:
                if path not in ("", "-") and storage.inside(path, self._target):
                    raise ConfigurationError(
                        f"the {what} {quoted(path)} is inside the target; name another target with -o"
                    )

    def _check_shards(self) -> None:
        for what, path in self._beside.items():
            if path and storage.is_shard(path, self._target, self._suffix):
                raise ConfigurationError(f"the {what} {quoted(path)} has the name of a shard or of the manifest")


def _each(paths: Mapping[str, str]) -> dict[str, Sequence[str]]:
    return {what: [path] for what, path in paths.items()}
