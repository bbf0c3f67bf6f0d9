"""How large a random scenario is, and what it has beside the least."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

START = "2027-01"


@dataclass(frozen=True)
class Shape:
    """How large a scenario is, what it has beside the least, and the seed of its figures.

    `plenty` is capacity against, very roughly, what all who come would take.
    """

    regions: int
    sites: int
    points: int
    options: int
    groups: int
    resources: int
    months: int
    run_out: int
    plenty: float
    backlog: bool
    changes: bool
    other_use: bool
    fence: bool
    exchange: bool
    travel: bool
    delay: bool
    seed: int


SHAPES = st.builds(
    Shape,
    regions=st.integers(1, 3),
    sites=st.integers(1, 3),
    points=st.integers(2, 4),
    options=st.integers(1, 3),
    groups=st.integers(2, 3),
    resources=st.integers(1, 3),
    months=st.integers(6, 18),
    run_out=st.integers(0, 2),
    plenty=st.sampled_from([0.1, 0.4, 1.0, 3.0]),
    backlog=st.booleans(),
    changes=st.booleans(),
    other_use=st.booleans(),
    fence=st.booleans(),
    exchange=st.booleans(),
    travel=st.booleans(),
    delay=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)


def least_shape(seed: int) -> Shape:
    """Return the smallest shape, with nothing that may be left out."""
    return Shape(1, 1, 2, 1, 2, 1, 6, 0, 1.0, False, False, False, False, False, False, False, seed)
