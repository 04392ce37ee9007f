"""Equal bytes on every processor: compressed targets written under two models of processors that qemu-user plays."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: An old model and a newer one of each architecture: codecs choose other code for them.
MODELS = {"x86_64": ("Nehalem", "Haswell"), "aarch64": ("cortex-a53", "max")}
MACHINE = platform.machine()
QEMU = shutil.which(f"qemu-{MACHINE}")
#: Short and long documents, so that codecs meet small members, large ones and blocks that are stored.
SCRIPT = """
import json, random, sys
from hashlib import sha256
from pathlib import Path
import corpusfmt
rng = random.Random(1)
words = ["".join(rng.choices("abcdefghij", k=rng.randint(1, 9))) for _ in range(500)]
with corpusfmt.open_writer("in.jsonl") as writer:
    for number in range(150):
        text = " ".join(rng.choices(words, k=rng.choice([3, 400, 600]))) + "\\n"
        writer.write(corpusfmt.Document(f"d{number}", text, name=f"{number}.txt", meta={"n": rng.random()}))
    noise = "".join(map(chr, rng.choices(range(32, 0xD7FF), k=150_000)))
    writer.write(corpusfmt.Document("noise", noise))
for suffix in ("seed.gz", "jsonl.gz", "warc.gz", "xml.gz", "seed.zst", "jsonl.zst", "warc.zst", "xml.zst"):
    corpusfmt.convert("in.jsonl", f"out.{suffix}")
print(json.dumps({path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(Path().glob("out.*"))}))
"""


def written(folder: Path, runner: list[str]) -> dict[str, str]:
    """Write all targets in ``folder`` and return their digests."""
    folder.mkdir()
    done = subprocess.run([*runner, sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    digests: dict[str, str] = json.loads(done.stdout)
    return digests


@pytest.mark.skipif(
    QEMU is None or MACHINE not in MODELS,
    reason=f"qemu-{MACHINE} (package qemu-user) is not installed, or unknown here",
)
@pytest.mark.parametrize("model", MODELS.get(MACHINE, ("",)))
def test_the_same_documents_give_the_same_bytes_on_every_processor(model: str, tmp_path: Path) -> None:
    here = written(tmp_path / "here", [])
    assert len(here) == 8
    assert written(tmp_path / model, [str(QEMU), "-cpu", model]) == here
