"""Actions for elements that need more than separators: line breaks, notes, deletions, tables.

An act is called at the start of an element with its name, its attributes and its step. It returns the step that is
taken, or None when the element is left out with all that it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from corpusfmt.formats.tei.thirdparty import alternatives
from corpusfmt.formats.tei.thirdparty.elements import Closing, Opening, Step, pointed
from corpusfmt.formats.tei.thirdparty.flow import BREAK, HYPHENS, INWORD, JOINED, NOTHING, SPACE, Flow, State
from corpusfmt.formats.tei.thirdparty.header import XML_ID

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText


#: So many deletions may be open at a time; the text of further ones stays.
MOST_SPANS: Final = 64


class Span(NamedTuple):
    """What is deleted up to the end of the element with an xml:id: where its text begins, and its notes."""

    target: str
    flow: Flow
    state: State
    notes: int


def ending(reader: ThirdPartyText, xml_id: str, step: Step) -> Step:
    """Return the step of an element with an ``xml:id``, which may end a deletion."""
    if all(span.target != xml_id for span in reader.spans):
        return step
    reader.closings.append(step.closing)
    reader.targets.append(xml_id)
    return step._replace(closing=_end)


def _end(reader: ThirdPartyText) -> None:
    """End an element that ends a deletion. What is deleted is taken back, as it is of alternatives."""
    xml_id, closing = reader.targets.pop(), reader.closings.pop()
    if closing is not None:
        closing(reader)
    at = next((at for at, span in enumerate(reader.spans) if span.target == xml_id), -1)
    if at < 0:
        return
    spans = reader.spans[at:]
    del reader.spans[at:]
    # One that begins or ends inside of a note or an alternative, and not both, is no run of the text: all of it stays.
    if spans[0].flow is reader.flow and all(chooser.spans <= at for chooser in reader.choosers):
        _cut(reader, spans[0])
    for span in spans:
        span.flow.release()


def _cut(reader: ThirdPartyText, span: Span) -> None:
    size = reader.flow.size
    reader.flow.cut(span.state)
    lost = size - reader.flow.size + sum(note.size for note in reader.notes[span.notes :])
    del reader.notes[span.notes :]
    reader.size -= lost
    if lost:
        reader.count("delSpan", -1)
        reader.count("text of delSpan")


def _note(reader: ThirdPartyText, name: str, attributes: Mapping[str, str], step: Step) -> Step | None:
    """Take a note (TEI P5, 3.9.1) where text runs."""
    if reader.choices.notes == "end":
        note = Flow(reader.flow.breaks, reader.flow.seam)
        reader.notes.append(note)
        reader.flows.append(reader.flow)
        reader.flow = note
        return Step(NOTHING, NOTHING, reader.running, None, _end_note)
    if reader.choices.notes == "inline":
        return _inline(reader, name, attributes, step)
    reader.skip(name)
    return None


def _end_note(reader: ThirdPartyText) -> None:
    if not reader.flow.size and reader.notes[-1] is reader.flow:
        reader.notes.pop()
    reader.flow = reader.flows.pop()


def _block_note(reader: ThirdPartyText, name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    if reader.choices.notes != "out":
        return step
    reader.skip(name)
    return None


def _fw(reader: ThirdPartyText, name: str, attributes: Mapping[str, str], step: Step) -> Step | None:
    """Take running titles, catchwords and page numbers (TEI P5, 12.6)."""
    # Inside of a word that goes on behind it, it would part the word.
    if reader.choices.fw == "inline" and not (step.before == SPACE and (reader.flow.is_in_word or _in_word(reader))):
        return _inline(reader, name, attributes, step)
    reader.skip(name)
    return None


def _inline(reader: ThirdPartyText, _name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    if step.before != SPACE:
        return step
    flow, size = reader.flow, reader.flow.size
    flow.flatten()

    def end(_reader: ThirdPartyText) -> None:
        flow.unflatten()
        if flow.size > size:
            flow.wall = flow.size  # no word goes on from here

    return step._replace(closing=end)


def unflatten(reader: ThirdPartyText) -> None:
    """End something flat."""
    reader.flow.unflatten()


#: The acts of this module, as ``acts`` has them.
NOTES: Final[Mapping[str, Opening]] = {"note": _note, "block note": _block_note, "fw": _fw}


Attributes: TypeAlias = Mapping[str, str]


def act(name: str) -> tuple[Opening, Closing | None]:
    """Return the function of an act of the table of elements, and the one for the end of each of these elements."""
    return _ACTS[name], _end_word if name == "word" else None


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
        if _in_word(reader):
            reader.flow.goes_on()
        else:
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
        reader.flow.join()
    elif name in _BREAKING and _in_word(reader):
        reader.flow.goes_on()
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
    target = pointed(attributes.get("spanTo", ""))
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


def _word(reader: ThirdPartyText, name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take a word: a line that begins inside of it does not end it, nor does one between two parts of it (TEI P5,
    att.fragmentable; att.global.linking for next and prev).
    """
    flow = reader.flow
    if reader.fragment is not None:
        reader.fragment.meet(flow, attributes)
        reader.fragment = None
    goes_on = "next" in attributes or ("part" in attributes and attributes["part"] in _GOES_ON)
    reader.words.append((flow, flow.size, attributes if goes_on else None))
    return _token(reader, name, attributes, step) if "join" in attributes else step


def _end_word(reader: ThirdPartyText) -> None:
    flow, _, attributes = reader.words.pop()
    if flow.pending == INWORD and not _in_word(reader):  # a line that begins at the end of a word
        flow.pending = NOTHING
        flow.line(reader.offset)
    if attributes is not None:
        reader.fragment = Fragment(flow, flow.size, attributes)


class Fragment(NamedTuple):
    """A part of a word that has ended, where the text had a ``size``."""

    flow: Flow
    size: int
    attributes: Attributes

    def meet(self, flow: Flow, attributes: Attributes) -> None:
        """Join the word that begins, if it is the next part of this one, and nothing but a hyphen is between them."""
        before = self.attributes
        goes_on = (
            (attributes.get("part") in _GOES_ON_FROM and before.get("part") in _GOES_ON)
            or _points(attributes.get("prev"), before)
            or _points(before.get("next"), attributes)
        )
        if goes_on and flow is self.flow and ((between := flow.since(self.size)) == "" or between in HYPHENS):
            flow.goes_on()


def _points(pointer: str | None, attributes: Attributes) -> bool:
    """Say whether a pointer leads to the element with some attributes."""
    return pointer is not None and pointed(pointer) == attributes.get(XML_ID)


def _in_word(reader: ThirdPartyText) -> bool:
    """Say whether the text stands inside of a word, behind its beginning."""
    if not reader.words:
        return False
    flow, size, _ = reader.words[-1]
    return flow is reader.flow and flow.size > size


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
    return step._replace(before=NOTHING, after=SPACE, closing=unflatten)


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


def _expan(reader: ThirdPartyText, _name: str, _attributes: Attributes, step: Step) -> Step | None:
    """Take an expansion, in which the sign of the abbreviation may stand too (TEI P5, 3.6.5)."""
    reader.expansions += 1
    return step._replace(closing=_end_expan)


def _end_expan(reader: ThirdPartyText) -> None:
    reader.expansions -= 1


def _am(reader: ThirdPartyText, name: str, _attributes: Attributes, step: Step) -> Step | None:
    """Take the sign of an abbreviation, in whose place an expansion has letters."""
    if reader.choices.choice == "original" or not reader.expansions:
        return step
    reader.skip(name)
    return None


def _ex(reader: ThirdPartyText, name: str, _attributes: Attributes, step: Step) -> Step | None:
    """Take letters that an editor added to an abbreviation."""
    if reader.choices.choice != "original":
        return step
    reader.skip(name)
    return None


# -- characters -----------------------------------------------------------------------------------------


def _g(reader: ThirdPartyText, _name: str, attributes: Attributes, step: Step) -> Step | None:
    """Take a character or glyph that is not in Unicode (TEI P5, 5.2)."""
    reader.glyphs.append((reader.flow.size, attributes.get("ref", "")))
    return step._replace(closing=_end_g)


def _end_g(reader: ThirdPartyText) -> None:
    size, ref = reader.glyphs.pop()
    if reader.flow.size != size:
        return
    mapping = reader.header.characters.get(pointed(ref))
    if mapping:
        reader.flow.run(mapping)
        reader.size += len(mapping)
    else:
        reader.count("g", -1)
        reader.count("g without a mapping")


#: Milestones at which another page or column begins: one sentence may end before it, and another begin after it.
_PAGES: Final = frozenset({"pb", "cb", "gb"})
_BREAKING: Final = _PAGES | {"milestone"}
#: What part says of a part of a word that another one follows, and of one that follows another.
_GOES_ON: Final = frozenset({"I", "M"})
_GOES_ON_FROM: Final = frozenset({"M", "F"})
#: Types of line beginnings inside of a word.
_IN_WORD: Final = frozenset({"hyphenInWord", "inWord", "worddiv"})

_ACTS: Final[Mapping[str, Opening]] = {
    "out": _out,
    "gap": _gap,
    "space": _space,
    "lb": _lb,
    "milestone": _milestone,
    "token": _token,
    "word": _word,
    "keep": _keep,
    "row": _row,
    "cell": _cell,
    "del": _del,
    "delSpan": _del_span,
    "figDesc": _fig_desc,
    "restore": _restore,
    "expan": _expan,
    "am": _am,
    "ex": _ex,
    "g": _g,
    **alternatives.ACTS,
    **NOTES,
}
