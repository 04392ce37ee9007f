"""The table of all limits on what is read: what each applies to, how it is reported, and what sets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from corpusfmt.limits import (
    ANY,
    CONFIGURATION,
    CONFIGURATION_DEPTH,
    CONFIGURATION_DOTS,
    CONFIGURATION_PATH,
    GRAMMAR,
    GRAMMAR_FILES,
    HTML_ATTRIBUTES,
    HTTP_WINDOW,
    LARGEST_WINDOW,
    LENGTH_DIGITS,
    LONGEST_BLOCK,
    MAX_DEPTH,
    MAX_DICTIONARY,
    MAX_ID_DIGITS,
    MAX_JOBS,
    MAX_MARKUP,
    MAX_XML_DEPTH,
    MIB,
    PATH,
    PATH_PART,
    PATTERN_COUNT,
    PATTERNS,
    RATIO_FREE,
    RECEIPT,
    SCHEMA_SECONDS,
    SMALL_FILE,
    USUAL,
    VALIDATED_TEXT,
    WARC_JOINED,
    WARC_NAME,
    Limits,
    sized,
)
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.text.display import quoted


class Limit(NamedTuple):
    """A limit: ``most`` is the largest value that may be asked for, ``what`` one plain sentence without its full stop.

    ``codes`` are those of the rules that tell of it; for the limit ``document`` also all that have a ``max_document``.
    Where there is none, ``word`` stands in the message. ``option`` is what sets it on the command line, or empty where
    nothing does.
    """

    name: str
    default: int
    most: int
    unit: str
    what: str
    codes: tuple[str, ...] = ()
    word: str = ""
    option: str = ""


def _set(name: str, most: int, unit: str, what: str, *codes: str) -> Limit:
    default: int = getattr(USUAL, name.replace("-", "_"))
    return Limit(name, default, most, unit, what, codes, option=f"--limit {name}=")


def _fixed(name: str, value: int, unit: str, what: str, *codes: str, word: str = "") -> Limit:
    return Limit(name, value, value, unit, what, codes, word)


_B: Final = "bytes"
#: All limits on input. Each has a test at its edge (``tests/test_limits.py``).
LIMITS: Final = (
    _set("document", ANY, _B, "a document, header and body, as stored in the source; it is held in memory",
         "WARC021"),
    _set("header", 16 * MIB, _B, "one header line of a seed file, a WARC record or an HTTP message",
         "SEED011", "WARC005", "WARC021"),
    _set("header-block", 16 * MIB, _B, "the whole header of a WARC record or an HTTP message", "WARC005", "WARC021"),
    _set("metadata", 256 * MIB, _B, "the JSON metadata of a document in the source",
         "SEED004", "JSONL015", "WARC027", "TEI019"),
    _set("depth", MAX_DEPTH, "levels", "nesting of JSON metadata", "SEED004", "JSONL014", "WARC027", "TEI019"),
    _set("xml-depth", MAX_XML_DEPTH, "levels", "nesting of TEI elements", "TEI008"),
    _set("markup", MAX_MARKUP, _B, "one tag, comment or processing instruction of TEI", "TEI008"),
    _set("ratio", 1_000_000, "times",
         "size of decompressed data relative to its file, and of an HTTP body relative to what was sent",
         "FILE004", "WARC021"),
    _set("zstd-window", LARGEST_WINDOW, _B, "the window of a zstd file", "FILE002"),
    _set("faults", ANY, "records", "refused records in a row, before the rest of the file is skipped", "FILE005"),
    _set("warnings", ANY, "findings",
         "warnings of one code, and findings of one rule, that are reported for a file", "FILE006"),
    Limit("schema-seconds", SCHEMA_SECONDS, ANY, "seconds",
          "compiling a RELAX NG schema, and validating each document", word="seconds", option="--schema-timeout "),
    _fixed("ratio-free", RATIO_FREE, _B, "decompressed data that is allowed for any size of the file",
           "FILE004", "WARC021"),
    _fixed("zstd-dictionary", MAX_DICTIONARY, _B, "a dictionary in a zstd file", "FILE002"),
    _fixed("http-window", HTTP_WINDOW, _B, "the window of an HTTP body in zstd", "WARC021"),
    _fixed("id-digits", MAX_ID_DIGITS, "digits", "an integer id", "SEED002", "JSONL007", "WARC027", "TEI019"),
    _fixed("content-length", LENGTH_DIGITS, "digits", "the Content-Length of a WARC record", "WARC006"),
    _fixed("block", LONGEST_BLOCK, _B, "the block of a WARC record, which is skipped if it is not text",
           "WARC008", "WARC010"),
    _fixed("warc-name", WARC_NAME, "characters", "the id and the name of a document that is written to WARC",
           word="longer than"),
    _fixed("warc-joined", WARC_JOINED, _B, "the metadata records that are joined to one third-party text",
           word="metadata records"),
    _fixed("html-attributes", HTML_ATTRIBUTES, "attributes",
           "the attributes of nested tags of a web page, with --html text", "WARC021"),
    _fixed("path", PATH, _B, "the path of a file in a target folder", word="longer than"),
    _fixed("path-part", PATH_PART, _B, "each part of such a path", word="longer than"),
    _fixed("small-file", SMALL_FILE, _B, "a JSON Schema or a baseline", word="larger than"),
    _fixed("configuration", CONFIGURATION, _B, "a configuration", word="larger than"),
    _fixed("configuration-depth", CONFIGURATION_DEPTH, "levels", "nesting of a configuration; the parts of a key",
           word="nested too deep"),
    _fixed("configuration-dots", CONFIGURATION_DOTS, "dots", "the dots of a configuration, outside of its strings",
           word="dots"),
    _fixed("patterns", PATTERNS, "characters", "all patterns of files in a configuration", word="characters"),
    _fixed("pattern-count", PATTERN_COUNT, "patterns", "the number of these patterns", word="patterns"),
    _fixed("configuration-path", CONFIGURATION_PATH, "characters", "the path of a file that a configuration names",
           word="longer than"),
    _fixed("jobs", MAX_JOBS, "processors", "the number of processors to use", word="at most"),
    _fixed("receipt", RECEIPT, _B, "a receipt that another program reformatted to one line", word="larger than"),
    _fixed("grammar", GRAMMAR, _B, "a RELAX NG schema", word="larger than"),
    _fixed("grammar-files", GRAMMAR_FILES, "files", "the files of a RELAX NG schema, including itself",
           word="files"),
    _fixed("validated-text", VALIDATED_TEXT, _B, "one text between two tags, in RELAX NG validation (libxml2)",
           "TEI025"),
)  # fmt: skip
#: Those that may be set, by name, with the option that sets them.
SETTABLE: Final = {one.name: one for one in LIMITS if one.option.startswith("--limit")}
#: As high as may be asked for: nothing that was written is refused by these.
HIGHEST: Final = Limits(*(one.most for one in SETTABLE.values()))


def limits_of(asked: Mapping[str, int]) -> Limits:
    """Return the usual limits with those that are asked for, by name, with dashes or underscores.

    Raises ConfigurationError for a name that none has, and a value that it cannot have.
    """
    values: dict[str, int] = {}
    for name, value in asked.items():
        limit = SETTABLE.get(name.replace("_", "-"))
        if limit is None:
            raise ConfigurationError(_unknown(name))
        if value < 1:
            raise ConfigurationError(f"the limit {limit.name} is at least 1, not {value}")
        if value > limit.most:
            raise ConfigurationError(f"the limit {limit.name} is at most {measured(limit.most, limit.unit)}")
        values[limit.name.replace("-", "_")] = value
    return USUAL._replace(**values)


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    known = next((one for one in LIMITS if one.name == name.replace("_", "-")), None)
    if known is not None:
        return f"the limit {known.name} is " + (f"set by {known.option.strip()}" if known.option else "fixed")
    close = get_close_matches(name.replace("_", "-"), SETTABLE, 1)
    guess = f"did you mean {close[0]}? " if close else ""
    return f"unknown limit {quoted(name)}; {guess}known are {', '.join(SETTABLE)}"


def measured(value: int, unit: str) -> str:
    """Return a value for people: ``64 KiB``, ``512 levels``, ``any``."""
    if value == ANY:
        return "any"
    return sized(value) if unit == "bytes" else f"{value:,} {unit}"
