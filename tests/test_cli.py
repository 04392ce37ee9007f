"""The command as a user meets it: exit codes, one clear line for each mistake, pipes and signals."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from corpusfmt import __version__
from corpusfmt.cli.main import main
from tests.support import ROOT, SEEDS, command

GOOD = b"<<<FILE d1 a.txt>>>\none\n<<<FILE d2 b.txt>>>\ntwo\n"
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes are POSIX")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.seed").write_bytes(GOOD)
    return tmp_path


def test_convert_there_and_back(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(SEEDS / "escapes.seed"), "-o", "x.jsonl"]) == 0
    assert main(["convert", "x.jsonl", "-o", "back.seed"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0].startswith("29 documents read, 29 written, 0 refused (")
    assert Path("back.seed").read_bytes() == (SEEDS / "escapes.seed").read_bytes()


def test_pipes(here: Path) -> None:
    result = command("convert", "-", "-o", "-", "--to", "jsonl", stdin=GOOD)
    assert result.returncode == 0
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["d1", "d2"]
    assert b"2 documents read" in result.stderr
    quiet = command("convert", "-", "-o", "-", "--to", "seed", "-q", stdin=gzip.compress(result.stdout))
    assert (quiet.stdout, quiet.stderr) == (b"<<<SEED 1>>>\n" + GOOD, b"")


#: What a new user gets wrong, and the words that tell what to do.
MISTAKES: list[tuple[str, list[str], int, str]] = [
    ("wrong suffix of the target", ["convert", "good.seed", "-o", "out.docx"], 2, "is not that of a format; known are .jsonl"),
    ("missing file", ["convert", "missing.seed", "-o", "out.jsonl"], 2, "missing.seed: No such file or directory"),
    ("an empty folder", ["convert", "empty", "-o", "out.jsonl"], 2, "contains no file with a known suffix; name the files"),
    ("no id", ["convert", "noid.jsonl", "-o", "out.seed"], 1, "--id-from path, name, line or sha256"),
    ("UTF-16 file", ["convert", "utf16.seed", "-o", "out.jsonl"], 1, "iconv -f UTF-16 -t UTF-8"),
    ("target folder that is not there", ["convert", "good.seed", "-o", "no/out.jsonl"], 2, "does not exist; make it first"),
    ("both stdin and a file", ["convert", "-", "good.seed", "-o", "out.jsonl"], 2, "name it alone"),
    ("broken gzip", ["convert", "broken.jsonl.gz", "-o", "out.seed"], 1, "the gzip data is damaged"),
    ("clipped gzip", ["convert", "clipped.jsonl.gz", "-o", "out.seed"], 1, "ends early"),
    ("a file that is not gzip", ["convert", "liar.jsonl.gz", "-o", "out.seed"], 1, "the name says gzip"),
    ("no target", ["convert", "good.seed"], 2, "--output"),
    ("standard output without a format", ["convert", "good.seed", "-o", "-"], 2, "name the format with --to"),
    ("target is a folder", ["convert", "good.seed", "-o", "empty"], 2, "has no format"),
    ("prose", ["convert", "prose.txt", "-o", "out.jsonl"], 2, "neither the name nor the content identifies a format; name it with --from"),
    ("JSON array", ["convert", "array.json", "-o", "out.seed"], 2, "jq -c '.[]'"),
    ("unknown command", ["covnert", "good.seed"], 2, "did you mean 'convert'?"),
    ("unknown flag", ["convert", "good.seed", "-o", "x.jsonl", "--froom", "seed"], 2, "--froom"),
    ("wrong content", ["validate", "wrong.jsonl"], 2, "the name says jsonl, the content is seed"),
    ("remote", ["validate", "https://example.org/a.seed"], 2, "is a remote address"),
    ("wrong size", ["convert", "good.seed", "-o", "x.jsonl", "--shard-size", "big"], 2, "256MB"),
    ("unknown loss", ["convert", "good.seed", "-o", "x.jsonl", "--allow-loss", "all"], 2, "known are id, name"),
    ("option nobody knows", ["convert", "good.seed", "-o", "x.seed", "--layout", "hf"], 2, "no format of this run has the option --layout"),
    ("wrong option list", ["convert", "good.seed", "-o", "x.jsonl", "--to", "jsonl:hf"], 2, "FORMAT:OPTION=VALUE"),
    ("unknown layout", ["convert", "good.seed", "-o", "x.jsonl", "--layout", "pile"], 2, "must be one of native"),
    ("unknown rule", ["rule", "SEED99"], 2, "did you mean SEED009"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes_end_in_one_clear_line(
    arguments: list[str], code: int, words: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("empty").mkdir()
    Path("noid.jsonl").write_bytes(b'{"text":"t"}\n')
    Path("utf16.seed").write_bytes("\ufeff".encode("utf-16-le") + GOOD.decode().encode("utf-16-le"))
    zipped = gzip.compress(b'{"id":"a","text":"' + bytes(range(32, 34)) * 500 + b'"}\n')
    Path("broken.jsonl.gz").write_bytes(zipped[:10] + b"\xff\xff\xff\xff" + zipped[14:])
    Path("clipped.jsonl.gz").write_bytes(zipped[:-10])
    Path("liar.jsonl.gz").write_bytes(b'{"id":"a","text":"b"}\n')
    Path("prose.txt").write_bytes(b"some prose\n")
    Path("array.json").write_bytes(b'[{"id": "a", "text": "b"}]\n')
    Path("wrong.jsonl").write_bytes(GOOD)
    before = sorted(os.listdir())
    try:
        got = main(arguments)
    except SystemExit as end:
        got = int(str(end.code))
    out, err = capfd.readouterr()
    assert got == code
    assert words in err
    assert "Traceback" not in err
    assert out == ""
    assert sorted(os.listdir()) == before
    if code == 2:
        assert len(err.splitlines()) == 1
        assert err.startswith("corpusfmt: ")


def test_a_header_with_angle_brackets_in_the_name(here: Path) -> None:
    Path("odd.seed").write_bytes(b"<<<FILE d1 a>>>b.txt>>>\nx\n")
    assert main(["convert", "odd.seed", "-o", "odd.jsonl", "-q"]) == 0
    assert json.loads(Path("odd.jsonl").read_bytes())["name"] == "a>>>b.txt"


def test_bundles_joined_without_a_final_newline_are_reported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("joined.seed").write_bytes(GOOD.rstrip(b"\n") + GOOD)
    assert main(["convert", "joined.seed", "-o", "x.jsonl"]) == 0
    assert "SEED009 warning: a header in the middle of a line" in capsys.readouterr().err
    assert main(["validate", "joined.seed"]) == 1


def test_validate_points_at_the_place(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["validate", "tests/data/broken.seed"]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    places = [line.split(" ")[0] + " " + line.split(" ")[1] for line in lines if line.startswith("tests/")]
    assert places == [
        "tests/data/broken.seed:2:1: SEED001", "tests/data/broken.seed:8:1: SEED003", "tests/data/broken.seed:11:39: SEED004",
        "tests/data/broken.seed:13:1: SEED009", "tests/data/broken.seed:16:39: ENC001", "tests/data/broken.seed:20:1: DOC002",
        "tests/data/broken.seed:22:1: DOC003", "tests/data/broken.seed:24:1: DOC004", "tests/data/broken.seed:26:1: DOC001",
        "tests/data/broken.seed:29:1: SEED006",
    ]  # fmt: skip
    at = next(i for i, line in enumerate(lines) if "ENC001" in line)
    assert lines[at + 1 : at + 3] == ["    Today at the harbour: soup, bread, caf\\xe9 with milk.", " " * 42 + "^"]
    assert err == "8 documents in 1 source: 6 errors, 4 warnings\n"


def test_validate_as_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["validate", "tests/data/broken.seed", "--output-format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["documents"] == 8
    assert report["counts"]["ENC001"] == 1
    finding = next(f for f in report["findings"] if f["code"] == "ENC001")
    assert (finding["line"], finding["column"], finding["document"], finding["severity"]) == (16, 39, "d4", "error")
    assert main(["validate", "seeds", "--output-format", "json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_validate_caps_what_repeats(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("many.seed").write_bytes(b"".join(b"<<<FILE d%d %d>>>\n" % (i, i) for i in range(70)))
    assert main(["validate", "many.seed"]) == 1
    out, err = capsys.readouterr()
    assert out.count("DOC001") == 50
    assert "... and 20 more of DOC001; --no-cap shows all" in err
    assert main(["validate", "many.seed", "--no-cap"]) == 1
    assert capsys.readouterr().out.count("DOC001") == 70


def test_the_schema_tells_what_else_is_wrong(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.jsonl").write_bytes(b'{"id":1.5,"text":"t","meta":[],"url":1}\n')
    assert main(["validate", "x.jsonl"]) == 1
    out = capsys.readouterr().out
    assert "x.jsonl:1:7: JSONL007 error: 'id' must be a string or an integer, not the number '1.5'; and 2 more: " in out
    assert (
        "; and 2 more: 'meta': expected object, found an array of 0 items; the key 'url' is not allowed here\n" in out
    )
    Path("y.jsonl").write_bytes(b'{"message":"t"}\n')
    assert main(["validate", "y.jsonl"]) == 1
    more = "expected the key 'id', found none; the key 'message' is not allowed here"
    assert f"; and 2 more: {more}\n" in capsys.readouterr().out


def test_the_schema_explains_the_first_records_alone(here: Path) -> None:
    import corpusfmt

    Path("x.jsonl").write_bytes(b'{"id":"a","text":"t"}\n' + b'{"text":"t","url":1}\n' * 300)
    explained = ["; and 1 more: " in finding.message for finding in corpusfmt.validate("x.jsonl")]
    assert explained == [True] * 100 + [False] * 200


def test_ls(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.jsonl").write_bytes(b'{"id":7,"name":"a\\tb\\u202e","text":"x"}\n')
    assert main(["ls", "good.seed", "more.jsonl"]) == 0
    assert capsys.readouterr().out == (
        "d1\ta.txt\t4\tgood.seed:1\nd2\tb.txt\t4\tgood.seed:3\n7\ta\\tb\\u202e\t1\tmore.jsonl:1\n"
    )
    assert main(["ls", "more.jsonl", "--output-format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "id": 7,
        "name": "a\tb\u202e",
        "bytes": 1,
        "path": "more.jsonl",
        "line": 1,
        "byte": 0,
    }


def test_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    out = capsys.readouterr().out
    assert "seed  " in out
    assert ".jsonl .ndjson" in out
    assert "cannot carry  metadata" in out


def test_losses_are_reported_with_what_to_do(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("raw.seed").write_bytes(b"".join(b"<<<FILE d%d a>>>\n\xff\n" % i for i in range(60)))
    assert main(["convert", "raw.seed", "-o", "x.jsonl"]) == 1
    err = capsys.readouterr().err
    assert (
        "raw.seed:1 (byte 0, document d0): would lose bytes: the text is not UTF-8 (byte 0xff at offset 0 of the text)"
        in err
    )
    assert "... and 10 more losses of bytes" in err
    assert "nothing was written: the target cannot represent all of it; --allow-loss bytes" in err
    assert "60 documents read, 0 written, 60 refused" in err
    assert main(["convert", "raw.seed", "-o", "x.jsonl", "--allow-loss", "bytes"]) == 0
    assert main(["convert", "raw.seed", "-o", "x.jsonl", "--on-error", "skip"]) == 1


def test_a_loss_to_a_pipe_stops_at_the_first(here: Path) -> None:
    source = b"<<<FILE d1 a>>>\n\xff\n<<<FILE d2 b>>>\n\xff\n"
    result = command("convert", "-", "-o", "-", "--to", "jsonl", stdin=source)
    assert result.returncode == 1
    assert result.stdout == b""
    assert result.stderr.count(b"would lose") == 1


def test_hostile_names_are_escaped(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("evil.seed").write_bytes(
        "<<<FILE \x1b[31m \x1b]0;pwned\x07\u202e>>>\n\xff\n<<<FILE \x07>>>\n".encode("latin-1", "replace")
    )
    main(["validate", "evil.seed"])
    main(["convert", "evil.seed", "-o", "x.jsonl", "--on-error", "skip"])
    out, err = capsys.readouterr()
    assert not any(char in out + err for char in "\x1b\x07\u202e")


@posix
def test_a_closed_pipe_is_quiet(here: Path) -> None:
    Path("big.seed").write_bytes(b"".join(b"<<<FILE d%d n>>>\n%b\n" % (i, b"x" * 1000) for i in range(2000)))
    for arguments in (["convert", "big.seed", "-o", "-", "--to", "jsonl"], ["ls", "big.seed"]):
        process = subprocess.Popen(
            [sys.executable, "-m", "corpusfmt", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        err = process.stderr.read()
        process.stderr.close()
        process.wait(30)
        assert err == b""


@posix
@pytest.mark.parametrize(
    "number",
    [getattr(signal, name) for name in (
        "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXCPU", "SIGABRT", "SIGVTALRM", "SIGPROF", "SIGRTMIN",
    ) if hasattr(signal, name)],
)  # fmt: skip
def test_a_signal_leaves_nothing_half_done(here: Path, number: int) -> None:
    Path("out.jsonl").write_bytes(b"old")
    os.mkfifo("slow.seed")
    process = subprocess.Popen(
        [sys.executable, "-m", "corpusfmt", "convert", "slow.seed", "-o", "out.jsonl"], stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with open("slow.seed", "wb") as fifo:
        fifo.write(GOOD)
        fifo.flush()
        while not any(name.endswith(".tmp") for name in os.listdir()):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(600) == 128 + number
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert sorted(os.listdir()) == ["good.seed", "out.jsonl", "slow.seed"]
    assert Path("out.jsonl").read_bytes() == b"old"


@posix
def test_a_signal_while_something_is_finalised_is_not_lost(tmp_path: Path) -> None:
    """Python drops an exception there, with a complaint, and the run went on to its end."""
    program = (
        "import os, signal, time\nfrom corpusfmt.cli.signals import Stopped, stopping\n"
        "class Dying:\n    def __del__(self):\n        os.kill(os.getpid(), signal.SIGTERM)\n"
        "try:\n    with stopping():\n        Dying()\n        time.sleep(60)\nexcept Stopped as stopped:\n    print(stopped.number)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"15\n", b"")


@posix
def test_a_signal_after_one_that_ended_the_run_is_quiet(tmp_path: Path) -> None:
    """Python itself is cleaning up then."""
    program = (
        "import atexit, os, signal, sys\nimport corpusfmt.cli.formats as formats\nfrom corpusfmt.cli.main import main\n"
        "formats.run = lambda _: os.kill(os.getpid(), signal.SIGINT)\n"
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))\nsys.argv = ['corpusfmt', 'formats']\n"
        "code = main({})\nprint(signal.getsignal(signal.SIGINT) is signal.default_int_handler)\nsys.exit(code)\n"
    )
    for given, restored in (("", b"False\n"), ("['formats']", b"True\n")):
        result = subprocess.run(
            [sys.executable, "-c", program.format(given)],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
        )  # fmt: skip
        assert result.stdout == restored
        if not given:
            assert (result.returncode, result.stderr) == (130, b"")


@posix
def test_two_signals_at_once_are_quiet(tmp_path: Path) -> None:
    program = (
        "import os, signal\nfrom corpusfmt.cli.signals import Stopped, stopping\n"
        "both = [signal.SIGHUP, signal.SIGINT]\ntry:\n    with stopping():\n"
        "        signal.pthread_sigmask(signal.SIG_BLOCK, both)\n        for one in both:\n            os.kill(os.getpid(), one)\n"
        "        signal.pthread_sigmask(signal.SIG_UNBLOCK, both)\nexcept Stopped as stopped:\n    print(stopped.number)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout in (b"1\n", b"2\n")  # the system says which thread gets which of them, and when


@posix
def test_appending_to_a_source_is_refused(here: Path) -> None:
    with open("good.seed", "ab") as out:
        result = subprocess.run(
            [sys.executable, "-m", "corpusfmt", "convert", "good.seed", "-o", "-", "--to", "seed"], stdout=out, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
    assert result.returncode == 2
    assert b"standard output is one of the sources" in result.stderr
    assert Path("good.seed").read_bytes() == GOOD


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"corpusfmt {__version__}\n"
    assert main(["--help"]) == 0
    assert "corpusfmt convert SOURCE" in capsys.readouterr().out
    assert main([]) == 2


def modules(*arguments: str) -> set[str]:
    """The modules that a run of the command loads."""
    program = f"import sys; from corpusfmt.cli.main import main; main({list(arguments)!r}); print(*sys.modules, file=sys.stderr)"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, env=env, check=True)
    return set(result.stderr.decode().split("\n")[-2].split(" "))


@pytest.mark.undisturbed
@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], ["argparse", "re", "typing", "json", "msgspec", "lxml", "importlib.metadata", "corpusfmt.model"]),
        (["--version", "-v"], ["argparse", "json", "msgspec", "lxml", "importlib.metadata", "corpusfmt.model"]),
        (["validate", "good.seed"], ["jsonschema", "zstandard", "isal", "tqdm", "importlib.metadata", "msgspec", "asyncio", "corpusfmt.formats.jsonl"]),
        (["convert", "good.seed", "-o", "x.jsonl"], ["msgspec", "inspect", "pathlib", "jsonschema", "zstandard", "isal", "tqdm", "importlib.metadata", "asyncio"]),
        (["convert", "good.seed", "-o", "y.seed.gz"], ["jsonschema", "zstandard", "tqdm", "importlib.metadata", "msgspec"]),
    ],
)  # fmt: skip
def test_no_module_is_loaded_that_the_command_does_not_use(arguments: list[str], absent: list[str], here: Path) -> None:
    loaded = modules(*arguments)
    assert not [name for name in absent if name in loaded]


@pytest.mark.undisturbed
def test_a_schema_without_references_loads_nothing_for_them(here: Path) -> None:
    Path("s.json").write_text(
        '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"id":{"maxLength":9}}}'
    )
    assert not {"jsonschema", "referencing", "jsonschema_specifications"} & modules(
        "validate", "good.seed", "--schema", "s.json"
    )


def test_a_progress_bar_on_a_terminal_when_a_run_is_long(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from corpusfmt.cli import progress

    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["convert", "good.seed", "-o", "x.jsonl"]) == 0
    assert "2 documents" in capsys.readouterr().err


def test_no_progress_bar_in_a_pipe(here: Path) -> None:
    result = command("convert", "good.seed", "-o", "x.jsonl")
    assert result.stderr.count(b"\r") == 0
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "value"), [("1000", 1000), ("64KiB", 65536), ("256MB", 256_000_000), ("1.5k", 1500), ("2g", 2_000_000_000)]
)
def test_sizes(text: str, value: Any) -> None:
    from corpusfmt.limits import bytes_of

    assert bytes_of(text) == value


@pytest.mark.parametrize("text", ["", "MB", "-1", "0", "nan", "inf", "1XB", "1e40"])
def test_sizes_that_are_none(text: str) -> None:
    from corpusfmt.limits import bytes_of

    with pytest.raises(ValueError):
        bytes_of(text)


@posix
def test_a_signal_during_an_import_waits_for_its_end(tmp_path: Path) -> None:
    """An exception inside the import of an extension crashed the interpreter: found by sending signals at random."""
    (tmp_path / "slow_module.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGTERM)\ntry:\n    time.sleep(0.1)\nfinally:\n    finished = True\n"
        "open('finished', 'w').close()\n"
    )
    program = (
        "import time\nfrom corpusfmt.cli.signals import Stopped, stopping\n"
        "try:\n    with stopping():\n        import slow_module\n        time.sleep(60)\n"
        "except Stopped as stopped:\n    raise SystemExit(128 + stopped.number)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, check=False, timeout=600
    )
    assert result.returncode == 143, result.stderr
    assert (tmp_path / "finished").exists()


def test_what_was_lost_left_and_skipped_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("notes.txt").write_bytes(b"x")
    arguments = ["convert", ".", "-o", "x.jsonl", "--layout", "hf", "--allow-loss", "name", "--allow-loss", "metadata"]
    assert main(arguments) == 0
    err = capsys.readouterr().err
    assert "skipped 1 file: ./notes.txt" in err.replace(os.sep, "/")
    assert "lost, as allowed: name of 2 documents" in err
    assert main(["validate", "."]) == 0
    assert "skipped 1 file: ./notes.txt (1 without a known suffix)" in capsys.readouterr().err.replace(os.sep, "/")


def test_a_stopped_pipe_says_what_had_gone_out(here: Path) -> None:
    result = command("convert", "-", "-o", "-", "--to", "jsonl", stdin=GOOD + b"<<<FILE bad>>>\n")
    assert result.returncode == 1
    assert result.stdout.count(b"\n") == 2
    assert b"in record 3 of <stdin>; 2 documents had already been written to standard output" in result.stderr


def test_faults_among_many_are_counted_apart(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("late.seed").write_bytes(GOOD + b"<<<FILE bad>>>\n")
    assert main(["convert", "late.seed", "-o", "x.jsonl"]) == 1
    assert "stopped at the first error, in record 3 of late.seed; nothing was written" in capsys.readouterr().err
    Path("later.seed").write_bytes(GOOD.replace(b"<<<FILE b", b"<<<FILE c") + b"<<<FILE bad>>>\n")
    assert main(["convert", "good.seed", "later.seed", "-o", "x.jsonl"]) == 1
    assert "stopped at the first error, in record 3 of later.seed; nothing was written" in capsys.readouterr().err


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_named(here: Path) -> None:
    result = command("convert", "good.seed", "-o", "/dev/full", "--to", "jsonl")
    assert result.returncode == 2
    assert b"corpusfmt: /dev/full: No space left on device" in result.stderr


@posix
def test_descriptors_that_stand_for_files_are_not_replaced(here: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    script = (
        f"(echo head; {sys.executable} -m corpusfmt convert -q good.seed --to jsonl -o /dev/stdout; echo foot) > c.txt"
    )
    result = subprocess.run(["sh", "-c", script], env=env, capture_output=True, check=False)
    assert b"write to - instead" in result.stderr
    assert Path("c.txt").read_bytes() == b"head\nfoot\n"


@posix
@pytest.mark.parametrize(
    ("closing", "arguments", "code"),
    [
        ("2>&-", "convert bad.jsonl --on-error skip -o - --to jsonl", 1), (">&-", "convert good.seed -o - --to jsonl", 2),
        (">&-", "ls good.seed", 0), ("<&-", "convert - -o x.jsonl", 2), (">/dev/full", "--version", 2), ("2>/dev/full", "convert good.seed -o x.jsonl", 0),
        (">/dev/full", "ls good.seed", 2), (">/dev/full", "ls long.seed", 2), (">/dev/full", "validate long.seed", 2), (">/dev/full", "convert --help", 2), (">/dev/full", "convert good.seed -o - --to seed", 2),
        ("2>/dev/full", "convert bad.jsonl --on-error skip -o x.jsonl", 1), ("2>/dev/full", "ls bad.jsonl", 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_standard_streams_that_are_closed_or_full(
    here: Path, closing: str, arguments: str, code: int, unbuffered: str
) -> None:
    Path("bad.jsonl").write_bytes(b'{"id":"a","text":"b"}\n{bad}\n')
    Path("long.seed").write_bytes(b"<<<FILE a a>>>\n\xff\n" * 3000)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered}
    script = f"{sys.executable} -m corpusfmt {arguments} {closing}"
    result = subprocess.run(["sh", "-c", script], env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert result.returncode == code, result.stderr
    assert b"Traceback" not in result.stderr
    assert b"Exception ignored" not in result.stderr
    assert b"JSONL001" not in result.stdout
    if closing == ">/dev/full":
        assert result.stderr == b"corpusfmt: standard output: No space left on device\n"


@posix
@pytest.mark.undisturbed
@pytest.mark.parametrize("arguments", ["convert good.seed -q -o - --to seed", "ls good.seed"])
def test_a_part_of_a_write_is_not_the_whole_of_it(here: Path, arguments: str) -> None:
    """Python itself drops the rest when standard output is not buffered and a disk takes a part of the last write."""
    script = f"ulimit -f 1; {sys.executable} -m corpusfmt {arguments} > out"
    for unbuffered in ("", "1"):
        Path("good.seed").write_bytes(b"<<<FILE d n>>>\n%b\n" % (b"x" * 1500) + b"<<<FILE e n>>>\n\n" * 100)
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered, "PYTHONDONTWRITEBYTECODE": "1"}
        result = subprocess.run(["sh", "-c", script], env=env, capture_output=True, check=False)
        assert result.returncode == 2, Path("out").stat()
        assert result.stderr == b"corpusfmt: standard output: File too large\n"


@posix
def test_help_that_nobody_reads_is_quiet(here: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
    script = f"{{ sleep 0.1; {sys.executable} -m corpusfmt convert --help; echo $? >&2; }} | true"
    result = subprocess.run(["sh", "-c", script], env=env, capture_output=True, check=False)
    assert result.stderr == b"141\n"


def test_an_ascii_terminal_is_shown_escapes(here: Path) -> None:
    Path("u.seed").write_bytes("<<<FILE d1 日本語>>>\nx\n".encode())
    result = command("ls", "u.seed", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert result.returncode == 0
    assert b"\\u65e5" in result.stdout


def test_json_of_a_run_that_fails_is_whole(here: Path) -> None:
    Path("x.txt").write_bytes(b"prose")
    result = command("validate", "good.seed", "x.txt", "--output-format", "json")
    assert result.returncode == 2
    assert "neither the name nor the content" in json.loads(result.stdout)["error"]


def test_a_huge_exponent_is_no_traceback(here: Path) -> None:
    Path("x.jsonl").write_bytes(b'{"id":"a","text":5,"meta":{"a":1e99999999999999999999}}\n')
    assert command("validate", "x.jsonl").returncode == 1


@posix
@pytest.mark.parametrize("data", [GOOD, gzip.compress(GOOD)], ids=["plain", "gzip"])
@pytest.mark.parametrize("size", [1, 20])
def test_standard_input_that_does_not_wait_is_waited_for(size: int, data: bytes, here: Path) -> None:
    """A pipe that a program such as node has set not to block; its writer is slow."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    process = subprocess.Popen(
        [sys.executable, "-m", "corpusfmt", "ls", "-"], stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(reading)
    for at in range(0, len(data), size):
        os.write(writing, data[at : at + size])
        time.sleep(0.002)
    os.close(writing)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, command("ls", "-", stdin=GOOD).stdout, b"")


@posix
def test_standard_output_that_does_not_wait_is_an_error(here: Path) -> None:
    Path("long.seed").write_bytes(GOOD + b"a line\n" * 100_000)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    result = subprocess.run(
        [sys.executable, "-m", "corpusfmt", "convert", "long.seed", "-o", "-", "--to", "jsonl"], stdout=writing,
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    os.close(reading)
    os.close(writing)
    assert result.returncode == 2
    assert result.stderr.count(b"\n") == 1
    assert result.stderr.startswith(b"corpusfmt: standard output: ")


def test_a_document_without_a_name_and_the_count_of_errors_are_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_bytes(
        b'{"id":"a","name":"","text":"x"}\n{"id":"b","name":"b.txt","text":"x"}\n{"id":"c","text":1}\n'
    )
    assert main(["convert", f"{tmp_path}/a.jsonl", "-o", f"{tmp_path}/out/", "--to", "dir"]) == 1
    err = capsys.readouterr().err
    assert "document a): would lose name: the document has no name\n" in err
