"""Measure the codecs of compressed targets, in one run: time, size, and whether their bytes depend on the processor.

    python benchmarks/run.py --setup --only codecs
    python benchmarks/codec_table.py [--size MB] [--write]

The processors are those that qemu-user plays (Debian's package of that name). With ``--write`` the page
``benchmarks/CODECS.md`` is written.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import contestants
import report
from contestants import HERE

MODELS = {"x86_64": ("qemu64", "Nehalem", "Haswell", "max"), "aarch64": ("cortex-a53", "neoverse-n1", "max")}
RECORD, MEMBER = 2500, 256 * 1024
#: Runs in the environment of the codecs: times and ratios, or digests of what each codec makes of each size.
SCRIPT = """
import json, sys, time, zlib
from hashlib import sha256
import deflate, zstandard
from isal import isal_zlib
from zlib_ng import zlib_ng
data, how = open(sys.argv[1], "rb").read(), sys.argv[2]
codecs = {
    "libdeflate 1": lambda piece: deflate.gzip_compress(piece, 1),
    "libdeflate 6": lambda piece: deflate.gzip_compress(piece, 6),
    "ISA-L 1": lambda piece: isal_zlib.compress(piece, 1, 31),
    "ISA-L 3": lambda piece: isal_zlib.compress(piece, 3, 31),
    "zlib 6 (standard library)": lambda piece: zlib.compress(piece, 6, 31),
    "zlib-ng 2": lambda piece: zlib_ng.compress(piece, 2, 31),
    "Zstandard 3": zstandard.ZstdCompressor(level=3, write_checksum=True).compress,
}
found = {}
for name, compress in codecs.items():
    if how == "digests":
        sizes = [1, 60, 300, 2500, 2500, 2500, 20_000, 262_144]
        digest, at = sha256(), 0
        for size in sizes * 3:
            digest.update(compress(data[at : at + size]))
            at += size
        found[name] = digest.hexdigest()
        continue
    row = []
    for size in (int(sys.argv[3]), int(sys.argv[4])):
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            written = sum([len(compress(data[at : at + size])) for at in range(0, len(data), size)])
            best = min(best, time.process_time() - start)
        row += [best / len(data), len(data) / written]
    found[name] = row
versions = {
    "deflate": deflate.__version__,
    "isal": __import__("isal").__version__,
    "zlib": zlib.ZLIB_RUNTIME_VERSION,
    "zlib-ng": zlib_ng.ZLIBNG_VERSION,
    "zstandard": zstandard.__version__,
}
print(json.dumps([found, versions]))
"""


def run(arguments: list[str], runner: list[str]) -> tuple[dict[str, list[float] | str], dict[str, str]]:
    """Run the script in the environment of the codecs, and return what it found and the versions."""
    command = [*runner, str(contestants.python("codecs")), "-c", SCRIPT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, versions = json.loads(done.stdout)
    return found, versions


def table(size: int) -> str:
    """Measure, and return the page."""
    machine = platform.machine()
    qemu = which(f"qemu-{machine}")
    with TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "articles.jsonl"
        make = [sys.executable, str(HERE / "corpora.py"), "articles", str(size), str(corpus)]
        subprocess.run(make, check=True)
        costs, versions = run([str(corpus), "costs", str(RECORD), str(MEMBER)], [])
        digests = {"this one": run([str(corpus), "digests"], [])[0]}
        for model in MODELS.get(machine, ()) if qemu else ():
            digests[model] = run([str(corpus), "digests"], [str(qemu), "-cpu", model])[0]
    lines = [
        "# Codecs",
        "",
        "Which codec writes compressed targets was decided by this table: time and size of records of 2,500 bytes",
        "(members of `.warc.gz`) and of members of 256 KiB (streams such as `.jsonl.gz`), and whether the bytes depend",
        "on the processor. `python benchmarks/codec_table.py --write` makes it anew.",
        "",
        f"{report.processor()}; {', '.join(f'{name} {version}' for name, version in versions.items())}; {size} MB of",
        "articles.",
        "",
        "| codec, level | µs a record | ratio | MB/s of members | ratio | processors with equal bytes |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in costs.items():
        record, ratio, member, whole = map(float, row)
        equal = [model for model, found in digests.items() if found[name] == digests["this one"][name]]
        told = "all" if len(equal) == len(digests) else f"{len(equal)} of {len(digests)}: {', '.join(equal)}"
        lines.append(
            f"| {name} | {record * RECORD * 1e6:.1f} | {ratio:.2f} | {1e-6 / member:.0f} | {whole:.2f} | {told} |"
        )
    tried = ", ".join(digests)
    lines += [
        "",
        f"Processors tried ({machine}; all but this one played by qemu-user): {tried}.",
        "",
        "Chosen: libdeflate at level 1 for gzip, Zstandard at level 3 for zstd. ISA-L has other code for other",
        "processors, so it only reads. The zlib of the standard library is another library in some builds of Python.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, print the page, and write it when that is asked for."""
    parser = argparse.ArgumentParser(description="Measure the codecs of compressed targets.")
    parser.add_argument("--size", type=int, default=20, help="MB of texts (default 20)")
    parser.add_argument("--write", action="store_true", help="write benchmarks/CODECS.md")
    args = parser.parse_args()
    page = table(args.size)
    print(page)
    if args.write:
        (HERE / "CODECS.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
