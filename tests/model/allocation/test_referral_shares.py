"""Shares of a class by site split among its groups, as on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.referral_shares import class_shares, group_shares
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network

Floats = npt.NDArray[np.float64]


def three_sites() -> tuple[Network, Classes]:
    """Return six young and four old a month: the young go to Hill, half of the old to Lake."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("young", "old"))
    network = hand_network(
        kernels, np.array([[[6.0, 6.0], [4.0, 4.0]]]), np.full((1, 3, 2), 99.0),
        referral=np.array([[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]]),
    )  # fmt: skip
    return network, patient_classes(network, nothing_scarce(network), pooled=True)


def split(*wanted: float, known: bool = True) -> Floats:
    network, classes = three_sites()
    both = np.array([[wanted, (0.8, 0.2, 0.0)]]).transpose(0, 2, 1)[:, None]
    told = np.array([[[[known, False]]]])
    found = group_shares(network, classes, both, told)
    assert found.shape == (1, 2, 3, 2)
    np.testing.assert_allclose(found[0, :, :, 1], network.referral[0])  # nothing is known of it
    return np.asarray(found[0, :, :, 0])


def test_a_class_goes_where_its_groups_do() -> None:
    network, classes = three_sites()
    today = np.repeat(network.referral[..., None], 2, axis=-1)
    assert class_shares(classes, today)[0, 0].T.tolist() == [pytest.approx([0.8, 0.2, 0.0])] * 2


@pytest.mark.parametrize(
    ("wanted", "young", "old"),
    [
        ((0.8, 0.2, 0.0), (1.0, 0.0, 0.0), (0.5, 0.5, 0.0)),
        ((0.7, 0.3, 0.0), (1.0, 0.0, 0.0), (0.25, 0.75, 0.0)),  # 0.6 + 0.4 x 0.25
        ((0.9, 0.1, 0.0), (1.0, 0.0, 0.0), (0.75, 0.25, 0.0)),
        ((0.0, 1.0, 0.0), (0.0, 1.0, 0.0), (0.0, 1.0, 0.0)),  # the only site of the young is empty
        ((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0)),  # nobody goes there today
    ],
)
def test_groups_stay_as_near_to_today_as_their_class_lets_them(
    wanted: tuple[float, ...], young: tuple[float, ...], old: tuple[float, ...]
) -> None:
    found = split(*wanted)
    assert found.tolist() == [pytest.approx(young, abs=1e-6), pytest.approx(old, abs=1e-6)]


def test_what_is_not_known_stays_as_it_is() -> None:
    assert split(0.1, 0.2, 0.7, known=False).tolist() == [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]


def test_a_site_to_which_nobody_goes_today_takes_of_every_group() -> None:
    found = split(0.6, 0.1, 0.3)
    assert (np.array([0.6, 0.4]) @ found).tolist() == pytest.approx([0.6, 0.1, 0.3], abs=1e-6)
    assert found.sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert found[:, 2].min() > 0.2
    assert found[0, 1] == 0.0


@pytest.mark.parametrize(
    ("wanted", "young", "old"),
    [
        ((0.1, 0.9, 0.0), (1 / 6, 5 / 6, 0.0), (0.0, 1.0, 0.0)),  # the old at Lake leave 0.5 to go
        ((0.3, 0.4, 0.3), None, None),
        ((0.05, 0.25, 0.7), None, None),
    ],
)
def test_groups_go_where_they_never_went_when_their_class_has_to(
    wanted: tuple[float, ...], young: tuple[float, ...] | None, old: tuple[float, ...] | None
) -> None:
    """The young know only Hill: the old alone cannot fill Lake."""
    found = split(*wanted)
    assert (np.array([0.6, 0.4]) @ found).tolist() == pytest.approx(wanted, abs=1e-12)
    assert found.min() >= 0.0
    assert found.sum(axis=1).tolist() == pytest.approx([1.0, 1.0], abs=1e-12)
    if young is not None and old is not None:
        assert found.tolist() == [pytest.approx(young, abs=1e-6), pytest.approx(old, abs=1e-6)]


def test_next_to_nobody_is_nobody() -> None:
    """A billionth of a share today: to be sent there in earnest is to be sent there newly."""
    network, classes = three_sites()
    trace = network.referral.copy()
    trace[0, 0] = 1.0 - 1e-10, 0.0, 1e-10
    wanted = np.repeat(np.array([0.5, 0.2, 0.3])[None, None, :, None], 2, axis=3)
    known = np.ones((1, 1, 1, 2), dtype=bool)
    found = group_shares(replace(network, referral=trace), classes, wanted, known)
    assert found[0, 1, 2, 0] > 0.1
