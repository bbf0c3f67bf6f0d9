"""Why no plan keeps every rule: a smallest set of rules in conflict, and by how much each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.named_rules import Rule, named_rules
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Solution, Stopped
from hepaplan.model.allocation.solver import without_dust
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.sites.network import Network

SECONDS = 120.0
NOTHING = 1e-4
"""Shortfall, in starts, below which rules are kept: above what the solver lets rows be broken."""
NO_PRICE = 1e-5
RELUCTANCE = 0.01
"""How much dearer it is to break each kind of rule than the next, so that ties name the latter."""


@dataclass(frozen=True)
class Shortfall:
    """By how much a rule would have to give way, in the unit of its rows, and in which months.

    `asked` is what the rule's first row allows or asks for, as a positive number.
    """

    rule: Rule
    short: float
    asked: float
    months: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot be kept together, none of which can be left out of the conflict.

    `rules`: what each would have to give if it gave alone. `least`: what has to give for a plan to
    exist at all, all rules counted, in sum `missing` starts. `minimal` is false if time ran out
    before it was shown that each rule is needed; `others`: without these rules others conflict.
    """

    rules: tuple[Shortfall, ...]
    least: tuple[Shortfall, ...]
    missing: float
    minimal: bool
    others: bool


def explain(
    network: Network,
    at: Columns,
    programme: Programme,
    treatments: Sequence[str] = (),
    time_limit: float = SECONDS,
) -> Conflict | None:
    """Return a minimal conflict of an infeasible programme; None if its rules can all be kept.

    Every rule may be broken at a price (elastic programme: Brown & Graves 1975; Chinneck,
    Feasibility and Infeasibility in Optimization, Springer 2008, 10.1007/978-0-387-74932-7). Rules
    whose rows have no price in its solution are no part of the conflict that the prices certify;
    the others are left out by halves and stay out where the rest still conflict (deletion filter:
    Chinneck & Dravnieks, ORSA Journal on Computing 1991;3:157-68, 10.1287/ijoc.3.2.157). Whole
    choices count only where fractions of them would do. `treatments` (option,) name what each
    counts as. `time_limit` is in the solver's seconds; raises `Stopped` if it does not suffice for
    the elastic programme.
    """
    rules = named_rules(network, at, programme, treatments)
    for relaxed in (True, False) if programme.whole.any() else (True,):
        whole = np.zeros_like(programme.whole) if relaxed else programme.whole
        search = _Search(without_dust(replace(programme, whole=whole)), rules, time_limit)
        if (found := search.conflict()) is not None:
            return found
    return None


@dataclass(frozen=True)
class _Broken:
    """What rules that may be broken cost: by how many starts in all, and each one's slack, prices.

    `slack` and `priced` are by rule; slack (row,) is in the rule's own unit.
    """

    starts: float
    slack: dict[int, Floats]
    priced: tuple[int, ...]


class _Search:
    """The programme with some rules in it, some of which may be broken, and others left out."""

    def __init__(self, programme: Programme, rules: Sequence[Rule], time_limit: float) -> None:
        self.programme, self.rules, self.seconds = programme, rules, time_limit
        self.typical = _typical(programme)
        kinds = list(dict.fromkeys(rule.constraint for rule in reversed(rules)))
        self.price = [1.0 + RELUCTANCE * kinds.index(rule.constraint) for rule in rules]

    def conflict(self) -> Conflict | None:
        """Return the conflict, None where all rules can be kept."""
        every = tuple(range(len(self.rules)))
        start = self.broken(every)
        if start.starts <= NOTHING:
            return None
        least = self.shortfalls(start)
        self.kept = self.certified(start)
        try:
            self.reduce()
            alone = tuple(
                self.shortfall(rule, self.broken([rule], set(self.kept) - {rule}).slack[rule])
                for rule in self.kept
            )
            rest = [rule for rule in every if rule not in self.kept]
            others = bool(rest) and self.broken(rest).starts > NOTHING
        except Stopped:
            found = tuple(Shortfall(self.rules[r], 0.0, self.asked(r), ()) for r in self.kept)
            return Conflict(found, least, start.starts, minimal=False, others=False)
        minimal = all(shortfall.short > 0 for shortfall in alone)
        return Conflict(alone, least, start.starts, minimal, others)

    def broken(self, give: Collection[int], firm: Collection[int] = ()) -> _Broken:
        """Return the least that has to be broken of some rules while others are kept.

        Rules in neither are left out. Raises `Stopped`.
        """
        if self.seconds <= 0:
            raise Stopped("time limit")
        give = sorted(give)
        changed, sizes = self.elastic(give, firm)
        weights = np.zeros(changed.most.size)
        first = self.programme.most.size
        ends = first + np.cumsum([0, *(self.rules[rule].rows.size for rule in give)])
        for rule, begin, end in zip(give, ends[:-1], ends[1:], strict=True):
            weights[begin:end] = self.price[rule]
        solution = Session(changed, weights, self.seconds, crossover=False).solve()
        self.seconds -= solution.seconds
        starts = solution.point[first:]
        parts = {
            rule: starts[begin:end] * sizes[begin:end]
            for rule, begin, end in zip(give, ends[:-1] - first, ends[1:] - first, strict=True)
        }
        return _Broken(float(starts.sum()), parts, self.priced(give, sizes, solution))

    def elastic(self, give: Sequence[int], firm: Collection[int]) -> tuple[Programme, Floats]:
        """Return the programme with a column for each row that may be broken, and their units.

        Those rows are the last; a column counts starts, `sizes` (row,) units of the row each.
        """
        whole = self.programme
        free = np.ones(whole.lower.size, dtype=bool)
        for rule in self.rules:
            free[rule.rows] = False
        rows = np.concatenate([_NO_ROWS, *(self.rules[rule].rows for rule in give)])
        held = np.concatenate([_NO_ROWS, *(self.rules[rule].rows for rule in sorted(firm))])
        order = np.concatenate((np.flatnonzero(free), held, rows))
        sizes = self.typical[rows]
        way = np.where(np.isfinite(whole.upper[rows]), -sizes, sizes)
        place = order.size - rows.size + np.arange(rows.size)
        slack = csr_array((way, (place, np.arange(rows.size))), shape=(order.size, rows.size))
        return replace(
            whole,
            matrix=csr_array(hstack((whole.matrix[order], slack), format="csr")),
            lower=whole.lower[order],
            upper=whole.upper[order],
            most=np.concatenate((whole.most, np.full(rows.size, np.inf))),
            whole=np.concatenate((whole.whole, np.zeros(rows.size, dtype=bool))),
        ), sizes

    def priced(self, give: Sequence[int], sizes: Floats, solution: Solution) -> tuple[int, ...]:
        """Return the rules with a price; all of them where there are no prices."""
        if not solution.row_price.any():
            return tuple(give)
        prices = np.abs(solution.row_price[-sizes.size :]) * sizes
        ends = np.cumsum([self.rules[rule].rows.size for rule in give])
        parts = np.split(prices, ends[:-1])
        return tuple(rule for rule, part in zip(give, parts, strict=True) if part.max() > NO_PRICE)

    def certified(self, start: _Broken) -> list[int]:
        """Return fewer rules that still conflict: those with a price, as long as that helps."""
        kept = list(start.slack)
        while len(start.priced) < len(kept):
            start, before = self.broken(start.priced), kept
            kept = list(start.slack)
            if start.starts <= NOTHING:
                return before
        return kept

    def reduce(self) -> None:
        """Leave rules out, half of them at a time, until all that are kept are needed."""
        chunks, needed = [self.kept], list[int]()
        while chunks:
            chunk = chunks.pop(0)
            others = [*needed, *(rule for later in chunks for rule in later)]
            if others and self.broken(others).starts > NOTHING:
                self.kept = others
            elif len(chunk) == 1:
                needed += chunk
            else:
                middle = len(chunk) // 2
                chunks[:0] = [chunk[:middle], chunk[middle:]]

    def shortfalls(self, broken: _Broken) -> tuple[Shortfall, ...]:
        """Return the rules that give way."""
        found = (self.shortfall(rule, slack) for rule, slack in broken.slack.items())
        return tuple(shortfall for shortfall in found if shortfall.short > 0)

    def shortfall(self, number: int, slack: Floats) -> Shortfall:
        """Return by how much one rule is broken."""
        rule = self.rules[number]
        matters = slack > NOTHING * self.typical[rule.rows]
        months = [month for month, gives in zip(rule.months, matters, strict=True) if gives]
        short = float(slack[matters].sum())
        return Shortfall(rule, short, self.asked(number), tuple(dict.fromkeys(months)))

    def asked(self, number: int) -> float:
        """Return what a rule's first row allows or asks for."""
        row = self.rules[number].rows[0]
        upper, lower = self.programme.upper[row], self.programme.lower[row]
        return abs(float(upper if np.isfinite(upper) else lower))


_NO_ROWS: Ints = np.zeros(0, dtype=np.int64)


def _typical(programme: Programme) -> Floats:
    """Return what a start is in the unit of each row (row,): its median coefficient.

    A minute of theatre is a small part of an operation, a start of a minimum volume a whole one.
    """
    matrix = programme.matrix
    count = np.diff(matrix.indptr)
    size = np.abs(matrix.data)
    by_size = np.lexsort((size, np.repeat(np.arange(count.size), count)))
    middle = matrix.indptr[:-1] + (count - 1) // 2
    return np.where(count > 0, np.append(size[by_size], 1.0)[np.where(count > 0, middle, -1)], 1.0)
