"""A conflict of rules in a planner's words: what is asked, how much short, what would mend it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.conflicts import SECONDS, Conflict, Shortfall, explain
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Stopped
from hepaplan.model.allocation.solver import NoPlan
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import listed
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.sites.network import Network

FIGURES = 3
LISTED = 8


@dataclass(frozen=True)
class Words:
    """How a scenario calls things: labels of machine names, and the unit of each resource."""

    network: Network
    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """Return the label of a name; of point/option, the option's with its point's."""
        if "/" in name and name not in self.labels:
            point, option = name.split("/", 1)
            return f"{self.label(option)} ({self.label(point)})"
        return self.labels.get(name, name)


def words_for(network: Network, scenario: Scenario, labels: Mapping[str, str]) -> Words:
    """Return the words of a scenario: its labels, those of its minimum volumes, and units."""
    settings = scenario.settings
    volumes = {f"minimum_volume.{n}": volume.label for n, volume in settings.minimum_volume.items()}
    units = {name: resource.unit for name, resource in settings.resource.items()}
    return Words(network, {**labels, **volumes}, units)


@contextmanager
def explained(
    words: Words, at: Columns, programme: Programme, treatments: Sequence[str] = ()
) -> Iterator[None]:
    """Raise an infeasible `NoPlan` from inside again with why no plan keeps every rule."""
    try:
        yield
    except NoPlan as error:
        if error.status != "infeasible":
            raise
        why = why_no_plan(words, at, programme, treatments)
        raise NoPlan(why, error.status) from error


def why_no_plan(
    words: Words,
    at: Columns,
    programme: Programme,
    treatments: Sequence[str] = (),
    time_limit: float = SECONDS,
) -> str:
    """Return why no plan keeps every rule, in as many lines as it takes; for `NoPlan`."""
    try:
        found = explain(words.network, at, programme, treatments, time_limit)
    except Stopped as stop:
        return f"no plan keeps every rule at once; why was not found: the solver says {stop.status}"
    if found is None:
        return "the solver found no plan though every rule can be kept; try the other solver"
    return in_words(found, words)


def in_words(conflict: Conflict, words: Words) -> str:
    """Return a conflict in lines: its rules with their shortfalls, and what else has to give."""
    count = len(conflict.rules)
    if count == 1:
        lines = ["no plan keeps every rule at once: one cannot be kept whatever the others are"]
    elif conflict.minimal:
        lines = [
            f"no plan keeps every rule at once: these {count} conflict, and without any one of "
            "them the others of them can be kept. Mend one:"
        ]
    else:
        lines = [
            f"no plan keeps every rule at once: the conflict is among these {count}; time ran out "
            "before it was shown which of them are needed:"
        ]
    lines += [f"- {_sentence(shortfall, words)}" for shortfall in conflict.rules]
    if conflict.others:
        lines.append("That does not mend all: other rules conflict too.")
    if conflict.others or not conflict.minimal:
        lines.append("For a plan to exist, this much has to give in all:")
        lines += _by_input(conflict.least, words)
    return "\n".join(lines)


def _by_input(shortfalls: Sequence[Shortfall], words: Words) -> list[str]:
    """Return a line for each rule, of its years the one furthest short."""
    years: dict[tuple[str, ...], list[Shortfall]] = {}
    for shortfall in shortfalls:
        rule = shortfall.rule
        years.setdefault((rule.constraint, *rule.about[:-1]), []).append(shortfall)
    lines = []
    for alike in list(years.values())[:LISTED]:
        worst = max(alike, key=lambda shortfall: shortfall.short)
        more = f" (the worst of {len(alike)} years)" if len(alike) > 1 else ""
        lines.append(f"- {_sentence(worst, words)}{more}")
    return lines + ([f"- and {len(years) - LISTED} more"] if len(years) > LISTED else [])


def _sentence(shortfall: Shortfall, words: Words) -> str:
    rule = shortfall.rule
    known = SENTENCES if rule.about else UNDIVIDED
    return known.get(rule.constraint, _plain)(shortfall, words)


def _minimum_volume(shortfall: Shortfall, words: Words) -> str:
    name, year = shortfall.rule.about
    network, key = words.network, f"minimum_volume.{name}"
    volume = network.lumps.volumes.index(name)
    options, sites = network.lumps.counts[volume].nonzero()
    what = listed(dict.fromkeys(words.label(network.kernels.options[o][1]) for o in options))
    where = listed(dict.fromkeys(words.label(network.sites[site]) for site in sites))
    least = float(network.lumps.least[volume])
    can = max(least - shortfall.short * _of_a_year(shortfall, words), 0.0)
    said = f"{words.labels.get(key, what)} at {where}: at least {least:g} a year are asked for"
    if shortfall.short > 0:
        said += (
            f"; at most {rounded_down(can)} can start in {year}, {rounded_up(least - can)} short"
        )
    mend = f"Lower {key}.least to {rounded_down(can)}"
    if not network.lumps.may_close[volume]:
        mend += ", or let the service close (may_close = true)"
    return f"{said}. {mend}"


def _of_a_year(shortfall: Shortfall, words: Words) -> float:
    """Return what turns starts of the rule's year into a whole year's: a last one may be short."""
    first = shortfall.rule.about[-1][:4]
    years = [label[:4] for label in words.network.months.labels[::MONTHS_PER_YEAR]]
    begun = years.index(first) * MONTHS_PER_YEAR
    return MONTHS_PER_YEAR / min(MONTHS_PER_YEAR, words.network.horizon - begun)


def _capacity(shortfall: Shortfall, words: Words) -> str:
    resource, site, _ = shortfall.rule.about
    unit = words.units.get(resource, "units")
    said = f"{words.label(resource)} at {words.label(site)} in {_when(shortfall)}"
    if shortfall.short == 0:
        return f"{said}: starts must fit. Give more, or ask for less there"
    return (
        f"{said}: {rounded_up(shortfall.short)} {unit} short. Give {words.label(site)} that much "
        "more (capacity, capacity_changes, extra_capacity or expansion)"
    )


def _budget(shortfall: Shortfall, words: Words) -> str:
    (year,) = shortfall.rule.about
    return (
        f"Budget of {year}: £{shortfall.asked:,.0f} may be spent; £{math.ceil(shortfall.short):,} "
        f"short. Raise plan.budget.{year} to {math.ceil(shortfall.asked + shortfall.short - 1e-6)}"
    )


def _referral(shortfall: Shortfall, words: Words) -> str:
    """Return the sentence; one more person sent elsewhere breaks two rows at most."""
    name, year = shortfall.rule.about
    return (
        f"{words.label(name)} in {year}: referral stays within plan.referral_shift of today's; at "
        f"least {rounded_up(shortfall.short / 2)} more people would have to go to another site. "
        "Raise plan.referral_shift, or mend the referral table"
    )


def _substitution(shortfall: Shortfall, words: Words) -> str:
    name, site, year = shortfall.rule.about
    return (
        f"{words.label(name)} at {words.label(site)} in {year}: only a share of a list may start "
        f"it instead of what is intended; {rounded_up(shortfall.short)} starts short. Raise up_to "
        "where the options are declared interchangeable"
    )


def _opened(shortfall: Shortfall, words: Words) -> str:
    name, site, year = shortfall.rule.about
    return (
        f"{words.label(name)} at {words.label(site)} in {year}: offered only once an expansion "
        f"opens it; {rounded_up(shortfall.short)} starts short. Let the expansion be affordable "
        "and come in time, or send people elsewhere"
    )


def _equity(shortfall: Shortfall, words: Words) -> str:
    return (
        f"Equity: the worst share started within the standard stays above plan.equity.floor; "
        f"{rounded_up(shortfall.short)} people short. Lower plan.equity.floor, or leave it out"
    )


def _largest_change(shortfall: Shortfall, words: Words) -> str:
    treatment, site, _ = shortfall.rule.about
    return (
        f"{words.label(treatment)} at {words.label(site)} in {_when(shortfall)}: starts may change "
        f"by plan.largest_change from month to month; {rounded_up(shortfall.short)} short. Raise "
        "plan.largest_change"
    )


def _plain(shortfall: Shortfall, words: Words) -> str:
    about = ", ".join(words.label(name) for name in shortfall.rule.about)
    name = shortfall.rule.constraint.replace("_", " ")
    return (
        f"The rule '{name}'{f' for {about}' if about else ''}: {rounded_up(shortfall.short)} short"
    )


def _when(shortfall: Shortfall) -> str:
    """Return the months that are short, or the rule's year where none is singled out."""
    months = shortfall.months
    if not months:
        return shortfall.rule.about[-1]
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def rounded_up(number: float) -> str:
    """Return a number rounded up, so that what is said suffices."""
    return _rounded(number, math.ceil)


def rounded_down(number: float) -> str:
    """Return a number rounded down, so that what is said can be kept."""
    return _rounded(number, math.floor)


def _rounded(number: float, way: Callable[[float], int]) -> str:
    size = math.floor(math.log10(number)) if number > 0 else 0
    step = 10.0 ** (size - FIGURES + 1)
    nearest = round(number / step)
    steps = nearest if abs(number / step - nearest) < 10.0**-FIGURES else way(number / step)
    return (
        f"{steps * step:,.{max(FIGURES - 1 - size, 0)}f}".rstrip("0").rstrip(".")
        if (size < FIGURES - 1)
        else f"{steps * step:,.0f}"
    )


SENTENCES: Mapping[str, Callable[[Shortfall, Words], str]] = {
    "minimum_volumes": _minimum_volume,
    "capacity": _capacity,
    "budgets": _budget,
    "referral_bounds": _referral,
    "referral_if_closed": _referral,
    "substitution": _substitution,
    "opened": _opened,
    "largest_change": _largest_change,
}
"""What is said of each constraint's rules; of others, `_plain`."""

UNDIVIDED: Mapping[str, Callable[[Shortfall, Words], str]] = {"equity": _equity}
"""What is said of a constraint that is one rule."""
