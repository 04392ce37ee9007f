"""What the file of a document is named by, in a target that has a file per document."""

from __future__ import annotations

from typing import Final

from corpusfmt.model.document import Document
from corpusfmt.model.errors import ConfigurationError
from corpusfmt.model.format import Option, WriteOptions

NAME_FROM: Final = "name-from"


def name_from(usual: str) -> Option:
    """Return the option of a format whose files are named by ``usual``, in words, where nothing else is asked for."""
    what = f"files are named by the name, the id, or the path of the source; the default is {usual}"
    return Option(NAME_FROM, what, ("id", "name", "path"), "write")


def wanted_name(document: Document, options: WriteOptions, usual: str) -> str:
    """Return what a document's file is to be named by, which is no path yet: the id where it has no name.

    Raises ConfigurationError where it is to be named by the source, and nobody knows that.
    """
    how = options.own.get(NAME_FROM, usual)
    if how == "path":
        if options.source is None:
            raise ConfigurationError("file names can be created from paths only in a conversion")
        return options.source.stem
    return (how == "name" and document.name) or str(document.id)
