"""TXT013: annotation and object replacement characters."""

from __future__ import annotations

import re

from corpusfmt.model.rule import Check, Rule
from corpusfmt.rules._characters import check_for, looking


def start() -> Check:
    """Return a check; it keeps nothing."""
    return check_for(looking(b"\xef\xbf[\xb9-\xbc]"), re.compile("[\ufff9-\ufffc]"))


RULE = Rule(
    code="TXT013",
    severity="warning",
    summary="annotation or object character in the text",
    why="U+FFF9 to U+FFFB (interlinear annotation) are for internal use by programs. The text between U+FFFA and "
    "U+FFFB is an annotation, such as the reading of a Japanese word; it becomes part of the text when the marks are "
    "removed. U+FFFC (object replacement character) stands for an image or another object that is missing from the "
    "text. Most programs do not show these characters.",
    advice="create the text again from its source, without annotations and objects",
    bad="<<<FILE d1 a.txt>>>\n\ufff9\u6f22\u5b57\ufffa\u304b\u3093\u3058\ufffb\n".encode(),
    good="<<<FILE d1 a.txt>>>\n\u6f22\u5b57\uff08\u304b\u3093\u3058\uff09\n".encode(),
    start=start,
    default=False,
)
