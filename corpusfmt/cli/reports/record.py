"""The interface of a report, which gets findings one after the other, then the totals; and the report of a name."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import NamedTuple, Protocol, TypeAlias

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.finding import Finding
from corpusfmt.options import REPORT_MODULES, REPORTS
from corpusfmt.text.display import quoted


class Marks:
    """Gives fingerprints. Findings that are alike are counted, so that each has one of its own."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def of(self, finding: Finding) -> str:
        """Return the fingerprint of a finding: 64 hexadecimal digits."""
        from hashlib import sha256

        about = f"{slashed(finding.path)}\0{finding.about()}"
        mark = sha256(about.encode("utf-8", "surrogatepass")).digest()
        before = self._seen[mark]
        self._seen[mark] += 1
        return sha256(b"%b %d" % (mark, before)).hexdigest() if before else mark.hex()


def slashed(path: str, separator: str = os.sep) -> str:
    r"""Return ``path`` with ``/`` between its parts and no ``./`` before it.

    A backslash is a part of the name where ``separator`` is another one: ``a\b`` on Linux is one file.
    """
    if separator == "\\":
        path = path.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def uri(path: str, separator: str = os.sep) -> str:
    """Return ``path`` as a URI reference (RFC 3986): a relative one, or a file URI (RFC 8089) for an absolute path."""
    from urllib.parse import quote

    name = slashed(path, separator)
    drive = separator == "\\" and name[1:2] == ":" and name[:1].isascii() and name[:1].isalpha()
    if not drive and not name.startswith("/"):
        return quote(_bytes(name))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    root = "file:///"
    if drive:
        root += parts.pop(0)[:2] + "/"
    elif separator == "\\" and name.startswith("//"):  # \\server\share
        root = "file://"
    return root + "/".join([quote(_bytes(part)) for part in parts])


def _bytes(name: str) -> bytes:
    """Return the bytes of a name, those that were not UTF-8 among them."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")


#: Takes what is printed, as ``sys.stdout.write`` does.
Write: TypeAlias = Callable[[str], object]


class Summary(NamedTuple):
    """The totals, when all findings were reported.

    ``counts`` has all findings by code, ``hidden`` those over the cap. ``validators`` are schemas with the engines
    that validated with them. ``error`` is what stopped the run.
    """

    documents: int
    sources: int
    counts: Mapping[str, int]
    severities: Mapping[str, int]
    hidden: Mapping[str, int]
    baselined: int
    dropped: Mapping[str, int]
    validators: Sequence[tuple[str, Sequence[str]]]
    error: str | None
    #: The path of the configuration; empty when there is none.
    configuration: str = ""
    #: Files of source folders that were not read, with the reason of each.
    skipped: Mapping[str, str] = {}


class Reporter(Protocol):
    """Prints one report: ``begin``, then each finding, then ``end``.

    After ``end`` a whole document stands there, also when there were no findings or an error stopped the run.
    """

    def begin(self) -> None:
        """Print what stands before the first finding."""

    def finding(self, finding: Finding) -> None:
        """Print a finding, or keep it for the end."""

    def end(self, summary: Summary) -> None:
        """Print all that is left."""


def module_of(name: str) -> ModuleType:
    """Return the module of a report."""
    return import_module(f"corpusfmt.cli.reports.{REPORT_MODULES.get(name, name)}")


def reporter(name: str, write: Write, *, colour: bool = False) -> Reporter:
    """Return what prints findings in the format ``name`` through ``write``. Raises ConfigurationError."""
    if name not in REPORTS:
        raise ConfigurationError(f"unknown report format {quoted(name)}; known are {', '.join(REPORTS)}")
    if name == "text":
        from corpusfmt.cli.reports.text import Report

        return Report(write, colour=colour)
    made: Reporter = module_of(name).Report(write)
    return made
