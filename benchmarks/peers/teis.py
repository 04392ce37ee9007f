"""What the peers that read and write TEI share."""

from collections.abc import Iterator

from lxml import etree

NAMESPACE = "http://www.tei-c.org/ns/1.0"
XML = "http://www.w3.org/XML/1998/namespace"


def tei(name: str) -> str:
    """Return the name of an element of TEI as lxml has it."""
    return f"{{{NAMESPACE}}}{name}"


def texts(path: str) -> Iterator[etree._Element]:
    """Give each ``TEI`` of a corpus, and remove it behind. Nothing is fetched, no entity is resolved."""
    parser = etree.iterparse(
        path, events=("end",), tag=tei("TEI"), huge_tree=False, resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, element in parser:
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
