"""Values and data of a schema. libxml2 decides about them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from corpusfmt.schema.relax_ng.grammar.patterns import Pattern
from corpusfmt.schema.relax_ng.grammar.safety import RNG
from corpusfmt.text.display import quoted, shown

if TYPE_CHECKING:
    from lxml.etree import _Element


def inherited(element: _Element, key: str) -> str:
    """Return an attribute of an element or of the nearest around it; empty when there is none."""
    for one in (element, *element.iterancestors()):
        if key in one.attrib:
            return one.get(key, "")
    return ""


def value(element: _Element) -> Pattern:
    """Return the pattern of a value or of data, about which libxml2 decides, by a schema of one element."""
    from lxml import etree

    copy = deepcopy(element)
    copy.tail = None
    copy.set("datatypeLibrary", inherited(element, "datatypeLibrary"))
    copy.set("ns", inherited(element, "ns"))
    root = etree.Element(f"{RNG}element", name="v")
    root.append(copy)
    schema: list[etree.RelaxNG] = []

    def allows(text: str) -> bool:
        if not schema:
            schema.append(etree.RelaxNG(root))
        one = etree.Element("v")
        one.text = text
        return bool(schema[0].validate(one))

    pattern = Pattern("value", words=_in_words(element))
    pattern.allows = allows
    return pattern


def _in_words(element: _Element) -> str:
    """Return what a value must be: ``'unknown'``, ``date``, ``text like 'a+'``."""
    if element.tag == f"{RNG}value":
        return quoted(element.text or "")
    kind = "text" if element.get("type") in ("string", "token") else shown(element.get("type", ""), 40)
    facets = []
    for one in element.iter(f"{RNG}param"):
        facet, limit = one.get("name"), one.text or ""
        if (facet, limit) == ("minLength", "1"):
            facets.append("that is not empty")
        else:
            facets.append(f"like {quoted(limit)}" if facet == "pattern" else f"with {facet} {quoted(limit)}")
    return " ".join([kind, *facets])
