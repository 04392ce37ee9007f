"""Detecting the format of a source or a target: by suffix, then by content; a conflict is an error."""

from __future__ import annotations

from typing import Final

from corpusfmt import plugins
from corpusfmt.model.errors import UnknownFormatError
from corpusfmt.model.format import Format
from corpusfmt.text.display import quoted, transcoding, wide_encoding

COMPRESSED: Final = (".gz", ".zst")
#: Suffixes of compressions that are not read, and what undoes them.
DECOMPRESSORS: Final = {
    ".xz": "xz -dc", ".bz2": "bzip2 -dc", ".lz4": "lz4 -dc", ".br": "brotli -dc", ".lzma": "xz -dc", ".lz": "lzip -dc",
    ".lzo": "lzop -dc", ".sz": "snzip -dc", ".snappy": "snzip -dc", ".zip": "unzip -p", ".7z": "7z x -so",
    ".rar": "unrar p -inul", ".z": "gzip -dc", ".zz": "pigz -dc",
}  # fmt: skip
_HINTS: Final = (
    (b"[", "it looks like a JSON array; write one object a line: jq -c '.[]' OLD > NEW"),
    (b"{", "it looks like JSON over several lines; write one object a line: jq -c . OLD > NEW"),
    (
        b"filedesc:",
        "it looks like ARC, which is older than WARC and not supported; 'warcio recompress' converts it to WARC",
    ),
    (b"<", "it looks like XML, but its root is not TEI or teiCorpus"),
)


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
    names = (
        [likely, *(name for name in plugins.builtin_names() if name != likely)]
        if likely in plugins.builtin_names()
        else plugins.builtin_names()
    )
    for name in names:
        if claims(plugins.builtin(name), path):
            return plugins.builtin(name)
    return next((format for format in plugins.formats().values() if claims(format, path)), None)


def claims(format: Format, path: str) -> bool:
    """Say whether the suffix of ``path`` is one of ``format``, alone or with that of compression."""
    suffix = suffix_of(path)
    return suffix in format.suffixes or any(
        path.lower().endswith(suffix + ending) and suffix + ending in format.suffixes for ending in COMPRESSED
    )


def decompressor(path: str) -> str:
    """Return what undoes the compression of a file of a known format that is not read; nothing for other files."""
    stem, dot, ending = path.rpartition(".")
    command = DECOMPRESSORS.get((dot + ending).lower(), "")
    inner = stem.lower().endswith(".json") or format_for_suffix(stem) is not None
    return command if command and inner else ""


def detect(path: str, head: bytes) -> Format:
    """Return the format of a source from the suffix of its name and its first bytes.

    Raises UnknownFormatError when neither tells, when two formats claim the bytes, or when the bytes are
    those of another format than the suffix says.
    """
    named = format_for_suffix(path)
    if named is not None and (not head.strip() or named.sniff(head)):
        return named
    sniffed = [format for format in map(plugins.builtin, plugins.builtin_names()) if format.sniff(head)]
    if not sniffed:
        sniffed = [format for format in plugins.formats().values() if format.sniff(head)]
    if len(sniffed) > 1:
        raise UnknownFormatError(f"{path}: {' and '.join(f.name for f in sniffed)} both match; name one with --from")
    if named is not None:
        if sniffed:
            raise UnknownFormatError(
                f"{path}: the name says {named.name}, the content is {sniffed[0].name}; "
                f"rename the file or name the format with --from"
            )
        return named
    if sniffed:
        return sniffed[0]
    if not head:
        raise UnknownFormatError(
            f"{path}: the file is empty and its name does not identify a format; name it with --from"
        )
    if wide := wide_encoding(head):
        raise UnknownFormatError(f"{path}: the file is in {wide}; {transcoding(head)}")
    start = head.lstrip()
    hint = next((text for magic, text in _HINTS if start.startswith(magic)), "")
    raise UnknownFormatError(
        f"{path}: neither the name nor the content identifies a format"
        + (f"; {hint}" if hint else f"; name it with --from ({', '.join(sorted(plugins.formats()))})")
    )


def format_for_target(path: str) -> Format:
    """Return the format that the suffix of a target names. Raises UnknownFormatError."""
    found = format_for_suffix(path)
    if path.endswith(("/", "\\")):
        raise UnknownFormatError(f"the target {quoted(path)} is a folder; name a file in it")
    if found is None:
        suffixes = ", ".join(suffix for format in plugins.formats().values() for suffix in format.suffixes)
        what = (
            "standard output has no suffix" if path == "-" else f"the suffix of {quoted(path)} is not that of a format"
        )
        raise UnknownFormatError(f"{what}; known are {suffixes}; or name the format with --to")
    return found
