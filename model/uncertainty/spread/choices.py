"""Figures that somebody decides: nobody is unsure of them, so no draw changes them."""

from __future__ import annotations

from collections.abc import Mapping

from hepaplan.model.problems import Key

SECTIONS: Mapping[str, str] = {
    "window": "the months planned for",
    "economics": "discounting and the value of a QALY are set by guidance",
    "plan": "what the plan may do",
    "ring_fence": "what the plan may do",
    "extra_capacity": "what the plan may buy, at a stated price",
    "expansion": "what the plan may buy, at a stated price",
    "minimum_volume": "what the plan must do",
    "prices": "published series",
    "uncertainty": "how unsure other figures are",
}
"""Tables of a scenario in which every figure is a choice, and why."""
NAMES: Mapping[str, str] = {
    "utilisation_cap": "a rule of planning",
    "cancelled": "part of the capacity that is planned with",
    "standard": "a waiting standard",
    "up_to": "what the plan may do",
    "damped_after_years": "how far a trend is followed",
    "restricted_to": "the years over which mean survival is compared",
    "synchronous_window": "a definition",
    "late_until": "a definition",
    "dose": "as the drug is licensed",
    "doses": "as the treatment is given",
    "content": "what is printed on a vial",
    "weight": "the body size for which doses are costed",
    "surface_area": "the body size for which doses are costed",
    "published": "shown beside the results, never used",
}
"""Figures and tables by name that are choices wherever they stand, and why."""


def why_fixed(key: Key) -> str:
    """Return why a figure of a scenario is a choice, nothing if it is not."""
    if key and key[0] in SECTIONS:
        return SECTIONS[str(key[0])]
    return next((why for name, why in NAMES.items() if name in key), "")
