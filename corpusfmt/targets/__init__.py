"""Targets: a file, a row of shards, or a folder with a file per document."""

from __future__ import annotations

from typing import TypeAlias

from corpusfmt import storage
from corpusfmt.targets.files import FileTarget
from corpusfmt.targets.folders import FolderTarget
from corpusfmt.writing import Writing

Target: TypeAlias = FileTarget | FolderTarget


def open_target(path: str, writing: Writing) -> Target:
    """Open a target: a folder, where the path is one, or ends in a slash and a format is named; otherwise a file.

    Raises ConfigurationError, UnknownFormatError and OSError.
    """
    return FolderTarget(path, writing) if storage.is_folder(path) else FileTarget(path, writing)
