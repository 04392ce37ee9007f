"""The first bytes of file types without text."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: The group of data that a codec made of one file: what was compressed may be text.
COMPRESSED: Final = "compressed data"


class Kind(NamedTuple):
    """What a file is, in words, and the group of such files."""

    name: str
    group: str


_BINARY: Final = "binary data"
_IMAGE: Final = "an image"
_SOUND: Final = "audio or video"
_ARCHIVE: Final = "an archive"
#: White space may stand before PDF and PostScript (MIME Sniffing, section 7).
_KINDS: Final = (
    (Kind("a PDF document", "application/pdf"), rb"\s{0,64}%PDF-"),
    (Kind("a PostScript document", "application/postscript"), rb"\s{0,64}%!PS-Adobe"),
    (Kind("a PNG image", _IMAGE), rb"\x89PNG\r\n\x1a\n"),
    (Kind("a GIF image", _IMAGE), rb"GIF8[79]a"),
    (Kind("a JPEG image", _IMAGE), rb"\xff\xd8\xff"),
    (Kind("an image", _IMAGE), rb"RIFF.{4}WEBP|II\*\x00|MM\x00\*|\x00\x00\x01\x00.\x00|AT&TFORM.{4}DJV"),
    (
        Kind("audio or video", _SOUND),
        rb"\x00\x00\x00.ftyp|RIFF.{4}(?:WAVE|AVI )|OggS\x00|ID3[\x02-\x04]\x00|\x1aE\xdf\xa3|FLV\x01|fLaC\x00",
    ),
    (Kind("a Flash film", _SOUND), rb"[CFZ]WS[\x01-\x3f].{3}\x00"),
    (Kind("a font", "a font"), rb"wOF[F2]\x00|OTTO\x00|\x00\x01\x00\x00\x00"),
    (Kind("a zip archive (docx, odt and epub files are too)", _ARCHIVE), rb"PK(?:\x03\x04|\x05\x06)"),
    (Kind("a 7z archive", _ARCHIVE), rb"7z\xbc\xaf\x27\x1c"),
    (Kind("a rar archive", _ARCHIVE), rb"Rar!\x1a\x07"),
    (Kind("a tar archive", _ARCHIVE), rb".{257}ustar[\x00 ]"),
    (Kind("gzip data", COMPRESSED), rb"\x1f\x8b\x08"),
    (Kind("zstd data", COMPRESSED), rb"\x28\xb5\x2f\xfd"),
    (Kind("xz data", COMPRESSED), rb"\xfd7zXZ\x00"),
    (Kind("bzip2 data", COMPRESSED), rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),
    (Kind("data of compress(1)", COMPRESSED), rb"\x1f\x9d[\x80-\x90]"),
    (Kind("a document of an older office program", _BINARY), rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    (Kind("an SQLite database", _BINARY), rb"SQLite format 3\x00"),
    (Kind("a program", _BINARY), rb"\x7fELF|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|\x00asm|MZ.{60}\x00\x00"),
    (
        Kind("a file of columns or arrays", _BINARY),
        rb"PAR1[\x00-\x08\x0e-\x1f]|ARROW1\x00|FEA1\x00|Obj\x01|\x89HDF\r\n\x1a\n|\x93NUMPY|CDF[\x01\x02\x05]",
    ),
    (Kind("a file of macOS about other files", _BINARY), rb"\x00\x05\x16[\x00\x07]\x00|\x00\x00\x00\x01Bud1"),
)
_PATTERN: Final = re.compile(b"|".join(b"(%b)" % pattern for _, pattern in _KINDS), re.S)


def kind_of(head: bytes) -> Kind | None:
    """Return what a file is that begins with ``head``, if it is known to hold no text."""
    found = _PATTERN.match(head)
    return _KINDS[found.lastindex - 1][0] if found and found.lastindex else None


#: Bytes that stand in no text (MIME Sniffing, WHATWG: binary data bytes).
_CONTROLS: Final = bytes([*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
#: How many of them there must be in binary data, and one in how many bytes.
_FEW, _SHARE = 2, 50


def has_control_bytes(head: bytes) -> bool:
    """Say whether data that begins with ``head`` has so many control bytes that it is no text, or one in UTF-16."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls >= _FEW and controls * _SHARE >= len(head)


#: No pointer is larger (the specification of Git LFS), and how one begins.
LARGEST: Final = 1024
BEGINNINGS: Final = (b"version ", b"/annex/o")
_LFS: Final = re.compile(
    rb"version https?://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\r?\n"
    rb"(?:[a-z0-9.-]++ [^\n]*+\n)*?oid sha256:[0-9a-f]{64}\r?\nsize [0-9]++\s*+"
)
_ANNEX: Final = re.compile(rb"/annex/objects/[^\s/]++\s*+")


def pointer_kind(data: bytes) -> str:
    """Name the program whose pointer ``data`` is, all of it: Git LFS or git-annex; nothing for anything else."""
    if len(data) > LARGEST or not data.startswith(BEGINNINGS):
        return ""
    if _LFS.fullmatch(data):
        return "Git LFS"
    return "git-annex" if _ANNEX.fullmatch(data) else ""
