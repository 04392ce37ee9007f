"""Targets: a file, a row of shards, or a folder with a file per document."""

from __future__ import annotations

from typing import TypeAlias

from corpusfmt.targets.files import FileTarget
from corpusfmt.targets.folders import FolderTarget
from corpusfmt.targets.settings import Writing, is_folder

Target: TypeAlias = FileTarget | FolderTarget


def open_target(path: str, writing: Writing) -> Target:
    """Open a target: a folder, where the path is one or ends in a slash, or the format has no files; otherwise a file.

    Raises ConfigurationError, UnknownFormatError and OSError.
    """
    return FolderTarget(path, writing) if is_folder(path, writing) else FileTarget(path, writing)
