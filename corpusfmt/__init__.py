"""Read, validate, fix and convert text corpora without silent loss.

    import corpusfmt
    with corpusfmt.open("news.seed") as source, corpusfmt.create("news.jsonl.gz") as target:
        for document in source:
            target.write(document.replace(text=document.text.strip()))
    report = corpusfmt.convert(["a.seed", "b.jsonl.zst"], "all.jsonl")
    for finding in corpusfmt.validate("news.seed"):
        print(finding.code, finding.where())
    for difference in corpusfmt.diff("old.seed", "new.jsonl"):
        print(difference.kind, difference.document, difference.message)

Importing the package loads none of its parts; each name loads what it needs.
"""

from __future__ import annotations

from corpusfmt.version import __version__

TYPE_CHECKING = False

if TYPE_CHECKING:
    from corpusfmt.api import (
        convert,
        create,
        diff,
        fix,
        known_formats,
        open,  # noqa: A004 - a builtin elsewhere
        open_writer,
        read,
        validate,
        verify,
    )
    from corpusfmt.model.document import Document, Origin
    from corpusfmt.model.errors import (
        ConfigurationError,
        CorpusfmtError,
        Loss,
        LossError,
        ParseError,
        PluginError,
        ReceiptError,
        SchemaError,
        SourceChangedError,
        TargetChangedError,
        UnknownFormatError,
        VerificationError,
        WorkerError,
    )
    from corpusfmt.model.finding import Edit, Finding
    from corpusfmt.model.format import Format
    from corpusfmt.model.metadata import Metadata
    from corpusfmt.model.rule import Rule
    from corpusfmt.sources.reader import OpenReader
    from corpusfmt.targets.writer import OpenWriter
    from corpusfmt.verbs.convert.report import Progress, Report
    from corpusfmt.verbs.diff.difference import Difference
    from corpusfmt.verbs.fix.run import Fixed
    from corpusfmt.verbs.verify import Discrepancy

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
    "OpenReader",
    "OpenWriter",
    "Origin",
    "ParseError",
    "PluginError",
    "Progress",
    "ReceiptError",
    "Report",
    "Rule",
    "SchemaError",
    "SourceChangedError",
    "TargetChangedError",
    "UnknownFormatError",
    "VerificationError",
    "WorkerError",
    "__version__",
    "convert",
    "create",
    "diff",
    "fix",
    "known_formats",
    "open",
    "open_writer",
    "read",
    "validate",
    "verify",
]

_ERRORS = "ConfigurationError CorpusfmtError Loss LossError ParseError PluginError SchemaError UnknownFormatError"
_ERRORS += " ReceiptError SourceChangedError TargetChangedError VerificationError WorkerError"
_FUNCTIONS = "convert create diff fix known_formats open open_writer read validate verify"
_HOMES = {
    **dict.fromkeys(_ERRORS.split(), "model.errors"),
    **dict.fromkeys(_FUNCTIONS.split(), "api"),
    "Difference": "verbs.diff.difference",
    "Discrepancy": "verbs.verify",
    "Document": "model.document",
    "Edit": "model.finding",
    "Finding": "model.finding",
    "Fixed": "verbs.fix.run",
    "Format": "model.format",
    "Metadata": "model.metadata",
    "OpenReader": "sources.reader",
    "OpenWriter": "targets.writer",
    "Origin": "model.document",
    "Progress": "verbs.convert.report",
    "Report": "verbs.convert.report",
    "Rule": "model.rule",
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
