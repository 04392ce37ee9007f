"""Hostile and broken TEI: every sample file, cut and flipped ones; nothing else is opened, no text is lost in silence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import which

import pytest
from lxml import etree

from corpusfmt import Document, plugins
from corpusfmt.model.format import Batch, ReadOptions, WriteOptions
from tests.hostile import adversarial, alone, run
from tests.support import DATA, DEEP, ROOT, documents, findings, needs_data, scan, write

TEI = plugins.format_named("tei")
NS = "http://www.tei-c.org/ns/1.0"
SAMPLES = DATA / "xml"
NOVELS = sorted((DATA / "tei" / "eltec-por").glob("*.xml"))
READING = ReadOptions(thorough=True, id_from="line")

OPEN = b'<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="d1"><teiHeader><fileDesc><titleStmt><title>T</title></titleStmt>\
<publicationStmt><authority>u</authority></publicationStmt><sourceDesc><p>s</p></sourceDesc></fileDesc></teiHeader><text><body>'
CLOSE = b"</body></text></TEI>"
HEADER = b"<teiHeader><fileDesc><titleStmt><title>C</title></titleStmt></fileDesc></teiHeader>"


def whole(body: bytes, before: bytes = b"") -> bytes:
    return b"%b%b<p>%b</p>%b" % (before, OPEN, body, CLOSE)


def corpus(inside: bytes, before: bytes = b"") -> bytes:
    return b'%b<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">%b\n%b</teiCorpus>\n' % (before, HEADER, inside)


def ours(*docs: Document) -> bytes:
    return write(TEI, docs)


def one(document: Document) -> bytes:
    """The TEI element of a document."""
    data = ours(document)
    return data[data.index(b"<TEI ") : -len(b"</teiCorpus>\n")]


FIRST, SECOND = Document("d1", "one\ntwo\n\nthree", name="n", meta={"title": "T"}), Document("d2", "uno\ndos")


# -- commands ----------------------------------------------------------------------------------------------------------


def both(capsys: pytest.CaptureFixture[str], path: Path, target: Path) -> tuple[int, str]:
    """Validate and convert a file."""
    code, said = run(capsys, "validate", path, "--from", "tei", "-q")
    target.unlink(missing_ok=True)
    converted, how = run(capsys, "convert", path, "--from", "tei", "--id-from", "line", "-o", target)
    assert target.exists() == (converted == 0)
    if converted == 0:
        assert code == 0 or re.search(r": (?:TEI|DOC)\d{3} ", said)
        assert " error" not in how
    else:
        assert code != 0, how
    return code, said + how


# -- nothing is lost in silence ----------------------------------------------------------------------------------------


def by_lxml(data: bytes) -> etree._Element | None:
    """The root, when lxml parses a file of TEI as told to be safe; entities it cannot know are left in the tree."""
    parser = etree.XMLParser(
        resolve_entities="internal", no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root.tag in (f"{{{NS}}}TEI", f"{{{NS}}}teiCorpus") else None


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def said_of(batches: list[Batch]) -> list[str]:
    """Whatever says that something was left out: errors, warnings of inclusions and of no text, what was counted."""
    left = [name for batch in batches for name in batch.dropped]
    return left + [
        f.code for f in findings(batches) if f.severity == "error" or f.code in ("TEI011", "TEI021", "TEI027")
    ]


def accounted(data: bytes) -> bool:
    """Hold what is read against lxml. Say whether lxml read TEI at all."""
    batches = scan(TEI, data, options=READING)
    root = by_lxml(data)
    if root is None:
        return False
    unknown = [e for e in root.iter() if isinstance(e, etree._Entity)]
    if unknown:
        assert "TEI006" in [f.code for f in findings(batches)]
    header = [word for e in root.iter(f"{{{NS}}}teiHeader") for word in e.itertext()]
    theirs = letters("".join(root.itertext())) - letters("".join(header))
    missing = theirs - letters("".join(document.text for document in documents(batches)))
    assert not missing or said_of(batches), missing
    return True


def wrapped(data: bytes) -> bytes | None:
    """Put what is in a file of any vocabulary into TEI, its declarations too."""
    root = re.search(rb"<(?=[A-Za-z_:])", re.sub(rb"<!--.*?-->", lambda m: b" " * len(m[0]), data, flags=re.DOTALL))
    doctype = re.search(rb"<!DOCTYPE\s+[^\s>\[]+", data)
    if doctype is not None:
        inside = re.compile(rb"\]\s*>|[^\]]>").search(
            data, data.find(b"]", doctype.end()) if b"[" in data[doctype.end() : doctype.end() + 300] else doctype.end()
        )
        at = inside.end() if inside else doctype.end()
        data = data[: doctype.start()] + b"<!DOCTYPE TEI" + data[doctype.end() : at] + OPEN + b"<p>" + data[at:]
        return data.rstrip() + b"</p>" + CLOSE
    if root is None:
        return None
    return data[: root.start()] + OPEN + b"<p>" + data[root.start() :].rstrip() + b"</p>" + CLOSE


def xml_of(made: list[Path]) -> list[Path]:
    """The XML files of the adversarial set."""
    found = [path for path in made if path.suffix in (".xml", ".rng")]
    assert len(found) > 20
    return found


def samples() -> list[Path]:
    """All samples, or a quarter of them when this is not the deep run."""
    found = [p for p in sorted(SAMPLES.rglob("*")) if p.is_file()]
    assert len(found) > 600
    return found if DEEP else found[::4]


@needs_data
def test_samples_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in samples():
        code, _ = both(capsys, path, tmp_path / "out.jsonl")
        assert code == 1, path  # none is TEI
        accounted(path.read_bytes())


@needs_data
def test_samples_of_others_inside_of_tei(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read = 0
    for number, path in enumerate(samples()):
        data = wrapped(path.read_bytes())
        if data is None or path.suffix == ".err":
            continue
        here = tmp_path / f"{number}.xml"
        here.write_bytes(data)
        both(capsys, here, tmp_path / "out.jsonl")
        read += accounted(data)
    assert read > 150 / (1 if DEEP else 4)


def test_the_adversarial_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = {}
    for path in xml_of(adversarial(tmp_path / "made")):
        data = path.read_bytes()
        codes[path.stem], _ = both(capsys, path, tmp_path / "out.jsonl")
        accounted(data)
        inside = wrapped(data)
        if inside is not None:
            (tmp_path / "wrapped.xml").write_bytes(inside)
            both(capsys, tmp_path / "wrapped.xml", tmp_path / "out.jsonl")
            accounted(inside)
    refused = {name for name, code in codes.items() if code == 1}
    assert refused >= {"xxe-file", "xxe-http", "billion-laughs", "quadratic", "self-ref", "undefined-entity", "deep-100000", "xinclude-file",
                       "bad-utf8", "nul", "charref-0", "dup-attr", "utf16-decl-utf8"}  # fmt: skip


def test_the_adversarial_set_in_little_memory(tmp_path: Path) -> None:
    paths = {path.stem: path for path in xml_of(adversarial(tmp_path / "made"))}
    for name in ("billion-laughs", "quadratic", "deep-100000", "xxe-http", "self-ref"):
        alone(tmp_path / "said", "validate", paths[name], "-q", megabytes=200)
        target = tmp_path / f"{name}.jsonl"
        assert alone(tmp_path / "said", "convert", paths[name], "--id-from", "line", "-o", target, megabytes=200) == 1


STRAY = b"<!-- -->WORDS"


@pytest.mark.parametrize(
    "data",
    [
        whole(b"x").replace(b"<text>", b"WORDS<text>"),
        whole(b"x").replace(b"<text>", b"<text>WORDS"),
        whole(b"x").replace(b"</TEI>", b"WORDS</TEI>"),
        whole(b"x").replace(b"</TEI>", b"<text><body><p>WORDS</p></body></text></TEI>"),
        whole(b"x").replace(b"<text>", b"<standOff><p>WORDS</p></standOff><text>"),
        whole(b"x").replace(b"<text>", b"<sourceDoc><line>WORDS</line></sourceDoc><text>"),
        whole(b"x").replace(b"<text>", b'<x xmlns="y">WORDS</x><text>'),
        corpus(b"WORDS" + whole(b"x")),
        corpus(whole(b"x") + b"WORDS" + whole(b"y").replace(b"d1", b"d2")),
        corpus(whole(b"x") + b"<p>WORDS</p>"),
        corpus(b"<text><body><p>WORDS</p></body></text>" + whole(b"x")),
        corpus(whole(b"x") + b'<tei xml:id="d2"><text><body><p>WORDS</p></body></text></tei>'),
        corpus(one(FIRST) + STRAY + b"\n" + one(SECOND)),
        corpus(one(FIRST) + b"<![CDATA[WORDS]]>\n" + one(SECOND)),
        corpus(b"<![CDATA[WORDS\n" + one(FIRST) + b"]]>\n" + one(SECOND)),
        corpus(one(FIRST) + b"<text><body><p>WORDS</p></body></text>" + one(SECOND)),
        corpus(one(FIRST) + one(SECOND).replace(b"  <text>", b"WORDS<text>")),
        corpus(one(FIRST) + one(SECOND).replace(b"<text>", b"<text>WORDS")),
        corpus(one(FIRST) + one(SECOND).replace(b"</text>", b"WORDS</text>")),
        corpus(one(FIRST) + one(SECOND).replace(b"</text>", b"</text>WORDS")),
        corpus(one(FIRST) + one(SECOND).replace(b"</text>", b"</text><text><body><p>WORDS</p></body></text>")),
        corpus(one(FIRST) + one(SECOND).replace(b"</body>", b"WORDS</body>")),
        corpus(one(FIRST) + one(SECOND).replace(b"</body>", b"</body><body><p>WORDS</p></body>")),
        corpus(one(FIRST) + one(SECOND).replace(b"</body>", b"</body><back><p>WORDS</p></back>")),
        corpus(one(FIRST) + one(SECOND).replace(b"<lb/>", b"<lb>WORDS</lb>")),
        corpus(one(FIRST) + one(SECOND).replace(b"dos</p>", b'dos<x xmlns="y">WORDS</x></p>')),
        corpus(one(FIRST) + one(SECOND).replace(b"</TEI>", whole(b"WORDS").replace(b"d1", b"d3") + b"</TEI>")),
    ],
)
def test_words_out_of_place_are_not_lost_in_silence(data: bytes) -> None:
    assert data.count(b"WORDS") == 1
    assert accounted(data)
    for size in (1 << 30, 7):
        batches = scan(TEI, data, size, ReadOptions())
        assert said_of(batches) or any("WORDS" in document.text for document in documents(batches))


@pytest.mark.parametrize(
    ("before", "attributes"),
    [(b'<!DOCTYPE TEI SYSTEM "x.dtd">', b' n="a&foo;b"'), (b'<!DOCTYPE TEI SYSTEM "x.dtd">', b' n="a>&foo;b"'),
     (b'<!DOCTYPE TEI [<!ENTITY % p SYSTEM "x">%p;]>', b' rend=">" n="&foo;"'), (b"<!DOCTYPE TEI>", b' n="a&foo;b"')],
)  # fmt: skip
def test_an_entity_in_an_attribute_is_not_lost_in_silence(before: bytes, attributes: bytes) -> None:
    data = whole(b"x", before).replace(b' xml:id="d1"', attributes)
    for size in (1 << 30, 7, 1):
        assert "TEI006" in said_of(scan(TEI, data, size, READING))


def test_a_document_of_a_later_version_is_not_read_as_something_else() -> None:
    data = ours(FIRST, SECOND).replace(b'xml:id="d2" type="corpusfmt-1"', b'xml:id="d2" type="corpusfmt-2"')
    batches = scan(TEI, data)
    assert documents(batches)[:1] == [FIRST]
    assert [f.severity for f in findings(batches)] == ["error"]


# -- fix ---------------------------------------------------------------------------------------------------------------


def inner(name: bytes, element: bytes) -> bytes:
    return b"<!DOCTYPE teiCorpus [<!ENTITY %b '%b'>]>\n" % (name, element)


_NAMELESS = whole(b"x").replace(b' xml:id="d1"', b' n="d1"')
_INDENTED = one(FIRST).replace(b"one<lb/>", b"\n   one\n   <lb/>")


@pytest.mark.parametrize(
    "data",
    [
        corpus(b"&e;", inner(b"e", _NAMELESS)),
        corpus(b'&e;<note n="x">y</note>', inner(b"e", _NAMELESS)),
        corpus(b"&e;<!-- <x> -->", inner(b"e", _INDENTED)),
        corpus(b"&e;\n" + one(SECOND), inner(b"e", _INDENTED)),
        corpus(b'&e;<note n="http://www.tei-c.org/ns/2.0"/>', inner(b"e", whole(b"x").replace(b"ns/1.0", b"ns/2.0"))),
        corpus(b"&e;", inner(b"e", one(SECOND).replace(b"uno", b"tres"))),
        corpus(_NAMELESS + _INDENTED),
        corpus(
            _NAMELESS.replace(b"<TEI", b"<t:TEI")
            .replace(b"</TEI", b"</t:TEI")
            .replace(b"xmlns=", b"xmlns='x' xmlns:t=")
        ),
        corpus(one(FIRST) + one(SECOND).replace(b"uno", b"tres")),
        corpus(one(FIRST) + one(SECOND))[:-14],
        _NAMELESS.replace(b' xmlns="http://www.tei-c.org/ns/1.0"', b""),
        _NAMELESS.replace(b"ns/1.0", b"ns/2.0"),
        _INDENTED,
        "\ufeff".encode() + _NAMELESS,
        _NAMELESS.decode().encode("utf-16"),
        _INDENTED.decode().encode("utf-16"),
    ],
)
@pytest.mark.parametrize("how", [(), ("--unsafe-fixes",)])
def test_fix_does_no_harm(
    data: bytes, how: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(data)
    before = scan(TEI, data, options=READING)
    code, _ = run(capsys, "fix", path, *how)
    assert code in (0, 1)  # nothing was promised that could not be done
    fixed = path.read_bytes()
    after = scan(TEI, fixed, options=READING)
    if not how:
        assert documents(after) == documents(before)
    assert len(documents(after)) >= len(documents(before))
    old, new = by_lxml(data), by_lxml(fixed)
    if old is not None and not how:
        assert new is not None
        assert letters("".join(new.itertext())) == letters("".join(old.itertext()))
    assert Counter(f.code for f in findings(after)) <= Counter(f.code for f in findings(before))
    run(capsys, "fix", path, *how)
    assert path.read_bytes() == fixed  # at once or not at all


# -- nothing else is opened --------------------------------------------------------------------------------------------

TRAPS = b"""<?xml version="1.0"?>
<?xml-model href="%(there)b/model.rng" schematypens="http://relaxng.org/ns/structure/1.0"?>
<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>
<!DOCTYPE TEI PUBLIC "-//X" "%(there)b/external.dtd" [<!ENTITY a SYSTEM "%(there)b/entity.txt"><!ENTITY b SYSTEM "file:///etc/passwd">
<!ENTITY %% c SYSTEM "http://127.0.0.1:9/c.dtd"> %%c; <!ENTITY %% d PUBLIC "-//Y" "%(there)b/d.dtd"> %%d; <!ENTITY f SYSTEM "/etc/hostname">
<!NOTATION gif SYSTEM "%(there)b/gif"><!ENTITY g SYSTEM "%(there)b/g.gif" NDATA gif>]>
"""
INCLUDES = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="%b/included.xml"/>'
SCHEMA = (
    b' xsi:schemaLocation="http://www.tei-c.org/ns/1.0 %b/x.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


#: Runs commands one after the other, and before each opens a file that is not there, to part them in the log.
_TRACED = """
import json, os, sys
from contextlib import suppress
from corpusfmt.cli.main import main
for number, arguments in enumerate(json.loads(sys.argv[1])):
    with suppress(FileNotFoundError):
        os.open(f"begin {number}", os.O_RDONLY)
    assert main(arguments) in (0, 1), arguments
    with suppress(FileNotFoundError):
        os.unlink("out.jsonl")
"""


def opened(folder: Path, commands: list[list[str]]) -> list[tuple[set[str], list[str]]]:
    """The paths that each command opens, and what it does with sockets."""
    log = folder.parent / "strace.log"
    traced = [
        "strace",
        "-f",
        "-qq",
        "-s",
        "300",
        "-e",
        "trace=open,openat,openat2,creat,socket,connect,sendto,execve",
        "-o",
        str(log),
    ]
    done = subprocess.run(
        [*traced, sys.executable, "-c", _TRACED, json.dumps(commands)], cwd=folder, capture_output=True, timeout=600, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if done.returncode:
        pytest.skip("strace may not trace here") if b"ptrace" in done.stderr else pytest.fail(done.stderr.decode())
    assert b"Traceback" not in done.stderr
    before, *texts = re.split(r'.*"begin \d+".*\n', log.read_text(errors="replace"))
    assert len(texts) == len(commands)
    texts[0] = before + texts[0]
    calls = r"\b(?:open|openat|openat2|creat|execve)\((?:AT_FDCWD, |\d+(?:<[^>]*>)?, )?\"([^\"]*)\""
    assert all(re.findall(calls, text) for text in texts)
    return [(set(re.findall(calls, text)), re.findall(r"\b(?:socket|connect|sendto)\(.*", text)) for text in texts]


@pytest.mark.skipif(which("strace") is None, reason="strace is not here")
def test_no_file_is_opened_but_the_named_one(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    for name in ("model.rng", "external.dtd", "entity.txt", "d.dtd", "g.gif", "included.xml", "x.xsd"):
        (there / name).write_text("SECRET")
    place = bytes(there)
    traps = TRAPS % {b"there": place}
    touched = (
        one(FIRST).replace(b"one<lb/>two", b"one<!-- -->\n<lb/>two").replace(b"<TEI ", b"<TEI" + SCHEMA % place + b" ")
    )
    hostile = {
        "a.xml": whole(b"x &a; &b; &f;" + INCLUDES % place, traps),
        "b.xml": traps.replace(b"DOCTYPE TEI", b"DOCTYPE teiCorpus") + corpus(INCLUDES % place + touched + one(SECOND)),
        "c.xml": traps.replace(b"%c; ", b"").replace(b"%d;", b"")
        + whole(b"x").replace(b"<TEI ", b"<TEI" + SCHEMA % place + b" "),
        "d.xml": whole(INCLUDES % place).replace(b"d1", b"&b;"),
        "plain.xml": whole(b"x"),
    }
    for name, data in hostile.items():
        (here / name).write_bytes(data)
    homes = (sys.prefix, sys.base_prefix, sys.exec_prefix, str(ROOT), "/usr/", "/lib", "/proc/self", "/sys/", "/dev/")
    usual: set[str] = set()
    commands = [
        [*arguments[:1], name, *arguments[1:]]
        for name in reversed(hostile)  # the plain one is first
        for arguments in (
            ["validate"],
            ["validate", "--schema", "corpusfmt-tei.rng", "--engine", "lxml"],
            ["convert", "-o", "out.jsonl"],
            ["fix", "--diff"],
        )
    ]
    for arguments, (paths, network) in zip(commands, opened(here, commands), strict=True):
        assert network == []
        assert arguments[1] in paths
        if arguments[1] == "plain.xml":
            usual |= paths
        strange = {
            path for path in paths - usual - {arguments[1]}
            if not path.startswith(homes) and not os.path.basename(path).startswith((".corpusfmt-", "out.jsonl"))
        }  # fmt: skip
        assert strange == set(), arguments
        assert not any("there" in path or path == "/etc/hostname" for path in paths)


# -- cut and flipped ---------------------------------------------------------------------------------------------------


def corpus_of_ours() -> tuple[list[Document], bytes]:
    docs = [
        FIRST,
        Document(2, "", name="\x01\ufffe", meta={"date": "2024-05-18", "author": ["A", "B"], "language": "pt"}),
        Document("\x00é", "\x00\r\n\n\n<&>]]> \U0001f600\ttab\n", name=" a\nb ", meta={"k": ["\ufffe", 1.5]}),
        Document("x", "\n\n\n", meta={"licence": "https://example.org/", "url": "https://example.org/a"}),
        SECOND,
    ]
    return docs, ours(*docs)


def failed(batches: list[Batch]) -> bool:
    return any(finding.severity == "error" for finding in findings(batches))


def cuts(data: bytes) -> list[int]:
    """Places where something is cut, but for the end: all in the deep run, and else more of them near the end."""
    return [at for at in range(len(data) - 1) if DEEP or at % 9 == 0 or at > len(data) - 80]


def test_ours_cut_anywhere() -> None:
    docs, data = corpus_of_ours()
    ends = [match.end() for match in re.finditer(rb"</TEI>", data)]
    for at in cuts(data):
        batches = scan(TEI, data[:at], options=READING)
        assert failed(batches) or (at == 0 and findings(batches)), at
        assert documents(batches) == docs[: sum(end <= at for end in ends)], at
    assert TEI.alone is not None
    alone = TEI.alone(one(docs[2]), docs[2], WriteOptions())[1]
    for at in cuts(alone):
        batches = scan(TEI, alone[:at], options=READING)
        assert failed(batches) or at == 0, at
        assert documents(batches) == [], at


@pytest.mark.skipif(not NOVELS, reason="the novels are not here (set CORPUSFMT_DATA)")
def test_a_novel_cut_anywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = min(NOVELS, key=lambda path: path.stat().st_size).read_bytes().rstrip()
    random = Random(4)
    places = [1, 5, 30, 200, 1024, 4096, len(data) - 1, len(data) - 5, *random.sample(range(len(data)), 30)]
    for at in places:
        batches = scan(TEI, data[:at], options=READING)
        assert [f.code for f in findings(batches)][-1] in ("TEI002", "TEI024", "TEI001")
        assert failed(batches)
        assert documents(batches) == []
    for at in places[3::8]:
        (tmp_path / "cut.xml").write_bytes(data[:at])
        code, said = both(capsys, tmp_path / "cut.xml", tmp_path / "out.jsonl")
        assert code == 1
        assert ": TEI00" in said


@pytest.mark.skipif(not NOVELS, reason="the novels are not here (set CORPUSFMT_DATA)")
def test_a_novel_with_flipped_bytes() -> None:
    data = bytearray(min(NOVELS, key=lambda path: path.stat().st_size).read_bytes()[:200_000])
    random = Random(5)
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(random.choice((1, 1, 5))):
            changed[random.randrange(len(data) if random.random() < 0.5 else 6000)] = random.randrange(256)
        accounted(bytes(changed) + b"</p></div></body></text></TEI>")
        scan(TEI, bytes(changed), random.choice((1 << 30, 5000)), READING)


#: What no digest covers: id, name, metadata, and what shows them.
_BARE = re.compile(
    rb'(?:<TEI [^>]*>|<(?:idno type="(?:id|filename)"|(?:xenoData|title|author|date|licence|language|text|localProp|char)\b).*)\n'
)


def changes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Flips of a bit, and bytes put in, taken out and replaced, all over the data."""
    random = Random(6)
    for _ in range(4000 if DEEP else 400):
        at = random.randrange(len(data))
        kind = random.randrange(4)
        new = (
            bytes([data[at] ^ 1 << random.randrange(8)])
            if kind == 0
            else random.choice([b"<", b"&", b">", b'"', b"x", b" ", b"\n", b"\r", b"\xff", b"\0"])
        )
        yield at, data[:at] + (b"" if kind == 1 else new) + data[at + (kind != 2) :]


def test_ours_with_changed_bytes_gives_no_other_documents() -> None:
    docs, data = corpus_of_ours()
    bare = [match.span() for match in _BARE.finditer(data)]
    texts = {document.text for document in docs}
    bad = []
    for at, changed in changes(data):
        batches = scan(TEI, changed, options=READING)
        read = documents(batches)
        kept = iter(docs)
        if any(start <= at < stop for start, stop in bare):
            same = {document.text for document in read} <= texts
        else:
            same = all(document in kept for document in read)  # in order
        if not same or (len(read) != len(docs) and not failed(batches)):
            bad.append((at, changed[at - 30 : at + 30], [f.code for f in findings(batches)]))
    assert bad == []
