"""Deletions that begin at one element and end after another (TEI P5, 12.3.1.4: delSpan)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from corpusfmt.formats.tei.thirdparty.flow import Flow, State

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.steps import Step
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
    span = reader.spans[at]
    del reader.spans[at:]
    # One that begins or ends inside of a note or an alternative, and not both, is no run of the text: all of it stays.
    if span.flow is not reader.flow or any(chooser.spans > at for chooser in reader.choosers):
        return
    size = reader.flow.size
    reader.flow.cut(span.state)
    lost = size - reader.flow.size + sum(note.size for note in reader.notes[span.notes :])
    del reader.notes[span.notes :]
    reader.size -= lost
    if lost:
        reader.count("delSpan", -1)
        reader.count("text of delSpan")
