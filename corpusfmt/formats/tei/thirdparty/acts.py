"""Actions for elements that need more than separators: line breaks, notes, deletions, tables.

An act is called at the start of an element with its name, its attributes and its step. It returns the step that is
taken, or None when the element is left out with all that it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from corpusfmt.formats.tei.thirdparty import choosing, notes
from corpusfmt.formats.tei.thirdparty.flow import BREAK, JOINED, NOTHING, SPACE
from corpusfmt.formats.tei.thirdparty.spans import MOST_SPANS, Span
from corpusfmt.formats.tei.thirdparty.steps import Opening, Step

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText

Attributes: TypeAlias = Mapping[str, str]


def act(name: str) -> Opening:
    """Return the function of an act of the table of elements."""
    return _ACTS[name]


def _out(reader: ThirdPartyText, name: str, _attributes: Attributes, step: Step) -> Step | None:
    if step.before:
        reader.flow.need(step.before)
    reader.skip(name)
    return None


def _gap(reader: ThirdPartyText, name: str, _attributes: Attributes, _step: Step) -> Step | None:
    """Leave out a gap: what it holds is not of the text (TEI P5, 3.5.3). Inside of a word it is marked."""
    reader.flow.gap()
    reader.skip(name)
    return None


def _space(reader: ThirdPartyText, name: str, _attributes: Attributes, _step: Step) -> Step | None:
    reader.flow.need(SPACE)
    reader.skip(name)
    return None


def _lb(reader: ThirdPartyText, name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take a line beginning (TEI P5, 3.11.3)."""
    breaks = _breaks(attributes)
    if not breaks:
        reader.flow.line(reader.offset)
        return step
    if breaks != "no":
        reader.flow.need(BREAK if reader.flow.breaks else SPACE)
        return step
    return _milestone(reader, name, attributes, step)


def _milestone(reader: ThirdPartyText, name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take an empty element: a word continues after it where break is "no", and ends there where it is "yes"
    (TEI P5, 3.11.3, att.breaking).
    """
    breaks = _breaks(attributes)
    if breaks == "yes":
        reader.flow.need(SPACE)
    elif breaks == "no":
        if reader.flow.join():
            reader.size -= 1
            reader.count("hyphens before lb")
    elif name in _PAGES:
        reader.flow.turn()
    return step


def _breaks(attributes: Attributes) -> str:
    """Return what break says, or a type that said it before TEI had the attribute, as texts of the TCP and of old
    EpiDoc do.
    """
    breaks = attributes.get("break", "").strip().replace("maybe", "")  # as if nothing was said (att.breaking)
    return breaks or ("no" if not _IN_WORD.isdisjoint(attributes.get("type", "").split()) else "")


def _del_span(reader: ThirdPartyText, name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take the beginning of a deletion that ends where spanTo points (TEI P5, 12.3.1.4)."""
    target = attributes.get("spanTo", "").strip().removeprefix("#")
    wanted = reader.choices.choice != "original" and not reader.restored
    if target and wanted and len(reader.spans) < MOST_SPANS:
        reader.spans.append(Span(target, reader.flow, reader.flow.state(), len(reader.notes)))
    return _milestone(reader, name, attributes, step)


def _fig_desc(reader: ThirdPartyText, name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take the words for a picture (TEI P5, 15.3), with which GROBID marks up the printed caption."""
    return step if "grobid" in reader.header.tools else _out(reader, name, attributes, step)


def _token(reader: ThirdPartyText, _name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take a word or a punctuation mark: join says where there is no white space (TEI P5, 18.4.2)."""
    join = attributes.get("join")
    if join in ("left", "both"):
        reader.flow.pull()
    return step._replace(after=JOINED) if join in ("right", "both") else step


def _keep(reader: ThirdPartyText, _name: str, _attributes: Attributes, step: Step) -> Step | None:
    return spaced(reader, step, keep=True)


def spaced(reader: ThirdPartyText, step: Step, *, keep: bool) -> Step:
    """Return the step of an element in which white space is kept, or not."""
    reader.keeps.append(reader.keep)
    reader.keep = keep
    reader.closings.append(step.closing)
    return step._replace(closing=_end_spaced)


def _end_spaced(reader: ThirdPartyText) -> None:
    reader.keep = reader.keeps.pop()
    closing = reader.closings.pop()
    if closing is not None:
        closing(reader)


# -- tables ---------------------------------------------------------------------------------------------


def _row(reader: ThirdPartyText, _name: str, _attributes: Attributes, step: Step) -> Step | None:
    reader.flow.row()
    return step._replace(closing=_end_row)


def _end_row(reader: ThirdPartyText) -> None:
    reader.flow.end_row()


def _cell(reader: ThirdPartyText, _name: str, _attributes: Attributes, step: Step) -> Step | None:
    reader.flow.cell()
    reader.flow.flatten()
    return step._replace(before=NOTHING, after=SPACE, closing=notes.unflatten)


# -- what was changed -----------------------------------------------------------------------------------


def _del(reader: ThirdPartyText, name: str, _attributes: Attributes, step: Step) -> Step | None:
    """Take a deletion (TEI P5, 3.5.3), which does not count inside of a restore (12.3.1.6)."""
    if reader.choices.choice == "original" or reader.restored:
        return step
    reader.skip(name)
    return None


def _restore(reader: ThirdPartyText, _name: str, _attributes: Attributes, step: Step) -> Step | None:
    reader.restored += 1
    return step._replace(closing=_end_restore)


def _end_restore(reader: ThirdPartyText) -> None:
    reader.restored -= 1


# -- characters -----------------------------------------------------------------------------------------


def _g(reader: ThirdPartyText, _name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take a character or glyph that is not in Unicode (TEI P5, 5.2)."""
    reader.glyphs.append((reader.flow.size, attributes.get("ref", "")))
    return step._replace(closing=_end_g)


def _end_g(reader: ThirdPartyText) -> None:
    size, ref = reader.glyphs.pop()
    if reader.flow.size != size:
        return
    mapping = reader.header.characters.get(ref[1:]) if ref.startswith("#") else None
    if mapping:
        reader.flow.run(mapping)
        reader.size += len(mapping)
    else:
        reader.count("g", -1)
        reader.count("g without a mapping")


#: Milestones at which another page or column begins: one sentence may end before it, and another begin after it.
_PAGES: Final = frozenset({"pb", "cb", "gb"})
#: Types of line beginnings inside of a word.
_IN_WORD: Final = frozenset({"hyphenInWord", "inWord", "worddiv"})

_ACTS: Final[Mapping[str, Opening]] = {
    "out": _out,
    "gap": _gap,
    "space": _space,
    "lb": _lb,
    "milestone": _milestone,
    "token": _token,
    "keep": _keep,
    "row": _row,
    "cell": _cell,
    "del": _del,
    "delSpan": _del_span,
    "figDesc": _fig_desc,
    "restore": _restore,
    "g": _g,
    **choosing.ACTS,
    **notes.ACTS,
}
