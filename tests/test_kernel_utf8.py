"""``is_utf8`` of the kernel against the decoder of Python."""

from __future__ import annotations

from array import array
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt.text.kernel import KERNEL, STATE
from tests import strategies

if KERNEL is None:
    pytest.skip(f"kernel: {STATE}", allow_module_level=True)
is_utf8, by_bytes = KERNEL.is_utf8, KERNEL.is_utf8_by_bytes

#: Where a byte stands that may be wrong: the kernel looks at 64 bytes at a time.
PLACES = (0, 1, 7, 8, 61, 62, 63, 64, 65, 126, 127, 128)


def decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def agrees(data: bytes) -> None:
    """A slice of an array has no room after its last byte: the sanitizers (``make sanitize``) see what is read there."""
    here = array("B", data)[:]
    assert is_utf8(data) == is_utf8(here) == by_bytes(here) == decodes(data), data


@pytest.mark.parametrize(
    ("data", "sound"),
    [
        (b"", True),
        (b"\x00", True), (b"\x7f", True), (b"\x80", False), (b"\xbf", False), (b"\xff", False), (b"\xfe", False),
        (b"\xc2\x80", True), (b"\xdf\xbf", True), (b"\xc0\x80", False), (b"\xc1\xbf", False), (b"\xc2", False), (b"\xc2A", False),
        (b"\xe0\xa0\x80", True), (b"\xe0\x9f\xbf", False), (b"\xef\xbf\xbf", True), (b"\xef\xbb\xbf", True), (b"\xe2\x82", False),
        (b"\xed\x9f\xbf", True), (b"\xed\xa0\x80", False), (b"\xed\xbf\xbf", False), (b"\xee\x80\x80", True),
        (b"\xf0\x90\x80\x80", True), (b"\xf0\x8f\xbf\xbf", False), (b"\xf4\x8f\xbf\xbf", True), (b"\xf4\x90\x80\x80", False),
        (b"\xf5\x80\x80\x80", False), (b"\xf8\x88\x80\x80\x80", False), (b"\xf0\x9f\x98", False), (b"\xf0\x9f\x98\x80\x80", False),
    ],
)  # fmt: skip
def test_edges_at_each_place(data: bytes, sound: bool) -> None:
    for at in PLACES:
        for filler in (b"a", b"\xd0\xb6", b"\xe5\xa4\xa9"):
            before = b" " * (at % len(filler)) + filler * (at // len(filler))
            for after in (b"", b"z", filler * 50):
                assert is_utf8(before + data + after) == sound
                agrees(before + data + after)


def test_each_pair_of_bytes_and_the_edges_of_longer_sequences() -> None:
    for pair in product(range(256), repeat=2):
        agrees(bytes(pair))
    edges = (0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF)
    for lead in range(0xE0, 0x100):
        for rest in product(edges, repeat=3):
            data = bytes((lead, *rest))
            assert is_utf8(data) == decodes(data), data


@given(st.one_of(st.binary(), strategies.raw_bodies, st.text(min_size=30).map(str.encode)), st.sampled_from(PLACES))
def test_any_bytes_also_cut_short(data: bytes, at: int) -> None:
    agrees(data)
    agrees(b"a" * at + data)
    agrees(data[:-1])
    agrees(data * 9)


@given(st.text(min_size=1), st.integers(0, 255), st.data())
def test_one_byte_changed(text: str, byte: int, draw: st.DataObject) -> None:
    data = bytearray((text * 20).encode("utf-8", "replace"))
    data[draw.draw(st.integers(0, len(data) - 1))] = byte
    agrees(bytes(data))


def test_what_is_taken() -> None:
    data = "жук ".encode() * 1000
    for taken in (data, bytearray(data), memoryview(data), memoryview(data)[7:], array("B", data)):
        assert is_utf8(taken)
    assert not is_utf8(memoryview(data)[1:])
    with pytest.raises(BufferError):
        is_utf8(memoryview(data)[::2])
    for wrong in ("text", None, 1):
        with pytest.raises(TypeError):
            is_utf8(wrong)  # type: ignore[arg-type]


def test_an_interpreter_with_a_lock_of_its_own_loads_it() -> None:
    interpreters = pytest.importorskip("concurrent.interpreters", reason="for CPython 3.14 and later")
    interpreters.create().exec("from corpusfmt._kernel import is_utf8; assert is_utf8(b'x' * 5000)")
