"""The errors that corpusfmt raises. ``OSError`` passes through untouched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from corpusfmt.model.finding import Finding
from corpusfmt.text.display import shown


class Loss(NamedTuple):
    """One thing of one document that the target cannot hold. ``kind`` is the name of one of its kinds."""

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
    """The base of all errors that corpusfmt raises on its own account.

    Errors can be copied and pickled, whatever arguments the constructor of a subclass takes.
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
    """A source is not what its format demands. ``finding`` says what and where."""

    def __init__(self, finding: Finding) -> None:
        hint = f"; {finding.hint}" if finding.hint else ""
        where = finding.where()
        super().__init__(f"{finding.message}{hint}" + (f": {where}" if where else ""))
        self.finding = finding


class LossError(CorpusfmtError):
    """A target cannot hold something. ``losses`` names each thing; nothing of the call was written."""

    def __init__(self, losses: Sequence[Loss]) -> None:
        first = losses[0]
        more = f" (and {len(losses) - 1} more)" if len(losses) > 1 else ""
        super().__init__(f"{first.message}: {first.where()}{more}")
        self.losses = tuple(losses)


class VerificationError(CorpusfmtError):
    """What was written does not hold what it is to hold when it is read back. Nothing was committed."""


class SourceChangedError(CorpusfmtError):
    """A file changed while it was read: what was read may never have been its content. Nothing was committed."""


class TargetChangedError(CorpusfmtError):
    """Something else has written to the target, or moved it, during the run, which did not finish what it had begun."""


class WorkerError(CorpusfmtError):
    """A process that did a part of the work was ended, or could not be started."""


class ReceiptError(CorpusfmtError):
    """A file is not a receipt of a conversion, or is not as it was written."""


class UnknownFormatError(CorpusfmtError):
    """No format, or more than one, answers to a name, a suffix or a content."""


class SchemaError(CorpusfmtError):
    """A schema is missing or is itself wrong."""


class ConfigurationError(CorpusfmtError):
    """A mistake of the caller: options that do not fit, a source that is none, a target that cannot be made."""


class PluginError(CorpusfmtError):
    """A plug-in is broken or claims what another one has."""
