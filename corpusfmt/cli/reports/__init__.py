"""The reports of ``corpusfmt validate``, a module per format, imported when needed."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from corpusfmt.cli.reports.record import Reporter, Write
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.options import REPORT_MODULES
from corpusfmt.options import REPORTS as FORMATS
from corpusfmt.text.display import quoted


def module_of(name: str) -> ModuleType:
    """Return the module of a report."""
    return import_module(f"corpusfmt.cli.reports.{REPORT_MODULES.get(name, name)}")


def reporter(name: str, write: Write, *, colour: bool = False) -> Reporter:
    """Return what prints findings in the format ``name`` through ``write``. Raises ConfigurationError."""
    if name not in FORMATS:
        raise ConfigurationError(f"unknown report format {quoted(name)}; known are {', '.join(FORMATS)}")
    if name == "text":
        from corpusfmt.cli.reports.text import Report

        return Report(write, colour=colour)
    made: Reporter = module_of(name).Report(write)
    return made
