"""The faults of seed files. Each entry is a page of the manual and a test."""

from __future__ import annotations

from typing import Final

from corpusfmt.model.rule import Rule

_GOOD: Final = b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nbody\n"

FAULTS: Final = (
    Rule(
        "SEED001", "error", "text before the first header",
        "Text before the first header belongs to no document. Dropping it would lose it without a message.",
        "put a header before the text, or remove the text",
        b"a stray line\n<<<FILE d1 a.txt>>>\nbody\n",
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
    Rule(
        "SEED002", "error", "malformed header",
        "A line that begins with <<<FILE but is not a valid header is an error. As text it would join two "
        "documents.",
        "write '<<<FILE id name>>>'; to keep such a line as text, convert the file to version 1, where it is escaped",
        b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2 b.txt>> \nbody\n",
        b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2 b.txt>>>\nbody\n",
    ),
    Rule(
        "SEED003", "error", "header with one field",
        "A header has an id and a name, with one space between them. With only one field, it is unclear which one it is.",
        "write '<<<FILE id name>>>', or read with --id-from name to take the field as the name",
        b"<<<FILE a.txt>>>\nbody\n",
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
    Rule(
        "SEED004", "error", "malformed metadata line",
        "In version 1, a line that begins with <<<META directly follows a header and holds one JSON object. "
        "Anywhere else, or with other content, it is an error: as text, the metadata would be lost.",
        "write '<<<META {\"key\": \"value\"}>>>' right after the header; to keep the line as text, write a backslash before it",
        b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {title: 1}>>>\nbody\n",
        b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"title": 1}>>>\nbody\n',
    ),
    Rule(
        "SEED005", "error", "wrong or misplaced first line",
        "Version 1 begins with the line <<<SEED 1>>>. Other versions are not supported. In a plain file such a "
        "line shows that a version 1 file was appended, whose escapes the plain rules would not undo.",
        "write '<<<SEED 1>>>'; when joining files, put version 1 files first or convert the plain one",
        b"<<<SEED 2>>>\n<<<FILE d1 a.txt>>>\nbody\n",
        _GOOD,
    ),
    Rule(
        "SEED006", "error", "misplaced end marker",
        "The line '\\ No newline at end of file' says that the text before it has no final newline. It is the "
        "last line of a body, alone on its line and without CR. At another place it shows that the file was cut "
        "or its line ends were changed.",
        "move the marker to the end of the body, or write one more backslash before it to keep it as text; "
        "'*.seed -text' in .gitattributes keeps git from rewriting line ends",
        b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nbody\n\\ No newline at end of file\nmore\n",
        b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nbody\n\\ No newline at end of file\n",
    ),
    Rule(
        "SEED007", "error", "file in UTF-16 or UTF-32",
        "Headers are UTF-8, and no line of a UTF-16 or UTF-32 file is a header.",
        "convert the file to UTF-8 first",
        "\ufeff<<<FILE d1 a.txt>>>\nbody\n".encode("utf-16-le"),
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
    Rule(
        "SEED008", "warning", "byte order mark at the start",
        "The mark is not part of the corpus. It is skipped, but other tools read it as part of the first line.",
        "remove the first three bytes",
        b"\xef\xbb\xbf<<<FILE d1 a.txt>>>\nbody\n",
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
    Rule(
        "SEED009", "warning", "line that looks like a header",
        "Lines such as '<<< FILE d2 b.txt>>>' or a header in the middle of a line (the result of joining files "
        "without a final newline) are text by the rules. They are usually damaged headers, which join two documents. "
        "The same applies to metadata that is indented or wrapped in other characters, to an end marker with spaces, to "
        "either with one wrong byte, and to a header that continues with '<<<META'.",
        "write '<<<FILE id name>>>' at the start of a line; if it is text, no change is needed",
        b"<<<FILE d1 a.txt>>>\nbody\n<<< FILE d2 b.txt>>>\nbody\n",
        b"<<<FILE d1 a.txt>>>\nbody\n<<<FILE d2 b.txt>>>\nbody\n",
    ),
    Rule(
        "SEED010", "error", "document larger than the limit",
        "A whole document is held in memory. The limit keeps a file that lost its headers from filling it.",
        "raise the limit with --max-document, as in --max-document 1GB",
        b"<<<FILE d1 a.txt>>>\n" + b"0123456789abcde\n" * 8,
        b"<<<FILE d1 a.txt>>>\nbody\n", max_document=100,
    ),
    Rule(
        "SEED011", "error", "header longer than the limit",
        "A header line has at most 64 KiB. A longer line is usually a header without its end.",
        "end the header with '>>>' and a line end, or allow longer ones with --limit header=SIZE",
        b"<<<FILE d1 " + b"a" * 65536 + b">>>\nbody\n",
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
    Rule(
        "SEED012", "warning", "ambiguous metadata",
        "A duplicate key in one object, or a lone surrogate, is valid JSON, but readers disagree on its meaning. "
        "It is kept unchanged.",
        "remove the repeated key, or write the whole character",
        b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"a": 1, "a": 2}>>>\nbody\n',
        b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"a": 1, "b": 2}>>>\nbody\n',
    ),
    Rule(
        "SEED013", "warning", "no documents",
        "A file without documents usually means that an earlier step failed.",
        "check the program that created the file",
        b"<<<SEED 1>>>\n",
        _GOOD,
    ),
    Rule(
        "SEED014", "error", "header not in UTF-8",
        "Ids and names are characters, so headers are UTF-8. Bodies may be in any encoding.",
        "write the header in UTF-8",
        b"<<<FILE d1 caf\xe9.txt>>>\nbody\n",
        b"<<<FILE d1 caf\xc3\xa9.txt>>>\nbody\n",
    ),
    Rule(
        "SEED015", "warning", "file that ends in the middle of a line",
        "Writers of version 1 always end the last line, and write the end marker after a text without a final "
        "newline. A file that ends in the middle of a line was probably cut, and the missing amount is unknown.",
        "fetch the file again; if it is complete, end the last line, or write the end marker after it",
        b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nthe text stops in the mid",
        b"<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\nthe text is whole\n\\ No newline at end of file\n",
    ),
    Rule(
        "SEED016", "warning", "version 1 in a plain file",
        "Metadata, escaped lines, end markers, and ids and names in JSON are part of version 1, which begins "
        "with the line <<<SEED 1>>>. In a plain file they are text. A file that has them is usually a part of a "
        "version 1 file, for example from split, head or tail. Its texts would contain metadata, backslashes and "
        "markers.",
        "write '<<<SEED 1>>>' as the first line again; if these lines are text, convert the file to version 1, which escapes "
        "them",
        b'<<<FILE d1 a.txt>>>\n<<<META {"language": "en"}>>>\nbody\n',
        b'<<<SEED 1>>>\n<<<FILE d1 a.txt>>>\n<<<META {"language": "en"}>>>\nbody\n',
    ),
    Rule(
        "SEED017", "warning", "unresolved merge conflict",
        "git and other programs write both sides of a conflict into a file, with lines of seven or more brackets "
        "around them. The second half alone is also reported. As text, these lines and both sides become part of the corpus. The sides may hold headers, so one "
        "conflict may span documents.",
        "keep one side, and remove the lines with brackets; if they are text, ignore the code",
        b"<<<FILE d1 a.txt>>>\n<<<<<<< HEAD\nbody\n=======\ntext\n>>>>>>> other\n",
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
    Rule(
        "SEED018", "note", "bundle delimiter or remark around the files",
        "Seed files have no line that ends a document. Other bundle formats have one, such as <<<END FILE>>> or [END "
        "FILE], and programs and language models write it here as well. A language model may also end the file with the end of a "
        "code block, or with an offer to help. All of these lines become part of the text of a document.",
        "remove the line, unless it is text",
        b"<<<FILE d1 a.txt>>>\nbody\n<<<END FILE>>>\n",
        b"<<<FILE d1 a.txt>>>\nbody\n",
    ),
)  # fmt: skip

BY_CODE: Final = {fault.code: fault for fault in FAULTS}
