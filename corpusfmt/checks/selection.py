"""Which codes count: selected, ignored, and ignored for some files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from corpusfmt import plugins, storage
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.finding import Finding
from corpusfmt.model.rule import Rule, found
from corpusfmt.text.display import quoted
from corpusfmt.text.globs import Glob
from corpusfmt.text.position import Region

#: Stands for all codes.
ALL: Final = "ALL"


class Selection:
    """Says which rules run and which findings are reported.

    ``select`` takes the place of the default set, ``extend`` adds to it, ``ignore`` takes away; each holds codes or
    beginnings of codes, and the longest one that fits a code decides. ``per_file`` takes codes away for files whose
    path fits a pattern; ``by_path`` holds patterns and what is selected, in place of ``select``, for files that match
    one of them, of which the last entry decides. Unreadable documents are always reported, unless that exact code is
    ignored: otherwise a broken file would pass for a clean one.
    """

    def __init__(
        self,
        select: Sequence[str] = (),
        extend: Sequence[str] = (),
        ignore: Sequence[str] = (),
        per_file: Iterable[tuple[str, Sequence[str]]] = (),
        folder: str = "",
        by_path: Sequence[tuple[Sequence[str], Sequence[str]]] = (),
    ) -> None:
        """Check the codes. Raises ConfigurationError for one that fits none."""
        self.select, self.extend, self.ignore = map(_upper, (select, extend, ignore))
        per_file = [(pattern, _upper(codes)) for pattern, codes in per_file]
        self._globs = [(Glob(pattern), frozenset(map(_bare, codes))) for pattern, codes in per_file]
        self.folder = folder
        self._by_path = [
            ([Glob(pattern) for pattern in patterns], Selection(selected, extend, ignore, per_file, folder))
            for patterns, selected in by_path
        ]
        for code in (*self.select, *self.extend, *self.ignore, *(c for _, codes in per_file for c in codes)):
            _check(code)

    def at(self, path: str) -> Selection:
        """Return what is selected for a file, by its path as it was named."""
        if not self._by_path:
            return self
        inside = storage.spellings(path, self.folder or ".")
        fitting = (one for globs, one in reversed(self._by_path) if any(any(map(glob.fits, inside)) for glob in globs))
        return next(fitting, self)

    @property
    def everywhere(self) -> list[Rule]:
        """The rules about documents that run for some file."""
        found = {rule.code: rule for one in (self, *(one for _, one in self._by_path)) for rule in one.rules}
        return list(found.values())

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules about documents that run. Rules of plug-ins run only when they are selected."""
        named = (*self.select, *self.extend)
        found = plugins.builtin_rules()
        if any(not _fitting(name, found) and not _is_fault(name) for name in named):
            found = plugins.rules()  # a plug-in may have it
        return [rule for rule in found.values() if self._runs(rule)]

    def _runs(self, rule: Rule) -> bool:
        taken = max((len(_bare(name)) for name in self.ignore if _fits(name, rule.code)), default=-1)
        named = (*self.select, *self.extend)
        given = max((len(_bare(name)) for name in named if _fits(name, rule.code)), default=-1)
        if given < 0 and (self.select or not rule.default):
            return False
        return given > taken or taken < 0

    def reports(self, finding: Finding) -> bool:
        """Say whether a finding of a format or the file layer is reported; those of rules are when the rule runs."""
        code = finding.code
        if finding.blocks_reading:
            return code not in self.ignore
        taken = max((len(_bare(name)) for name in self.ignore if _fits(name, code)), default=-1)
        given = max((len(_bare(name)) for name in (*self.select, *self.extend) if _fits(name, code)), default=-1)
        if taken > given:
            return False
        return given >= 0 or not self.select

    def looks_for(self, code: str) -> bool:
        """Say whether a code would be reported if it was found."""
        if code in plugins.builtin_rules() or code not in plugins.faults():
            return any(rule.code == code for rule in self.rules)
        rule = plugins.faults()[code]
        return self.reports(found(rule, "", "", Region(b"", 0, 1), 0))

    def left_out(self, path: str) -> frozenset[str]:
        """Return the beginnings of codes that are not reported for a file, by its path as it was named."""
        if not self._globs:
            return frozenset()
        inside = storage.spellings(path, self.folder or ".")
        return frozenset().union(*[codes for glob, codes in self._globs if any(map(glob.fits, inside))])

    def is_left_out(self, finding: Finding, left_out: frozenset[str]) -> bool:
        """Say whether a finding is not reported for a file, of which ``left_out`` was given."""
        if finding.blocks_reading:
            return finding.code in left_out
        return finding.code.startswith(tuple(left_out))

    @property
    def is_default(self) -> bool:
        """Whether nothing was selected or ignored."""
        return not (self.select or self.extend or self.ignore)


def _upper(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip().upper() for code in codes if code.strip()))


def _bare(name: str) -> str:
    return "" if name == ALL else name


def _fits(name: str, code: str) -> bool:
    return code.startswith(_bare(name))


def _fitting(name: str, rules: Iterable[str]) -> bool:
    return any(_fits(name, code) for code in rules)


def _is_fault(name: str) -> bool:
    """Say whether a name is that of faults of formats and files, from its letters alone: loading formats costs time."""
    return name == ALL or name.rstrip("0123456789") in plugins.prefixes()


def _check(name: str) -> None:
    """Raise ConfigurationError for a name that no code begins with."""
    if name == ALL or _fitting(name, plugins.builtin_rules()) or name in plugins.prefixes():
        return
    known = {rule.code: rule for rule in plugins.codes()}
    if _fitting(name, known):
        return
    from difflib import get_close_matches

    close = get_close_matches(name, known if name[-1].isdecimal() else plugins.prefixes(), 1)
    hint = f"did you mean {close[0]}?" if close else "'corpusfmt rules' lists them"
    raise ConfigurationError(f"no code begins with {quoted(name)}; {hint}")
