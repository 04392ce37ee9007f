"""The faults of compression and file storage. Each entry is a page of the manual and a test."""

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
        "The file was truncated: a copy or a download did not finish. The documents before the end are complete, "
        "except the last one.",
        "fetch the file again",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xb3\xb1", _PLAIN,
    ),
    Rule(
        DAMAGED, "error", "compressed data that is damaged",
        "A checksum or the structure of the compressed data is wrong, or the name of the file says that it is "
        "compressed but it is not. The error is often detected long after the first wrong byte, so no data of the "
        "gzip member or zstd frame can be trusted. In JSON Lines, seed files and WARC, reading continues at the next "
        "intact member that begins a record, and the message gives the number of bytes skipped. With --on-error skip, "
        "a file that cannot be read at all counts as one refused record, and other files are read. A conversion stops "
        "here, even with --on-error skip, if documents of the damaged member were read before the error was detected "
        "(a member over 4 MiB), or if no source gives a document.",
        "fetch the file again; if it was never compressed, remove the suffix from its name",
        b"\x28\xb5\x2f\xfd\x04\x00\x07\x00\x00", _PLAIN,
    ),
    Rule(
        FOLLOWED, "error", "other data after the compressed data",
        "The gzip member or zstd frame is followed by other data, for example because the beginning of the next "
        "member is damaged. gzip ignores this data with a warning, but it may be part of the corpus. In JSON Lines, "
        "seed files and WARC, reading continues at the next intact member that begins a record, and the message gives "
        "the number of bytes skipped.",
        "truncate the file after the last member, or compress what follows",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00garbage", _PLAIN,
    ),
    Rule(
        EXPANDS, "error", "compressed data that expands too much",
        "A stream that is more than 1000 times larger than its file is designed to fill memory or disk.",
        "if the file is really a corpus, decompress it to a file first",
        b"", _PLAIN,
    ),
    Rule(
        HOPELESS, "error", "too many errors in a row",
        "So many records in a row were refused that the file is probably in another format, or is designed to keep a "
        "reader busy. The rest of the file is not read, and a conversion stops, even with --on-error skip.",
        "look at the first errors: often the format, the layout or the encoding is another one",
        b"", _PLAIN,
    ),
    Rule(
        MANY, "warning", "too many warnings of one code",
        "The number of reported warnings of one code has a limit for each source. The source is read to its end, but "
        "further warnings of that code are not reported. 'corpusfmt fix' makes all safe fixes; for others the limit "
        "applies to each run.",
        "correct what was reported and run the command again, or raise the limit with --limit warnings=",
        b"", _PLAIN,
    ),
    Rule(
        PADDED, "warning", "padding after the compressed data",
        "Zero bytes or line ends fill the file after the last gzip member or zstd frame, for example from tapes, disks, "
        "editors or some downloads. They contain no data; some programs ignore them, others refuse the file.",
        "'corpusfmt fix' removes them",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff\x01\x19\x00\xe6\xff"
        + _PLAIN
        + b"\x1c\xbc\xd7\x3c\x19\x00\x00\x00"
        + bytes(16),
        _PLAIN,
        fixable=True,
    ),
    Rule(
        POINTER, "error", "pointer to a file that was not fetched",
        "A repository with Git LFS or git-annex stores large files elsewhere. Until they are fetched, a small pointer "
        "file takes the place of each. It contains no part of the corpus, but read as text it would be a document.",
        "fetch the files: git lfs pull, or git annex get",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"5f" * 32 + b"\nsize 4096\n", _PLAIN,
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
#: After these nothing that the file gave can be trusted, what came before the fault included.
UNTRUSTED: Final = frozenset({DAMAGED, EXPANDS})
