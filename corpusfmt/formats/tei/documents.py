"""Documents from the frames of ``TEI`` elements that have ended, and the edits that fix them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpusfmt.formats.tei.names import ncname
from corpusfmt.formats.tei.native import NativeEvents, NativeFault, read_native
from corpusfmt.formats.tei.profile import MARK, NAMESPACE
from corpusfmt.formats.tei.references import XML_ID
from corpusfmt.formats.tei.thirdparty.header import Heading, identity, metadata
from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText
from corpusfmt.limits import MIB
from corpusfmt.model.finding import Edit
from corpusfmt.model.ids import Made, make_id
from corpusfmt.text.display import quoted

if TYPE_CHECKING:
    from corpusfmt.formats.tei.frames import Frame, Frames
    from corpusfmt.formats.tei.gathering import Gathering

_NO_XML_ID: Final = "the TEI element has no xml:id"
_NAME_IT: Final = "give it one"
_LET_GO: Final = "restore the paragraphs; or remove type and SHA-256 to read it as third-party TEI"
#: A changed native document is validated with the included schema up to this size, in bytes: the time that lxml
#: takes grows with the square of it.
MOST_VALIDATED: Final = MIB
#: The parts that a header has at least (TEI P5, 2.2).
PARTS: Final = ("titleStmt", "publicationStmt", "sourceDesc")


def take_native(frames: Frames, frame: Frame, events: NativeEvents, stop: int) -> None:
    """Take a native document, which ends at the stream offset ``stop``."""
    gathering, byte = frames.gathering, frame.byte
    raw = gathering.window.slice(byte, stop)
    literal = bool(gathering.tag(byte)[1])  # not inside of an entity, whose place is that of its reference
    clean = read_native(raw + b"\n", gathering.options.limits)
    if clean is not None:
        gathering.add(clean.id, clean.name, clean.data, clean.meta, byte, byte + clean.body)
        return
    # What an entity stands for is not in the document alone.
    validated = gathering.options.validating or len(raw) > MOST_VALIDATED or frames.parser.doctype
    try:
        told = events.finish()
    except NativeFault as fault:
        if fault.code == "TEI017" and not validated:
            gathering.to_validate.append(frames.units.region(byte, stop, frames.parser))
        edit = _confirmed(fault, events, raw, byte) if literal else None
        hint = _LET_GO if fault.code == "TEI017" and edit is None else ""
        frames.refuse(fault.code, fault.message, byte, edit=edit, hint=hint, at_end=True)
        return
    if raw != told.anew and not validated:
        gathering.to_validate.append(frames.units.region(byte, stop, frames.parser))
    anew = Edit(byte, stop - byte, told.anew) if told.anew and literal else None
    for code, message in told.remarks:
        edit = anew if code == "TEI018" else None
        hint = (
            ""
            if edit or code != "TEI018"
            else "create the file again: other parts were changed too, and no fix restores them"
        )
        gathering.find(code, message, byte, edit=edit, id=told.id, hint=hint)
    if XML_ID not in frame.attributes:
        edit = (anew or _naming(gathering, byte, told.id)) if frames.is_new(ncname(told.id)) else None
        gathering.find("TEI026", _NO_XML_ID, byte, edit=edit, id=told.id, hint="" if edit else _NAME_IT)
    for name, count in events.dropped.items():
        gathering.out.leave(name, count)
    gathering.add(told.id, told.name, told.text.encode(), told.meta, byte, frame.body if frame.body >= 0 else stop)


def take_third_party(frames: Frames, frame: Frame, events: ThirdPartyText) -> None:
    """Take a document that others made."""
    gathering, byte = frames.gathering, frame.byte
    found = events.finish()
    for what, count in found.dropped.items():
        gathering.out.leave(what, count)
    _check_header(gathering, frame, found.heading)
    if {"id", "sha256"} <= found.heading.idno_types:
        what = f"it has a SHA-256 of its text but not the type {MARK}, which native documents have"
        frames.refuse("TEI019", what, byte, at_end=True)
        return
    id, name = identity(found.heading, frame.attributes, frame.urn)
    if not found.has_text:
        gathering.find("TEI011", "the TEI element has no text", byte, id=id or None)
        gathering.out.leave("TEI without a text")
        return
    data = found.data
    if not id:
        how = gathering.options.id_from
        if how:
            id = make_id(how, name, gathering.line_of(byte), data)
        elif len(frames.stack) == 1:
            id = Made(gathering.options.stem)
        if not id:
            frames.refuse("TEI010", "the document has no id", byte, at_end=True)
            return
    elif XML_ID not in frame.attributes:
        # An xml:id comes before all else: another one than the id would be another id. In a corpus, one that is to come
        # may have it.
        fits = len(frames.stack) == 1 and ncname(id) == id and frames.is_new(id)
        edit = _naming(gathering, byte, id) if fits else None
        gathering.find("TEI026", _NO_XML_ID, byte, edit=edit, id=id, hint="" if edit else _NAME_IT)
    meta = metadata(found.heading, frames.heading_around())
    gathering.add(id, name, data, meta, byte, max(frame.body, byte))


def _check_header(gathering: Gathering, frame: Frame, heading: Heading) -> None:
    missing = [part for part in PARTS if part not in frame.parts]
    if missing:
        gathering.find("TEI013", f"the header has no {', no '.join(missing)}", frame.byte)
    elif not heading.title:
        gathering.find("TEI012", "the header has no title", frame.byte)


def _confirmed(fault: NativeFault, events: NativeEvents, raw: bytes, byte: int) -> Edit | None:
    """Return the edit that takes an edited text as it is: another SHA-256."""
    now, old = events.digest_now(), events.digest.encode()
    if fault.code != "TEI017" or not now or raw.count(old) != 1:
        return None
    return Edit(byte + raw.find(old), len(old), now.encode(), safe=False)


def _naming(gathering: Gathering, byte: int, id: str | int) -> Edit | None:
    """Return the edit that gives the element at ``byte`` an ``xml:id``, if it stands there as it is."""
    name = gathering.tag(byte)[1]
    return Edit(byte + 1 + len(name), 0, b' xml:id="%b"' % ncname(id).encode()) if name else None


def check_namespace(gathering: Gathering, byte: int, uri: str) -> None:
    """Remark on the namespace of an element that is not that of TEI, with the edit that fixes it."""
    tag, name = gathering.tag(byte)
    edit = None
    if uri and tag.count(b'"%b"' % uri.encode()) == 1:
        edit = Edit(byte + tag.find(b'"%b"' % uri.encode()) + 1, len(uri.encode()), NAMESPACE.encode())
    elif not uri and b'xmlns=""' in tag:
        edit = Edit(byte + tag.find(b'xmlns=""') + 7, 0, NAMESPACE.encode())
    elif not uri and name and b"xmlns" not in tag:
        edit = Edit(byte + 1 + len(name), 0, b' xmlns="%b"' % NAMESPACE.encode())
    what = f"the namespace is {quoted(uri)}" if uri else "there is no namespace"
    hint = "" if edit else f"write the namespace {NAMESPACE}"
    gathering.find("TEI004", f"{what}; expected {NAMESPACE}", byte, edit=edit, hint=hint)
