"""The Document: one text with its id, name and metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from corpusfmt.limits import MAX_ID_DIGITS

if TYPE_CHECKING:
    from corpusfmt.model.metadata import Metadata

#: The code of a text that is not in its encoding: the rule finds it, and so does reading the text.
UNDECODABLE: Final = "ENC001"


class Origin(NamedTuple):
    """Where a document was read. ``byte`` (the offset in the decompressed stream, from 0) and ``line`` (from 1; 0 if
    lines were not counted) are its start; ``body`` is the offset of its text. For XML in an encoding other than UTF-8,
    offsets are those of its UTF-8 form.
    """

    path: str
    byte: int
    line: int
    body: int


class _Fields:
    """The attributes of a document while it is made. They can be set here, as fast as those of any object."""

    __slots__ = ("_meta", "_origin", "data", "encoding", "id", "meta_json", "name")

    id: str | int
    name: str
    data: bytes
    encoding: str | None
    meta_json: bytes
    _meta: Metadata | None
    _origin: tuple[str, int, int, int] | None


class Document(_Fields):
    """One text with its id, name and metadata.

    ``data`` is the text as bytes; ``encoding`` names their encoding, or is None if none was declared (then UTF-8 is
    expected, and not checked yet). ``text`` is the text as a string.

    Documents are immutable; ``replace`` returns a changed copy.

    Two documents are equal if id, name, text and metadata are equal. The encoding and the origin do not count. Bytes
    that are invalid in their encoding are compared as bytes.
    """

    __slots__ = ()

    def __init__(
        self,
        id: str | int,
        text: str | bytes,
        *,
        name: str = "",
        meta: Mapping[str, Any] | bytes | None = None,
        encoding: str | None = None,
    ) -> None:
        """Create a document from a string, or from bytes in ``encoding``.

        ``meta`` is a mapping of JSON values, or a JSON object as UTF-8 bytes.

        Raises TypeError for an id that is neither a string nor an integer and for other values of the wrong type.
        Raises ValueError for an empty id, for lone surrogates, which UTF-8 cannot represent, for metadata that JSON
        cannot represent, and for an encoding that Python does not support.
        """
        if isinstance(id, bool) or not isinstance(id, str | int):
            raise TypeError(f"an id must be a string or an integer, not {type(id).__name__}")
        if id == "":
            raise ValueError("an id must not be empty")
        if not isinstance(name, str):
            raise TypeError(f"a name must be a str, not {type(name).__name__}")
        if isinstance(id, int) and abs(id) >= 10**MAX_ID_DIGITS:
            raise ValueError(f"an integer id has at most {MAX_ID_DIGITS} digits")
        f"{id}{name}".encode()
        if isinstance(text, str):
            data, encoding = text.encode(), "utf-8"
        elif isinstance(text, bytes):
            data, encoding = text, _checked(encoding)
        else:
            raise TypeError(f"a text must be str or bytes, not {type(text).__name__}")
        kept: Metadata | None = None
        if meta is not None:
            from corpusfmt.model.metadata import Metadata

            kept = Metadata.of(meta)
        fields = (kept, None, data, encoding, id, kept.json if kept is not None else b"{}", name)
        for field, value in zip(_Fields.__slots__, fields, strict=True):
            object.__setattr__(self, field, value)

    def replace(
        self,
        *,
        id: str | int | None = None,
        text: str | bytes | None = None,
        name: str | None = None,
        meta: Mapping[str, Any] | bytes | None = None,
        encoding: str | None = None,
    ) -> Document:
        """Return a copy with the given values. All other values, and the origin, are those of this document.

        The encoding of a string is UTF-8; that of bytes is the one of this document, unless ``encoding`` is given.
        Raises the errors of the constructor.
        """
        other = Document(
            self.id if id is None else id,
            self.data if text is None else text,
            name=self.name if name is None else name,
            meta=self.meta if meta is None else meta,
            encoding=encoding or self.encoding,
        )
        object.__setattr__(other, "_origin", self._origin)
        return other

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a document cannot be changed ({name!r}); its method replace makes another one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a document cannot be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return build, (self.id, self.name, self.data, self.encoding, self.meta_json, self._origin)

    @property
    def text(self) -> str:
        """The text as a string. Raises ParseError (ENC001) if the bytes are invalid in their encoding."""
        try:
            return self.data.decode(self.encoding or "utf-8")
        except UnicodeDecodeError as error:
            raise _undecodable(self, error) from None

    @property
    def meta(self) -> Metadata:
        """The metadata, a read-only mapping over the JSON that was read."""
        if self._meta is None:
            from corpusfmt.model.metadata import Metadata

            object.__setattr__(self, "_meta", Metadata(self.meta_json))
        return self._meta  # type: ignore[return-value]  # it was set just now

    @property
    def origin(self) -> Origin | None:
        """Where the document was read, or None. Not compared."""
        return None if self._origin is None else Origin(*self._origin)

    def utf8(self) -> bytes:
        """Return the text in UTF-8. Raises ParseError (ENC001) as ``text`` does."""
        if self.encoding == "utf-8":
            return self.data
        text = self.text
        return self.data if self.encoding is None else text.encode()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        if self.id != other.id or self.name != other.name:
            return False
        if self.meta_json != other.meta_json and self.meta != other.meta:
            return False
        return same_text(self, other)

    def __hash__(self) -> int:
        """Leave the metadata out: to compare their values costs more than to compare two documents now and then."""
        text = characters(self)  # equal texts may be in different encodings
        return hash((self.id, self.name, self.data if text is None else text))

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"<Document {self.id!r}{name}, {len(self.data)} bytes>"


def characters(document: Document) -> bytes | None:
    """Return the characters of a text, in UTF-8; None where its encoding cannot decode it.

    What two texts are compared by, here, in a digest and in a list of duplicates. Bytes that are to be UTF-8 are
    returned as they are.
    """
    encoding = document.encoding
    if encoding is None or encoding == "utf-8":
        return document.data
    try:
        return document.data.decode(encoding).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


def text_digest(document: Document) -> bytes:
    """Return the SHA-256 of the characters of a text, in UTF-8; of its bytes where nobody knows what they mean."""
    from hashlib import sha256

    text = characters(document)
    return sha256(document.data if text is None else text).digest()


def same_text(one: Document, other: Document) -> bool:
    """Say whether two texts are the same characters; bytes that their encoding cannot decode are compared as bytes."""
    if (one.encoding or "utf-8") == (other.encoding or "utf-8") and one.data == other.data:
        return True
    text = characters(one)  # an encoding can spell one text in several ways: with a byte order mark, with shifts
    return text is not None and text == characters(other)


def line_of(document: Document) -> int:
    """Return the line where a document begins; 0 when nobody knows."""
    origin = document._origin
    return origin[2] if origin else 0


def build(
    id: str | int,
    name: str,
    data: bytes,
    encoding: str | None,
    meta_json: bytes,
    origin: tuple[str, int, int, int] | None,
) -> Document:
    """Make a document of parts that a format has checked already. For formats: it checks nothing."""
    document = _Fields.__new__(_Fields)
    document.id = id
    document.name = name
    document.data = data
    document.encoding = encoding
    document.meta_json = meta_json
    document._origin = origin
    document._meta = None
    document.__class__ = Document  # from here on nothing changes it
    return document  # type: ignore[return-value]  # it is one now


def _checked(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    from corpusfmt.text.display import charset

    try:
        return charset(encoding)
    except LookupError:
        raise ValueError(f"unknown encoding {encoding!r}") from None


def _undecodable(document: Document, error: UnicodeDecodeError) -> Exception:
    from corpusfmt.model.errors import ParseError
    from corpusfmt.model.finding import Finding

    byte = f"byte 0x{document.data[error.start]:02x} at {error.start} of the text"
    origin = document.origin
    return ParseError(
        Finding(
            UNDECODABLE,
            "error",
            f"the text is not valid {(document.encoding or 'utf-8').upper()} ({byte})",
            origin.path if origin else "",
            origin.line if origin else 0,
            1 if origin else 0,
            origin.byte if origin else -1,
            document.id,
            "name the encoding of the source with --encoding",
        )
    )
