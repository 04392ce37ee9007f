"""What a receipt says of a run before its lists: the tool, what was asked, what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from corpusfmt.limits import USUAL
from corpusfmt.sources import ByPath, Reading
from corpusfmt.storage import codecs
from corpusfmt.targets.settings import Writing
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
        "left_behind": dict(sorted(report.left_behind.items())),
        "finding_counts": dict(sorted(report.finding_counts.items())),
    }
