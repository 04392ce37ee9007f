"""The reports of ``corpusfmt validate``, a module per format, imported when needed."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from corpusfmt.cli.reports.record import Reporter, Write
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.options import REPORTS as FORMATS
from corpusfmt.text.display import quoted

#: A module named json would be taken for the one of the standard library.
_MODULES: Final = {"json": "whole_json"}


def reporter(name: str, write: Write, *, colour: bool = False) -> Reporter:
    """Return what prints findings in the format ``name`` through ``write``. Raises ConfigurationError."""
    if name not in FORMATS:
        raise ConfigurationError(f"unknown report format {quoted(name)}; known are {', '.join(FORMATS)}")
    if name == "text":
        from corpusfmt.cli.reports.text import Report

        return Report(write, colour=colour)
    made: Reporter = import_module(f"corpusfmt.cli.reports.{_MODULES.get(name, name)}").Report(write)
    return made
