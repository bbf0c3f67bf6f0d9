"""Hand-made crowds: two decision points with one option each, at two sites, three age groups.

Four queues, in the order first at Hill, first at Lake, second at Hill, second at Lake. Those of the
first point should start within a month, those of the second within two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hepaplan.model.chance.crowd import Crowd, people
from hepaplan.model.chance.drawn import Drawn
from hepaplan.model.chance.queues import queues_of
from hepaplan.model.chance.room import Room, open_room
from hepaplan.model.chance.streams import Streams
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]
MONTHS = 6
FIRST_HILL, FIRST_LAKE, SECOND_HILL, SECOND_LAKE = range(4)


def two_points(
    arrive: Floats | None = None,
    stay: float = 1.0,
    capacity: float = 3.0,
    exchange: Sequence[tuple[int, int, float]] = (),
) -> Network:
    """Return a start of one unit a person, as many units at each site; nobody dies unless said."""
    use = np.zeros((2, 1, 4))
    use[:, 0, 0] = 1.0
    kernels = hand_kernels(
        [("first", "one"), ("second", "other")],
        use,
        groups=("young", "middle", "old"),
        arrive=arrive,
    )
    return hand_network(
        kernels,
        np.arange(1.0, 1.0 + 6 * MONTHS).reshape(2, 3, MONTHS),
        np.full((1, 2, MONTHS), capacity),
        hand_waiting(kernels, stay, standard_days=[30.4375, 60.875]),
        exchange=exchange,
    )


def drawn(made: Network | None = None, replications: int = 2, seed: int = 1) -> Drawn:
    """Return the replications of a network, all sent as they are today."""
    made = made or two_points()
    queues = queues_of(made, made.referral[..., None])
    return Drawn(made, queues, Streams(seed, range(replications)))


def room(made: Network, replications: int) -> Room:
    """Return what is free in each replication."""
    queues = queues_of(made, made.referral[..., None])
    return open_room(made.available, made.kernels, queues, replications)


def crowd(*rows: tuple[int, int, int, int, float]) -> Crowd:
    """Return people by (replication, queue, group, months waited, lot)."""
    replication, queue, group, waited, lot = zip(*rows, strict=True)
    which, where, whose, since = (np.array(part) for part in (replication, queue, group, waited))
    return people(which, where, whose, since, np.array(lot))


def who(some: Crowd) -> list[int]:
    """Return the numbers of those in a crowd, in rising order."""
    return sorted(some.index.tolist())
