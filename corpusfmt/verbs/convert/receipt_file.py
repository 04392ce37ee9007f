"""The receipt of a run: its head, and how it is written at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from corpusfmt import storage
from corpusfmt.limits import USUAL
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import Format, WriteOptions
from corpusfmt.receipt.sections import written
from corpusfmt.sources.settings import ByPath, Reading
from corpusfmt.storage import codecs
from corpusfmt.targets.settings import Writing
from corpusfmt.verbs.convert.proof import Proof
from corpusfmt.verbs.convert.report import Report
from corpusfmt.version import __version__

#: What bytes of a target can depend on beside corpusfmt itself.
_PACKAGES: Final = ("deflate", "lxml", "msgspec", "zstandard")


def tool() -> dict[str, Any]:
    """Return the name and the version of the tool, of the packages that can affect the output, and of the codecs."""
    packages = {name: str(import_module(name).__version__) for name in _PACKAGES}  # no file of theirs need be there
    return {"name": "corpusfmt", "version": __version__, "packages": packages, "codecs": codecs()}


def asked_for(
    sources: Sequence[str], target: str, reading: Reading, writing: Writing, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was asked, without what is as it is by default."""
    limits = {name: value for name, value in reading.limits._asdict().items() if value != getattr(USUAL, name)}
    said: dict[str, Any] = {
        "from": reading.format,
        "read_options": {**reading.shared, **reading.own},
        "encoding": reading.encoding,
        "id_from": reading.id_from,
        "configured": [_configured(one) for one in reading.by_path],
        "max_document": limits.pop("document", None),
        "limits": limits,
        "to": writing.format,
        "write_options": {**writing.defaults, **writing.shared, **writing.own},
        "allow_loss": sorted(writing.allow),
        "shard_size": writing.shard_size,
        "force": writing.force,
        "cdxj": writing.cdxj,
        **more,
    }
    return {"sources": list(sources), "target": target, **{name: value for name, value in said.items() if value}}


def _configured(one: ByPath) -> dict[str, Any]:
    """Return settings of a configuration for some sources, without what it does not say."""
    said = {
        "match": [glob.pattern for glob in one.globs],
        "from": one.format,
        "read_options": {**one.preset, **one.own},
        "encoding": one.encoding,
        "id_from": one.id_from,
    }
    return {name: value for name, value in said.items() if value}


def counted(report: Report) -> dict[str, Any]:
    """Return what a run counted. ``read`` is ``written`` + ``refused``."""
    return {
        "committed": report.committed,
        "counts": {
            "read": report.read,
            "written": report.written,
            "refused": report.refused,
            "at_fault": report.at_fault,
            "bytes_read": report.bytes_read,
            "bytes_written": report.bytes_written,
        },
        "verified": report.verified,
        "lost": dict(sorted(report.lost.items())),
        "left_behind": dict(sorted(report.dropped.items())),
        "finding_counts": dict(sorted(report.finding_counts.items())),
    }


__all__ = ["Sealing", "asked_for"]


class Sealing:
    """The receipt of one run. Its file appears whole and last, so that what it speaks of is there."""

    def __init__(self, path: str, proof: Proof, asked: dict[str, Any], format: Format, options: WriteOptions) -> None:
        """Raises OSError, and ConfigurationError for a path that no file can have."""
        if path == "-":
            raise ConfigurationError("a receipt cannot be written to standard output; name a file")
        self._tool = tool()  # before the run: importing a package may fail
        self._output = storage.open_output(path)
        self._proof, self._asked = proof, asked
        self._target = {"format": format.name, "options": dict(options.own), "ids_made": "id" in options.allow}

    def write(self, report: Report) -> None:
        """Write it and give it its name. Raises OSError."""
        head = {"tool": self._tool, "asked": self._asked, "target": self._target, **counted(report)}
        head["passed_over"] = self._proof.placed(report.skipped)
        for piece in written(head, self._proof.sections):
            self._output.write(piece)
        self._output.finish()
        self._output.publish()

    def discard(self) -> None:
        """Leave nothing behind. Does nothing after ``write``."""
        self._output.discard()
