"""Profiles of Hypothesis, and where the developers' data lies."""

from __future__ import annotations

import signal
from datetime import timedelta

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=_SLOW, print_blob=True)
settings.register_profile("deep", max_examples=2000, deadline=timedelta(seconds=60), suppress_health_check=_SLOW)
settings.load_profile("default")

# In the background of a shell, or under nohup, these are ignored, and what the tests start would inherit that.
for _name, _handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, _name) and signal.getsignal(getattr(signal, _name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, _name), _handler)
