"""Names of documents as paths: which are unsafe, and which are equal on some file systems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from unicodedata import normalize

from corpusfmt.limits import PATH, PATH_PART
from corpusfmt.text.display import quoted

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ABSOLUTE: Final = re.compile(r"[/\\]|[A-Za-z]:")
_PARTS: Final = re.compile(r"[/\\]")
#: Device names, which Windows reserves in every folder, whatever extension follows.
_RESERVED: Final = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(?:[.:].*)?", re.I | re.S
)
_FORBIDDEN: Final = re.compile(r'[\\<>:"|?*]')
#: In characters: what is longer stands behind a dot by chance.
_LONGEST_SUFFIX: Final = 30
#: What no part of a path may hold; and what turns the direction of writing, by which a name can look like another one.
_UNSAFE_IN_PATH: Final = re.compile(r'[\x00-\x1f\x7f-\x9f\\/<>:"|?*\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]')
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SUFFIXED: Final = re.compile(r"[^\s./]\.[A-Za-z][A-Za-z0-9]*\Z")
#: Of the files of a folder that are documents.
TEXT_SUFFIX: Final = ".txt"
_COMPRESSED: Final = (".gz", ".zst")


def unsafe(name: str) -> str:
    """Say what makes a name dangerous or impossible as a path, in words that follow it; nothing when it is safe."""
    if _CONTROL.search(name):
        return "holds a control character"
    if match := _ABSOLUTE.match(name):
        return "is an absolute path" if len(match[0]) == 1 else "begins with a drive, as an absolute path on Windows"
    for part in _PARTS.split(name):
        if part == "..":
            return "leaves its folder with '..'"
        if part.endswith((".", " ")) and part != ".":
            return "has a part that ends in a dot or a space, which Windows drops"
        if _RESERVED.fullmatch(part):
            return f"has the part {quoted(part)}, which is a device on Windows"
    return ""


def unfit(name: str) -> str:
    """Say why a name cannot be the path of a file in a folder that reads back as it was; nothing when it can.

    Beside what is unsafe, that is what one of the usual file systems has no place for, and what reading a folder
    passes over or takes for something else. The words follow the name.
    """
    if not name:
        return "is empty"
    if why := unsafe(name):
        return why
    if match := _FORBIDDEN.search(name):
        return f"holds {quoted(match[0])}, which Windows does not allow in file names"
    parts = name.split("/")
    if "" in parts or "." in parts:
        return "has a part that is empty or a dot"
    if any(part.startswith(".") for part in parts):
        return "has a part that begins with a dot, and hidden files are skipped"
    if name.lower().endswith(_COMPRESSED):
        return "ends like the name of a compressed file, and would be read as one"
    if len(name.encode()) > PATH or any(len(part.encode()) > PATH_PART for part in parts):
        return f"is longer than {PATH:,} bytes, or a part of it than {PATH_PART}"
    return ""


def folded(name: str) -> str:
    """Return what file systems that fold case and normalise take a name for."""
    return name.lower() if name.isascii() else normalize("NFC", normalize("NFC", name).casefold())


def stem(path: str, suffixes: Sequence[str]) -> str:
    """Return a path without what its last part has of ``suffixes`` at its end; something of that part stays."""
    folder, slash, name = path.rpartition("/")
    lowered = name.lower()
    while suffix := next((one for one in suffixes if lowered.endswith(one) and lowered != one), ""):
        lowered = lowered[: -len(suffix)]
    return f"{folder}{slash}{name[: len(lowered)]}"


def numbered(name: str, number: int) -> str:
    """Return the name of a file with a number before its suffix, as ``a_2.txt``, cut where it would be too long."""
    stem, dot, suffix = name.rpartition(".") if "." in name[1:] else (name, "", "")
    if len(suffix) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    tail = f"_{number}{dot}{suffix}"
    return stem.encode()[: PATH_PART - len(tail.encode())].decode(errors="ignore") + tail


def safe_path(name: str, suffix: str = "") -> str:
    """Return a name that is valid on every file system, leaves no folder, and ends in ``suffix``.

    Letters of all scripts stay. What a file system has no place for becomes an underscore, and so do characters that
    turn the direction of writing. Dots and spaces are cut from the end, and an underscore is put before a dot or dash
    at the beginning and before the name of a device.
    """
    name = _UNSAFE_IN_PATH.sub("_", name).strip(" ")
    if suffix and name.lower().endswith(suffix):
        name, suffix = name[: -len(suffix)], name[-len(suffix) :]
    if not suffix and name.lower().endswith(_COMPRESSED):
        name += "_"
    name = _cut(name, PATH_PART - len(suffix.encode()) - 1).rstrip(". ") or "_"
    whole = name + suffix
    return f"_{whole}" if name[0] in ".-" or _RESERVED.fullmatch(whole) else whole


def _cut(name: str, most: int) -> str:
    return name.encode()[:most].decode(errors="ignore")


def has_suffix(name: str) -> bool:
    """Say whether a name ends as that of a file does: ``a.txt``, but not ``Dr. Faustus`` or ``etc.``."""
    return _SUFFIXED.search(name) is not None


def suffixed(path: str, suffix: str) -> str:
    """Return a path that reads back as it is (see :func:`unfit`) and ends in ``suffix``, with as little changed as
    may be: its folders stay where all of it fits. Characters that turn the direction of writing become underscores,
    and one is put before a dash at the beginning, which commands take for an option.
    """
    path = _TURNING.sub("_", f"_{path}" if path.startswith("-") else path)
    whole = path if path.lower().endswith(suffix) else path + suffix
    return safe_path(path, suffix) if unfit(path) or unfit(whole) else whole
