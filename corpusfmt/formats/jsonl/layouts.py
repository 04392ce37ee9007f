"""Layouts: which key of a record holds what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from corpusfmt.model.errors import ConfigurationError
from corpusfmt.text.display import shown


class Layout(NamedTuple):
    """Keys of id, name, text and metadata; an empty key means that the layout has none.

    Without a key for metadata, all keys that are not used otherwise are the metadata. With one, another key
    is an error.
    """

    name: str
    id: str
    title: str
    text: str
    meta: str


LAYOUTS: Final[Mapping[str, Layout]] = {
    layout.name: layout
    for layout in (
        Layout("native", "id", "name", "text", "meta"),
        Layout("dolma", "id", "", "text", ""),
        Layout("hf", "id", "", "text", ""),
        Layout("text-meta", "", "", "text", "meta"),
    )
}


def layout_of(own: Mapping[str, str]) -> Layout:
    """Return the layout that the options name. Fields without a layout start from ``hf``.

    Raises ConfigurationError when two of the fields are one key, or no key is named for the text.
    """
    fields = {key: own[f"{key}-field"] for key in ("id", "name", "text", "meta") if f"{key}-field" in own}
    name = own.get("layout") or ("hf" if fields else "native")
    if name not in LAYOUTS:
        raise ConfigurationError(f"unknown layout '{name}'; known are {', '.join(LAYOUTS)}")
    base = LAYOUTS[name]
    if not fields:
        return base
    layout = Layout(
        f"{name} with fields",
        fields.get("id", base.id),
        fields.get("name", base.title),
        fields.get("text", base.text),
        fields.get("meta", base.meta),
    )
    keys = [key for key in layout[1:] if key]
    if len(set(keys)) < len(keys):
        raise ConfigurationError(f"id, name, text and metadata need keys of their own; got {', '.join(keys)}")
    if not layout.text:
        raise ConfigurationError("--text-field needs the name of a key")
    return layout


def fitting(keys: list[str]) -> str:
    """Name the options that would read a record with these top-level keys, or nothing."""
    present = set(keys)
    if "text" in present and "id" in present:
        return "--layout dolma" if {"source", "added"} <= present else "--layout hf"
    if present <= {"text", "meta"} and "text" in present:
        return "--layout text-meta"
    guess = next((key for key in ("content", "body", "raw_content", "document") if key in present), "")
    if guess:
        return f"--text-field {guess}"
    return "--layout hf" if "text" in present else ""


def recased(keys: Collection[str], layout: Layout) -> str:
    """Name the options that would read a record whose keys are those of a layout but for their case, or nothing."""
    found = []
    for option, wanted in (("id", layout.id), ("name", layout.title), ("text", layout.text), ("meta", layout.meta)):
        other = [key for key in keys if key.casefold() == wanted.casefold()] if wanted not in keys else []
        if other and wanted:
            found.append(f"--{option}-field {shown(other[0], 40)}")
    return " ".join(found)
