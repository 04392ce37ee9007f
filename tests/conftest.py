"""Profiles of Hypothesis, the tests of the deep run, and what the processes of tests inherit."""

from __future__ import annotations

import gc
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Where Python may not write compiled modules beside their sources, they are kept apart from these: otherwise each of
# the hundreds of processes that the tests start compiles corpusfmt again.
if sys.dont_write_bytecode and not sys.pycache_prefix:
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "compiled")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile("default", max_examples=12, deadline=None, suppress_health_check=_SLOW, print_blob=True)
settings.register_profile("deep", max_examples=2000, deadline=timedelta(seconds=60), suppress_health_check=_SLOW)
settings.load_profile("default")

# In the background of a shell, or under nohup, these are ignored, and what the tests start would inherit that.
for _name, _handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, _name) and signal.getsignal(getattr(signal, _name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, _name), _handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are marked deep, but in the deep profile and where ``-m`` speaks of them."""
    from tests.support import DEEP

    if DEEP or "deep" in config.option.markexpr:
        return
    deep = [item for item in items if item.get_closest_marker("deep")]
    items[:] = [item for item in items if not item.get_closest_marker("deep")]
    config.hook.pytest_deselected(items=deep)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave out what stays to the end: with thousands of tests, that is most of all objects."""
    gc.collect()
    gc.freeze()


@pytest.fixture(params=[True, False], ids=["held", "by path"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With folders that are held open, and as where the system cannot find names in them."""
    from corpusfmt.storage import held_folder

    monkeypatch.setattr(held_folder, "HOLDS", request.param)
    return bool(request.param)
