"""Classes of names. A name is a pair: namespace, local name."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

#: The namespace of ``xml:id`` and its like.
XML: Final = "http://www.w3.org/XML/1998/namespace"
Name: TypeAlias = tuple[str, str]


class OneName(NamedTuple):
    """One name."""

    name: Name

    def has(self, name: Name) -> bool:
        """Say whether ``name`` belongs to the class."""
        return name == self.name


class AnyName(NamedTuple):
    """All names, or all of one namespace, but for those in ``but``."""

    space: str | None
    but: NameClass | None

    def has(self, name: Name) -> bool:
        """Say whether ``name`` belongs to the class."""
        return self.space in (None, name[0]) and not (self.but and self.but.has(name))


class NameChoice(NamedTuple):
    """What belongs to one of several classes."""

    classes: tuple[NameClass, ...]

    def has(self, name: Name) -> bool:
        """Say whether ``name`` belongs to the class."""
        return any(one.has(name) for one in self.classes)


NameClass: TypeAlias = OneName | AnyName | NameChoice


def spell(name: Name) -> str:
    """Return a name for people: ``p``, ``xml:id``."""
    return f"xml:{name[1]}" if name[0] == XML else name[1]


def spelled(names: NameClass) -> list[str]:
    """Return the names of a class for people, as far as it names them."""
    if isinstance(names, OneName):
        return [spell(names.name)]
    return [word for one in names.classes for word in spelled(one)] if isinstance(names, NameChoice) else ["any name"]
