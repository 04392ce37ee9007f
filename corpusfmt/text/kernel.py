"""The compiled kernel, where there is one: what it does, the code in Python does too."""

from __future__ import annotations

import os
from types import ModuleType

#: The interface of the kernel that this code knows.
ABI = 1
KERNEL: ModuleType | None = None
if os.environ.get("CORPUSFMT_KERNEL") != "0":
    try:
        from corpusfmt import _kernel
    except ImportError:
        pass
    else:
        KERNEL = _kernel if _kernel.ABI == ABI else None
