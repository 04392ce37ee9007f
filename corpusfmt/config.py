"""The configuration of a corpus: ``corpusfmt.toml``, or ``[tool.corpusfmt]`` in ``pyproject.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from corpusfmt import storage
from corpusfmt.limits import (
    ANY,
    CONFIGURATION,
    CONFIGURATION_DEPTH,
    CONFIGURATION_DOTS,
    CONFIGURATION_PATH,
    PATTERN_COUNT,
    PATTERNS,
)
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.options import SETTINGS
from corpusfmt.text.display import quoted, shown

NAMES: Final = ("corpusfmt.toml", "pyproject.toml")
#: The shape of the file, for editors and for the check of one.
SCHEMA: Final = "corpusfmt.schema.json"


class Schemas(NamedTuple):
    """Paths of schemas: JSON Schema of records and of metadata, RELAX NG of XML. Empty where there is none."""

    record: str = ""
    metadata: str = ""
    xml: str = ""


class Entry(NamedTuple):
    """Settings of files that match one of the patterns ``match``; None where an entry of ``[[paths]]`` says nothing."""

    match: tuple[str, ...]
    format: str | None = None
    encoding: str | None = None
    id_from: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    options: Mapping[str, str] = {}


class Config(NamedTuple):
    """What a configuration says; empty where it says nothing. ``folder`` is where it lies: paths begin there."""

    path: str = ""
    folder: str = ""
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    baseline: str = ""
    encoding: str = ""
    id_from: str = ""
    max_document: int = 0
    limits: Mapping[str, int] = {}
    jobs: int = 0
    fail_on: str = ""
    options: Mapping[str, str] = {}
    schemas: Schemas = Schemas()
    paths: tuple[Entry, ...] = ()


#: The keys of an entry of ``[[paths]]`` that are no options of formats.
_BY_PATH: Final = frozenset({"match", *(one.name for one in SETTINGS if one.by_path)})
#: Strings and comments of TOML, in which nothing nests.
_ASIDE: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'|#[^\n]*+",
    re.S,
)
_BRACKETS: Final = re.compile(r"[][{}]")
_LONG_KEY: Final = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{CONFIGURATION_DEPTH}}}")


def find(folder: str = ".") -> str:
    """Return the configuration that holds for a folder: its own, or that of the nearest one above it in the repository.

    Raises OSError, and ConfigurationError for one that belongs to another user.
    """
    for path in storage.upwards(folder, NAMES):
        if path.endswith(NAMES[0]) or (storage.is_regular(path) and b"[tool.corpusfmt" in _data(path)):
            if storage.is_of_another_user(path):
                what = "belongs to another user; --config FILE uses it anyway, --isolated uses none"
                raise ConfigurationError(f"{quoted(path, 400)} {what}")
            return path
    return ""


def load(path: str, *, found: bool = False) -> Config:
    """Read a configuration. What one that was ``found``, and not named by the user, refers to lies in its repository.

    Raises OSError, and ConfigurationError for one that is wrong, with the place.
    """
    import tomllib

    try:
        text = _data(path).decode("utf-8")
        _look_at(path, text)
        said: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:  # no TOML, no UTF-8, or a number without end
        raise ConfigurationError(f"{quoted(path, 400)}: not TOML: {str(error).lower()[:200]}") from None
    if storage.name_of(path) != NAMES[0] and "tool" in said:
        said = said["tool"].get("corpusfmt", {}) if isinstance(said["tool"], dict) else {}
    _check(path, said)
    folder = storage.folder_of(path)
    top = storage.top_of(folder) if found else ""
    schemas = {kind: _file(path, top, f"schemas.{kind}", name) for kind, name in said.get("schemas", {}).items()}
    return Config(
        path,
        folder,
        tuple(said.get("select", ())),
        tuple(said.get("extend-select", ())),
        tuple(said.get("ignore", ())),
        {pattern: tuple(codes) for pattern, codes in said.get("per-file-ignores", {}).items()},
        _file(path, top, "baseline", said["baseline"]) if "baseline" in said else "",
        said.get("encoding", ""),
        said.get("id-from", ""),
        _size(path, "max-document", said["max-document"]) if "max-document" in said else 0,
        _limits(path, said.get("limits", {})),
        said.get("jobs", 0),
        said.get("fail-on", ""),
        _texts(said.get("options", {})),
        Schemas(**schemas),
        tuple(_entry(one) for one in said.get("paths", ())),
    )


def _entry(said: Mapping[str, Any]) -> Entry:
    match = said["match"]
    return Entry(
        (match,) if isinstance(match, str) else tuple(match),
        said.get("from"),
        said.get("encoding"),
        said.get("id-from"),
        tuple(said["select"]) if "select" in said else None,
        tuple(said.get("ignore", ())),
        _texts({name: value for name, value in said.items() if name not in _BY_PATH}),
    )


def _texts(said: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in said.items()}


def _limits(path: str, said: Mapping[str, Any]) -> dict[str, int]:
    """Return limits by name, with underscores. Raises ConfigurationError."""
    from corpusfmt.model.limit_table import SETTABLE, limits_of

    found = {}
    for name, value in said.items():
        limit = SETTABLE.get(name)
        number = value if isinstance(value, int) else _size(path, f"limits.{name}", value)
        try:
            limits_of({name: number})
        except ConfigurationError as error:
            raise ConfigurationError(f"{quoted(path, 400)}: {error}") from None
        if isinstance(value, str) and limit is not None and limit.unit != "bytes":
            raise ConfigurationError(f"{quoted(path, 400)}: limits.{name} is an integer, not text")
        found[name.replace("-", "_")] = number
    return found


def _data(path: str) -> bytes:
    return storage.small(path, CONFIGURATION)


def _look_at(path: str, text: str) -> None:
    """Refuse what tomllib would take gigabytes for, or a deeper stack than there is. Raises ConfigurationError."""
    bare = _ASIDE.sub(lambda found: "" if found[0][0] == "#" else "s", text)
    depth = deepest = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "[{" else -1
        deepest = max(depth, deepest)
    if deepest > CONFIGURATION_DEPTH or _LONG_KEY.search(bare):
        raise ConfigurationError(f"{quoted(path, 400)}: nested too deep, or a key has too many parts")
    if bare.count(".") > CONFIGURATION_DOTS:
        raise ConfigurationError(f"{quoted(path, 400)}: more than {CONFIGURATION_DOTS:,} dots outside of strings")


def _file(path: str, top: str, key: str, name: str) -> str:
    """Return the path of a file that a configuration names. Raises ConfigurationError for what it may not name."""
    if len(name) > CONFIGURATION_PATH:  # what follows takes time for each part of it
        what = f"the path is longer than {CONFIGURATION_PATH:,} characters"
        raise ConfigurationError(f"{quoted(path, 400)}: {key}: {what}")
    file = storage.within(storage.folder_of(path), name)
    what = ""
    if "\0" in name:
        what = "is not a file name"
    elif top and not storage.inside(file, top):
        what = f"is outside of {quoted(top, 400)}; only a configuration that --config names may refer to it"
    elif storage.exists(file) and not storage.is_regular(file):
        what = "is not a regular file"
    if what:
        raise ConfigurationError(f"{quoted(path, 400)}: {key}: {quoted(name, 400)} {what}")
    return file


def _size(path: str, key: str, value: int | str) -> int:
    from corpusfmt.limits import bytes_of

    try:
        return bytes_of(str(value))
    except ValueError:
        what = f"{key} is a size such as '256MB' or 1000, not {quoted(str(value))}"
        raise ConfigurationError(f"{quoted(path, 400)}: {what}") from None


def _check(path: str, said: Mapping[str, Any]) -> None:
    """Hold a configuration against its schema. Raises ConfigurationError for the first thing that is wrong."""
    import json

    _object(path, "", said, json.loads(storage.shipped(SCHEMA)))
    matches = [one["match"] for one in said.get("paths", ())]
    if not all(match and all(match) for match in matches):
        raise ConfigurationError(f"{quoted(path, 400)}: an entry of paths has no pattern, or an empty one, under match")
    patterns = [*said.get("per-file-ignores", ())]
    for match in matches:
        patterns += [match] if isinstance(match, str) else match
    if sum(map(len, patterns)) > PATTERNS:
        raise ConfigurationError(f"{quoted(path, 400)}: the patterns have more than {PATTERNS:,} characters")
    if len(patterns) > PATTERN_COUNT:
        raise ConfigurationError(f"{quoted(path, 400)}: there are more than {PATTERN_COUNT:,} patterns")


def _object(path: str, where: str, said: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    known = schema.get("properties", {})
    for key, value in said.items():
        name = f"{where}{key}"
        if key in known:
            _value(path, name, value, known[key])
        elif isinstance(schema.get("additionalProperties"), dict):
            _value(path, name, value, schema["additionalProperties"])
        else:
            raise ConfigurationError(f"{quoted(path, 400)}: unknown key {quoted(name)}; {_hint(key, known)}")
    for key in schema.get("required", ()):
        if key not in said:
            raise ConfigurationError(f"{quoted(path, 400)}: {where.rstrip('.')} has no key '{key}'")


def _hint(key: str, known: Mapping[str, Any]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key.replace("_", "-"), known, 1)
    return f"did you mean '{close[0]}'?" if close else f"known are {', '.join(known)}"


def _value(path: str, name: str, value: object, schema: Mapping[str, Any]) -> None:
    """The few words of JSON Schema that the schema of the configuration has."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    where = f"{quoted(path, 400)}: {shown(name, 200)}"
    if _kind(value) not in kinds:
        raise ConfigurationError(f"{where} is {_SAID[kinds[0]]}, not {_SAID[_kind(value)]}")
    if "enum" in schema and value not in schema["enum"]:
        raise ConfigurationError(f"{where} is one of {', '.join(schema['enum'])}, not {quoted(str(value))}")
    if isinstance(value, int) and abs(value) > ANY:  # one in hexadecimal digits may have too many to be shown
        raise ConfigurationError(f"{where} is too large")
    if isinstance(value, int) and value < schema.get("minimum", value):
        raise ConfigurationError(f"{where} is at least {schema['minimum']}, not {value}")
    if isinstance(value, int) and value > schema.get("maximum", value):
        raise ConfigurationError(f"{where} is at most {schema['maximum']}, not {value}")
    if isinstance(value, list):
        for number, one in enumerate(value, 1):
            _value(path, f"{name}[{number}]", one, schema["items"])
    elif isinstance(value, dict):
        _object(path, f"{name}.", value, schema)


_KINDS: Final = (
    (bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"),
)  # fmt: skip
_SAID: Final = {
    "string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false", "array": "a list",
    "object": "a table", "null": "a date or time",
}  # fmt: skip


def _kind(value: object) -> str:
    """Return the JSON name of the kind of a TOML value. Dates, which JSON has not, are wanted nowhere."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")
