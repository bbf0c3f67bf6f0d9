"""What a dose costs: its size by the patient's body, and the vials it is taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from hepaplan.model.arrays import Floats
from hepaplan.model.quantities import Expect, Frozen, Pounds, Quantity

FLAT, PER_KG, PER_M2 = "mg", "mg per kg", "mg per m2"
DOSE_UNITS = (FLAT, PER_KG, PER_M2)
BODY_SIZE = {PER_KG: "weight", PER_M2: "surface_area"}
MOST_MILLIGRAMS = 1e5
ADMINISTRATION = "drug administration"
ROUNDING = 1e-9
"""Vials by which a dose may exceed whole ones through floating point alone."""

DosePrices = Mapping[str, Mapping[str, Floats]]
"""By drug, then by category of cost: pounds that one dose costs, shape (draw,)."""
Milligrams = Annotated[Quantity, Expect("mg", 1e-6, MOST_MILLIGRAMS)]
Kilograms = Annotated[Quantity, Expect("kg", 1.0, 300.0)]
SquareMetres = Annotated[Quantity, Expect("m2", 0.1, 4.0)]


class Body(Frozen):
    """Mean body size of patients, for doses that go by it."""

    weight: Kilograms | None = None
    surface_area: SquareMetres | None = None


class Vial(Frozen):
    """One size in which a drug is sold."""

    content: Milligrams
    price: Pounds


class Drug(Frozen):
    """A drug given by dose: how much, from which vials, and what becomes of an opened one."""

    label: str
    dose: Quantity = Field(description="in mg, mg per kg or mg per m2")
    vial: Annotated[dict[str, Vial], Field(min_length=1, max_length=5)]
    wastage: Literal["thrown_away", "shared"] = Field(
        description="opened vials are thrown away, or what is left in them is given to others"
    )
    administration: Pounds | None = Field(
        default=None, description="cost of giving one dose, beyond the option's footprint"
    )


def cost_category(drug: str) -> str:
    """Return the category of cost in which a drug's own price is counted."""
    return f"drug: {drug}"


def dose_prices(drugs: Mapping[str, Drug], body: Body | None, group: str) -> DosePrices:
    """Return by drug what one dose adds to each category of cost, in pounds, shape (draw,)."""
    prices: dict[str, dict[str, Floats]] = {}
    for name, drug in drugs.items():
        prices[name] = {cost_category(name): dose_price(drug, body, group)}
        if drug.administration is not None:
            giving = np.atleast_1d(drug.administration.for_group(group))
            prices[name][ADMINISTRATION] = giving
    return prices


def dose_milligrams(drug: Drug, body: Body | None, group: str) -> Floats:
    """Return the milligrams in one dose for a patient of mean body size, shape (draw,)."""
    dose = drug.dose.for_group(group)
    if drug.dose.unit == FLAT:
        return np.atleast_1d(dose)
    size: Quantity | None = getattr(body, BODY_SIZE[drug.dose.unit], None)
    if size is None:
        raise ValueError(f"{drug.label} is given in {drug.dose.unit}, but the body size is missing")
    return np.atleast_1d(dose * size.for_group(group))


def dose_price(drug: Drug, body: Body | None, group: str) -> Floats:
    """Return what the drug in one dose costs, in pounds, shape (draw,).

    Where opened vials are thrown away the price is a step function of the dose: that of the mean
    dose, which is not the mean over patients of all sizes.
    """
    dose = dose_milligrams(drug, body, group)
    vials = [(v.content.for_group(group), v.price.for_group(group)) for v in drug.vial.values()]
    if drug.wastage == "shared":
        per_milligram = [np.atleast_1d(price / content) for content, price in vials]
        cheapest: Floats = np.min(np.broadcast_arrays(*per_milligram), axis=0)
        return dose * cheapest
    return whole_vials_price(dose, vials)


def whole_vials_price(
    dose: Floats, vials: Sequence[tuple[float | Floats, float | Floats]]
) -> Floats:
    """Return the price of the cheapest whole vials that hold a dose, shape (draw,).

    `vials` are (milligrams, pounds) of one vial of each size. Every combination is tried, with the
    smallest size making up what the larger ones leave.
    """
    largest_first = sorted(vials, key=lambda vial: -float(np.mean(vial[0])))
    *larger, (last_content, last_price) = largest_first
    most = [range(int(np.max(np.ceil(dose / content))) + 1) for content, _ in larger]
    best: Floats | None = None
    for counts in product(*most):
        chosen = list(zip(counts, larger, strict=True))
        held = sum((n * np.asarray(content) for n, (content, _) in chosen), np.zeros(1))
        paid = sum((n * np.asarray(price) for n, (_, price) in chosen), np.zeros(1))
        rest = np.maximum(dose - held, 0.0) / last_content
        price = paid + np.ceil(rest - ROUNDING) * last_price
        best = price if best is None else np.minimum(best, price)
    return np.atleast_1d(np.asarray(best))
