"""Checks of tables that need nothing but the tables: bands complete, rows once, shares whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from hepaplan.model.parameters import AGE_BANDS, SEXES, STAGES
from hepaplan.model.problems import Problem, listed

SHARES_SUM_TO = 1e-9
OLDEST_BAND = AGE_BANDS[-1]

ROW_KEYS: dict[str, tuple[str, ...]] = {
    "population": ("region", "sex", "age_from"),
    "projection": ("region", "sex", "age_from", "year"),
    "incidence": ("sex", "age_from"),
    "trend": ("age_from",),
    "stage": ("sex", "age_from"),
    "life_table": ("sex", "age_from"),
    "eligibility": ("group", "decision_point"),
    "referral": ("region", "service", "site"),
    "travel": ("region", "site"),
    "capacity": ("site", "resource"),
    "site_shares": ("site", "decision_point", "option"),
    "backlog": ("decision_point", "group", "months_waited"),
}
EVERY_BAND: dict[str, tuple[str, ...]] = {
    "population": ("region", "sex"),
    "projection": ("year", "region", "sex"),
    "incidence": ("sex",),
}
SHARES: dict[str, tuple[str, ...]] = {
    "eligibility": ("group",),
    "referral": ("region", "service"),
    "site_shares": ("site", "decision_point"),
}


def check_tables(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Return what is wrong with tables that are sound cell by cell; absent ones are skipped."""
    problems: list[Problem] = []
    for name, table in tables.items():
        if name in ROW_KEYS:
            problems += _twice(name, table, ROW_KEYS[name])
        if name in EVERY_BAND:
            problems += _missing_bands(name, table, EVERY_BAND[name])
        if name in SHARES:
            problems += _share_sums(name, table, SHARES[name])
    if "stage" in tables:
        problems += _stage_sums(tables["stage"])
    for name in ("stage", "life_table"):
        if name in tables:
            problems += _both_sexes(name, tables[name])
    problems += _reach_down(tables)
    if "life_table" in tables:
        problems += _life_table_range(tables["life_table"])
    return problems


def _twice(name: str, table: pd.DataFrame, keys: Sequence[str]) -> Iterator[Problem]:
    first: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(_row_keys(table, keys)):
        if key in first:
            yield _of(name, keys[-1], f"found {_named(keys, key)} twice; keep one row", row)
        first.setdefault(key, row)


def _missing_bands(name: str, table: pd.DataFrame, keys: Sequence[str]) -> Iterator[Problem]:
    """Every combination of the keys' values needs all bands, and no others."""
    found: dict[tuple[object, ...], set[int]] = {}
    for row, key in enumerate(_row_keys(table, (*keys, "age_from"))):
        age = int(str(key[-1]))
        found.setdefault(key[:-1], set()).add(age)
        if age not in AGE_BANDS:
            yield _of(name, "age_from", f"found age {age}; expected 0, 5, 10 … {OLDEST_BAND}", row)
    for key in _all_combinations(found, keys):
        missing = [age for age in AGE_BANDS if age not in found.get(key, set())]
        if missing:
            what = (
                "rows for every age"
                if len(missing) == len(AGE_BANDS)
                else "; ".join(
                    f"a row for ages {age} and over"
                    if age == OLDEST_BAND
                    else f"a row for ages {age}-{age + 4}"
                    for age in missing[:4]
                )
                + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
            )
            yield _of(
                name,
                "age_from",
                f"{_named(keys, key)} lacks {what}; expected the ages 0, 5, 10 … {OLDEST_BAND}; "
                "add them, with 0 where none is meant",
            )


def _all_combinations(
    found: Mapping[tuple[object, ...], set[int]], keys: Sequence[str]
) -> list[tuple[object, ...]]:
    """Return every combination of the keys' values, with both sexes whoever is there."""
    combinations: list[tuple[object, ...]] = [()]
    for place, name in enumerate(keys):
        values = SEXES if name == "sex" else tuple(dict.fromkeys(key[place] for key in found))
        combinations = [(*start, value) for start in combinations for value in values]
    return combinations


def _share_sums(name: str, table: pd.DataFrame, keys: Sequence[str]) -> Iterator[Problem]:
    total: dict[tuple[object, ...], float] = {}
    last: dict[tuple[object, ...], int] = {}
    shares = table["share"].tolist()
    for row, key in enumerate(_row_keys(table, keys)):
        total[key] = total.get(key, 0.0) + shares[row]
        last[key] = row
    for key, found in total.items():
        if abs(found - 1.0) > SHARES_SUM_TO:
            yield _of(name, "share", f"{_named(keys, key)}: {sum_fault(found)}", last[key])


def _stage_sums(table: pd.DataFrame) -> Iterator[Problem]:
    for row, found in enumerate(table[list(STAGES)].sum(axis=1).tolist()):
        if abs(found - 1.0) > SHARES_SUM_TO:
            yield _of("stage", "I to IV", sum_fault(found), row)


def _both_sexes(name: str, table: pd.DataFrame) -> Iterator[Problem]:
    for sex in SEXES:
        if sex not in set(table["sex"]):
            yield _of(name, "sex", f"found no row for {sex}; expected both sexes; add them")


def _reach_down(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Trend and stages must hold at the youngest age at which anybody falls ill."""
    if "incidence" not in tables:
        return
    incidence = tables["incidence"]
    at_risk = incidence[incidence["rate_per_100k"] > 0]
    if at_risk.empty:
        yield _of("incidence", "rate_per_100k", "found only zeros; expected rates; fill them in")
        return
    youngest = int(at_risk["age_from"].min())
    parts = [(name, tables[name]) for name in ("trend", "stage") if name in tables]
    for name, table in parts:
        for sex in SEXES if "sex" in table.columns else ("",):
            rows = table[table["sex"] == sex] if sex else table
            if not rows.empty and int(rows["age_from"].min()) > youngest:
                lowest = int(rows["age_from"].min())
                whose = f" for {sex}" if sex else ""
                yield _of(
                    name,
                    "age_from",
                    f"found no row{whose} below age {lowest}, but the incidence table has cases "
                    f"from age {youngest}; add a row with age_from {youngest} or less",
                )


def _life_table_range(table: pd.DataFrame) -> Iterator[Problem]:
    for sex, rows in table.groupby("sex"):
        lowest, highest = int(rows["age_from"].min()), int(rows["age_from"].max())
        if lowest > 0:
            yield _of("life_table", "age_from", f"{sex} lacks age 0; expected rows from age 0")
        if highest < OLDEST_BAND:
            yield _of(
                "life_table",
                "age_from",
                f"{sex} ends at age {highest}; expected rows to age {OLDEST_BAND} or beyond",
            )


def sum_fault(found: float) -> str:
    """Return how far shares that should sum to 1 are from it, in words."""
    gap = found - 1.0
    way = f"{gap:.6g} too much" if gap > 0 else f"{-gap:.6g} too little"
    return f"the shares sum to {found:.10g}, {way}; expected 1; correct them"


def _row_keys(table: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[object, ...]]:
    return zip(*(table[key].tolist() for key in keys), strict=True)


def _named(keys: Sequence[str], values: Sequence[object]) -> str:
    return listed(f"{key} {value}" for key, value in zip(keys, values, strict=True))


def _of(table: str, column: str, message: str, row: int | None = None) -> Problem:
    return Problem(("tables", table, column), message, table, row)
