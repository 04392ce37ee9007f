"""Targets: a file, a row of shards, or a folder with a file per document."""

from __future__ import annotations

from typing import TypeAlias

from corpusfmt.targets.files import FileTarget
from corpusfmt.targets.folders import FolderTarget
from corpusfmt.targets.settings import Writing

Target: TypeAlias = FileTarget | FolderTarget


def open_target(path: str, writing: Writing, *, folder: bool) -> Target:
    """Open a target, which is a ``folder`` (see :func:`corpusfmt.targets.settings.is_folder`) or a file.

    Raises ConfigurationError, UnknownFormatError and OSError.
    """
    return FolderTarget(path, writing) if folder else FileTarget(path, writing)
