"""A baseline: a list of old findings, which are not reported.

Findings are matched by file, code, document, subject and excerpt. A finding that stands for several positions of a
document matches up to their number. Entries are never added. Version 1 contained the words of messages: only its codes
and numbers are used, until it is pruned.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from corpusfmt import storage
from corpusfmt.checks.run import Tally
from corpusfmt.limits import ANY, SMALL_FILE, sized
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.finding import Finding
from corpusfmt.text.display import JSON, harmless, quoted

_VERSION: Final = 2
_MARK: Final = re.compile("(?:[0-9a-f]{16})?")


def mark_of(finding: Finding) -> str:
    """Return what a finding is about, as 16 hexadecimal digits."""
    return sha256(finding.about().encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Baseline:
    """Baselined findings: the number of each, by file and mark. Paths are relative to the folder of the baseline."""

    def __init__(
        self, path: str, known: Mapping[str, Mapping[str, int]] | None = None, state: storage.State | None = None
    ) -> None:
        """``state`` is that of the file when it was read."""
        self.path, self.folder, self._state = path, storage.folder_of(path), state
        self.known: dict[str, Counter[str]] = {file: Counter(marks) for file, marks in (known or {}).items()}

    def name_of(self, path: str) -> str:
        """Return what a source is called in the file."""
        return path if path == "-" else storage.relative(storage.unlinked(path), self.folder)

    def of(self, path: str) -> Counter[str]:
        """Return what is known of a source, by ``code:mark``; to be counted down."""
        return Counter(self.known.get(self.name_of(path), ()))

    def prune(self, gone: Mapping[str, Counter[str]], renewed: Mapping[str, Counter[str]] = {}) -> int:
        """Take out what was not found in sources, and what is known of files that are no more. Return how much.

        ``renewed`` has the entries of this version for those of an older one that were found.
        """
        for source, marks in renewed.items():
            known = self.known[self.name_of(source)]
            for key, count in marks.items():
                known[f"{key.partition(':')[0]}:"] -= count
            known += marks
        before = sum(marks.total() for marks in self.known.values())
        for source, marks in gone.items():
            self.known[self.name_of(source)] -= marks
        for file in self.lost():
            del self.known[file]
        return before - sum(marks.total() for marks in self.known.values())

    def lost(self) -> list[str]:
        """List the files that are known and no more there."""
        return [file for file in self.known if file != "-" and not storage.exists(storage.within(self.folder, file))]

    def write(self, *, new: bool) -> None:
        """Write the file, whole or not at all. A ``new`` one must not be there yet.

        Raises OSError, ConfigurationError, and SourceChangedError when it is not as it was read.
        """
        self._check(new=new)
        files = {file: dict(sorted(marks.items())) for file, marks in sorted(self.known.items()) if marks}
        text = harmless(json.dumps({"version": _VERSION, "findings": files}, ensure_ascii=True, indent=1), JSON)
        if len(text) >= SMALL_FILE:
            what = f"would be larger than {sized(SMALL_FILE)}, the limit for reading; write one for a part of the files"
            raise ConfigurationError(f"{quoted(self.path, 400)} {what}")
        output = storage.open_output(self.path)
        try:
            output.write(f"{text}\n".encode())
            output.finish()
            self._check(new=new)
            output.publish()
        finally:
            output.discard()

    def _check(self, *, new: bool) -> None:
        if new and storage.exists(self.path):
            what = "entries are never added; use --prune-baseline to remove some, or remove the file first"
            raise ConfigurationError(f"{quoted(self.path, 400)} already exists; {what}")
        storage.check_state(self.path, self._state, "used")


class Baselined:
    """Counts the findings of a source, and removes those in the baseline. With ``marked`` it also gathers the entries
    of a new baseline in the tally.
    """

    def __init__(self, known: Counter[str], tally: Tally, *, marked: bool = False) -> None:
        self._known, self._tally, self._marked = known, tally, marked

    def is_reported(self, finding: Finding, cap: int) -> bool:
        """Count a finding. Return whether it is reported: one that is new, and one of the first ``cap`` of its code."""
        if self._marked and _can_be_known(finding):
            marks = self._tally.marks.setdefault(finding.path, Counter())
            marks[f"{finding.code}:{mark_of(finding)}"] += finding.places
        return not self.is_known(finding) and self._tally.found(finding, cap)

    def is_known(self, finding: Finding) -> bool:
        """Say whether a finding is known, and count it then."""
        if not (self._known and _can_be_known(finding)):
            return False
        key, old = f"{finding.code}:{mark_of(finding)}", f"{finding.code}:"
        which = key if self._known[key] >= finding.places else old
        if self._known[which] < finding.places:
            return False
        self._known[which] -= finding.places
        self._tally.known += 1
        if which == old:
            self._tally.renewed.setdefault(finding.path, Counter())[key] += finding.places
        return True


def _can_be_known(finding: Finding) -> bool:
    """Say whether a baseline may hold a finding: no note, and not that there are more than are reported. New ones would
    be among those.
    """
    return finding.severity != "note" and finding.code != storage.MANY


def load(path: str) -> Baseline:
    """Read a baseline. Raises OSError, and ConfigurationError for a file that is none."""
    state = storage.state_of(path)
    try:
        said = json.loads(storage.small(path))
    except (ValueError, RecursionError):
        said = None
    if not (isinstance(said, dict) and isinstance(said.get("findings"), dict)):
        raise ConfigurationError(
            f"{quoted(path, 400)} is not a baseline; 'corpusfmt validate --write-baseline' creates one"
        )
    version = said.get("version")
    if version not in (1, _VERSION) or isinstance(version, bool):
        what = f"a baseline of version {quoted(str(version))}; this program supports {_VERSION}"
        raise ConfigurationError(f"{quoted(path, 400)} is {what}")
    for file, marks in said["findings"].items():
        if not (isinstance(marks, dict) and all(_is_entry(mark, count) for mark, count in marks.items())):
            raise ConfigurationError(f"{quoted(path, 400)}: what it says of {quoted(file)} is not a list of findings")
    known = {file: Counter(marks) for file, marks in said["findings"].items() if marks}
    if version == 1:
        known = {file: _without_words(marks) for file, marks in known.items()}
    return Baseline(path, known, state)


def _without_words(marks: Mapping[str, int]) -> Counter[str]:
    """Return entries of version 1 by code alone."""
    found: Counter[str] = Counter()
    for mark, count in marks.items():
        found[f"{mark.partition(':')[0]}:"] += count
    return found


def _is_entry(mark: str, count: object) -> bool:
    _, _, digits = mark.rpartition(":")
    return type(count) is int and 0 < count <= ANY and _MARK.fullmatch(digits) is not None
