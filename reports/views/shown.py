"""What the sheets show of the tables: sums and pivots under readable headings, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import pandas as pd

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, POLICIES
from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent, readable

BACKLOG = (
    "Nothing scarce puts the whole backlog, everyone who waits as the window begins, into the "
    "first month, which no service could do: hence the peak there."
)


def policies_in(table: pd.DataFrame) -> list[str]:
    """Return the policies a table holds, in the usual order, others after them."""
    present = list(table["policy"].unique())
    return [p for p in POLICIES if p in present] + [p for p in present if p not in POLICIES]


def compared(names: Iterable[str]) -> list[str]:
    """Return the names that end in one of the two policies that are compared; all if none does.

    Names are headings or policies; where there is no room for every policy, these two are shown.
    """
    known = list(names)
    both = [name for name in known if name.lower().endswith((FIRST_COME, MOST_HEALTH))]
    return both or known


def heading(policy: str) -> str:
    """Return a policy's name as a heading."""
    return policy[:1].upper() + policy[1:]


def in_sentence(label: str) -> str:
    """Return a label as it stands inside a sentence: acronyms keep their capitals."""
    first = label.split(" ", maxsplit=1)[0]
    return label if any(c.isupper() for c in first[1:]) else label[:1].lower() + label[1:]


def shortened(names: Iterable[str]) -> list[str]:
    """Return names without what follows a colon, for pictures, where that tells them apart."""
    given = list(names)
    cut = {name: name.partition(": ")[0] for name in given}
    times = Counter(cut.values())  # a name that comes twice counts once
    return [cut[name] if times[cut[name]] == 1 else name for name in given]


def a_year(content: ReportContent) -> float:
    """Return what turns a sum over the window into a yearly average."""
    return 12 / max(int(content.tables["cases"]["month"].nunique()), 1)


def treatments_named(names: pd.Series) -> pd.Series:
    """Return treatments in words; they have no labels, and an option may have the same name."""
    return names.map({name: readable(str(name)) for name in names.unique()})


def policy_words(policy: str) -> str:
    """Return a policy as it stands at the end of a phrase."""
    name = in_sentence(policy)
    return name if name.startswith("first") else f"under {name}"


def relabel(content: ReportContent, frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the frame with machine names replaced by labels in some columns."""
    changed = {c: labelled(content, frame[c]) for c in columns}
    return frame.assign(**changed)


def labelled(content: ReportContent, names: pd.Series) -> pd.Series:
    """Return labels for a column of machine names."""
    return names.map({name: content.label(str(name)) for name in names.unique()})


def options_labelled(content: ReportContent, table: pd.DataFrame, column: str) -> list[str]:
    """Return the label of each row's option, in the words of its own decision point."""
    pairs = zip(table["decision_point"].astype(str), table[column].astype(str), strict=True)
    return [content.option_label(point, option) for point, option in pairs]


def option_column(table: pd.DataFrame) -> str:
    """Return the column that tells options of a decision point apart."""
    return "option" if "option" in table.columns else "treatment"


def optional(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the frame with what is not stated in some columns as None, which shows as "n/a"."""
    changed = {}
    for column in columns:
        values = frame[column].astype(object)
        changed[column] = values.where(values.notna().to_numpy(), None)
    return frame.assign(**changed)


def known_columns(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the frame without those of some columns that say nothing, gaps in others as None."""
    silent = [c for c in columns if len(frame) and frame[c].isna().all()]
    return optional(frame.drop(columns=silent), [c for c in columns if c not in silent])


def pivot(
    table: pd.DataFrame, rows: Sequence[str], across: str, values: str, order: Sequence[Hashable]
) -> pd.DataFrame:
    """Return sums with one column for each name in `order`; rows in order of first appearance.

    For counts and costs only: a combination that does not occur is a true zero, because the
    tables leave out zeros.
    """
    sums = table.groupby([*rows, across], sort=False, observed=True)[values].sum()
    wide = sums.unstack(across)  # noqa: PD010
    wide = wide.reindex(columns=list(order)).fillna(0.0)
    first_seen = table.drop_duplicates(list(rows))[list(rows)]
    wanted = pd.MultiIndex.from_frame(first_seen) if len(rows) > 1 else first_seen[rows[0]]
    return wide.reindex(wanted).reset_index()


def in_order(frame: pd.DataFrame, source: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return rows sorted by keys, names in the order in which `source` first shows them."""
    ranks = {}
    for key in keys:
        known = source[key].unique() if key in source.columns else sorted(frame[key].unique())
        ranks[key] = frame[key].map({name: i for i, name in enumerate(known)})
    order = pd.DataFrame(ranks).sort_values(list(keys), kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def year_names(months: pd.Series) -> dict[str, str]:
    """Return the heading of each year, saying so where the year is not whole."""
    count: dict[str, int] = {}
    for month in sorted(str(m) for m in months.unique()):
        count[month[:4]] = count.get(month[:4], 0) + 1
    return {y: y if n == 12 else f"{y} ({n} months)" for y, n in count.items()}


def by_size(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows, largest first; ties keep their order, and an empty frame stays one."""
    if column not in frame.columns:
        return frame
    return frame.sort_values(column, ascending=False, kind="stable", ignore_index=True)


def cases_by_month(content: ReportContent) -> pd.DataFrame:
    """Return cases, new liver metastases by timing and treatment starts wanted, by month."""
    tables = content.tables
    cases = tables["cases"].groupby("month", as_index=False)["cases"].sum()
    metastases = pivot(
        tables["metastases"], ["month"], "timing", "patients", ("synchronous", "metachronous")
    )
    starts = tables["demand"].groupby("month", as_index=False)["starts"].sum()
    merged = cases.merge(metastases, on="month", how="left").merge(starts, on="month", how="left")
    merged = merged.fillna({"synchronous": 0.0, "metachronous": 0.0, "starts": 0.0})
    return pd.DataFrame(
        {
            "Month": as_dates(merged["month"]),
            "Colorectal cancers": merged["cases"],
            "Liver metastases at diagnosis": merged["synchronous"],
            "Liver metastases later": merged["metachronous"],
            "New liver metastases, all": merged["synchronous"] + merged["metachronous"],
            "Treatment starts wanted": merged["starts"],
        }
    )


def demand_by_year(content: ReportContent, column: str, name: str) -> pd.DataFrame:
    """Return starts wanted by year, one row for each treatment or decision point."""
    table = content.tables["demand"]
    years = year_names(table["month"])
    dated = table.assign(year=table["month"].str[:4].map(years))
    wide = pivot(dated, [column], "year", "starts", list(years.values()))
    wide["All years"] = wide[list(years.values())].sum(axis=1)
    wide["A year"] = wide["All years"] * a_year(content)
    if column == "treatment":
        wide["treatment"] = treatments_named(wide["treatment"])
    else:
        wide = relabel(content, wide, [column])
    return wide.rename(columns={column: name})


def by_region(content: ReportContent) -> pd.DataFrame:
    """Return cases, new liver metastases and starts wanted by region, whole window."""
    parts = [
        content.tables[name].groupby("region", sort=False)[value].sum().rename(shown)
        for name, value, shown in (
            ("cases", "cases", "Colorectal cancers"),
            ("metastases", "patients", "New liver metastases"),
            ("demand", "starts", "Treatment starts wanted"),
        )
    ]
    joined = pd.concat(parts, axis=1).fillna(0.0)
    return relabel(content, joined.rename_axis("Region").reset_index(), ["Region"])
