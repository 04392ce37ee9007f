"""The kinds of loss: what of a document a target may be unable to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class LossKind(NamedTuple):
    """A kind of loss: its name, and what is lost, in words.

    ``probes`` are documents with one thing that some formats cannot hold: what that is, and the arguments of the
    document, where they differ from a plain one with the id and the name ``a`` and the text ``x``.
    """

    name: str
    what: str
    probes: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    #: For a thing that is too large there is no lesser form, so that it cannot be allowed.
    allowable: bool = True
    #: The text that is read back may be another one.
    of_text: bool = False


KINDS: Final = (
    LossKind("id", "the id", (
        ("an id that is not the name", {"id": "d1"}),
        ("an integer id", {"id": 7, "name": "7"}),
        ("an id with a space", {"id": "a b", "name": "a b"}),
        ("an id with a line end", {"id": "a\nb", "name": "a\nb"}),
    )),
    LossKind("name", "the name", (
        ("a name", {}),
        ("no name", {"name": ""}),
        ("a name with a line end", {"id": "a\nb", "name": "a\nb"}),
        ("a name that leads out of a folder", {"id": "../a", "name": "../a"}),
    )),
    LossKind("metadata", "metadata", (
        ("metadata", {"meta": {"k": 1}}),
        ("metadata with a number of many digits", {"meta": b'{"k":1.00000000000000000001}'}),
    )),
    LossKind("bytes", "bytes in no known encoding", (
        ("bytes that are not UTF-8, without a known encoding", {"text": b"\xff\n"}),
        ("a text that begins like compressed data", {"text": "BZh9\n"}),
    ), of_text=True),
    LossKind("encoding", "bytes that the declared encoding cannot decode", (
        ("bytes that their declared encoding cannot decode", {"text": b"\x81\n", "encoding": "cp1252"}),
    ), of_text=True),
    LossKind("character", "characters that the target cannot represent", (
        ("a text without a final line end", {"text": "x"}),
        ("a line that begins like the header of a seed file", {"text": "<<<FILE a b>>>\n"}),
        ("a control character", {"text": "\x01\n"}),
        ("a character that XML does not allow (U+FFFF)", {"text": "\uffff\n"}),
        ("a carriage return", {"text": "x\r\n"}),
    ), of_text=True),
    LossKind("size", "data that exceeds a limit of the target; it cannot be allowed", allowable=False),
)  # fmt: skip

#: The closed list of what a target may be unable to hold.
LOSS_KINDS: Final = tuple([kind.name for kind in KINDS])
#: Those that may be allowed.
ALLOWABLE: Final = tuple([kind.name for kind in KINDS if kind.allowable])
