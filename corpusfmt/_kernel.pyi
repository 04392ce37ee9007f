"""The compiled kernel. Its functions return None for what is not the usual case: see ``_kernel.c``."""

from typing import Final

ABI: Final[int]

def is_utf8(data: bytes, /) -> bool: ...
def seed_rows(
    data: bytes, version: int, depth: int, header: int, document: int, metadata: int, /
) -> tuple[bytes, bytes] | None: ...
def jsonl_rows(
    data: bytes,
    id: bytes,
    name: bytes,
    text: bytes,
    meta: bytes,
    is_native: bool,
    depth: int,
    document: int,
    metadata: int,
    /,
) -> tuple[bytes, bytes] | None: ...
def jsonl_encode(
    data: bytes,
    arena: bytes,
    table: bytes,
    before_id: bytes,
    before_name: bytes,
    before_text: bytes,
    before_meta: bytes,
    id: bytes,
    name: bytes,
    text: bytes,
    meta: bytes,
    has_id: bool,
    has_name: bool,
    has_meta: bool,
    drops_name: bool,
    metadata: int,
    /,
) -> tuple[bytes, bytes] | None: ...
def seed_encode(
    data: bytes, arena: bytes, table: bytes, header: int, metadata: int, /
) -> tuple[bytes, bytes] | None: ...
