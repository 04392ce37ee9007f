"""The options for third-party TEI, and the counts of what was dropped."""

from __future__ import annotations

from typing import NamedTuple

from corpusfmt.formats.tei.thirdparty.heading import Heading


class Choices(NamedTuple):
    """What is wanted of a text: ``choice`` edited or original, ``notes`` end, inline or out, ``fw`` out or inline,
    ``lb`` newline, space or join, and ``witness`` the xml:id of one whose readings are wanted.
    """

    choice: str = "edited"
    notes: str = "end"
    fw: str = "out"
    lb: str = "newline"
    witness: str = ""


class Found(NamedTuple):
    """What was found in a ``TEI`` element.

    ``has_text`` says whether there is a ``text`` or a ``sourceDoc``. ``dropped`` counts markup by the name of the
    element where its text stays, and ``text of`` a name where it does not.
    """

    text: str
    has_text: bool
    heading: Heading
    dropped: dict[str, int]
