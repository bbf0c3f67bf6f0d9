"""Shares by site of a class of patients, as shares of each of its groups."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.sites.network import Network

ROUNDS_OF_FITTING = 50
NOBODY = 1e-9


def class_shares(classes: Classes, referral: Floats) -> Floats:
    """Return shares (list, class, site, month) of those who come, of shares by group.

    `referral` has the axes (list, group, site, month).
    """
    return np.asarray(np.einsum("lqgt,lght->lqht", classes.arriving, referral))


def group_shares(network: Network, classes: Classes, wanted: Floats, known: Flags) -> Floats:
    """Return shares by group (list, group, site, month) that add up to those of their class.

    `wanted` (list, class, site, month), where `known` (list, class, 1, month); elsewhere today's.
    They stay nearest to today's (iterative proportional fitting: Deming & Stephan, Annals of
    Mathematical Statistics 1940;11:427-44, 10.1214/aoms/1177731829). A group whose every site is
    emptied goes where its class goes, and so does everyone where nobody goes today. What fitting
    cannot reach, because those who go to a site today are too few to fill it, is then moved.
    """
    referral = np.repeat(network.referral[..., None], network.horizon, axis=-1)
    newly = known & (class_shares(classes, referral) <= NOBODY)
    referral = np.where(newly, wanted, referral)
    for _ in range(ROUNDS_OF_FITTING):
        found = class_shares(classes, referral)
        change = known & (found > NOBODY)
        referral = referral * np.divide(wanted, found, out=np.ones_like(found), where=change)
        whole = referral.sum(axis=2, keepdims=True)
        nowhere = np.broadcast_to(wanted, referral.shape).copy()
        referral = np.divide(referral, whole, out=nowhere, where=whole > 0)
    return _moved(classes, referral, np.where(known, wanted, class_shares(classes, referral)))


def _moved(classes: Classes, referral: Floats, wanted: Floats) -> Floats:
    """Return shares after all above what is wanted of a site went to those that have too few."""
    found = class_shares(classes, referral)
    kept = referral * np.divide(wanted, found, out=np.ones_like(found), where=found > wanted)
    missing = np.maximum(wanted - found, 0.0)
    whole = missing.sum(axis=2, keepdims=True)
    to = np.divide(missing, whole, out=np.zeros_like(missing), where=whole > 0)
    return np.asarray(kept + (referral - kept).sum(axis=2, keepdims=True) * to)
