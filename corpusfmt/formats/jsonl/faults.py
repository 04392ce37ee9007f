"""What can be wrong with JSON Lines. Each entry is a page of the manual and a test."""

from __future__ import annotations

from typing import Final

from corpusfmt.model.rule import Rule

_GOOD: Final = b'{"id":"d1","name":"a.txt","text":"body","meta":{}}\n'

FAULTS: Final = (
    Rule(
        "JSONL001", "error", "line that is not JSON",
        "Each line is one JSON text by RFC 8259. NaN, single quotes, comments and trailing commas are not JSON.",
        "write one JSON object a line",
        b"{'id': 'd1', 'text': 'body'}\n", _GOOD, "jsonl",
    ),
    Rule(
        "JSONL002", "error", "line that is not UTF-8",
        "JSON that is exchanged is UTF-8 (RFC 8259, section 8.1). What another encoding was meant to say would be a guess.",
        "convert the file to UTF-8 first: iconv -f ENCODING -t UTF-8 OLD > NEW",
        b'{"id":"d1","text":"caf\xe9"}\n', b'{"id":"d1","text":"caf\xc3\xa9"}\n', "jsonl",
    ),
    Rule(
        "JSONL003", "error", "line that is no object",
        "A document is an object in braces. A bare string or list has no place for an id.",
        "write an object: {\"id\": \"…\", \"text\": \"…\"}",
        b'["d1", "body"]\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL004", "error", "duplicate key in a record",
        "Parsers keep the last of two equal keys, or the first, and say nothing. One of the values would be lost.",
        "remove one of the two",
        b'{"id":"d1","id":"d2","text":"body"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL005", "error", "record without an id",
        "An id that was made up at random would be another one on the next run.",
        "say how to make one with --id-from path, name, line or sha256, or where it stands with --id-field",
        b'{"text":"body"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL006", "error", "record without a text",
        "The key that the layout names for the text is missing.",
        "name the key of the text with --text-field",
        b'{"id":"d1","content":"body"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL007", "error", "value of the wrong type",
        "An id is a string or an integer, a name and a text are strings, metadata is an object.",
        "write a value of the right type",
        b'{"id":1.5,"text":"body"}\n', b'{"id":15,"text":"body"}\n', "jsonl",
    ),
    Rule(
        "JSONL008", "error", "key that is not part of the layout",
        "The native record has the keys id, name, text and meta. Another one would be lost in silence.",
        "name the layout of the file with --layout, or put the value into meta",
        b'{"id":"d1","text":"body","url":"https://example.org/"}\n',
        b'{"id":"d1","text":"body","meta":{"url":"https://example.org/"}}\n', "jsonl",
    ),
    Rule(
        "JSONL009", "warning", "blank line",
        "A blank line is no document. Many readers fail on it.",
        "remove the line",
        b'{"id":"d1","text":"body"}\n\n{"id":"d2","text":"body"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL010", "warning", "byte order mark at the start",
        "RFC 8259, section 8.1, forbids it. It is skipped here; other readers fail on it.",
        "remove the first three bytes",
        b'\xef\xbb\xbf{"id":"d1","text":"body"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL011", "error", "file in UTF-16 or UTF-32",
        "JSON that is exchanged is UTF-8 (RFC 8259, section 8.1).",
        "convert the file to UTF-8 first",
        '\ufeff{"id":"d1","text":"body"}\n'.encode("utf-16-le"), _GOOD, "jsonl",
    ),
    Rule(
        "JSONL012", "error", "half a surrogate pair",
        "An escape such as \\ud800 alone is no character, and UTF-8 cannot hold it. It is the trace of a text that was cut "
        "between two halves.",
        "write the whole character, or U+FFFD where it is lost",
        b'{"id":"d1","text":"cut \\ud83d"}\n', b'{"id":"d1","text":"whole \\ud83d\\ude00"}\n', "jsonl",
    ),
    Rule(
        "JSONL013", "warning", "ambiguous metadata",
        "A key that repeats inside the metadata, or half of a surrogate pair there, is JSON by the letter, but readers "
        "disagree on what it means. It is carried as it stands.",
        "remove the repeated key, or write the whole character",
        b'{"id":"d1","text":"body","meta":{"a":1,"a":2}}\n', b'{"id":"d1","text":"body","meta":{"a":1,"b":2}}\n', "jsonl",
    ),
    Rule(
        "JSONL014", "error", "values nested too deep",
        "Metadata may nest 512 levels. Deeper values exhaust the stack of many parsers.",
        "flatten the metadata",
        b'{"id":"d1","text":"body","meta":{"a":' + b"[" * 600 + b"]" * 600 + b"}}\n",
        b'{"id":"d1","text":"body","meta":{"a":[[]]}}\n', "jsonl",
    ),
    Rule(
        "JSONL015", "error", "line larger than the limit",
        "A document is held in memory as a whole. The limit keeps a file without line ends from filling it.",
        "raise the limit with --max-document, as in --max-document 1GB",
        b'{"id":"d1","text":"' + b"0123456789abcdef" * 8 + b'"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL016", "warning", "no documents",
        "A file without a single document is most often the trace of something that failed before.",
        "check what made the file",
        b"", _GOOD, "jsonl",
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
