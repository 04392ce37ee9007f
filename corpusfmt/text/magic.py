"""The first bytes of file types without text."""

from __future__ import annotations

from typing import Final

#: zip (with docx, odt and epub), 7z, the documents of older office programs, PDF, PNG, JPEG and GIF.
NO_TEXT: Final = (
    b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-",
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a",
)  # fmt: skip
