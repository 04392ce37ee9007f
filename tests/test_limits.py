"""Each limit of the table, at its edge: what is just within it is taken, one more is told."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from corpusfmt import (
    ConfigurationError,
    Document,
    LossError,
    SchemaError,
    convert,
    open_writer,
    plugins,
    read,
    validate,
)
from corpusfmt.cli.main import COMMANDS, main
from corpusfmt.config import load
from corpusfmt.formats.warc.codings import HTTPFault, decoded
from corpusfmt.limits import HTML_ATTRIBUTES, RATIO_FREE, Limits
from corpusfmt.model.format import ReadOptions
from corpusfmt.model.limit_table import HIGHEST, LIMITS, SETTABLE, limits_of
from corpusfmt.receipt.sections import NAMES, Receipt, digest_of
from corpusfmt.schema.relax_ng.grammar.safety import Files
from corpusfmt.schema.relax_ng.validator import Validator
from corpusfmt.storage.paths import small
from corpusfmt.text.filenames import unfit
from docs.generate import table
from tests.support import ROOT, documents, findings, scan, write
from tests.warcs import http, page, record, uuid

KIB, MIB = 1 << 10, 1 << 20
CASES: dict[str, Callable[[Path], None]] = {}


def case(test: Callable[[Path], None]) -> Callable[[Path], None]:
    CASES[test.__name__.strip("_").replace("_", "-")] = test
    return test


def codes(format: str, data: bytes, **limits: int) -> list[str]:
    """Scan with limits; the codes of what was found, in order. How the data is cut makes no difference."""
    asked = limits_of(limits)
    options = ReadOptions(max_document=asked.document, limits=asked)
    whole = findings(scan(plugins.formats()[format], data, options=options))
    assert whole == findings(scan(plugins.formats()[format], data, max(1000, len(data) // 8), options))
    return [one.code for one in whole]


def edge(format: str, data: bytes, code: str, **limit: int) -> None:
    """Hold data against a limit that it just keeps, and then against one less."""
    ((name, value),) = limit.items()
    assert codes(format, data, **limit) == []
    assert codes(format, data, **{name: value - 1}) == [code]


def seed(header: bytes = b"<<<FILE d1 a>>>", meta: bytes = b"") -> bytes:
    return b"<<<SEED 1>>>\n" + header + b"\n" + (b"<<<META %b>>>\n" % meta if meta else b"") + b"text\n"


def jsonl(meta: bytes) -> bytes:
    return b'{"id":"a","text":"t","name":"n","meta":%b}\n' % meta


def nested(levels: int) -> bytes:
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


def bundle(meta: bytes) -> bytes:
    return write(plugins.formats()["warc"], [Document("a", "text\n", name="n", meta=meta)])


def tei(meta: bytes) -> bytes:
    return write(plugins.formats()["tei"], [Document("a", "text\n", name="n", meta=meta)])


def foreign(inside: str) -> bytes:
    """A TEI of others. Its elements nest five levels deep."""
    header = "<fileDesc><titleStmt><title>t</title></titleStmt><publicationStmt/><sourceDesc/></fileDesc>"
    root = '<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="a">'
    return f"{root}<teiHeader>{header}</teiHeader><text><body>{inside}</body></text></TEI>\n".encode()


# -- those that may be set ------------------------------------------------------------------------------------------


@case
def _document(tmp_path: Path) -> None:
    edge("seed", seed(), "SEED010", document=len(seed()) - len(b"<<<SEED 1>>>\n"))
    edge("jsonl", jsonl(b"{}"), "JSONL015", document=len(jsonl(b"{}")) - 1)
    edge("warc", record(), "WARC020", document=len(b"A text.\n"))
    body = gzip.compress(bytes(1000))
    edge("warc", page(body, b"Content-Type: text/plain", b"Content-Encoding: gzip"), "WARC021", document=1000)
    data = foreign("<p>x</p>")
    edge("tei", data, "TEI009", document=len(data) - 1)
    edge("dir", b"text\n", "DIR001", document=5)


@case
def _header(tmp_path: Path) -> None:
    long = seed(b"<<<FILE d1 %b>>>" % (b"n" * (64 * KIB - len(b"<<<FILE d1 >>>\n"))))
    edge("seed", long, "SEED011", header=64 * KIB)
    assert codes("seed", long.replace(b"d1 n", b"d1 nn")) == ["SEED011"]  # by default
    line = b"X-Long: " + b"x" * (64 * KIB - 8)
    edge("warc", record(lines=[line]), "WARC005", header=64 * KIB)
    edge("warc", page(b"text\n", b"Content-Type: text/plain", line[:-1]), "WARC021", header=64 * KIB)  # with its CR


@case
def _header_block(tmp_path: Path) -> None:
    lines = [b"X-%d: " % number + b"x" * 1000 for number in range(1100)]
    data = record(lines=lines)
    size = data.index(b"\r\n\r\n") + 4
    edge("warc", data, "WARC005", header_block=size)
    assert size > MIB
    assert codes("warc", data) == ["WARC005"]
    inside = http(b"text\n", b"Content-Type: text/plain", *lines)
    edge("warc", record("response", inside), "WARC021", header_block=inside.index(b"\r\n\r\n") + 4)


@case
def _metadata(tmp_path: Path) -> None:
    meta = b'{"a": "' + b"x" * 991 + b'"}'
    assert len(meta) == 1000
    edge("seed", seed(meta=meta), "SEED004", metadata=1000)
    edge("jsonl", b'{"id":"a","text":"t","meta":%b}\n' % meta, "JSONL015", metadata=1000)
    edge("warc", bundle(meta), "WARC027", metadata=1000)
    edge("tei", tei(meta), "TEI019", metadata=1000)
    large = b'{"a": "' + b"x" * (16 * MIB - 9) + b'"}'
    assert codes("seed", seed(meta=large)) == []
    assert codes("seed", seed(meta=large.replace(b'"}', b'x"}'))) == ["SEED004"]
    assert codes("seed", seed(meta=large.replace(b'"}', b'x"}')), metadata=17 * MIB) == []


@case
def _depth(tmp_path: Path) -> None:
    for levels in (1, 3, 64, 512):
        meta = nested(levels) if levels > 1 else b'{"a":1}'
        for format, data, code in (
            ("seed", seed(meta=meta), "SEED004"),
            ("jsonl", jsonl(meta), "JSONL014"),
            ("warc", bundle(meta), "WARC027"),
            ("tei", tei(meta), "TEI019"),
        ):
            if levels > 1:
                edge(format, data, code, depth=levels)
            else:
                assert codes(format, data, depth=1) == []
    assert codes("seed", seed(meta=nested(513))) == ["SEED004"]
    assert codes("jsonl", jsonl(nested(513))) == ["JSONL014"]


@case
def _xml_depth(tmp_path: Path) -> None:
    edge("tei", foreign("<p>" + "<hi>" * 10 + "x" + "</hi>" * 10 + "</p>"), "TEI008", xml_depth=14)
    edge("tei", foreign("<p>" + "<hi>" * 252 + "x" + "</hi>" * 252 + "</p>"), "TEI008", xml_depth=256)
    assert codes("tei", foreign("<p>" + "<hi>" * 253 + "x" + "</hi>" * 253 + "</p>")) == ["TEI008"]
    assert codes("tei", tei(b"{}"), xml_depth=3)[0] == "TEI008"  # ours too


@case
def _markup(tmp_path: Path) -> None:
    edge("tei", foreign(f"<p>x<!--{'y' * 993}-->z</p>"), "TEI008", markup=1000)
    edge("tei", foreign(f'<p n="{"y" * 9000}">z</p>'), "TEI008", markup=9008)
    data = foreign(f"<p>x<!--{'y' * (4 * MIB - 7)}-->z</p>")
    edge("tei", data, "TEI008", markup=4 * MIB)
    assert codes("tei", data.replace(b"yy", b"yyy", 1)) == ["TEI008"]


@case
def _ratio(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    record = b'{"id":"a","text":"%b","name":"","meta":{}}\n'
    path.write_bytes(gzip.compress(record % (b"x" * (RATIO_FREE + 61 * MIB)), 9, mtime=0))
    ratio = -(-(RATIO_FREE + 61 * MIB + len(record) - 2) // path.stat().st_size)
    assert ratio > 1000
    assert [one.code for one in validate(path)] == ["FILE004"]
    assert list(validate(path, limits={"ratio": ratio + 1})) == []
    assert [one.code for one in validate(path, limits={"ratio": ratio - 1})] == ["FILE004"]
    body = gzip.compress(bytes(RATIO_FREE + 61 * MIB), 9, mtime=0)
    sent = page(body, b"Content-Type: text/plain", b"Content-Encoding: gzip")
    fits = -(-(RATIO_FREE + 61 * MIB) // len(body))
    options = ReadOptions(limits=Limits(ratio=fits))
    assert findings(scan(plugins.formats()["warc"], sent, options=options)) == []
    options = ReadOptions(limits=Limits(ratio=fits - 1))
    assert [one.code for one in findings(scan(plugins.formats()["warc"], sent, options=options))] == ["WARC021"]


@case
def _zstd_window(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    block = b'{"id":"a","text":"t"}\n'
    last = (1 | len(block) << 3).to_bytes(3, "little") + block
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0, 17 << 3]) + last)  # 2 ** 27 bytes
    assert list(validate(path)) == []
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0, 17 << 3 | 1]) + last)
    (found,) = validate(path)
    assert (found.code, found.hint[:44]) == ("FILE002", "allow it with --limit zstd-window=144MiB, wh")
    assert list(validate(path, limits={"zstd-window": 144 * MIB})) == []
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0, 21 << 3]) + last)  # 2 ** 31 bytes, without a content size
    assert [document.id for document in read(path, limits={"zstd-window": 2048 * MIB})] == ["a"]
    for wide in (bytes([0, 21 << 3 | 1]), bytes([0xE0]) + (1 << 32).to_bytes(8, "little")):  # one is a single segment
        path.write_bytes(b"\x28\xb5\x2f\xfd" + wide + last)
        (found,) = validate(path, limits={"zstd-window": 2048 * MIB})
        assert (found.code, found.hint[:17]) == ("FILE002", "compress it again")
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes([0xA0]) + (129 * MIB).to_bytes(4, "little") + last)
    (found,) = validate(path)
    assert "zstd-window=129MiB" in found.hint


@case
def _faults(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n" * 9)
    found = [one.code for one in validate(path, limits={"faults": 10}, ignore=["JSONL003"])]
    assert "FILE005" not in found
    found = [one.code for one in validate(path, limits={"faults": 9}, ignore=["JSONL003"])]
    assert found[-1] == "FILE005"


@case
def _warnings(tmp_path: Path) -> None:
    """The file is read to its end, and errors of the same file are all reported."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id":"a","text":"t","meta":{}}\n\n' * 9 + b"{}\n" + b'{"id": "a", "text": "t"}\n')
    for most, codes in ((9, 9), (8, 8)):
        found = Counter(one.code for one in validate(path, limits={"warnings": most}, ignore=["DOC", "JSONL006"]))
        assert (found["JSONL009"], found["FILE006"]) == (codes, int(codes < 9))
        assert "JSONL003" in found or "JSONL005" in found or "JSONL006" not in found
    assert "JSONL006" in [one.code for one in validate(path, limits={"warnings": 2}, ignore=["DOC"])]
    rules = Counter(one.code for one in validate(path, limits={"warnings": 3}))
    assert (rules["DOC002"], rules["FILE006"]) == (3, 2)
    tei = tmp_path / "a.xml"
    tei.write_bytes(b'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">' + b"<TEI/>" * 9 + b"</teiCorpus>")
    empty = Counter(one.code for one in validate(tei, limits={"warnings": 4}))
    assert (empty["TEI013"], empty["TEI011"], empty["FILE006"]) == (4, 4, 2)
    assert main(["fix", str(path), "--limit", "warnings=2", "--isolated"]) == 1  # all blank lines are fixed
    assert b"\n\n" not in path.read_bytes()


@case
def _schema_seconds(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(foreign("<p>x</p>"))
    assert list(validate(path, schema="corpusfmt-tei.rng"))
    with pytest.raises(SchemaError, match="seconds; --schema-timeout"):
        list(validate(path, schema="corpusfmt-tei.rng", schema_timeout=1e-6))


# -- those that may not ---------------------------------------------------------------------------------------------


@case
def _ratio_free(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    record = b'{"id":"a","text":"%b","name":"","meta":{}}\n'
    text = b"x" * (RATIO_FREE - len(record) + 2)
    path.write_bytes(gzip.compress(record % text, 1, mtime=0))
    assert list(validate(path, limits={"ratio": 1})) == []
    path.write_bytes(gzip.compress(record % (text + b"x"), 1, mtime=0))
    assert [one.code for one in validate(path, limits={"ratio": 1})] == ["FILE004"]


@case
def _zstd_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    for more, words in ((0, "without a dictionary"), (1, "larger than 10 MiB")):
        size = 10 * MIB + more
        path.write_bytes(b"\x5d\x2a\x4d\x18" + size.to_bytes(4, "little") + bytes(size))
        (found,) = validate(path)
        assert found.code == "FILE002"
        assert words in found.message


@case
def _http_window(tmp_path: Path) -> None:
    last = (1 | 4 << 3).to_bytes(3, "little") + b"text"
    frame = b"\x28\xb5\x2f\xfd" + bytes([0, 13 << 3]) + last  # 2 ** 23 bytes
    assert decoded("zstd", frame, 100, (0, 0), int) == (b"text", "", False)
    with pytest.raises(HTTPFault):
        decoded("zstd", frame.replace(bytes([13 << 3]), bytes([13 << 3 | 1])), 100, (0, 0), int)


@case
def _id_digits(tmp_path: Path) -> None:
    formats = plugins.formats()
    for name, code in (("seed", "SEED002"), ("jsonl", "JSONL007"), ("warc", "WARC027"), ("tei", "TEI019")):
        data = write(formats[name], [Document(int("7" * 1000), "text\n")])
        assert codes(name, data) == []
        more = re.sub(rb"7{1000}", b"7" * 1001, data)
        if name == "warc":
            more = re.sub(rb"(WARC-(Block|Payload)-Digest: sha256:[0-9a-f]{64}\r\n)", b"", more)
            more = re.sub(rb"Content-Length: (1\d{3})", lambda m: b"Content-Length: %d" % (int(m[1]) + 1), more)
        assert codes(name, more)[-1:] == [code]
    with pytest.raises(ValueError, match="1000 digits"):
        Document(int("7" * 1001), "")


@case
def _content_length(tmp_path: Path) -> None:
    assert codes("warc", record(Content_Length=b"8".zfill(40))) == []
    assert codes("warc", record(Content_Length=b"8".zfill(41))) == ["WARC006"]


@case
def _block(tmp_path: Path) -> None:
    png = record(block=b"z" * 100, Content_Type=b"image/png", Content_Length=b"%d" % (1 << 40))
    assert codes("warc", png + record(number=2))[0] == "WARC010"  # the next record is found, whatever it says
    (within,) = findings(scan(plugins.formats()["warc"], png))
    assert within.code == "WARC008"
    beyond = png.replace(b"%d" % (1 << 40), b"%d" % ((1 << 40) + 1))
    assert codes("warc", beyond + record(number=2))[0] == "WARC010"


@case
def _warc_name(tmp_path: Path) -> None:
    warc = plugins.formats()["warc"]
    assert write(warc, [Document("i" * 1_000_000, "", name="n" * 1_000_000)])
    for document in (Document("i" * 1_000_001, ""), Document("i", "", name="n" * 1_000_001)):
        with pytest.raises(LossError, match="longer than 1,000,000 characters"):
            write(warc, [document])


@case
def _warc_joined(tmp_path: Path) -> None:
    def about(size: int, number: int) -> bytes:
        return record("metadata", b"a: b\r\n".ljust(size), number=number, WARC_Refers_To=uuid(1))

    for size, left in ((MIB - 1001, {}), (MIB - 1000, {"metadata records": 1})):
        batches = scan(plugins.formats()["warc"], record() + about(size, 2) + about(6, 3))
        assert {k: v for batch in batches for k, v in batch.dropped.items()} == left


@case
def _html_attributes(tmp_path: Path) -> None:
    pytest.importorskip("resiliparse")
    options = ReadOptions(own={"html": "text"})
    for more, text in ((-1, b""), (0, b"text")):  # what hides the text is the last one that is looked at, or one more
        attributes = b" ".join(b"a%d='>'" % number for number in range(HTML_ATTRIBUTES + more))
        data = page(b"<p " + attributes + b" hidden>text", b"Content-Type: text/html")
        (document,) = documents(scan(plugins.formats()["warc"], data, options=options))
        assert document.data == text


@case
def _path(tmp_path: Path) -> None:
    parts = "/".join(["a" * 255] * 4)
    assert unfit(parts) == ""
    assert len(parts) == 1023
    assert unfit(parts[1:] + "/b") == ""
    assert "longer than 1,024 bytes" in unfit(parts + "/b")


@case
def _path_part(tmp_path: Path) -> None:
    assert unfit("é" * 127 + "a") == ""
    assert "longer than" in unfit("é" * 128)


@case
def _small_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"")
    with path.open("r+b") as file:
        file.truncate(8 * MIB)
    assert len(small(str(path))) == 8 * MIB
    with path.open("r+b") as file:
        file.truncate(8 * MIB + 1)
    with pytest.raises(ConfigurationError, match="larger than 8 MiB"):
        small(str(path))


def configured(path: Path, taken: str, refused: str, words: str) -> None:
    """Read one configuration, and then one that is over a limit."""
    path /= "corpusfmt.toml"
    path.write_text(taken)
    load(str(path))
    path.write_text(refused)
    with pytest.raises(ConfigurationError, match=words):
        load(str(path))


@case
def _configuration(tmp_path: Path) -> None:
    text = "jobs = 1\n"
    configured(tmp_path, text.ljust(MIB, "#"), text.ljust(MIB + 1, "#"), "larger than 1 MiB")


#: How deep the longest keys and the deepest lists may be, and what is none of them.
DEEP = (
    (f"x = {'[' * 32}{']' * 32}", True), (f"x = {'[' * 33}{']' * 33}", False), (f"x = {'{x=' * 32}1{'}' * 32}", True),
    (f"x = {'{x=' * 33}1{'}' * 33}", False), (f"{'x.' * 31}x = 1", True), (f"{'x.' * 32}x = 1", False),
    (f"[{'x.' * 31}x]", True), (f"[{'x.' * 32}x]", False), (f"{'x . ' * 32}x = 1", False), (f'"a.b".{"x." * 31}x = 1', False),
    (f"x = '{'x.' * 99}'", True), (f"x = '''\n{'[' * 99}'''", True), (f'x = """\n\\"{"[" * 99}""""', True),
    (f"# {'[' * 99}{'x.' * 99}", True), (f'x = "\\"{"x." * 99}"', True), (f"x = ''''a'''''\n{'y.' * 32}x = 1", False),
)  # fmt: skip


@case
def _configuration_depth(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    for inside, taken in DEEP:
        project.write_text(f"[project]\n{inside}\n[tool.corpusfmt]\njobs = 2\n")
        if taken:
            assert load(str(project)).jobs == 2, inside
        else:
            with pytest.raises(ConfigurationError, match="nested too deep"):
                load(str(project))


@case
def _configuration_dots(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.corpusfmt]\n[x]\n" + "".join([f"a{at}.b=1\n" for at in range(19_999)]))
    assert load(str(project)).jobs == 0
    project.write_text("[tool.corpusfmt]\n[x]\n" + "".join([f"a{at}.b=1\n" for at in range(20_000)]))
    with pytest.raises(ConfigurationError, match="20,000 dots"):
        load(str(project))


@case
def _patterns(tmp_path: Path) -> None:
    taken = f"[per-file-ignores]\nab = []\n{'x' * (65_536 - 2)} = []\n"
    configured(tmp_path, taken, taken.replace("ab", "abc"), "65,536 characters")


@case
def _pattern_count(tmp_path: Path) -> None:
    lines = [f'[[paths]]\nmatch = "{at}"\n' for at in range(900)]
    ignores = [f'"x{at}" = []\n' for at in range(101)]
    taken = "".join(["[per-file-ignores]\n", *ignores[:-1], *lines])
    configured(tmp_path, taken, taken.replace("[[paths]]", f"{ignores[-1]}[[paths]]", 1), "1,000 patterns")


@case
def _configuration_path(tmp_path: Path) -> None:
    taken = f'baseline = "{"a/" * 2048}"\n'
    configured(tmp_path, taken, taken.replace("a/", "a//", 1), "longer than 4,096 characters")


@case
def _jobs(tmp_path: Path) -> None:
    configured(tmp_path, "jobs = 256", "jobs = 257", "jobs is at most 256, not 257")
    (tmp_path / "a.seed").write_text("<<<FILE d1 a>>>\nx\n")
    assert main(["validate", str(tmp_path / "a.seed"), "--isolated", "--jobs", "256"]) == 0
    assert main(["validate", str(tmp_path / "a.seed"), "--isolated", "--jobs", "257"]) == 2


@case
def _receipt(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    receipt = {"receipt": 1, "committed": True, **{name: [] for name in NAMES}}
    text = json.dumps({**receipt, "sha256": digest_of(receipt)}).encode()
    lines = (b" " * 65535 + b"\n") * 1024
    path.write_bytes(text + lines[len(text) :])
    assert Receipt(str(path)).head["committed"] is True
    path.write_bytes(text + lines[len(text) - 1 :])
    with pytest.raises(ConfigurationError, match="larger than 64 MiB"):
        Receipt(str(path))


GRAMMAR = b'<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"><text/></element>'


@case
def _grammar(tmp_path: Path) -> None:
    path = tmp_path / "a.rng"
    path.write_bytes(GRAMMAR.ljust(64 * MIB))
    Validator(str(path))
    path.write_bytes(GRAMMAR.ljust(64 * MIB + 1))
    with pytest.raises(SchemaError, match="larger than 64 MiB"):
        Validator(str(path))


@case
def _grammar_files(tmp_path: Path) -> None:
    for files in (200, 201):
        for number in range(1, files):
            (tmp_path / f"f{number}.rng").write_bytes(GRAMMAR)
        inside = "".join(f'<externalRef href="f{number}.rng"/>' for number in range(1, files))
        main = f'<group xmlns="http://relaxng.org/ns/structure/1.0">{inside}</group>'.encode()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            if files == 200:
                Files(main, "main.rng")
            else:
                with pytest.raises(SchemaError, match="more than 200 files"):
                    Files(main, "main.rng")


@case
def _validated_text(tmp_path: Path) -> None:
    schema, path = tmp_path / "a.rng", tmp_path / "a.xml"
    schema.write_text(
        '<element name="TEI" ns="http://www.tei-c.org/ns/1.0" xmlns="http://relaxng.org/ns/structure/1.0">'
        '<zeroOrMore><ref name="any"/></zeroOrMore></element>'
    )
    schema.write_text(
        '<grammar xmlns="http://relaxng.org/ns/structure/1.0"><start><ref name="any"/></start><define name="any">'
        "<element><anyName/><zeroOrMore><choice><attribute><anyName/></attribute><text/>"
        '<ref name="any"/></choice></zeroOrMore></element></define></grammar>'
    )
    path.write_bytes(foreign(f"<p>{'x' * 10_000_000}</p>"))
    assert list(validate(path, schema=schema)) == []
    path.write_bytes(foreign(f"<p>{'x' * 10_000_001}</p>"))
    assert [one.code for one in validate(path, schema=schema)] == ["TEI025"]


def test_every_limit_has_a_test() -> None:
    assert list(CASES) == [one.name for one in LIMITS]


@pytest.mark.parametrize("name", CASES)
def test_at_the_edge(name: str, tmp_path: Path) -> None:
    CASES[name](tmp_path)


def test_the_table_is_sound() -> None:
    known = {rule.code for rule in plugins.codes()}
    for one in LIMITS:
        assert set(one.codes) <= known
        assert one.codes or one.word
        assert 0 < one.default <= one.most
        assert one.option or one.most == one.default
    assert [name.replace("-", "_") for name in SETTABLE] == list(Limits._fields)
    assert Limits(*(one.default for one in SETTABLE.values())) == Limits()
    assert min(map(int.__le__, Limits(), HIGHEST))


def test_the_table_in_the_docs_is_that_of_the_code() -> None:
    text = (ROOT / "docs/limits.md").read_text(encoding="utf-8")
    assert f"<!-- limits -->\n\n{table()}\n<!-- end of limits -->" in text, "run 'make docs'"


def test_the_command_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert "limits" in COMMANDS
    assert main(["limits"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", *(one.name for one in LIMITS)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("heder=1", "unknown limit 'heder'; did you mean header? known are document, header"),
        ("zstd-dictionary=1", "the limit zstd-dictionary is fixed"),
        ("schema-seconds=1", "the limit schema-seconds is set by --schema-timeout"),
        ("depth=513", "the limit depth is at most 512 levels"), ("xml_depth=257", "the limit xml-depth is at most 256 levels"),
        ("header=1GB", "the limit header is at most 16 MiB"), ("header=0", "expected a size"), ("header=-1", "expected a size"),
        ("depth=0", "expected a whole number"), ("depth=-1", "expected a whole number"), ("depth=1.5", "expected a whole"),
        ("depth=1KB", "expected a whole"), ("header", "expected NAME=VALUE"), ("header=1KB,", "expected NAME=VALUE"),
    ],
)  # fmt: skip
def test_wrong_limits(said: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(seed())
    for command in ("validate", "ls", "fix"):
        with pytest.raises(SystemExit) as caught:
            main([command, str(path), "--limit", said])
        assert caught.value.code == 2
        told = capsys.readouterr().err
        assert words in told
        assert told.count("\n") == 1


def test_limits_of_the_library() -> None:
    for asked in ({"header": 0}, {"header": -1}, {"depth": 513}, {"heder": 1}):
        with pytest.raises(ConfigurationError):
            read("a.seed", limits=asked)
    assert limits_of({"header-block": 7}) == limits_of({"header_block": 7}) == Limits(header_block=7)


def test_the_last_of_two_limits_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(seed())
    for given, code in (
        (["--limit", "document=5", "--limit", "document=100"], 0), (["--max-document", "5"], 1),
        (["--limit", "document=5,depth=3"], 1), (["--max-document", "5", "--limit", "document=100"], 0),
    ):  # fmt: skip
        assert main(["validate", str(path), *given]) == code
    capsys.readouterr()


def test_a_raised_limit_reads_what_no_target_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.seed"
    path.write_bytes(seed(b"<<<FILE d1 %b>>>" % (b"n" * 100 * KIB)))
    limits = {"header": 200 * KIB}
    assert [one.code for one in validate(path)] == ["SEED011"]
    (document,) = read(path, limits=limits)
    assert len(document.name) == 100 * KIB
    with pytest.raises(LossError) as caught:
        convert(path, tmp_path / "b.seed", limits=limits)
    assert [one.kind for one in caught.value.losses] == ["size"]
    assert convert(path, tmp_path / "b.jsonl", limits=limits, verify=True).written == 1
    assert main(["validate", str(path), "--limit", "header=200KiB"]) == 0


@pytest.mark.deep
def test_what_compresses_well_reads_back(tmp_path: Path) -> None:
    with open_writer(tmp_path / "a.jsonl") as writer:
        writer.write(Document("a", "x" * (RATIO_FREE + 61 * MIB)))
    assert convert(tmp_path / "a.jsonl", tmp_path / "b.jsonl.zst", verify=True).verified == 1
    assert [one.code for one in validate(tmp_path / "b.jsonl.zst")] == ["FILE004"]
