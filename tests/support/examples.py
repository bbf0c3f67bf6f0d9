"""How many examples a property is tried with: fewer in the usual run, the same every time."""

from __future__ import annotations

import os

from hypothesis import settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
IN_CI = 300
LONG = 5_000


def examples(in_ci: int = IN_CI) -> settings:
    """Return a property's settings: so many examples, and as many more in a long run."""
    return settings(max_examples=in_ci if PROFILE == "ci" else in_ci * LONG // IN_CI)
