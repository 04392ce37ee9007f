"""What can be wrong with the file around a corpus. Each entry is a page of the manual and a test."""

from __future__ import annotations

from typing import Final

from corpusfmt.model.rule import Rule

_PLAIN = b"<<<FILE d1 a.txt>>>\nbody\n"

#: Codes by what they say.
CUT: Final = "FILE001"
DAMAGED: Final = "FILE002"
FOLLOWED: Final = "FILE003"
EXPANDS: Final = "FILE004"
HOPELESS: Final = "FILE005"
MANY: Final = "FILE006"
PADDED: Final = "FILE007"
POINTER: Final = "FILE010"
FAULTS: Final = (
    Rule(
        CUT, "error", "compressed data that ends early",
        "The file was cut: a copy or a download did not finish. What came before the cut is whole; the last document is not.",
        "fetch the file again",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xb3\xb1", _PLAIN,
    ),
    Rule(
        DAMAGED, "error", "compressed data that is damaged",
        "A checksum or the structure of the compressed data is wrong, or the name says that a file is compressed and it is "
        "not. The fault is often seen long after the first wrong byte, so nothing of the gzip member or zstd frame can be "
        "trusted. In JSON Lines, seed files and WARC, reading goes on at the next sound member that begins a record, and the "
        "message has the number of bytes between. A conversion stops here, also with --on-error skip, when documents of the "
        "damaged member were read before the fault was seen (it holds more than 4 MiB), or when the file gives no document.",
        "fetch the file again; if it was never compressed, take the suffix off its name",
        b"\x28\xb5\x2f\xfd\x04\x00\x07\x00\x00", _PLAIN,
    ),
    Rule(
        FOLLOWED, "error", "something after the compressed data",
        "After a gzip member or zstd frame stands something else, as when the beginning of the next one is damaged. gzip tells "
        "and ignores it; here it may be a corpus. In JSON Lines, seed files and WARC, reading goes on at the next sound member.",
        "cut the file after the last member, or compress what follows",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00garbage", _PLAIN,
    ),
    Rule(
        EXPANDS, "error", "compressed data that expands without end",
        "A stream that is more than 1000 times larger than its file is made to fill memory or disk.",
        "if it is a corpus after all, decompress it to a file first",
        b"", _PLAIN,
    ),
    Rule(
        HOPELESS, "error", "too many faults in a row",
        "So many records in a row are refused that the file is something else than it was taken for, or is made to keep a "
        "reader busy. The rest of it is not read, and a conversion stops, also with --on-error skip.",
        "look at the first faults: often the format, the layout or the encoding is another one",
        b"", _PLAIN,
    ),
    Rule(
        MANY, "warning", "too many warnings of one code",
        "So many warnings of one code are reported for a source. The source is read to its end, but further warnings of "
        "that code are not reported. 'corpusfmt fix' makes all safe fixes, and of the others so many of a code in a run.",
        "correct what was reported and run the command again, or raise the limit with --limit warnings=",
        b"", _PLAIN,
    ),
    Rule(
        PADDED, "warning", "padding after the compressed data",
        "Zero bytes or line ends stand after the last gzip member or zstd frame, as tapes, disks, editors and some downloads "
        "leave them. They hold nothing; some programs pass over them, others refuse the file.",
        "'corpusfmt fix' writes the file without them",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff\x01\x19\x00\xe6\xff"
        + _PLAIN
        + b"\x1c\xbc\xd7\x3c\x19\x00\x00\x00"
        + bytes(16),
        _PLAIN,
        fixable=True,
    ),
    Rule(
        POINTER, "error", "pointer to a file that was not fetched",
        "A repository with Git LFS or git-annex keeps large files elsewhere. Until they are fetched, a small file stands "
        "for each. It holds nothing of the corpus, but read as text it would be a document.",
        "fetch the files: git lfs pull, or git annex get",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"5f" * 32 + b"\nsize 4096\n", _PLAIN,
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
#: After these nothing that the file gave can be trusted, what came before the fault included.
UNTRUSTED: Final = frozenset({DAMAGED, EXPANDS})
