"""Storage: compression to the byte, files that appear whole, what is found and what is refused."""

from __future__ import annotations

import gc
import gzip
import io
import ntpath
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from corpusfmt import ConfigurationError, ParseError
from corpusfmt.limits import MAX_WINDOW
from corpusfmt.storage import (
    Copying,
    Folder,
    Input,
    Paths,
    Scratch,
    Shards,
    SortedLines,
    Sorter,
    Spill,
    discover,
    external_sort,
    is_stdout,
    open_input,
    open_output,
    processors,
    relative,
    small,
    spilled,
    spills,
)
from corpusfmt.storage.codec import Damage, Encoder
from corpusfmt.storage.gzip import LEAST_MEMBER, GzipDecoder, GzipEncoder, stored_member
from corpusfmt.storage.zstd import ZstdDecoder, ZstdEncoder, is_skippable
from corpusfmt.text.gzip_header import header_size
from tests.support import Pieces, headed

CODECS: dict[str, tuple[type[Any], type[Any]]] = {"gz": (GzipEncoder, GzipDecoder), "zst": (ZstdEncoder, ZstdDecoder)}
every_codec = pytest.mark.parametrize("codec", CODECS)
TEXT = b"".join(b"line %d of a text that repeats itself somewhat\n" % i for i in range(400))


def compress(codec: str, *parts: bytes) -> bytes:
    """One member or frame for each part."""
    encoder: Encoder = CODECS[codec][0]()
    return encoder.members(parts)


def decompress(codec: str, data: bytes, piece: int = 1 << 30, size: int = 4096) -> bytes:
    decoder = CODECS[codec][1](Pieces(data, piece).read)
    out = []
    while more := decoder.read(size):
        out.append(more)
    assert more == decoder.read(size) == b""
    assert decoder.consumed == len(data)
    return b"".join(out)


@every_codec
@given(parts=st.lists(st.binary(max_size=3000), max_size=4), piece=st.integers(1, 50))
def test_members_come_back_whatever_the_pieces(codec: str, parts: list[bytes], piece: int) -> None:
    data = compress(codec, *parts)
    if data:
        assert decompress(codec, data, piece) == b"".join(parts)


@every_codec
def test_others_read_what_we_write(codec: str) -> None:
    data = compress(codec, TEXT, TEXT[:100])
    if codec == "gz":
        assert gzip.decompress(data) == TEXT + TEXT[:100]
    else:
        reader = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
        assert reader.read() == TEXT + TEXT[:100]
    tool = shutil.which("gzip" if codec == "gz" else "zstd")
    if tool:
        assert subprocess.run([tool, "-t", "-q"], input=data, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize("piece", [1, 5, 1001, 1 << 30])
def test_what_looks_like_a_member_inside_of_a_member_is_none(piece: int, size: int) -> None:
    text = b"\x1f\x8b\x08\x00" * (20 * min(size, 1000))
    assert decompress("gz", gzip.compress(text, 0) + gzip.compress(b"x"), piece, size) == text + b"x"


def test_we_read_what_others_write() -> None:
    assert decompress("gz", gzip.compress(TEXT, 9) + gzip.compress(b"x", 0)) == TEXT + b"x"
    named = b"\x1f\x8b\x08\x08\0\0\0\0\x00\x03name.txt\x00" + gzip.compress(b"y")[10:]
    assert decompress("gz", named) == b"y"
    for level in (1, 19):
        for checksum in (True, False):
            for known in (True, False):
                frame = zstandard.ZstdCompressor(
                    level=level, write_checksum=checksum, write_content_size=known
                ).compress(TEXT)
                skippable = b"\x53\x2a\x4d\x18\x03\x00\x00\x00abc"
                assert decompress("zst", skippable + frame + skippable + frame) == TEXT + TEXT
    run_length = zstandard.ZstdCompressor(level=3).compress(b"\0" * 5_000_000)
    assert decompress("zst", run_length) == b"\0" * 5_000_000


@every_codec
def test_every_cut_is_seen(codec: str) -> None:
    data = compress(codec, TEXT, TEXT[:50])
    between = len(compress(codec, TEXT))
    for cut in range(1, len(data)):
        if cut == between:
            assert decompress(codec, data[:cut]) == TEXT
            continue
        with pytest.raises(Damage) as caught:
            decompress(codec, data[:cut])
        assert caught.value.code == "FILE001" or cut < 4


@every_codec
def test_every_flipped_bit_is_seen_or_harmless(codec: str) -> None:
    data = compress(codec, TEXT[:600])
    for at in range(len(data)):
        for bit in (1, 16, 128):
            flipped = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            try:
                assert decompress(codec, flipped) == TEXT[:600]
            except Damage as damage:
                assert damage.code in ("FILE001", "FILE002", "FILE003")


def block(kind: int, size: int, *, last: bool = False) -> bytes:
    """The header of a zstd block: kind 0 is raw, 2 compressed."""
    return (size << 3 | kind << 1 | last).to_bytes(3, "little")


def frame(size: int, *blocks: bytes) -> bytes:
    """A zstd frame that says that it holds ``size`` bytes."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([size]) + b"".join(blocks)


@pytest.mark.parametrize(
    "damaged",
    [
        frame(9, block(0, 0, last=True)),
        frame(9, block(0, 3), b"abc", block(0, 0, last=True)),
        frame(2, block(0, 3), b"abc", block(0, 0, last=True)),
    ],
)
def test_a_frame_that_holds_another_number_of_bytes_than_it_says_is_damaged(damaged: bytes) -> None:
    assert decompress("zst", frame(3, block(0, 3), b"abc", block(0, 0, last=True))) == b"abc"
    for data in (damaged, compress("zst", TEXT) + damaged + compress("zst", TEXT)):
        with pytest.raises(Damage) as caught:
            decompress("zst", data)
        assert caught.value.code == "FILE002"


def test_a_frame_whose_last_block_is_missing_is_cut() -> None:
    """Though it gives as many bytes as it says."""
    cut = frame(3, block(0, 3), b"abc")
    for data in (cut, compress("zst", TEXT) + cut):
        with pytest.raises(Damage, match="ends early"):
            decompress("zst", data)
    assert decompress("zst", cut + block(0, 0, last=True)) == b"abc"


HEADERS = [flags for flags in range(256) if not flags & 8]


def width_of(flags: int) -> int:
    """The bytes of the content size in a zstd frame header."""
    return (1 if flags & 0x20 else 0, 2, 4, 8)[flags >> 6]


def frame_head(flags: int) -> bytes:
    """A zstd frame header up to the content size."""
    return b"\x28\xb5\x2f\xfd" + bytes([flags]) + b"\x58" * (not flags & 0x20) + bytes((0, 1, 2, 4)[flags & 3])


@pytest.mark.parametrize("flags", HEADERS)
def test_every_form_of_a_frame_header(flags: int) -> None:
    """Single segment or not, each width of the content size and of the dictionary's id (RFC 8878, 3.1.1.1)."""
    width, head = width_of(flags), frame_head(flags)
    content = b"abc" * 100 if width != 1 else b"abc" * 10
    size = len(content) - (256 if width == 2 else 0)
    told = head + (size.to_bytes(width, "little") if width else b"")
    assert zstandard.frame_header_size(told + bytes(18)) == len(told)
    checksum = zstandard.ZstdCompressor(write_checksum=True).compress(content)[-4:] if flags & 4 else b""
    half = len(content) // 2
    for blocks in (
        block(0, len(content), last=True) + content,
        block(0, half) + content[:half] + block(0, half, last=True) + content[half:],
    ):
        sound = told + blocks + checksum
        for piece in (1, 1 << 30):
            assert decompress("zst", sound + sound, piece) == content + content
        if checksum:
            with pytest.raises(Damage, match="checksum"):
                decompress("zst", sound[:-1] + bytes([sound[-1] ^ 1]))
        if width:
            with pytest.raises(Damage) as caught:
                decompress("zst", sound + head + (size + 1).to_bytes(width, "little") + blocks + checksum)
            assert caught.value.code == "FILE002"
        if flags & 3:
            other = bytearray(sound)
            other[len(head) - 1] = 1  # the last byte of the id
            with pytest.raises(Damage, match=f"needs dictionary {256 ** ((0, 1, 2, 4)[flags & 3] - 1)}, but"):
                decompress("zst", sound + bytes(other))


@pytest.mark.parametrize("flags", [flags for flags in HEADERS if flags & 0x20])
def test_small_sound_frames_are_read_many_at_a_time(flags: int) -> None:
    """A file has one a record: a block at a time would be slow."""
    width = width_of(flags)
    texts = [b"abc" * 100] if width == 2 else [b"x", b"abc" * 60]
    texts += [bytes(300), b"abc" * 10_000] if width > 1 else [bytes(30)]
    frames = []
    for text in texts:
        packed = zstandard.ZstdCompressor(write_checksum=True).compress(text)
        checksum = packed[-4:] if flags & 4 else b""
        told = frame_head(flags) + (len(text) - (256 if width == 2 else 0)).to_bytes(width, "little")
        half = len(text) // 2
        forms = [
            block(0, len(text), last=True) + text,
            packed[zstandard.frame_header_size(packed) : -4],
            block(0, half) + text[:half] + block(0, 0) + block(0, len(text) - half, last=True) + text[half:],
        ]
        if text.count(text[:1]) == len(text):
            forms += [
                block(1, len(text), last=True) + text[:1],
                block(1, half) + text[:1] + block(1, len(text) - half, last=True) + text[:1],
            ]
        frames += [(told + form + checksum, text) for form in forms]
    wrong = frame_head(flags) + (1).to_bytes(width, "little") + block(0, 8, last=True) + b"8 bytes." + bytes(flags & 4)
    passed = b"\x53\x2a\x4d\x18" + (300_000).to_bytes(4, "little") + bytes(300_000)
    for some in (frames, frames[:1], frames[-1:]):
        data, text = b"".join(frame for frame, _ in some), b"".join(text for _, text in some)
        for rest, head in ((b"", b""), (frames[0][0][:-1], b""), (wrong, b""), (wrong, passed)):
            decoder = ZstdDecoder(Pieces(head + data + rest).read)
            assert decoder.read(1 << 20) == text
            assert decoder.consumed == len(head + data)
            assert decoder.members[-1] == (len(text) - len(some[-1][1]), decoder.consumed - len(some[-1][0]))


@pytest.mark.parametrize("flags", [flags for flags in range(256) if flags & 8])
def test_a_frame_header_with_the_reserved_bit_is_refused(flags: int) -> None:
    with pytest.raises(Damage) as caught:
        decompress("zst", frame_head(flags) + bytes([30, 0, 0, 0, 0, 0, 0, 0])[: width_of(flags)] + bytes(300))
    assert caught.value.code == "FILE002"


def test_blocks_and_windows_of_just_the_limit() -> None:
    most = 128 << 10
    head = b"\x28\xb5\x2f\xfd\x00"
    content = TEXT * (most // len(TEXT) + 1)
    for window, blocks, data in [
        (b"\x58", block(0, most, last=True) + content[:most], content[:most]),
        (b"\x58", block(1, most, last=True) + b"x", b"x" * most),
        (b"\x87", block(0, 3, last=True) + b"abc", b"abc"),  # 120 MiB
        (b"\x88", block(0, 3, last=True) + b"abc", b"abc"),  # 128 MiB
    ]:
        assert decompress("zst", head + window + blocks) == data
    assert MAX_WINDOW == 1 << (10 + (0x88 >> 3))
    for window, blocks, message in [
        (b"\x89", block(0, 3, last=True) + b"abc", "window of 144 MiB; the limit is 128 MiB"),
        (b"\x58", block(0, most + 1, last=True) + content[: most + 1], "impossible block"),
        (b"\x58", block(2, most + 1, last=True) + content[: most + 1], "impossible block"),
        (b"\x58", block(3, 3, last=True) + b"abc", "impossible block"),
    ]:
        with pytest.raises(Damage, match=message) as caught:
            decompress("zst", head + window + blocks)
        assert caught.value.code == "FILE002"


def test_a_small_frame_that_gives_much_is_read_a_block_at_a_time() -> None:
    most = 128 << 10
    run = block(1, most) + b"x"
    data = b"\x28\xb5\x2f\xfd\xa0" + (9 * most).to_bytes(4, "little") + run * 8 + block(1, most, last=True) + b"x"
    decoder = ZstdDecoder(Pieces(data).read)
    assert [len(decoder.read(1 << 30)) for _ in range(10)] == [most] * 9 + [0]
    for more, sizes in ((0, [most, 0]), (1, [most // 2, most // 2 + 1, 0])):
        halves = block(1, most // 2) + b"x" + block(1, most // 2 + more, last=True) + b"x"
        decoder = ZstdDecoder(Pieces(b"\x28\xb5\x2f\xfd\xa0" + (most + more).to_bytes(4, "little") + halves).read)
        assert [len(decoder.read(1 << 30)) for _ in sizes] == sizes


@pytest.mark.parametrize(
    ("first", "skippable"), [(0x4F, False), (0x50, True), (0x51, True), (0x5E, True), (0x5F, True), (0x60, False)]
)
def test_which_frames_are_skipped(first: int, skippable: bool) -> None:
    head = bytes([first]) + b"\x2a\x4d\x18"
    assert is_skippable(head) == is_skippable(head + b"\0") == skippable
    assert not is_skippable(head[:3])
    assert not any(is_skippable(head[:at] + b"\0" + head[at + 1 :]) for at in range(4))
    for size in (0, 1, 300, 200_000, 262_144):
        data = compress("zst", b"x") + head + size.to_bytes(4, "little") + bytes(size) + compress("zst", b"y")
        if skippable:
            assert decompress("zst", data) == b"xy"
        else:
            with pytest.raises(Damage) as caught:
                decompress("zst", data)
            assert caught.value.code == "FILE003"


def test_an_empty_block_that_is_said_to_be_compressed_is_damage() -> None:
    assert decompress("zst", frame(0, block(0, 0, last=True))) == b""
    for damaged in (
        frame(0, block(2, 0, last=True)),
        b"\x28\xb5\x2f\xfd\0\x58" + block(0, 3) + b"abc" + block(2, 0) + block(0, 3, last=True) + b"def",
    ):
        with pytest.raises(Damage, match="impossible block"):
            decompress("zst", damaged)


@pytest.mark.parametrize("flags", range(32))
def test_every_field_of_a_gzip_header_is_read_wherever_it_is_cut(flags: int) -> None:
    data = headed(TEXT, flags)
    assert gzip.decompress(data) == TEXT
    for piece in (*range(1, 45), 1 << 20):
        assert decompress("gz", data, piece) == TEXT
    assert decompress("gz", data + compress("gz", b"x") + data) == TEXT + b"x" + TEXT
    for cut in range(2, 45):
        with pytest.raises(Damage, match="ends early"):
            decompress("gz", data[:cut])
    header = data[: len(data) - len(gzip.compress(TEXT)) + 10]
    for before in (b"", b"\x1f\x8b\x08\x0f"):
        for after in (b"", b"\0", b"\xff" * 20):
            assert header_size(before + header + after, len(before)) == len(header)
        for cut in range(len(header)):
            assert header_size(before + header[:cut], len(before)) == 0


@pytest.mark.parametrize("before", [b"", b"x" * 1000])
def test_how_long_a_gzip_header_may_be(before: bytes) -> None:
    extra = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + (300).to_bytes(2, "little") + bytes(300)
    assert header_size(before + extra, len(before)) == 312
    assert header_size(before + extra[:-1], len(before)) == 0
    for flag in (8, 16):
        long = before + b"\x1f\x8b\x08" + bytes([flag]) + b"\0\0\0\0\0\xff" + b"x" * ((512 << 10) - 10)
        assert header_size(long, len(before)) == 0
        assert header_size(long + b"\0", len(before)) == (512 << 10) + 1
        with pytest.raises(ValueError, match="no end"):
            header_size(long + b"x", len(before))


@pytest.mark.parametrize(("header", "what"), [(b"\x1f\x8b\x07", "method"), (b"\x1f\x8b\x08\x20", "flags")])
def test_what_is_wrong_with_a_gzip_header_is_seen_at_once(header: bytes, what: str) -> None:
    assert header_size(header[:-1], 0) == header_size(b"x" + header[:-1], 1) == 0
    for data in (header, header + b"\0" * 20):
        with pytest.raises(ValueError, match=what):
            header_size(data, 0)
        with pytest.raises(ValueError, match=what):
            header_size(b"x" + data, 1)


def test_a_gzip_header_with_a_wrong_checksum_or_without_end_is_damage() -> None:
    for flags in (2, 6, 31):
        for piece in (1, 1 << 20):
            with pytest.raises(Damage, match="wrong checksum"):
                decompress("gz", headed(TEXT, flags, 1), piece)
    with pytest.raises(Damage, match="no end"):
        decompress("gz", headed(TEXT, 12)[:20] + b"x" * (1 << 20))


@pytest.mark.parametrize("flag", [0x20, 0x40, 0x80])
def test_flags_that_a_gzip_header_must_not_have_are_refused(flag: int) -> None:
    sound = compress("gz", TEXT)
    unknown = sound[:3] + bytes([sound[3] | flag]) + sound[4:]
    for data in (unknown, sound + unknown, unknown + sound):
        for piece in (*range(1, 30), len(sound) + 3, 1 << 30):
            with pytest.raises(Damage, match="unknown flags") as caught:
                decompress("gz", data, piece)
            assert caught.value.code == "FILE002"


@every_codec
def test_what_follows_the_last_member_is_reported(codec: str) -> None:
    for junk in (b"garbage", b"\0" * 16 + b"x", b"\x1f", b"\x28"):
        with pytest.raises(Damage) as caught:
            decompress(codec, compress(codec, TEXT) + junk)
        assert caught.value.code in ("FILE003", "FILE001")


@every_codec
def test_equal_content_gives_equal_bytes(codec: str) -> None:
    assert compress(codec, TEXT) == compress(codec, TEXT)
    assert decompress(codec, compress(codec, b"")) == b""


@given(parts=st.lists(st.binary(max_size=300), max_size=4))
@example(parts=[bytes(range(256)) * 300, b"", b"end"])
def test_a_member_that_is_stored_is_what_its_parts_are(parts: list[bytes]) -> None:
    data = b"".join(stored_member(parts))
    assert gzip.decompress(data) == decompress("gz", data) == b"".join(parts)


def stream_of(codec: str, records: list[bytes], pieces: int) -> bytes:
    encoder = CODECS[codec][0]()
    done = [encoder.records(records[at : at + pieces]) for at in range(0, len(records), pieces)]
    return b"".join([*done, encoder.end_member()])


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_a_gzip_stream_is_members_that_end_at_records(pieces: int) -> None:
    records = [TEXT[: 7919 * number % len(TEXT)] for number in range(9 * LEAST_MEMBER // len(TEXT))]
    data = stream_of("gz", records, pieces)
    assert data == stream_of("gz", records, len(records))
    assert gzip.decompress(data) == decompress("gz", data) == b"".join(records)
    ends = [0, *accumulate(map(len, records))]
    decoder = GzipDecoder(Pieces(data, 1 << 30).read)
    while decoder.read(1 << 20):
        pass
    members = decoder.members
    assert len(members) >= 4
    for (at, raw), (stop, raw_stop) in pairwise([*members, (ends[-1], len(data))]):
        assert gzip.decompress(data[raw:raw_stop]) == b"".join(records[ends.index(at) : ends.index(stop)])
        if stop < ends[-1]:
            assert stop - at >= LEAST_MEMBER
            assert int.from_bytes(data[raw + 16 : raw + 20], "little") == raw_stop - raw
    for _, raw in members[1:]:
        for size, piece in ((1 << 20, 1 << 30), (100, 7)):
            with pytest.raises(Damage, match="between two members") as caught:
                decompress("gz", data[:raw], piece, size)
            assert caught.value.code == "FILE001"
    assert decompress("gz", data[members[-1][1] :] + data, 4097) == decompress("gz", data[members[-1][1] :]) + b"".join(
        records
    )


def test_members_that_are_not_marked_may_be_followed_by_others_or_none() -> None:
    """As those of archives, and of programs that join or cut files of members."""
    extra = b"\x1f\x8b\x08\4\0\0\0\0\4\xff\x08\0CG\4\0abcd" + gzip.compress(b"x")[10:]
    for data, content in ((extra, b"x"), (extra + compress("gz", b"y"), b"xy"), (compress("gz", b"y") + extra, b"yx")):
        for piece in (1, 15, 1 << 30):
            assert decompress("gz", data, piece) == content


@every_codec
@given(cuts=st.lists(st.integers(0, 600_000), max_size=9).map(sorted))
def test_bytes_without_records_give_the_same_stream_however_they_come(codec: str, cuts: list[int]) -> None:
    text = TEXT * (600_000 // len(TEXT))
    whole, parted = CODECS[codec][0](), CODECS[codec][0]()
    expected = whole.write(text) + whole.end_member()
    parts = [text[start:stop] for start, stop in pairwise([0, *cuts, len(text)])]
    assert b"".join([*map(parted.write, parts), parted.end_member()]) == expected
    assert decompress(codec, expected, size=1 << 20) == text
    assert parted.end_member() == b""


def test_a_window_beyond_the_limit_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=30)
    frame = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(Damage, match="window"):
        decompress("zst", frame.compress(b"x") + frame.flush())


def test_a_bomb_is_stopped_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.zst"
    compressor = zstandard.ZstdCompressor(level=1).compressobj()
    path.write_bytes(b"".join(compressor.compress(b"\0" * (1 << 20)) for _ in range(200)) + compressor.flush())
    with open_input(str(path)) as stream:
        with pytest.raises(ParseError) as caught:
            while stream.read(1 << 20):
                pass
        assert caught.value.finding.code == "FILE004"
        assert stream.position < 70 << 20
        with pytest.raises(ParseError):
            stream.read(10)


@every_codec
def test_an_input_gives_what_is_whole_before_it_raises(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.jsonl.{codec}"
    data = compress(codec, TEXT * 50)
    path.write_bytes(data[:-3])
    with open_input(str(path)) as stream:
        assert stream.peek(10) == TEXT[:10]
        assert stream.position == 0
        got = b""
        with pytest.raises(ParseError) as caught:
            while more := stream.read(5000):
                got += more
        assert (TEXT * 50).startswith(got)
        assert caught.value.finding.byte == len(got)
        assert "at byte" in caught.value.finding.message


def test_compression_is_found_by_content_and_a_lying_name_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(b"x"))
    with open_input(str(path)) as stream:
        assert stream.read(10) == b"x"
    liar = tmp_path / "a.jsonl.gz"
    liar.write_bytes(b"plain text")
    with open_input(str(liar)) as stream, pytest.raises(ParseError, match="the name says gzip"):
        stream.read(10)
    foreign = tmp_path / "a.bz2"
    foreign.write_bytes(b"BZh91AY")
    with pytest.raises(ConfigurationError, match="bzip2 -dc"):
        open_input(str(foreign))


def test_a_folder_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        open_input(str(tmp_path))


def test_what_is_not_there_is_not_standard_output(tmp_path: Path) -> None:
    assert not is_stdout(str(tmp_path / "missing"))


def test_a_target_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    output = open_output(str(target))
    output.write(b"new")
    assert target.read_bytes() == b"old"
    output.finish()
    assert target.read_bytes() == b"old"
    output.publish()
    output.discard()
    assert target.read_bytes() == b"new"
    other = open_output(str(target))
    other.write(b"never")
    other.discard()
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX")
def test_a_target_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    output = open_output(str(link))
    output.write(b"new")
    output.finish()
    output.publish()
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    fresh = open_output(str(tmp_path / "fresh.txt"))
    fresh.finish()
    fresh.publish()
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "fresh.txt").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_target_that_cannot_be_made_durable_leaves_nothing(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise error

    target = tmp_path / "a.txt"
    output = open_output(str(target))
    output.write(b"never")
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(type(error)) as caught:
        output.finish()
    assert getattr(caught.value, "filename", str(target)) == str(target)
    output.discard()
    assert os.listdir(tmp_path) == []


def test_finishing_twice_changes_nothing(tmp_path: Path) -> None:
    output = open_output(str(tmp_path / "a.gz"))
    output.write(b"once")
    output.finish()
    size = output.raw_size
    output.finish()
    assert output.raw_size == size
    output.publish()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"once"


def test_targets_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        open_output(str(tmp_path))
    with pytest.raises(ConfigurationError, match="does not exist; make it first"):
        open_output(str(tmp_path / "no" / "a.txt"))


def test_temporary_files_of_older_runs_are_no_obstacle(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f".corpusfmt-{os.getpid()}-{number}.tmp").touch()
        (tmp_path / f".corpusfmt-{number:012x}-a.txt.tmp").touch()
    output = open_output(str(tmp_path / "a.txt"))
    output.finish()
    output.publish()
    assert (tmp_path / "a.txt").read_bytes() == b""


@pytest.mark.parametrize("call", ["open", "fdopen", "fsync", "close", "replace"])
def test_what_fails_has_the_name_of_the_target(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows the temporary file, and some errors of the system have no name at all."""

    def failing(*given: Any, **named: Any) -> Any:
        raise PermissionError(13, "Permission denied", *given[:1])

    target = str(tmp_path / "a.txt")
    with monkeypatch.context() as patched:
        if call in ("open", "fdopen"):
            patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", failing)
        with pytest.raises(PermissionError) as caught:
            output = open_output(target)
            if call == "close":
                assert output._raw is not None
                patched.setattr(output, "_raw", Closing(output._raw))
            elif call not in ("open", "fdopen"):
                patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", failing)
            output.write(b"text")
            output.finish()
            output.publish()
    assert (caught.value.filename, caught.value.filename2) == (target, None)
    if call not in ("open", "fdopen"):
        output.discard()
    assert os.listdir(tmp_path) == []


class Closing:
    """A file that cannot be closed, as on a network that is gone."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.write, self.flush, self.fileno = inner.write, inner.flush, inner.fileno

    def close(self) -> None:
        if not self._inner.closed:
            self._inner.close()
            raise PermissionError(13, "Permission denied")


class Failing(io.BytesIO):
    """A disk that fails in the middle of a file."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(size)

    def close(self) -> None:
        raise OSError(5, "Input/output error")


def test_what_fails_in_reading_has_the_name_of_the_source() -> None:
    stream = Input(Failing(b"x" * 100), "a.txt", owned=True)
    assert stream.read(10) == b"x" * 8
    for call in (lambda: stream.read(10), stream.close):
        with pytest.raises(OSError, match=r"Input/output error: 'a\.txt'"):
            call()


@pytest.mark.parametrize("call", ["fchmod", "fdopen", "open"])
def test_a_target_that_cannot_be_begun_leaves_nothing(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is nobody's yet: the constructor has not come to its end."""
    target, real, opened = tmp_path / "a.txt", os.open, []
    target.write_bytes(b"old")
    target.chmod(0o600)

    def failing(*given: Any, **named: Any) -> int:
        if call == "open":  # a signal comes between the call and what would have told of it
            opened.append(real(*given, **named))
            raise KeyboardInterrupt
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        if hasattr(os, call):
            patched.setattr(f"corpusfmt.storage.held_folder.os.{call}", failing)
            with pytest.raises((OSError, KeyboardInterrupt)):
                open_output(str(target))
    for descriptor in opened:
        os.close(descriptor)
    assert os.listdir(tmp_path) == ["a.txt"]
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(
    "make", [lambda path: open_output(f"{path}/a.txt"), lambda path: Folder(f"{path}/a/", force=False)]
)
def test_what_nobody_holds_is_discarded(make: Callable[[Path], object], tmp_path: Path) -> None:
    """A signal may come between making it and handing it over. A process that was forked off has no say in it."""
    target = make(tmp_path)
    (name,) = os.listdir(tmp_path)
    if hasattr(os, "fork"):
        child = os.fork()
        if child == 0:
            del target
            gc.collect()
            os._exit(0)
        os.waitpid(child, 0)
    assert os.listdir(tmp_path) == [name]
    del target
    gc.collect()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "make", [lambda path: open_output(f"{path}/a.txt"), lambda path: Folder(f"{path}/a/", force=False)]
)
def test_what_others_have_begun_is_left_alone(make: Callable[[Path], object], tmp_path: Path) -> None:
    theirs = make(tmp_path)
    (name,) = os.listdir(tmp_path)
    with pytest.raises(ConfigurationError, match="is already being written, under this or another name"):
        make(tmp_path)
    assert os.listdir(tmp_path) == [name]
    del theirs


def test_shards_of_an_older_run_are_not_mixed_with_new_ones(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"a-{number:05d}.jsonl").write_bytes(b"old")
    with pytest.raises(ConfigurationError, match="--force"):
        Shards(str(tmp_path / "a.jsonl"), ".jsonl", force=False)
    shards = Shards(str(tmp_path / "a.jsonl"), ".jsonl", force=True)
    shards.next().write(b"new")
    shards.outputs[-1].finish()
    with shards.alone():
        shards.publish(b"{}")
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"a-00001.jsonl": b"new", "a.manifest.json": b"{}"}


def test_the_old_manifest_is_durably_gone_before_any_shard_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power failure it would be beside shards that it does not tell of."""
    for name in ("a-00001.jsonl", "a-00002.jsonl", "a.manifest.json"):
        (tmp_path / name).write_bytes(b"old")
    shards = Shards(str(tmp_path / "a.jsonl"), ".jsonl", force=True)
    shards.next().write(b"new")
    shards.outputs[0].finish()
    states: list[list[bytes]] = []
    monkeypatch.setattr(
        "corpusfmt.storage.held_folder.Held.sync",
        lambda _: states.append([path.read_bytes() for path in sorted(tmp_path.glob("a*"))]),
    )
    shards.publish(b"{}")
    assert states == [[b"old", b"old"], [b"new"], [b"new", b"{}"]]


def test_a_signal_while_a_target_is_opened_or_closed_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = open_output(f"{tmp_path}/a.txt")
    assert output._raw is not None
    output._raw.raw.close()  # type: ignore[attr-defined]  # as a signal leaves it that comes in the midst of closing
    output.discard()
    whole = os.fdopen

    def stopped(descriptor: int, *more: Any, **others: Any) -> None:
        whole(descriptor, *more, **others).close()
        raise KeyboardInterrupt

    monkeypatch.setattr("corpusfmt.storage.held_folder.os.fdopen", stopped)
    with pytest.raises(KeyboardInterrupt):
        open_output(f"{tmp_path}/a.txt")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("name", "named"), [("out.jsonl", "out.jsonl"), ("", "")])
def test_a_scratch_file_that_fails_has_the_name_of_what_it_is_for(name: str, named: str, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError) as caught:
        Scratch(nowhere, name).write(b"x")
    assert caught.value.filename == (named or nowhere)


def test_a_full_disk_where_lines_are_put_aside_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(dir: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    sorter = Sorter(str(tmp_path), held=10)
    with pytest.raises(OSError, match=r"No space left on device: '.*test_a_full_disk"):
        sorter.add(b"a line")


def known(name: str) -> bool:
    return name.endswith(".seed")


def test_runs_of_a_sorter_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_sort, "_MOST_RUNS", 3)
    sorter = Sorter(held=200)
    lines = [b"%06d" % (k * 7919 % 1000) for k in range(1000)]
    for line in lines:
        sorter.add(line)
    assert sum(len(level) for level in sorter._levels) <= 2 * len(sorter._levels)
    assert list(sorter.lines()) == [line + b"\n" for line in sorted(lines)]
    sorter.close()


def test_discover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.seed", "a.seed", "x.txt", ".hidden.seed", "sub/c.seed", ".git/d.seed", "odd[1].seed"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(b"")
    if os.name == "posix":
        Path("link.seed").symlink_to("a.seed")
    inside = [
        os.path.join(".", "a.seed"),
        os.path.join(".", "b.seed"),
        os.path.join(".", "odd[1].seed"),
        os.path.join(".", "sub", "c.seed"),
    ]
    assert discover(["."], known).paths == inside
    assert discover(["a.seed", "a.seed", "x.txt"], known).paths == ["a.seed", "x.txt"]
    assert discover(["[ab].seed"], known).paths == ["a.seed", "b.seed"]
    assert discover(["odd[1].seed"], known).paths == ["odd[1].seed"]
    assert discover(["**/c.seed"], known).paths == [os.path.join("sub", "c.seed")]
    assert discover(["-"], known).paths == ["-"]
    assert discover(["."], known).skipped == {os.path.join(".", "x.txt"): "without a known suffix"}
    own = discover([".", "a.seed"], known, lambda path: path.endswith("b.seed") or path == os.path.join(".", "a.seed"))
    assert own.paths == [*inside[2:], "a.seed"]
    assert list(own.skipped) == [os.path.join(".", "x.txt"), *inside[:2]]
    assert list(own.skipped.values()) == ["without a known suffix", "the target of this run", "the target of this run"]


@pytest.mark.parametrize(
    ("sources", "error", "match"),
    [
        (["-", "a.seed"], ConfigurationError, "name it alone"), (["https://example.org/a.seed"], ConfigurationError, "is a remote address"),
        (["s3://bucket/a"], ConfigurationError, "is a remote address"), (["empty"], ConfigurationError, "known suffix"),
        (["*.nothing"], ConfigurationError, "no file matches"), (["missing.seed"], FileNotFoundError, "missing.seed"),
    ],
)  # fmt: skip
def test_discover_refuses(
    sources: list[str], error: type[Exception], match: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("empty/x.txt").write_bytes(b"")
    with pytest.raises(error, match=match):
        discover(sources, known)


def test_discover_tells_of_a_folder_that_it_may_not_look_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("good/a.seed", "locked/b.seed"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"")
    real = os.scandir

    def scandir(path: str) -> Any:
        if os.path.basename(path) == "locked":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError, match="locked"):
        discover([str(tmp_path)], known)


# -- lines in order ----------------------------------------------------------------------------------------------------

LINES = [b"b", b"a\tz", b"", b"\xff", b"a", b"b", b"aa"]
SORTED = [b"", b"a", b"a\tz", b"aa", b"b", b"b", b"\xff"]


@pytest.mark.parametrize("held", [0, 120, 1 << 20])
def test_lines_come_sorted_however_many_are_held(held: int, tmp_path: Path) -> None:
    sorter = Sorter(str(tmp_path), held)
    for line in LINES:
        sorter.add(line)
    assert list(sorter.lines()) == [line + b"\n" for line in SORTED]
    sorter.close()
    assert os.listdir(tmp_path) == []


def test_a_sorter_holds_no_more_than_it_may(tmp_path: Path) -> None:
    sorter = Sorter(str(tmp_path), 200)
    for number in range(1000):
        sorter.add(b"%d" % number)
        assert len(sorter._lines) <= 4
    assert len(list(sorter.lines())) == 1000
    sorter.close()


@pytest.mark.parametrize("held", [0, 1 << 20])
def test_a_target_of_sorted_lines(held: int, tmp_path: Path) -> None:
    path = tmp_path / "a.cdxj"
    for finish in (True, False):
        lines = SortedLines(str(path), held)
        for line in LINES if finish else [b"never"]:
            lines.add(line)
        if finish:
            lines.finish()
            assert lines.publish() == str(path)
        lines.discard()
        assert path.read_bytes() == b"".join(line + b"\n" for line in SORTED)
    assert os.listdir(tmp_path) == ["a.cdxj"]


def test_lines_are_handed_over_in_a_file_that_is_gone_when_it_was_read() -> None:
    with spills() as folder:
        left = []
        for name in ("1", "2"):
            spill = Spill(folder, name)
            for line in LINES:
                spill.add(line)
            spill.close()
            left.append(spill.path)
        assert list(spilled(left[0])) == LINES
        assert os.listdir(folder) == ["2"]
    assert not os.path.exists(folder)


# -- around a corpus ---------------------------------------------------------------------------------------------------


def test_a_small_file_is_a_file_and_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.toml"
    monkeypatch.setattr("corpusfmt.storage.paths.SMALL_FILE", 1 << 20)
    path.write_bytes(b"x" * (1 << 20))
    assert small(str(path)) == path.read_bytes()
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(ConfigurationError, match="toml' is larger than 1 MiB"):
        small(str(path))
    with pytest.raises(OSError, match="missing"):
        small(str(tmp_path / "missing"))
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ConfigurationError, match="pipe' is not a file"):
            small(str(tmp_path / "pipe"))


def test_a_path_on_another_drive_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpusfmt.storage.paths.os", SimpleNamespace(path=ntpath, sep="\\"))
    assert relative("C:\\corpus\\sub\\a.seed", "C:\\corpus") == "sub/a.seed"
    assert relative("D:\\corpus\\a.seed", "C:\\corpus") == "D:/corpus/a.seed"


def test_processors_are_counted_where_nobody_says_which_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processors() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors() == 1


# -- what the system does only now and then ------------------------------------------------------------------------------


def test_a_write_of_a_part_goes_on_with_the_rest(tmp_path: Path) -> None:
    class Grudging:
        """Takes three bytes at a time, as a pipe that is not buffered may."""

        def __init__(self) -> None:
            self.taken = b""

        def write(self, data: bytes) -> int:
            self.taken += data[:3]
            return min(3, len(data))

        def close(self) -> None:
            return

    output = open_output(str(tmp_path / "a"))
    assert output._raw is not None
    output._raw.close()
    grudging = Grudging()
    output._raw = grudging  # type: ignore[assignment]  # what is used of a file
    output.write(b"0123456789")
    assert grudging.taken == b"0123456789"
    output.discard()


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_cannot_be_read_back_is_named_by_the_target(kind: str, tmp_path: Path) -> None:
    target = str(tmp_path / "a")
    if kind == "file":
        output = open_output(target)
        output.finish()
        os.unlink(next(tmp_path.glob(".corpusfmt-*")))
        with pytest.raises(FileNotFoundError) as caught:
            output.reread()
        assert caught.value.filename == target
        output.discard()
    else:
        folder = Folder(target, force=False)
        with pytest.raises(FileNotFoundError) as caught:
            folder.reread("b", plain=True)
        assert caught.value.filename == os.path.join(target, "b")
        folder.discard()


def test_only_a_file_has_sorted_lines() -> None:
    with pytest.raises(ConfigurationError, match="'/dev/null' is not a file"):
        SortedLines("/dev/null")


def test_paths_that_were_given_back_were_never_given() -> None:
    paths = Paths()
    assert paths.give("y") == "y"
    paths.keep()
    assert [paths.give(name) for name in ("x/A", "x/A", "x/b", "Y")] == ["x/A", "x/A_2", "x/b", "Y_2"]
    assert not paths.is_free("x/a")
    paths.back()
    assert not paths.is_free("Y")
    assert [paths.give(name) for name in ("X/a", "X/a", "Y")] == ["X/a", "X/a_2", "Y_2"]


@pytest.mark.parametrize("codec", ["", "gz"])
def test_a_stream_that_is_copied_tells_of_its_members(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(TEXT) if codec else TEXT)
    with open_input(str(path)) as stream:
        copy = Scratch("", "a")
        copying = Copying(stream, copy)
        members = copying.track_members()
        assert b"".join(iter(lambda: copying.read(1000), b"")) == copy.stream().read(len(TEXT) + 1) == TEXT
        assert (members, copying.codec) == (([(0, 0)], "gz") if codec else (None, ""))
        assert copying.raw_position == path.stat().st_size
        with pytest.raises(ParseError, match="expands more than"):
            copying.expand(1 << 40)
        copy.stream().expand(1 << 40)
        copy.close()


@pytest.mark.skipif(os.name != "posix", reason="pipes that do not wait are POSIX")
def test_a_pipe_that_does_not_wait_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)

    def come(waiting: list[Any], *_: Any) -> None:
        os.write(writing, b"text")
        os.close(writing)

    monkeypatch.setattr("select.select", come)
    with open(reading, "rb", buffering=0) as pipe, Input(cast("BinaryIO", pipe), "<stdin>", owned=False) as stream:
        assert stream.read(10) == b"text"
        assert stream.read(10) == b""
