"""Keys of the inputs that several sheets read."""

from __future__ import annotations

from hepaplan.model.problems import Key
from hepaplan.model.readings import UsualCare


def option_key(usual: UsualCare, option: int) -> Key:
    """Return the key of an open option's record."""
    point, name = usual.kernels.options[option]
    return ("pathway", "decision_point", point, "option", name)


def share_key(usual: UsualCare, option: int) -> Key:
    """Return the key of an open option's usual share."""
    return (*option_key(usual, option), "usual_share")
