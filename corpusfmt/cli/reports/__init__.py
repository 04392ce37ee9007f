"""What ``corpusfmt validate`` prints, a module a format: each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from corpusfmt.cli.reports.record import Reporter, Write
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.text.display import quoted

FORMATS: Final[tuple[str, ...]] = ("text", "json", "jsonl", "github", "gitlab", "sarif", "junit")

#: A module named json would be taken for the one of the standard library.
_MODULES: Final = {"json": "whole_json"}


def reporter(name: str, write: Write) -> Reporter:
    """Return what prints findings in the format ``name`` through ``write``. Raises ConfigurationError."""
    if name not in FORMATS:
        raise ConfigurationError(f"unknown format of reports {quoted(name)}; known are {', '.join(FORMATS)}")
    made: Reporter = import_module(f"corpusfmt.cli.reports.{_MODULES.get(name, name)}").Report(write)
    return made
