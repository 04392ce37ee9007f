"""A wheel, installed away from the checkout, has all that it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support import ROOT, SEEDS


def test_a_wheel_finds_its_schemas_and_works_without_the_checkout(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "-wnx", "--outdir", str(tmp_path / "dist"), str(ROOT)]  # without isolation
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(site)
    assert "corpusfmt/schemas/document.schema.json" in names
    assert "corpusfmt/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "seeds/", "benchmarks/"))]
    (tmp_path / "x.jsonl").write_bytes(b'{"id":1.5,"text":"t","meta":[]}\n')
    program = f"""
import sys
sys.path.insert(0, {str(site)!r})
import corpusfmt
assert corpusfmt.__file__.startswith({str(site)!r}), corpusfmt.__file__
from corpusfmt.cli.main import main
assert main(["convert", {str(SEEDS / "news.seed")!r}, "-o", "n.jsonl.zst"]) == 0
assert main(["validate", "n.jsonl.zst"]) == 0
assert main(["validate", "x.jsonl"]) == 1
"""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "and 1 more: 'meta': expected object" in result.stdout
