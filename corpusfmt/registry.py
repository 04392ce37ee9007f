"""Formats and rules: the rooms of this package, then plug-ins.

Built-in rooms are found by their module's name and imported when they are asked for. Plug-ins, from the
entry points ``corpusfmt.formats`` and ``corpusfmt.rules``, are looked up only when no built-in room
answers or when all are asked for: looking costs more than a whole small run.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from corpusfmt.core.errors import ConfigurationError, PluginError, UnknownFormatError
from corpusfmt.core.format import Format, options_for
from corpusfmt.core.rule import Rule
from corpusfmt.core.text import quoted, wide_encoding

COMPRESSED: Final = (".gz", ".zst")
_HINTS: Final = (
    (b"[", "it looks like a JSON array; write one object a line: jq -c '.[]' OLD > NEW"),
    (b"{", "it looks like JSON over several lines; write one object a line: jq -c . OLD > NEW"),
    (b"WARC/", "it looks like WARC, which this version does not read"),
    (b"<", "it looks like XML, which this version does not read"),
)


@cache
def _rooms() -> tuple[str, ...]:
    return _modules_of("corpusfmt.formats")


def _modules_of(package: str) -> tuple[str, ...]:
    """Return the names of a package's modules. ``pkgutil`` would load the inspect module for it."""
    (folder,) = importlib.import_module(package).__path__
    with os.scandir(folder) as entries:
        names = [entry.name.removesuffix(".py") for entry in entries if entry.is_dir() or entry.name.endswith(".py")]
    return tuple(sorted(name for name in names if name[0] not in "_."))


@cache
def _room(name: str) -> Format:
    format: Format = importlib.import_module(f"corpusfmt.formats.{name}").FORMAT
    return format


def _plugins(group: str, kind: type) -> list[tuple[str, object]]:
    from importlib.metadata import entry_points

    found = []
    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        where = f"the plug-in {quoted(entry.name)} ({quoted(entry.value)}, group {group})"
        try:
            record = entry.load()
        except Exception as error:
            raise PluginError(f"{where} cannot be loaded: {error}") from error
        if not isinstance(record, kind):
            raise PluginError(f"{where} gives a {type(record).__name__}, not a {kind.__name__}")
        found.append((where, record))
    return found


@cache
def formats() -> Mapping[str, Format]:
    """Return all formats by name, plug-ins included. Raises PluginError when two claim one name or suffix."""
    found = {format.name: format for format in map(_room, _rooms())}
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
    found = dict(_builtin_rules())
    for where, rule in _plugins("corpusfmt.rules", Rule):
        assert isinstance(rule, Rule)
        if rule.code in found or rule.code in faults():
            raise PluginError(f"{where} claims the code {quoted(rule.code)}, which is taken; uninstall it")
        found[rule.code] = rule._replace(default=False)
    return found


@cache
def _builtin_rules() -> Mapping[str, Rule]:
    names = _modules_of("corpusfmt.rules")
    made = [importlib.import_module(f"corpusfmt.rules.{name}").RULE for name in names]
    return {rule.code: rule for rule in sorted(made, key=lambda rule: str(rule.code))}


def default_rules() -> list[Rule]:
    """Return the rules that run without being asked for. A plug-in's run only when they are named."""
    return [rule for rule in _builtin_rules().values() if rule.default]


@cache
def faults() -> Mapping[str, Rule]:
    """Return the faults of the file layer and of all formats by code."""
    from corpusfmt.storage import FAULTS

    found = {fault.code: fault for fault in FAULTS}
    for format in formats().values():
        found.update({fault.code: fault for fault in format.faults})
    return found


def format_named(name: str) -> Format:
    """Return the format of that name. Raises UnknownFormatError."""
    if name in _rooms():
        return _room(name)
    try:
        return formats()[name]
    except KeyError:
        raise UnknownFormatError(f"unknown format {quoted(name)}; known are {', '.join(sorted(formats()))}") from None


def suffix_of(path: str) -> str:
    """Return the suffix of a path that tells its format, without that of compression, in lower case."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    for ending in COMPRESSED:
        name = name.removesuffix(ending)
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def format_for_suffix(path: str) -> Format | None:
    """Return the format that claims the suffix of ``path``, or None."""
    suffix = suffix_of(path)
    if not suffix:
        return None
    likely = suffix[1:]
    rooms = [likely, *(room for room in _rooms() if room != likely)] if likely in _rooms() else _rooms()
    for room in rooms:
        if suffix in _room(room).suffixes:
            return _room(room)
    return next((format for format in formats().values() if suffix in format.suffixes), None)


def detect(path: str, head: bytes) -> Format:
    """Return the format of a source from the suffix of its name and its first bytes.

    Raises UnknownFormatError when neither tells, when two formats claim the bytes, or when the bytes are
    those of another format than the suffix says.
    """
    named = format_for_suffix(path)
    if named is not None and (not head.strip() or named.sniff(head)):
        return named
    sniffed = [format for format in map(_room, _rooms()) if format.sniff(head)]
    if not sniffed:
        sniffed = [format for format in formats().values() if format.sniff(head)]
    if len(sniffed) > 1:
        raise UnknownFormatError(
            f"{path}: {' and '.join(f.name for f in sniffed)} both claim it; say which with --from"
        )
    if named is not None:
        if sniffed:
            raise UnknownFormatError(
                f"{path}: the name says {named.name}, the content is {sniffed[0].name}; "
                f"rename the file or say which with --from"
            )
        return named
    if sniffed:
        return sniffed[0]
    if not head:
        raise UnknownFormatError(f"{path}: the file is empty and its name does not tell a format; say it with --from")
    if wide := wide_encoding(head):
        raise UnknownFormatError(f"{path}: the file is in {wide}; convert it first: iconv -f {wide} -t UTF-8 OLD > NEW")
    start = head.lstrip()
    hint = next((text for magic, text in _HINTS if start.startswith(magic)), "")
    raise UnknownFormatError(
        f"{path}: neither name nor content tell a format"
        + (f"; {hint}" if hint else f"; say it with --from ({', '.join(sorted(formats()))})")
    )


def format_for_target(path: str) -> Format:
    """Return the format that the suffix of a target names. Raises UnknownFormatError."""
    found = format_for_suffix(path)
    if found is None:
        suffixes = ", ".join(suffix for format in formats().values() for suffix in format.suffixes)
        what = "standard output has no suffix" if path == "-" else f"the suffix of {quoted(path)} names no format"
        raise UnknownFormatError(f"{what}; known are {suffixes}; or say the format with --to")
    return found


def check_options(format: Format, side: str, own: Mapping[str, str]) -> None:
    """Raise ConfigurationError for an option that ``format`` does not know for ``side``, or a wrong choice."""
    known = options_for(format, side)
    for name, value in own.items():
        if name not in known:
            can = f"it knows {', '.join(known)}" if known else "it knows none"
            raise ConfigurationError(f"{format.name} has no option {quoted(name)} to {side}; {can}")
        choices = known[name].choices
        if choices and value not in choices:
            raise ConfigurationError(f"{name} must be one of {', '.join(choices)}, not {quoted(value)}")


def applicable(format: Format, side: str, shared: Mapping[str, str]) -> dict[str, str]:
    """Return those of the ``shared`` options that ``format`` knows for ``side``."""
    known = options_for(format, side)
    return {name: value for name, value in shared.items() if name in known}


def codes() -> Iterable[Rule]:
    """Return every rule and fault, sorted by code."""
    return sorted([*faults().values(), *rules().values()], key=lambda rule: rule.code)
