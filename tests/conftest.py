"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# No timed assertions: a slow machine is not a wrong result.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
