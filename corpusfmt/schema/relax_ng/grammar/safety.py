"""The files that a schema may refer to: those in its folder.

libxml2 opens what ``include`` and ``externalRef`` name by itself, so all of it is looked at before. The process runs in
the schema's folder, and paths are relative to that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from corpusfmt.limits import GRAMMAR, GRAMMAR_FILES, sized
from corpusfmt.model.errors import SchemaError
from corpusfmt.text.display import quoted

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

RNG: Final = "{http://relaxng.org/ns/structure/1.0}"
REFERENCES: Final = (f"{RNG}include", f"{RNG}externalRef")
_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
#: A relative path that means the same as a URI and as a file name, everywhere.
_PLAIN: Final = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.\-]*/)*[A-Za-z0-9_][A-Za-z0-9_.\-]*", re.A)


def parser(encoding: str | None = None) -> XMLParser:
    """Return a parser that fetches nothing, for schemas and documents. ``encoding`` goes before what one declares."""
    from lxml import etree

    return etree.XMLParser(
        encoding=encoding,
        resolve_entities="internal",
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        dtd_validation=False,
    )


class Files:
    """A schema and the files that it refers to, by path; the schema itself has the path that it was given with."""

    def __init__(self, data: bytes, path: str, *, alone: bool = False) -> None:
        """Look at all of it; with ``alone``, it may refer to nothing. Raises SchemaError."""
        self.path, self._alone = path, alone
        self._roots: dict[str, _Element] = {}
        self.root = self._parsed(data, path)
        waiting = [path]
        while waiting:
            base = waiting.pop()
            for reference in references(self._roots[base]):
                target = self._target(reference, base)
                if target not in self._roots:
                    self._parsed(_read(target, base), target)
                    waiting.append(target)

    def follow(self, reference: _Element, base: str) -> tuple[_Element, str]:
        """Return the root of what a reference in the file ``base`` names, and its path."""
        target = self._target(reference, base)
        return self._roots[target], target

    def _parsed(self, data: bytes, path: str) -> _Element:
        from lxml import etree

        if len(self._roots) >= GRAMMAR_FILES:
            raise SchemaError(f"the schema is spread over more than {GRAMMAR_FILES} files")
        try:
            # As a relative address: in another, a space or a percent sign of a folder would mean something.
            root = etree.fromstring(data, parser(), base_url=path)
        except etree.XMLSyntaxError as error:
            raise SchemaError(f"{quoted(path)} is not XML: {error.msg}") from None
        tree = root.getroottree()
        if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
            raise SchemaError(f"{quoted(path)} has a DOCTYPE, which could refer to other files; remove it")
        if not str(root.tag).startswith(RNG):
            raise SchemaError(f"{quoted(path)} is not RELAX NG: its root is {quoted(str(root.tag))}")
        for element in root.iter(etree.Element):
            if _BASE in element.attrib:
                raise SchemaError(f"{quoted(path)} has an xml:base, which could refer to other files; remove it")
        self._roots[path] = root
        return root

    def _target(self, reference: _Element, base: str) -> str:
        href = reference.get("href", "")
        if self._alone or not _PLAIN.fullmatch(href):
            raise SchemaError(
                f"{quoted(base)} refers to {quoted(href)}, line {reference.sourceline}; nothing is fetched: "
                "store the file beside the schema, and refer to it by a relative path"
            )
        target = os.path.normpath(os.path.join(os.path.dirname(base), href))
        here = os.path.realpath(os.curdir)
        if os.path.commonpath([here, os.path.realpath(target)]) != here:
            raise SchemaError(f"{quoted(base)} refers to {quoted(href)}, which is outside the folder of the schema")
        return target


def references(root: _Element) -> Iterator[_Element]:
    """Give the elements that refer to other files."""
    return root.iter(*REFERENCES)


def _read(path: str, base: str) -> bytes:
    where = f"{quoted(base)} refers to {quoted(path)}"
    if os.path.exists(path) and not os.path.isfile(path):
        raise SchemaError(f"{where}: it is not a regular file")
    try:
        with open(path, "rb") as file:
            data = file.read(GRAMMAR + 1)
    except OSError as error:
        raise SchemaError(f"{where}: {error.strerror}") from None
    if len(data) > GRAMMAR:
        raise SchemaError(f"{where}: it is larger than {sized(GRAMMAR)}")
    return data
