"""Notes and forme work: read after the text, in place, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from corpusfmt.formats.tei.thirdparty.flow import NOTHING, SPACE, Flow
from corpusfmt.formats.tei.thirdparty.steps import Opening, Step

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText


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
    if reader.choices.fw == "inline":
        return _inline(reader, name, attributes, step)
    reader.skip(name)
    return None


def _inline(reader: ThirdPartyText, _name: str, _attributes: Mapping[str, str], step: Step) -> Step | None:
    if step.before != SPACE:
        return step
    reader.flow.flatten()
    return step._replace(closing=unflatten)


def unflatten(reader: ThirdPartyText) -> None:
    """End something flat."""
    reader.flow.unflatten()


#: The acts of this module, as ``acts`` has them.
ACTS: Final[Mapping[str, Opening]] = {"note": _note, "block note": _block_note, "fw": _fw}
