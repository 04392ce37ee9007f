"""Read, validate and convert text corpora without losing anything in silence.

    import corpusfmt
    for doc in corpusfmt.read("news.seed"):
        print(doc.id, len(doc.text))
    with corpusfmt.open_writer("news.jsonl.gz") as writer:
        writer.write(corpusfmt.Document("d1", "text", name="a.txt", meta={"language": "en"}))
    report = corpusfmt.convert(["a.seed", "b.jsonl.zst"], "all.jsonl")
    for finding in corpusfmt.validate("news.seed"):
        print(finding.code, finding.where())
    for difference in corpusfmt.diff("old.seed", "new.jsonl"):
        print(difference.kind, difference.document, difference.message)

Importing the package loads none of its parts; each name loads what it needs.
"""

from __future__ import annotations

import sys
from types import ModuleType

from corpusfmt.version import __version__

TYPE_CHECKING = False

if TYPE_CHECKING:
    from corpusfmt.comparing.difference import Difference
    from corpusfmt.convert import convert
    from corpusfmt.core.document import Document, Origin
    from corpusfmt.core.errors import (
        ConfigurationError,
        CorpusfmtError,
        Loss,
        LossError,
        ParseError,
        PluginError,
        SchemaError,
        SourceChangedError,
        UnknownFormatError,
        VerificationError,
    )
    from corpusfmt.core.finding import Edit, Finding
    from corpusfmt.core.format import Format
    from corpusfmt.core.metadata import Metadata
    from corpusfmt.core.rule import Rule
    from corpusfmt.diff import diff
    from corpusfmt.fix import Fixed, fix
    from corpusfmt.read import read
    from corpusfmt.registry import formats
    from corpusfmt.report import Progress, Report
    from corpusfmt.validate import validate
    from corpusfmt.verify import Discrepancy, verify
    from corpusfmt.write import OpenWriter, open_writer

__all__ = [
    "ConfigurationError",
    "CorpusfmtError",
    "Difference",
    "Discrepancy",
    "Document",
    "Edit",
    "Finding",
    "Fixed",
    "Format",
    "Loss",
    "LossError",
    "Metadata",
    "OpenWriter",
    "Origin",
    "ParseError",
    "PluginError",
    "Progress",
    "Report",
    "Rule",
    "SchemaError",
    "SourceChangedError",
    "UnknownFormatError",
    "VerificationError",
    "__version__",
    "convert",
    "diff",
    "fix",
    "formats",
    "open_writer",
    "read",
    "validate",
    "verify",
]

_ERRORS = "ConfigurationError CorpusfmtError Loss LossError ParseError PluginError SchemaError UnknownFormatError"
_ERRORS += " SourceChangedError VerificationError"
_HOMES = {
    **dict.fromkeys(_ERRORS.split(), "core.errors"),
    "Difference": "comparing.difference",
    "Discrepancy": "verify",
    "Document": "core.document",
    "Edit": "core.finding",
    "Finding": "core.finding",
    "Fixed": "fix",
    "Format": "core.format",
    "Metadata": "core.metadata",
    "OpenWriter": "write",
    "Origin": "core.document",
    "Progress": "report",
    "Report": "report",
    "Rule": "core.rule",
    "convert": "convert",
    "diff": "diff",
    "fix": "fix",
    "formats": "registry",
    "open_writer": "write",
    "read": "read",
    "validate": "validate",
    "verify": "verify",
}


if not TYPE_CHECKING:  # a checker would take every misspelt name for one of these

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'corpusfmt' has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f"corpusfmt.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__


class _Face(ModuleType):
    """Keeps ``corpusfmt.convert`` the function when the room ``corpusfmt/convert.py`` has been imported:
    the import system would bind the room to the name of the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
