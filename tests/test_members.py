"""Members and frames: where each begins, what a damaged one costs, dictionaries, and writing one a record."""

from __future__ import annotations

import gzip
import io
import random
import shutil
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpusfmt import ParseError
from corpusfmt.limits import MAX_DICTIONARY
from corpusfmt.storage import Input, open_output
from corpusfmt.storage.codec import MAX_EMPTY, Damage
from corpusfmt.storage.gzip import GzipEncoder
from corpusfmt.storage.zstd import ZstdDecoder, ZstdEncoder
from tests.support import DATA, DEEP, needs_data

every_codec = pytest.mark.parametrize("codec", ["gz", "zst"])
TEXT = b"".join(b"record %d of a text that repeats itself somewhat\r\n" % i for i in range(20_000))
SKIPPABLE = b"\x53\x2a\x4d\x18\x03\x00\x00\x00abc"


def member(codec: str, data: bytes) -> bytes:
    return (GzipEncoder() if codec == "gz" else ZstdEncoder()).members([data])


def streamed(codec: str, data: bytes) -> bytes:
    """A member whose header does not tell its size."""
    if codec == "gz":
        return gzip.compress(data)
    frame = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return frame.compress(data) + frame.flush()


def joined(members: list[bytes], contents: list[bytes]) -> tuple[bytes, list[tuple[int, int]]]:
    """The file, and the pairs that are expected of it."""
    pairs, at, raw = [], 0, 0
    for compressed, content in zip(members, contents, strict=True):
        pairs.append((at, raw))
        at, raw = at + len(content), raw + len(compressed)
    return b"".join(members), pairs


def opened(data: bytes, name: str = "test") -> Input:
    return Input(io.BytesIO(data), name, owned=True)


def drain(stream: Input, size: int) -> tuple[bytes, str]:
    """Read to the end or the fault, and check that no member is told too late. Return the code of the fault."""
    got = []
    told = stream.members is not None
    try:
        while more := stream.read(size):
            got.append(more)
            if told:
                assert stream.members
                assert stream.members[-1][0] < stream.position or stream.members[-1][1] > 0
    except ParseError as error:
        return b"".join(got), error.finding.code
    return b"".join(got), ""


CONTENTS = [b"", b"one", TEXT[:2500], b"", b"", TEXT[:200_000], b"x", TEXT[5000:8000], b"\0" * 300_000, TEXT[:5], b""]


@every_codec
@pytest.mark.parametrize("make", [member, streamed])
@pytest.mark.parametrize("size", [1, 2, 7, 100, 2500, 4096, 65_536, 131_072, 1 << 30])
@pytest.mark.parametrize("peek", [0, 1, 2600, 300_000])
def test_members_are_reported_at_any_read_size(
    codec: str, make: Callable[[str, bytes], bytes], size: int, peek: int
) -> None:
    contents = CONTENTS if size > 50 else [content[:3000] for content in CONTENTS]
    if make is streamed:  # an encoder that was given nothing writes nothing after its first member
        contents = [content for content in contents if content]
    data, pairs = joined([make(codec, content) for content in contents], contents)
    stream = opened(data)
    assert stream.peek(peek) == b"".join(contents)[:peek]
    members = stream.track_members()
    assert drain(stream, size) == (b"".join(contents), "")
    assert members is stream.members
    assert members == pairs


@every_codec
@given(contents=st.lists(st.binary(max_size=3000), min_size=1, max_size=20), size=st.integers(1, 9000), data=st.data())
def test_members_are_reported_before_their_first_byte(
    codec: str, contents: list[bytes], size: int, data: st.DataObject
) -> None:
    compressed, pairs = joined([member(codec, content) for content in contents], contents)
    stream = opened(compressed)
    stream.peek(data.draw(st.integers(0, 9000)))
    members = stream.track_members()
    assert members is not None
    kept: list[tuple[int, int]] = []
    while stream.read(size):
        kept += members
        members.clear()
        assert {pair for pair in pairs if pair[0] < stream.position} <= set(kept)
    assert kept + members == pairs


@every_codec
def test_skippable_frames_and_plain_sources_tell_no_members(codec: str) -> None:
    plain = opened(TEXT)
    assert plain.track_members() is None
    assert plain.members is None
    if codec == "zst":
        one = member("zst", b"one")
        stream = opened(SKIPPABLE + one + SKIPPABLE + SKIPPABLE + one + SKIPPABLE)
        members = stream.track_members()
        assert drain(stream, 100) == (b"oneone", "")
        assert members == [(0, 11), (3, 11 + len(one) + 22)]


@every_codec
def test_nothing_is_kept_for_those_who_do_not_ask(codec: str) -> None:
    count = 3000
    data = b"".join([member(codec, TEXT[:200])] * count)
    stream = opened(data)
    stream.peek(8192)
    most = 0
    while stream.read(10_000):
        assert stream.members is not None
        most = max(most, len(stream.members))
    assert stream.position == 200 * count
    assert most < 200


@every_codec
def test_millions_of_empty_members_are_not_held_one_by_one(codec: str) -> None:
    empty, last = member(codec, b""), member(codec, b"x")
    stream = opened(empty * (MAX_EMPTY + 10) + last)
    members = stream.track_members()
    assert members is not None
    assert stream.read(10) == b"x"
    assert len(members) <= MAX_EMPTY + 1
    assert members[-1] == (0, len(empty) * (MAX_EMPTY + 10))
    assert members[:2] == [(0, 0), (0, len(empty))]


@every_codec
@pytest.mark.parametrize("make", [member, streamed])
@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_damage_in_a_later_member_comes_after_what_is_good(
    codec: str, make: Callable[[str, bytes], bytes], size: int
) -> None:
    contents = [TEXT[i * 500 : i * 500 + 500] for i in range(20)]
    parts = [make(codec, content) for content in contents]
    data, pairs = joined(parts, contents)
    at = pairs[12][1]
    checksum = at + len(parts[12]) - (8 if codec == "gz" else 4)
    for damaged, code in (
        (data[:checksum] + bytes([data[checksum] ^ 1]) + data[checksum + 1 :], "FILE002"),
        (data[: checksum + 2], "FILE001"),
        (data[: at + 6], "FILE001"),
    ):
        stream = opened(damaged)
        members = stream.track_members()
        got, told = drain(stream, size)
        assert told == code
        assert got.startswith(b"".join(contents[:12]))
        assert b"".join(contents).startswith(got)
        assert members == pairs[:13]
        with pytest.raises(ParseError) as caught:
            stream.read(size)
        assert caught.value.finding.byte == len(got)
    stream = opened(data[:at] + b"garbage")
    members = stream.track_members()
    assert drain(stream, size) == (b"".join(contents[:12]), "FILE003")
    assert members == pairs[:12]


@every_codec
def test_every_flipped_bit_of_many_members_is_seen_or_harmless(codec: str) -> None:
    contents = [TEXT[:300], b"short", TEXT[7:400]]
    data, _ = joined([member(codec, content) for content in contents], contents)
    whole = b"".join(contents)
    for at in range(len(data)):
        for bit in (1, 16, 128):
            try:
                got, code = drain(opened(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]), 10_000)
            except ParseError:
                continue
            assert got == whole or code or at < 4


@every_codec
def test_every_cut_of_many_members_is_seen(codec: str) -> None:
    contents = [TEXT[:300], b"short", TEXT[7:400]]
    data, pairs = joined([member(codec, content) for content in contents], contents)
    for cut in range(4, len(data)):
        got, code = drain(opened(data[:cut]), 10_000)
        whole = [(at, raw) for at, raw in pairs if raw == cut]
        assert code == ("" if whole else "FILE001")
        assert b"".join(contents).startswith(got)
        assert not whole or len(got) == whole[0][0]


@needs_data
@pytest.mark.parametrize("name", ["example.warc.zst", "whirlwind.warc.zst", "whirlwind-dict.warc.zst"])
def test_frames_that_others_wrote(name: str) -> None:
    data = (DATA / "warc" / "derived-zst" / name).read_bytes()
    stream = opened(data)
    members = stream.track_members()
    text, code = drain(stream, 4096)
    assert code == ""
    assert members
    for at, raw in members:
        assert text[at:].startswith(b"WARC/1.")
        assert data[raw:].startswith(b"\x28\xb5\x2f\xfd")


def trained() -> zstandard.ZstdCompressionDict:
    return zstandard.train_dictionary(8192, [TEXT[i : i + 700] for i in range(0, 400_000, 650)], dict_id=77_000)


def dictionary_frame(content: bytes) -> bytes:
    return b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("more", [b"", TEXT[:300_000]], ids=["small", "large"])
def test_a_dictionary_at_the_head_of_the_file(packed: bool, known: bool, more: bytes) -> None:
    dictionary = zstandard.ZstdCompressionDict(trained().as_bytes() + more)
    compressor = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True, write_content_size=known)
    content = dictionary.as_bytes()
    head = dictionary_frame(zstandard.ZstdCompressor().compress(content) if packed else content)
    contents = [TEXT[i * 700 : i * 700 + 700] for i in range(300)]
    data, pairs = joined([compressor.compress(part) for part in contents], contents)
    for size in (1, 5000, 1 << 20):
        stream = opened(head + data)
        members = stream.track_members()
        assert drain(stream, size) == (b"".join(contents), "")
        assert members == [(at, raw + len(head)) for at, raw in pairs]
    if known:
        assert len(ZstdDecoder(io.BytesIO(head + data).read).read(1 << 20)) > 100_000  # many frames at a time
    for make in (member, streamed):
        plain = make("zst", b"no dictionary at all")
        assert drain(opened(head + plain + data), 1000) == (b"no dictionary at all" + b"".join(contents), "")
    for cut in range(4, len(head), 997 if more and not DEEP else 97):
        assert drain(opened(head[:cut]), 100) == (b"", "FILE001")


def test_a_dictionary_that_is_missing_or_another_one_is_reported() -> None:
    dictionary = trained()
    frame = zstandard.ZstdCompressor(dict_data=dictionary).compress(TEXT[:700])
    with pytest.raises(ParseError, match="needs dictionary 77000, but the file has none") as caught:
        opened(frame).read(100)
    assert caught.value.finding.code == "FILE002"
    assert "zstd -d -D DICTIONARY" in caught.value.finding.hint
    other = zstandard.train_dictionary(8192, [TEXT[i : i + 300] for i in range(0, 400_000, 650)], dict_id=5)
    with pytest.raises(ParseError, match="needs dictionary 77000, but the file has dictionary 5"):
        opened(dictionary_frame(other.as_bytes()) + frame).read(100)


def skippable(content: bytes, kind: int) -> bytes:
    return bytes([0x50 | kind]) + b"\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content


def test_dictionaries_of_files_that_were_joined() -> None:
    one = trained()
    two = zstandard.train_dictionary(8192, [TEXT[i : i + 300] for i in range(0, 400_000, 650)], dict_id=5)
    a, b = (zstandard.ZstdCompressor(dict_data=d, write_checksum=True).compress(TEXT[:700]) for d in (one, two))
    frames = [dictionary_frame(d.as_bytes()) for d in (one, two)]
    packed = dictionary_frame(zstandard.compress(two.as_bytes()))
    plain = member("zst", TEXT[:700])
    for data, count in (
        (frames[0] + a + frames[1] + b, 2), (frames[0] + a + packed + b + frames[0] + a + a, 4), (plain + frames[0] + a, 2),
        (skippable(b"index", 3) + frames[0] + a, 1), (frames[0] + a + frames[0] + a, 2),
    ):  # fmt: skip
        assert drain(opened(data), 100) == (TEXT[:700] * count, "")


@pytest.mark.parametrize(
    "content", [b"", b"others", b"\x28\xb5\x2f\xfd", zstandard.compress(b"others"), bytes(MAX_DICTIONARY + 1)], ids=len
)
def test_frames_like_those_of_dictionaries_inside_may_hold_anything(content: bytes) -> None:
    dictionary = trained()
    frame = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True).compress(TEXT[:700])
    data = dictionary_frame(dictionary.as_bytes()) + frame + dictionary_frame(content) + frame
    assert drain(opened(data), 100) == (TEXT[:700] * 2, "")


def test_dictionaries_in_one_another_and_very_many_of_them() -> None:
    content = plain = member("zst", b"text")
    for _ in range(3000):
        content = plain + dictionary_frame(content)
    with pytest.raises(Damage, match="without a dictionary"):
        ZstdDecoder(io.BytesIO(dictionary_frame(content)).read).read(100)
    many = plain + b"".join(dictionary_frame(b"%d" % n) for n in range(65))
    assert drain(opened(many), 100) == (b"text", "FILE002")


@pytest.mark.parametrize("kind", [0, 3, 14, 15])
def test_skippable_frames_anywhere(kind: int) -> None:
    one, two = member("zst", TEXT[:700]), streamed("zst", TEXT[700:300_000])
    skipped = skippable(b"an index", kind) + skippable(b"", kind)
    for data in (
        skipped + one + two,
        one + skipped + two,
        one + two + skipped,
        skipped * 3 + one + skipped + two + skipped,
    ):
        assert drain(opened(data), 5000) == (TEXT[:300_000], "")
    assert drain(opened(one + skipped[:-1]), 100) == (TEXT[:700], "FILE001")


NONE, DAMAGED, LARGE = (
    "without a dictionary$",
    "^the zstd dictionary is damaged",
    "^the zstd dictionary is larger than 10 MiB$",
)
MAGIC = b"\x37\xa4\x30\xec"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", NONE), (b"abc", NONE), (b"no dictionary", NONE), (MAGIC, DAMAGED), (MAGIC + b"\x01\0\0\0" + b"\xff" * 300, DAMAGED),
        (b"\x28\xb5\x2f\xfd", f"{DAMAGED}: the zstd data ends early"), (zstandard.compress(b"no dictionary"), NONE),
        (zstandard.compress(TEXT)[:-9], f"{DAMAGED}: the zstd data ends early"),
        (zstandard.ZstdCompressor(write_checksum=True).compress(TEXT)[:-1] + b"?", f"{DAMAGED}: the zstd data is damaged"),
        (bytes(MAX_DICTIONARY), NONE), (bytes(MAX_DICTIONARY + 1), LARGE),
        (zstandard.compress(bytes(MAX_DICTIONARY)), NONE), (zstandard.compress(bytes(MAX_DICTIONARY + 1)), LARGE),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_dictionary_that_is_none_is_damage(content: bytes, message: str) -> None:
    decoder = ZstdDecoder(io.BytesIO(dictionary_frame(content) + member("zst", b"text")).read)
    with pytest.raises(Damage, match=message) as caught:
        decoder.read(100)
    assert caught.value.code == "FILE002"


@pytest.mark.parametrize("magic", [b"\x5d", b"\x53"])
def test_a_skippable_frame_that_claims_much_takes_no_memory(magic: bytes) -> None:
    data = magic + b"\x2a\x4d\x18\xff\xff\xff\xff" + bytes(300_000)
    tracemalloc.start()
    try:
        assert drain(opened(data), 100) == (b"", "FILE002" if magic == b"\x5d" else "FILE001")
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_small_frames_that_give_much_take_no_memory() -> None:
    data = zstandard.ZstdCompressor().compress(bytes(131_072)) * 5000
    tracemalloc.start()
    try:
        stream = Input(io.BytesIO(data), "test", owned=True, ratio=1 << 30)
        while stream.position < 60 << 20:
            assert 0 < len(stream.read(1 << 30)) <= 1 << 20
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@every_codec
def test_a_file_of_members(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.warc.{codec}"
    contents = [TEXT[:1000], b"x", TEXT[:70_000]]
    output = open_output(str(path))
    output.write(b"")
    offsets = []
    for content in contents:
        offsets.append(output.raw_size)
        output.write_member(content)
    output.write_member(b"")
    output.write(b"")
    output.finish()
    output.publish()
    data = path.read_bytes()
    assert output.size == sum(map(len, contents))
    assert output.raw_size == len(data)
    for offset, stop, content in zip(offsets, [*offsets[1:], len(data)], contents, strict=True):
        assert data[offset:stop] == member(codec, content)
    stream = opened(data)
    members = stream.track_members()
    assert drain(stream, 5000) == (b"".join(contents), "")
    assert members is not None
    assert [raw for _, raw in members] == offsets
    tool = shutil.which("gzip" if codec == "gz" else "zstd")
    if tool is None:
        pytest.skip("the tool that would check it is not installed")
    subprocess.run([tool, "-t", "-q", str(path)], check=True)


@every_codec
def test_members_and_a_stream_may_follow_one_another(codec: str, tmp_path: Path) -> None:
    for number, order in enumerate(["ws", "sw", "wsw", "sws", "ss", "wwsw", "sww"]):
        path = tmp_path / f"{number}.txt.{codec}"
        output = open_output(str(path))
        for step in order:
            (output.write_member if step == "s" else output.write)(TEXT[:3000])
        output.finish()
        output.publish()
        stream = opened(path.read_bytes())
        members = stream.track_members()
        assert drain(stream, 1000) == (TEXT[:3000] * len(order), "")
        assert members is not None
        assert len(members) == len(order.replace("ww", "w"))
        assert path.stat().st_size == output.raw_size


def test_members_of_a_plain_target_are_plain(tmp_path: Path) -> None:
    output = open_output(str(tmp_path / "a.warc"))
    output.write_member(b"one")
    output.write(b"two")
    assert output.raw_size == output.size == 6
    output.finish()
    output.publish()
    assert (tmp_path / "a.warc").read_bytes() == b"onetwo"


@every_codec
def test_an_empty_target_is_one_empty_member(codec: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{codec}"
    output = open_output(str(path))
    output.write(b"")
    output.finish()
    output.publish()
    stream = opened(path.read_bytes())
    assert stream.read(10) == b""
    assert stream.members == [(0, 0)]


@every_codec
def test_a_member_has_the_header_that_is_asked_for(codec: str) -> None:
    rng = random.Random(1)
    for content in (b"", b"x", TEXT[:300], TEXT, rng.randbytes(200_000)):
        data = member(codec, content)
        assert data == member(codec, content)
        if codec == "gz":
            assert data[:8] == b"\x1f\x8b\x08\0\0\0\0\0"
            assert gzip.decompress(data) == content
        else:
            frame = zstandard.get_frame_parameters(data)
            assert (frame.content_size, frame.has_checksum, frame.dict_id) == (len(content), True, 0)
            assert zstandard.ZstdDecompressor().decompress(data) == content
