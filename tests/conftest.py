"""Profiles of Hypothesis, and where the developers' data lies."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=_SLOW, print_blob=True)
settings.register_profile("deep", max_examples=2000, deadline=timedelta(seconds=60), suppress_health_check=_SLOW)
settings.load_profile("default")
