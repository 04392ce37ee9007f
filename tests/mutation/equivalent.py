"""Mutants that behave as the code does, or that differ in nothing that is promised, and why."""

from __future__ import annotations

import re
from typing import NamedTuple


class Equivalent(NamedTuple):
    """Mutants of a module: those of the lines that begin with ``line`` whose change is like ``change``."""

    module: str
    line: str
    change: str
    why: str

    def is_meant(self, module: str, line: str, change: str) -> bool:
        """Say whether a mutant is one of these."""
        named = module.endswith(f".{self.module}") and line.startswith(self.line)
        return named and re.fullmatch(self.change, change) is not None


EQUIVALENT: tuple[Equivalent, ...] = tuple(
    Equivalent(*row)
    for row in [
        (
            "core.primitives",
            "_PROBE:",
            r"condition -> True|Lt -> LtE \(0\)|32 -> 33|33 -> (34|32)",
            "where the probe finds too much, the slow way finds nothing to do",
        ),
        (
            "core.primitives",
            "0x22: b'\"'",
            r"\d+ -> \d+",
            "what the table lacks goes to a parser; what it has too much follows no backslash of valid JSON",
        ),
        ("core.primitives", "if data.isascii()", r"condition -> False", "saves time alone"),
        ("core.primitives", "if text.translate(_PROBE)", r"condition -> True", "saves time alone"),
        ("core.primitives", "if len(texts) == 1", r"condition -> False", "saves time alone"),
        ("core.primitives", "return [escape_json(texts[0])]", r"0 -> -1", "there is one"),
        ("core.primitives", "if not rest", r"condition -> False", "saves time alone"),
        ("core.primitives", 'if b"&" not in raw', r"condition -> False", "saves time alone"),
        (
            "core.utf8",
            "if lead in (0xC0, 0xC1)",
            r"Lt -> LtE \(0\)|160 -> 161|144 -> 145",
            "these second bytes make the sequence valid, and it is not asked for",
        ),
        (
            "core.utf8",
            "if lead == 0xED",
            r"160 -> 159|GtE -> Gt \(0\)",
            "these second bytes make the sequence valid, and it is not asked for",
        ),
        (
            "core.utf8",
            "value = sequence[0]",
            r"255 -> 254|1 -> 0",
            "the bits that it is about are shifted out, or are the zero that ends the lead",
        ),
        ("core.utf8", "around = data[max(0, at - 1)", r"0 -> -1", "a slice that ends at 0 is empty wherever it begins"),
        ("seed.grammar", "_TO_ESCAPE:", r"pattern without its b'\+' at 30", "possessive for speed alone"),
        ("seed.grammar", "_ESCAPED:", r"pattern without its b'\+' at \d+", "possessive for speed alone"),
        (
            "seed.grammar",
            "super().__init__(message)",
            r"statement removed",
            "the exception is caught inside; its text stands in its fields",
        ),
        (
            "seed.body",
            'rb"^[ \\t]*+(?:<{2,4}+',
            r"pattern without its b'(\$|\+)' at \d+",
            "what it says is so already: the group takes all up to the line end",
        ),
        ("seed.body", "_ESCAPED:", r"pattern without its b'\+' at 3", "possessive for speed alone"),
        ("seed.body", 'if b"\\\\" not in data', r"condition -> False", "saves time alone"),
        (
            "seed.body",
            "line = buffer[start : buffer.find",
            r"upper bound -1",
            "the line ends in >>>, and what is looked for does not",
        ),
        ("seed.body", 'at = max(body.find(b"<<<FILE "', r"1 -> 0", "no line of a body begins so"),
        (
            "seed.body",
            "if at > 0 and first not in told",
            r"Gt -> GtE \(0\)",
            "what was found stands behind the first byte of a line",
        ),
        ("seed.body", "if size >= 0 and", r"0 -> 1", "a beginning has seven bytes at least"),
        ("seed.body", "return -1", r"1 -> 2", "less than nothing is all that is asked"),
        (
            "seed.body",
            "at, last = stop - len(MARKED)",
            r"1 -> 2",
            "a line end for the last byte but one is one wrong byte too many, or no escape either way",
        ),
        ("seed.write", "if not documents", r"condition -> False", "a piece without bytes is as good as none"),
        ("seed.write", "bodies = [d.data if", r"condition -> False", "saves time alone: UTF-8 comes back as it is"),
        (
            "seed.write",
            'joined = b"\\n".join',
            r"b'\\n' -> b'\\x0b'",
            "any byte that no line of the format has will do between them",
        ),
        (
            "seed.write",
            'if (b"<" in joined and b"<<<"',
            r"condition -> True|and <-> or|1 -> [02]",
            "saves time alone: what needs no escape gets none",
        ),
        ("seed.write", "for document, header, body in zip", r"True -> False", "they are always as many"),
        ("seed.write", 'return [f"<<<FILE {i} {n}>>>', r"True -> False", "they are always as many"),
        (
            "seed.write",
            "some_ids, some_names",
            r"'\\n' -> '\\x0b'",
            "a joint that is odd itself leads to the slow way, which gives the same",
        ),
        ("seed.write", "len(plain_ids) < len(ids)", r"Lt -> LtE \(0\)", "the slow way gives the same"),
        (
            "seed.write",
            "or some_ids.count",
            r"2 -> 3",
            "of the second one: there are never so few line ends",
        ),
        ("storage.gzip", "GZIP_LEVEL:", r"3 -> [24]", "a choice; what follows from it is measured"),
        ("storage.gzip", "_STEP:", r"4 -> [35]", "a choice for speed"),
        ("storage.gzip", 'out = b"" if self._member', r"condition -> True", "saves time alone"),
        (
            "storage.gzip",
            "base, enough =",
            r"Add -> Sub|FloorDiv -> Mult|2 -> [13]",
            "how much is read at once is about the size; one member at a time gives the same",
        ),
        (
            "storage.gzip",
            "while given <= enough",
            r"LtE -> Lt \(0\)|4 -> 5",
            "how much is read at once is about the size; the first byte of flags decides",
        ),
        (
            "storage.gzip",
            "piece = view[at : at + step]",
            r"upper bound -1",
            "the length of a step is a choice for speed",
        ),
        (
            "storage.gzip",
            "if step > _STEP",
            r"Gt -> GtE \(0\)|condition -> .*",
            "the length of a step is a choice for speed",
        ),
        ("storage.gzip", "step = max(_STEP, step // 2)", r"2 -> [13]", "the length of a step is a choice for speed"),
        ("storage.gzip", "if left:", r"condition -> False", "the length of a step is a choice for speed"),
        (
            "storage.gzip",
            "elif len(out) < size // 2",
            r"Lt -> LtE \(0\)|FloorDiv -> Mult|2 -> [13]",
            "the length of a step is a choice for speed",
        ),
        (
            "storage.gzip",
            "self._step = min(CHUNK, self._step * 2)",
            r"2 -> [13]|Mult -> Add",
            "the length of a step is a choice for speed",
        ),
        ("storage.gzip", "self._fill(4)", r"4 -> 5", "a byte more than is needed, or the end of the file"),
        (
            "storage.gzip",
            "while len(self._data) - self._at < size",
            r"Lt -> LtE \(0\)",
            "a byte more than is needed, or the end of the file",
        ),
        (
            "warc.framer",
            "while True:",
            r"True -> False",
            "of the inner one: records are framed one way or the other alike",
        ),
        ("warc.framer", "_FIRST:", r"b'WARC/1.1' -> b'WARC/1.0'", "less than the whole is compared"),
        (
            "warc.framer",
            "return self.ended and _FIRST.startswith",
            r"upper bound -1",
            "what has the last byte too is taken as the beginning of a record before",
        ),
        (
            "warc.framer",
            "if self.skim is not None",
            r"condition -> False",
            "bundles are read one way or the other alike",
        ),
        ("warc.framer", "self.keep, self.leaving = -1, False", r"1 -> 2", "less than nothing is all that is asked"),
        (
            "warc.framer",
            "self.at, self.seeking = len(self.buffer), False",
            r"False -> True",
            "the stream has ended, and nothing is found behind it",
        ),
        ("warc.framer", "raise More(2 * OVERLAP)", r"Mult -> Add|2 -> [13]", "more than this is read at once anyway"),
        (
            "warc.framer",
            "self.seeking, self.at = True, at + 1",
            r"1 -> 2",
            "the second byte of a version begins no record",
        ),
        (
            "warc.framer",
            "if (end if end >= 0 else len(buffer)) - at",
            r"GtE -> Gt \(0\)|0 -> 1",
            "a header that has an end is not empty",
        ),
        ("warc.framer", "if end < 0", r"Lt -> LtE \(0\)|0 -> 1", "a header that has an end is not empty"),
        (
            "warc.framer",
            "if header_end(self.buffer[: body + size], body) < 0",
            r"Lt -> LtE \(0\)|0 -> 1|upper bound -1|condition -> True",
            "a header that has an end is not empty; where more is looked at than is needed the same is found",
        ),
        ("warc.framer", 'if header.type == "response"', r"condition -> True", "more is read than is needed"),
        (
            "warc.framer",
            "return is_text(text_type(",
            r"upper bound -1",
            "about how far the head of a block is looked at is a choice",
        ),
        (
            "warc.framer",
            "self.need(header.size + LOOK)",
            r"statement removed|Add -> Sub",
            "where no header ends in what is there, more is asked for below",
        ),
        ("warc.framer", "self.need(len(buffer) - at + 1)", r"1 -> 2|Sub -> Add", "all that matters is that it is more"),
        ("warc.framer", "return False", r"return -> None", "no is no"),
        (
            "warc.framer",
            "if self.members.compressed",
            r"condition -> True",
            "where there are no members the closer look at them finds none",
        ),
        (
            "warc.framer",
            'return header.fields.get("content-type", b"")',
            r"b'' -> b'x'",
            "neither is the type that is looked for",
        ),
        (
            "warc.framer",
            "begin = next_record(",
            r"condition -> True",
            "where there are no faults there is none that makes a difference",
        ),
        (
            "warc.framer",
            'digest = parse_digest(record.fields.get("warc-block-digest", b""))',
            r"b'' -> b'x'",
            "neither is a digest",
        ),
        ("warc.framer", 'stop = body + int(fields["content-length"])', r"Add -> Sub", "the closer look gives the same"),
        (
            "warc.framer",
            'if not buffer.startswith(b"\\r\\n\\r\\nWARC/", stop)',
            r"b'.*' -> b'.*'|Gt -> GtE \(0\)|Sub -> Add",
            "the closer look gives the same",
        ),
        (
            "warc.framer",
            "if not quick_verify(header.fields",
            r"condition -> True",
            "the closer verification gives the same",
        ),
        ("core.gzipheader", "flags, size = data[at + 3]", r"0 -> 1", "the flag is one that tells of no field"),
        ("core.gzipheader", "if end < 0", r"Lt -> LtE \(0\)|0 -> 1", "ten bytes stand before what was found"),
        ("storage.zstd", "ZSTD_LEVEL:", r"3 -> [24]", "a choice; what follows from it is measured"),
        (
            "storage.zstd",
            "if not header.window and not flags & 8",
            r"not removed|and <-> or",
            "what is in the table of the fast way is read the slow way too",
        ),
        (
            "storage.zstd",
            "self._checksum = 0",
            r"0 -> -?1|statement removed",
            "each frame sets it before it is asked for",
        ),
        (
            "storage.zstd",
            "self._told, self._made = -1, 0",
            r"\d -> -?\d|statement removed",
            "each frame sets them before they are asked for",
        ),
        ("storage.zstd", 'self._buffer, self._at = b"", 0', r"0 -> -?1", "the first filling sets it"),
        (
            "storage.zstd",
            "while given < enough and",
            r"Lt -> LtE \(0\)",
            "how much is read at once is about the size",
        ),
        (
            "storage.zstd",
            "if id_stop > 5 and number",
            r"condition -> False|5 -> [46]|Gt -> GtE \(0\)|upper bound -1",
            "what needs another dictionary the library refuses, and it is read the slow way",
        ),
        (
            "storage.zstd",
            "if not 0 < content <= CHUNK",
            r"Lt -> LtE \(0\)|0 -> -1",
            "what gives nothing is looked at once more, and read the slow way",
        ),
        (
            "storage.zstd",
            "while not block & 1",
            r"Lt -> LtE \(0\)",
            "what begins at the end of what is held is not there, whether it is looked at or not",
        ),
        ("storage.zstd", "out = self._whole(start, at", r"condition -> True", "nothing gives nothing"),
        (
            "storage.zstd",
            "out = self._whole(start, at",
            r"condition -> False",
            "a second look at what is sound finds the same",
        ),
        (
            "storage.zstd",
            "if found and not out",
            r"and <-> or|condition -> True",
            "a second look at what is sound finds the same",
        ),
        (
            "storage.zstd",
            "bounds = [*found, (given, base + at)]",
            r"Add -> Sub",
            "only where the last piece ends, and that is asked for where it is the unsound one",
        ),
        (
            "storage.zstd",
            "out = self._decompressor.stream_reader",
            r"True -> False",
            "one frame after the other gives the same",
        ),
        (
            "storage.zstd",
            "out = self._decompressor.stream_reader",
            r"1 -> [02]",
            "the library of today reads a frame to its end wherever there is room for its content",
        ),
        (
            "storage.zstd",
            "return out if len(out) == size",
            r"condition -> True|b'' -> b'x'",
            "the library of today refuses a frame that gives another size than it says",
        ),
        ("storage.zstd", "header = _HEADERS[descriptor[0]]", r"0 -> -1", "there is one"),
        ("storage.zstd", "left = int(struct.unpack", r"0 -> -1", "there is one"),
        ("storage.zstd", "ready = len(held[0])", r"0 -> -1", "there is one"),
        (
            "storage.zstd",
            "if base + base // 8",
            r"8 -> [79]",
            "the limit is a power of two: what is added to a smaller one does not lead beyond it",
        ),
        (
            "storage.zstd",
            "if len(self._buffer) - self._at >= size",
            r"GtE -> Gt \(0\)|condition -> False",
            "what is there is put together anew, perhaps with more than is needed",
        ),
        (
            "storage.zstd",
            "while ready < size and",
            r"Lt -> LtE \(0\)",
            "a byte more than is needed, or the end of the file",
        ),
        (
            "jsonl.write",
            "if layout.id and layout.title and layout.meta",
            r"condition -> False",
            "the general way gives the same",
        ),
        ("jsonl.write", "out += (b'\"', self._flat(document)", r"condition -> True", "no metadata are no members"),
        (
            "jsonl.write",
            "texts = [d.data if d.encoding in",
            r"condition -> True",
            "what stands there is replaced below",
        ),
        (
            "jsonl.write",
            "self._text(d) if d.encoding not in",
            r"True -> False|'utf-8' -> 'utf-9'",
            "UTF-8 comes back as it is; they are always as many",
        ),
        (
            "jsonl.write",
            'if b"\\\\" in meta or any(',
            r"In -> NotIn \(0\)",
            "a closer look at the keys gives the same; what is canonical has no escape that hides one",
        ),
        (
            "formats.dir",
            "yield out.batch(data[:CHUNK])",
            r"upper bound -1",
            "how much of what is too large is shown is a choice",
        ),
        ("formats.dir", "id = make_id(options.id_from", r"1 -> [02]", "an id from the line is refused before"),
        ("formats.dir", "return False", r"return -> None", "no is no"),
        ("warc.header", "VERSION:", r"pattern without its b'\\\\' at 12", "a version that is not 1.0 or 1.1 is none"),
        ("warc.header", "_REPEATED:", r"'-' -> ','", "anything that is no name of a field"),
        ("warc.header", "_NAME:", r"pattern without its b'\+' at 27", "possessive for speed alone"),
        ("warc.header", 'version = match[1] if match else b""', r"b'' -> b'x'", "neither is a version"),
        (
            "warc.header",
            'type = fields.get("warc-type", b"")',
            r"b'' -> b'x'",
            "a record without a type is refused, and nothing is known of an unknown one",
        ),
        (
            "warc.header",
            "byte, _ = places.get(name, (start, -1))",
            r"1 -> [02]",
            "what stands there is the length, which is not asked for",
        ),
        ("warc.header", "byte, length = places.get(name, (start, -1))", r"1 -> 2", "less than any length"),
        (
            "warc.header",
            "edit = Edit(byte, length, digest.mended) if length >= 0",
            r"GtE -> Gt \(0\)|0 -> 1",
            "a digest is never empty",
        ),
        ("warc.header", 'value = header.fields.get("content-length", b"")', r"b'' -> b'x'", "neither is digits"),
    ]
)
