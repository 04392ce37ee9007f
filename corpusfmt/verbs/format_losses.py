"""What documents of one format would lose in another, tested with probe documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from corpusfmt import plugins
from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError, LossError
from corpusfmt.model.format import Format, WriteOptions, applicable, options_for
from corpusfmt.model.loss_kinds import KINDS, LOSS_KINDS
from corpusfmt.text.display import quoted


class Probe(NamedTuple):
    """A document with one thing that some formats cannot hold: what it is, and the kind of loss that it would be."""

    what: str
    kind: str
    document: Document


def _probe(what: str, kind: str, **fields: Any) -> Probe:
    return Probe(what, kind, Document(**{"id": "a", "text": "x\n", "name": "a", **fields}))


_PROBES: Final = [_probe(what, kind.name, **fields) for kind in KINDS for what, fields in kind.probes]
_TRANSCODED: Final = Document("a", b"\xe9\n", name="a", encoding="cp1252")


class Side(NamedTuple):
    """A format, and its options."""

    format: Format
    own: Mapping[str, str]

    def __str__(self) -> str:
        options = ",".join(f"{name}={value}" for name, value in self.own.items())
        return f"{self.format.name}:{options}" if options else self.format.name

    def probes(self) -> Iterator[Probe]:
        """Give what is to be tried: with metadata whose keys may be those of its fields, in whatever it is written."""
        fields = ["id", "name", "text", "meta", *(value for name, value in self.own.items() if name.endswith("-field"))]
        for probe in _PROBES:
            yield probe
            if probe.kind == "metadata" and self.lacks(probe):
                fields = []
        for key in dict.fromkeys(filter(None, fields)):
            yield _probe(f"metadata with the key {quoted(key)}", "metadata", meta={key: "x"})

    @property
    def _writing(self) -> WriteOptions:
        return WriteOptions(own=applicable(self.format, "write", self.own))

    def lacks(self, probe: Probe) -> str:
        """Say why it cannot hold the thing that a probe is about; nothing when it can."""
        found = self.format.losses(probe.document, self._writing)
        return next((loss.message for loss in found if loss.kind == probe.kind), "")

    def reads(self, probe: Probe) -> bool:
        """Say whether reading may give a document that the format itself cannot hold."""
        return self.format.gives is not None and self.format.gives(probe.document)

    @property
    def transcodes(self) -> bool:
        """Whether a text in another encoding is written in UTF-8."""
        options = self._writing._replace(allow=frozenset({"id", "name", "metadata"}))
        try:
            return b"\xc3\xa9" in b"".join(self.format.writer(options).encode([_TRANSCODED]))
        except LossError:
            return False


class Pair(NamedTuple):
    """What becomes of documents on the way. ``lost`` has what the target cannot hold and the source can, with the kind
    of loss and why.
    """

    source: str
    target: str
    lost: list[tuple[str, str, str]]
    #: What is too large for the target, in words.
    size: str
    #: Whether texts in other encodings come to be in UTF-8.
    transcoded: bool
    #: Whether the order of documents is kept.
    ordered: bool
    #: What reading the source leaves out, in words.
    dropped: str


def side(name: str, own: Mapping[str, str]) -> Side:
    """Return a format with options. Raises UnknownFormatError, and ConfigurationError for options it does not know."""
    format = plugins.format_named(name)
    known = {**options_for(format, "read"), **options_for(format, "write")}
    for key, value in own.items():
        if key not in known:
            raise ConfigurationError(
                f"{format.name} has no option {quoted(key)}; it knows {', '.join(known) or 'none'}"
            )
        if known[key].choices and value not in known[key].choices:
            raise ConfigurationError(f"{key} must be one of {', '.join(known[key].choices)}, not {quoted(value)}")
    return Side(format, own)


def pair(source: Side, target: Side) -> Pair:
    """Try what documents of ``source`` would lose in ``target``."""
    lost = []
    for probe in target.probes():
        why = target.lacks(probe)
        if why and (not source.lacks(probe) or source.reads(probe)):
            lost.append((probe.kind, probe.what, why))
    lost.sort(key=lambda one: LOSS_KINDS.index(one[0]))
    whole = target.format.one_per_file
    return Pair(
        str(source), str(target), lost, target.format.cannot.get("size", ""), target.transcodes, not whole,
        source.format.leaves,
    )  # fmt: skip
