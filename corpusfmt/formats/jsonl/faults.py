"""The faults of JSON Lines. Each entry is a page of the manual and a test."""

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
        "JSON that is exchanged is UTF-8 (RFC 8259, section 8.1). The meaning of bytes in another encoding would be a guess.",
        "name the encoding of these lines: corpusfmt fix --encoding NAME --unsafe-fixes FILE; lines in UTF-8 stay unchanged",
        b'{"id":"d1","text":"caf\xe9"}\n', b'{"id":"d1","text":"caf\xc3\xa9"}\n', "jsonl",
    ),
    Rule(
        "JSONL003", "error", "line that is not an object",
        "A document is an object in braces. A bare string or list cannot hold an id.",
        "write an object: {\"id\": \"…\", \"text\": \"…\"}",
        b'["d1", "body"]\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL004", "error", "duplicate key in a record",
        "Parsers keep the last of two duplicate keys, or the first, without a message. One of the values would be lost.",
        "remove one of the two",
        b'{"id":"d1","id":"d2","text":"body"}\n', _GOOD, "jsonl",
    ),
    Rule(
        "JSONL005", "error", "record without an id",
        "A random id would differ in each run.",
        "create ids with --id-from path, name, line or sha256, or name the key of the id with --id-field",
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
        "The native record has the keys id, name, text and meta. Another one would be lost without a message.",
        "name the layout of the file with --layout, or put the value into meta",
        b'{"id":"d1","text":"body","url":"https://example.org/"}\n',
        b'{"id":"d1","text":"body","meta":{"url":"https://example.org/"}}\n', "jsonl",
    ),
    Rule(
        "JSONL009", "warning", "blank line",
        "A blank line is not a document. Many readers fail on it.",
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
        "A lone escape such as \\ud800 is not a character, and UTF-8 cannot represent it. The text was probably "
        "cut inside a surrogate pair.",
        "write the whole character, or U+FFFD where it is lost",
        b'{"id":"d1","text":"cut \\ud83d"}\n', b'{"id":"d1","text":"whole \\ud83d\\ude00"}\n', "jsonl",
    ),
    Rule(
        "JSONL013", "warning", "ambiguous metadata",
        "A duplicate key or a lone surrogate in the metadata is valid JSON, but readers disagree on its meaning. "
        "It is kept unchanged.",
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
        "A whole document is held in memory. The limit keeps a file without line ends from filling it.",
        "raise the limit with --max-document, as in --max-document 1GB",
        b'{"id":"d1","text":"' + b"0123456789abcdef" * 8 + b'"}\n', _GOOD, "jsonl", max_document=100,
    ),
    Rule(
        "JSONL016", "warning", "no documents",
        "A file without documents usually means that an earlier step failed.",
        "check the program that created the file",
        b"", _GOOD, "jsonl",
    ),
    Rule(
        "JSONL017", "warning", "several records on one line",
        "A line end is missing between records: a file without a final line end was joined with another, or two "
        "programs wrote at once. All records are read; other readers read the first one or refuse the line.",
        "'corpusfmt fix' puts each record on its own line",
        b'{"id":"d1","text":"body"}{"id":"d2","text":"other"}\n', b'{"id":"d1","text":"body"}\n{"id":"d2","text":"other"}\n',
        "jsonl",
    ),
    Rule(
        "JSONL018", "warning", "hole of NUL bytes",
        "NUL bytes outside of records are space that a file system reserved but no program wrote: a program was "
        "killed, or the machine lost power, before the data was written. Records may be missing here. The NUL "
        "bytes are skipped.",
        "'corpusfmt fix' removes the NUL bytes; compare the number of records with the source",
        b'{"id":"d1","text":"body"}\n\0\0\0\0{"id":"d2","text":"other"}\n',
        b'{"id":"d1","text":"body"}\n{"id":"d2","text":"other"}\n', "jsonl",
    ),
    Rule(
        "JSONL019", "warning", "byte order mark inside the file",
        "Files that begin with a byte order mark were joined. The mark is skipped; other readers fail on it.",
        "'corpusfmt fix' removes the mark",
        b'{"id":"d1","text":"body"}\n\xef\xbb\xbf{"id":"d2","text":"other"}\n',
        b'{"id":"d1","text":"body"}\n{"id":"d2","text":"other"}\n', "jsonl",
    ),
    Rule(
        "JSONL020", "warning", "lines that end in CR only",
        "A carriage return without a line feed does not end a line of JSON Lines. All records are read here; other "
        "readers read the whole file as one line.",
        "'corpusfmt fix' replaces each CR by a line feed",
        b'{"id":"d1","text":"body"}\r{"id":"d2","text":"other"}\r', b'{"id":"d1","text":"body"}\n{"id":"d2","text":"other"}\n',
        "jsonl",
    ),
    Rule(
        "JSONL021", "error", "records in another layout",
        "None of the first 100 records has the keys of the layout that the file is read with. This is reported "
        "once; the rest of the file is not read.",
        "name the layout of the file with --layout, or the keys with --id-field and --text-field",
        b"".join(b'{"id":"d%d","text":"body","url":"https://example.org/"}\n' % n for n in range(100)), _GOOD, "jsonl",
    ),
    Rule(
        "JSONL022", "error", "file that is not text",
        "The file begins with control bytes, and no record begins near them. It is an image, an archive, compressed "
        "data or the like under another name. This is reported once; the rest of the file is not read.",
        "find out what created the file; with the command 'file', for example",
        b"\x9c\x01\xf0\x05\xffq\x13\n\x9d\x02\x80", _GOOD, "jsonl",
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
