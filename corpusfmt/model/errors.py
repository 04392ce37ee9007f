"""The errors that corpusfmt raises. ``OSError`` is not wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from corpusfmt.model.finding import Finding
from corpusfmt.text.display import shown


class Loss(NamedTuple):
    """Data of one document that the target cannot represent. ``kind`` is one of :data:`LOSS_KINDS`."""

    kind: str
    message: str
    document: str | int
    path: str = ""
    line: int = 0
    byte: int = -1

    def where(self) -> str:
        """Return where the document came from, and its id."""
        document = f"document {shown(str(self.document), 60)}"
        if self.byte < 0:
            return document
        return f"{shown(self.path)}:{self.line} (byte {self.byte}, {document})"


class CorpusfmtError(Exception):
    """The base class of all errors of corpusfmt.

    Errors can be copied and pickled, whatever arguments the constructor of a subclass has.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        state = self.__getstate__()
        if isinstance(state, tuple):  # a subclass has slots
            state = {**(state[0] or {}), **state[1]}
        return _restored, (type(self), *super().__reduce__()[1]), state


_Error = TypeVar("_Error", bound=CorpusfmtError)


def _restored(kind: type[_Error], *arguments: Any) -> _Error:
    """Return an error without running its constructor, which may take other arguments than the error has."""
    return kind.__new__(kind, *arguments)


class ParseError(CorpusfmtError):
    """A source is not valid in its format. ``finding`` has the reason and the position."""

    def __init__(self, finding: Finding) -> None:
        hint = f"; {finding.hint}" if finding.hint else ""
        where = finding.where()
        super().__init__(f"{finding.message}{hint}" + (f": {where}" if where else ""))
        self.finding = finding


class LossError(CorpusfmtError):
    """The target cannot represent some data. ``losses`` lists it. The call wrote nothing."""

    def __init__(self, losses: Sequence[Loss]) -> None:
        first = losses[0]
        more = f" (and {len(losses) - 1} more)" if len(losses) > 1 else ""
        super().__init__(f"{first.message}: {first.where()}{more}")
        self.losses = tuple(losses)


class VerificationError(CorpusfmtError):
    """A file that was read back differs from what was written. Nothing was committed."""


class SourceChangedError(CorpusfmtError):
    """A file changed while it was read, so the result may be a mixture. Nothing was committed."""


class TargetChangedError(CorpusfmtError):
    """Another program wrote to the target, or moved it, during the run. The run is incomplete."""


class WorkerError(CorpusfmtError):
    """A worker process was killed, or could not be started."""


class ReceiptError(CorpusfmtError):
    """A file is not a receipt of a conversion, or was changed."""


class UnknownFormatError(CorpusfmtError):
    """No format, or more than one, matches a name, a suffix or a content."""


class SchemaError(CorpusfmtError):
    """A schema is missing or invalid, or takes too long."""


class ConfigurationError(CorpusfmtError):
    """A mistake of the caller: incompatible options, an invalid source, or a target that cannot be created."""


class PluginError(CorpusfmtError):
    """A plug-in is broken, or uses a name, suffix or code of another one."""
