"""A file in UTF-16 or UTF-32 as UTF-8, as its byte order mark says: nothing is lost, and it can be undone."""

from __future__ import annotations

from codecs import getincrementaldecoder

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import Stream
from corpusfmt.text.display import quoted
from corpusfmt.verbs.fix.edits import Source


class Transcoded(Source):
    """A source whose bytes are brought to UTF-8, without the mark."""

    codec = ""

    def __init__(self, stream: Stream, encoding: str, *, salvage: bool) -> None:
        super().__init__(stream, salvage=salvage)
        self._encoding = encoding
        # The name without a byte order takes the mark away.
        self._decoder = getincrementaldecoder(encoding[:6])("strict")
        self._done = False

    @property
    def changes(self) -> list[str]:
        """As of the source."""
        return [*super().changes, "in UTF-8"]

    def read(self, size: int, /) -> bytes:
        """Return about ``size`` bytes of UTF-8; none at the end. Raises ConfigurationError."""
        while not self._done:
            raw = super().read(size)
            self._done = not raw
            try:
                data = self._decoder.decode(raw, self._done).encode()
            except UnicodeError as error:
                what = f"it is not in {self._encoding}, as its byte order mark says ({error})"
                raise ConfigurationError(f"{quoted(self.name, 400)}: {what}; nothing was changed") from None
            if data:
                return data
        return b""
