"""The kernel, which is optional: fast forms of functions that are there in Python too (``corpusfmt/_kernel.c``).

``CORPUSFMT_KERNEL=0`` in the environment switches it off.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: The version of the interface below. A kernel with another one was compiled from another version of the source.
ABI: Final = 1


class Kernel(Protocol):
    """What the compiled module defines."""

    ABI: int

    def is_utf8(self, data: ReadableBuffer, /) -> bool:
        """Say whether ``data`` is valid UTF-8 (Unicode 16.0, D92)."""


def _loaded() -> tuple[Kernel | None, str]:
    """Return the kernel, or None, and in words whether it is in use or why not."""
    if os.environ.get("CORPUSFMT_KERNEL") == "0":
        return None, "switched off by CORPUSFMT_KERNEL=0"
    try:
        kernel = import_module("corpusfmt._kernel")
    except ModuleNotFoundError:
        return None, "not built"
    except ImportError as error:
        return None, f"not usable: {error}"
    if getattr(kernel, "ABI", None) != ABI:
        return None, "not usable: it is of another version"
    return kernel, "in use"


KERNEL, STATE = _loaded()
