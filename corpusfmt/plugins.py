"""Formats and rules: those of this package, then those of plug-ins.

Modules of this package are found by name and imported when they are needed. Plug-ins, from the entry points
``corpusfmt.formats`` and ``corpusfmt.rules``, are searched only if no built-in one matches or all are requested: the
search takes longer than a small run.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Mapping
from functools import cache

from corpusfmt.model.errors import PluginError, UnknownFormatError
from corpusfmt.model.format import Format
from corpusfmt.model.rule import SUBJECTS, Rule
from corpusfmt.text.display import quoted


@cache
def builtin_names() -> tuple[str, ...]:
    """Return the names of the built-in formats."""
    return _modules_of("corpusfmt.formats")


def _modules_of(package: str) -> tuple[str, ...]:
    """Return the names of a package's modules. ``pkgutil`` would load the inspect module for it."""
    (folder,) = importlib.import_module(package).__path__
    modules = [
        name.removesuffix(".py")
        for name in os.listdir(folder)
        if name.endswith(".py") or os.path.isfile(os.path.join(folder, name, "__init__.py"))
    ]
    return tuple(sorted(name for name in modules if name[0] not in "_."))


@cache
def builtin(name: str) -> Format:
    """Return a built-in format. Imports its module."""
    format: Format = importlib.import_module(f"corpusfmt.formats.{name}").FORMAT
    return format


def _plugins(group: str, kind: type) -> list[tuple[str, object]]:
    from importlib.metadata import entry_points

    found = []
    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        where = f"the plug-in {quoted(entry.name)} ({quoted(entry.value)}, group {group})"
        try:
            record = entry.load()
        except (Exception, SystemExit) as error:
            raise PluginError(f"{where} cannot be loaded: {error}; upgrade or uninstall it") from error
        if not isinstance(record, kind):
            raise PluginError(f"{where} gives a {type(record).__name__}, not a {kind.__name__}")
        found.append((where, record))
    return found


@cache
def formats() -> Mapping[str, Format]:
    """Return all formats by name, plug-ins included. Raises PluginError when two claim one name or suffix."""
    found = {format.name: format for format in map(builtin, builtin_names())}
    owners = {claim: f"the format {name}" for name, format in found.items() for claim in (name, *format.suffixes)}
    for where, format in _plugins("corpusfmt.formats", Format):
        assert isinstance(format, Format)
        for claim in (format.name, *format.suffixes):
            if claim in owners:
                raise PluginError(f"{where} and {owners[claim]} both claim {quoted(claim)}; uninstall one of them")
            owners[claim] = where
        found[format.name] = format
    return found


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules about documents by code, plug-ins included. Raises PluginError for a code claimed twice."""
    found = dict(builtin_rules())
    for where, rule in _plugins("corpusfmt.rules", Rule):
        assert isinstance(rule, Rule)
        if rule.code in found or rule.code in faults():
            raise PluginError(f"{where} claims the code {quoted(rule.code)}, which is taken; uninstall it")
        found[rule.code] = rule._replace(default=False)
    return found


@cache
def builtin_rules() -> Mapping[str, Rule]:
    """Return the rules of this package by code."""
    names = _modules_of("corpusfmt.rules")
    made = [importlib.import_module(f"corpusfmt.rules.{name}").RULE for name in names]
    return {rule.code: rule for rule in sorted(made, key=lambda rule: str(rule.code))}


@cache
def faults() -> Mapping[str, Rule]:
    """Return the faults of the file layer and of all formats by code."""
    from corpusfmt.storage import FAULTS

    found = {fault.code: fault for fault in FAULTS}
    for format in formats().values():
        found.update({fault.code: fault for fault in format.faults})
    return found


def prefixes() -> tuple[str, ...]:
    """Return the prefixes of codes, but for those of plug-ins. Imports no format."""
    return (*SUBJECTS, *map(str.upper, builtin_names()))


def subject_of(code: str) -> str:
    """Return what codes with the prefix of this one speak of."""
    prefix = code.rstrip("0123456789")
    titles = {name.upper(): format.title.partition(":")[0] for name, format in formats().items()}
    return SUBJECTS.get(prefix) or titles.get(prefix, "what a plug-in checks")


def format_named(name: str) -> Format:
    """Return the format of that name. Raises UnknownFormatError."""
    if name in builtin_names():
        return builtin(name)
    try:
        return formats()[name]
    except KeyError:
        raise UnknownFormatError(f"unknown format {quoted(name)}; known are {', '.join(sorted(formats()))}") from None


def codes() -> Iterable[Rule]:
    """Return every rule and fault, sorted by code."""
    return sorted([*faults().values(), *rules().values()], key=lambda rule: rule.code)
