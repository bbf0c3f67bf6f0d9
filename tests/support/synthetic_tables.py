"""Made-up results of the right shape and size, to test reports without running the model."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from hepaplan.model.readings import POLICIES
from hepaplan.model.tables.money_tables import budget_impact
from hepaplan.reports.content import ReportContent
from hepaplan.reports.table_columns import COLUMNS
from tests.support.synthetic_checks import verification_rows
from tests.support.synthetic_flows import flow_rows
from tests.support.synthetic_patients import arrival_tables, delay_table, patient_row
from tests.support.synthetic_plan import plan_tables

MONTHS = [f"{2027 + m // 12}-{m % 12 + 1:02d}" for m in range(60)]
REGIONS = [
    "Bolton", "Bury", "Manchester", "Oldham", "Rochdale", "Salford", "Stockport", "Tameside",
    "Trafford", "Wigan",
]  # fmt: skip
SITES = {
    "central": "Central Infirmary",
    "north": "North General Hospital",
    "south": "South Hospital",
    "east": "Tameside and East Hospital",
    "west": "West Infirmary",
    "cancer_centre": "The Cancer Centre",
}
GROUPS = {"under_65": "Under 65", "from_65_to_79": "65 to 79", "from_80": "80 and over"}
RESOURCES = {
    "theatre": ("Liver theatre time", "minutes", ("central",), 14_500.0),
    "icu_bed": ("Intensive care beds", "bed-days", ("central", "cancer_centre"), 40.0),
    "ward_bed": ("Ward beds", "bed-days", ("central", "north", "cancer_centre"), 210.0),
    "ir_session": ("Interventional radiology", "minutes", ("central", "north", "south"), 2_400.0),
    "chair": ("Chemotherapy chairs", "hours", tuple(SITES), 780.0),
    "mdt_slot": ("Liver MDT slots", "slots", ("central", "cancer_centre"), 95.0),
    "scanner": ("MRI scanner time", "minutes", ("central", "south", "west"), 1_900.0),
}
POINTS = {
    "resectable": ("Resectable", {"resection": "resection", "two_stage": "resection"}, 6.1),
    "ablatable": ("Ablatable, up to 3 cm", {"rfa": "ablation", "cryo": "cryotherapy"}, 2.2),
    "convertible": ("Convertible", {"conversion": "conversion chemotherapy"}, 4.4),
    "liver_limited_unresectable": (
        "Liver-limited, not resectable",
        {"systemic": "systemic therapy", "tace": "chemoembolisation"},
        5.3,
    ),
    "extrahepatic": ("Extrahepatic disease", {"first_line": "systemic therapy"}, 13.7),
    "first_line_dmmr": ("First line, dMMR", {"pembrolizumab": "immunotherapy"}, 1.3),
    "second_line_liver_limited": (
        "Second line, liver-limited",
        {"second_line": "systemic therapy", "sirt": "radioembolisation"},
        2.9,
    ),
    "second_line_extrahepatic": ("Second line, extrahepatic", {"second": "systemic therapy"}, 8.2),
    "third_line": ("Third line", {"third": "systemic therapy"}, 4.6),
    "liver_recurrence": (
        "Recurrence in the liver",
        {"repeat_resection": "resection", "repeat_ablation": "ablation"},
        2.0,
    ),
    "extrahepatic_recurrence": ("Recurrence elsewhere", {"later": "systemic therapy"}, 2.6),
    "unfit": ("Not fit for treatment", {"support": "best supportive care"}, 7.7),
    "supportive_care": ("Supportive care", {"care": "best supportive care"}, 21.0),
}
PLACES = {
    "resection": ("central",),
    "ablation": ("central", "north", "south"),
    "cryotherapy": ("central",),
    "chemoembolisation": ("central", "north"),
    "radioembolisation": ("central",),
    "best supportive care": tuple(SITES),
}
PRICES = {
    "resection": 14_200.0, "ablation": 4_900.0, "cryotherapy": 5_600.0,
    "chemoembolisation": 7_700.0, "radioembolisation": 19_800.0,
    "conversion chemotherapy": 11_300.0, "systemic therapy": 16_400.0,
    "immunotherapy": 61_000.0, "best supportive care": 3_100.0,
}  # fmt: skip
SCARCE = POLICIES[1:]
ILLUSTRATIVE = (
    "ILLUSTRATIVE: the sites and their capacities are made up for illustration; "
    "put in your own before deciding anything."
)


def synthetic_content(seed: int = 7) -> ReportContent:
    """Return a report's content with 60 months, ten regions, six sites and thirteen points."""
    return ReportContent(
        name="greater-manchester",
        title="Greater Manchester: colorectal liver metastases, 2027 to 2031",
        question="Who will need which treatment, how many can our sites treat, and what is short?",
        headlines=(
            "About 1,690 people a year have colorectal cancer and 398 develop liver metastases.",
            "They need 1,031 treatment starts a year, of which 81 are liver resections.",
            "Liver theatre time at Central Infirmary is full in 41 of 60 months.",
            "Interventional radiology at North General Hospital is full in 17 of 60 months.",
            "At the end of 2031 14 people wait for resection as today, and 9 under the plan.",
            "Waiting costs 61 QALYs over five years as today, 38 of which the plan wins back.",
            "The whole pathway costs £97.3 million over five years; the plan adds £0.9 million.",
            "One more theatre list a week would win back 22 QALYs.",
            "On the review's evidence, with half developing metastases, needs would double.",
            "Capacities of sites are illustrative: these are examples of what the model answers.",
        ),
        labels=_labels(),
        tables=synthetic_tables(seed),
        status="optimal, gap 0.00%",
        version="0.1.0",
        site_note=ILLUSTRATIVE,
    )


def _labels() -> dict[str, str]:
    labels = dict(SITES) | GROUPS
    labels |= {name: row[0] for name, row in RESOURCES.items()}
    labels |= {name: row[0] for name, row in POINTS.items()}
    labels |= {"two_stage": "Two-stage resection", "rfa": "Thermal ablation", "sirt": "SIRT"}
    labels |= {"cryo": "Cryotherapy", "tace": "Chemoembolisation (TACE)"}
    return labels


def synthetic_tables(seed: int = 7) -> dict[str, pd.DataFrame]:
    """Return all tables of a run, reproducible for a seed."""
    chance = np.random.default_rng(seed)
    starts = _starts(chance)
    demand = _demand(chance)
    tables = {
        "cases": _cases(chance),
        "metastases": _metastases(chance),
        "demand": demand,
        "starts": starts,
        "waiting": _waiting(chance),
        "resources": _resources(chance),
        "requirements": _requirements(chance),
        "treatments": _treatments(demand, starts),
        "lists": _lists(chance),
        "costs": _costs(demand, starts),
    }
    tables["budget_impact"] = budget_impact(tables["costs"])
    tables |= _value_tables(chance) | _small_tables()
    options = [(point, option) for point, (_, names, _) in POINTS.items() for option in names]
    tables |= arrival_tables(list(POINTS), options, list(GROUPS))
    tables["delay"] = delay_table(options[:12], list(GROUPS))
    tables |= plan_tables(MONTHS, REGIONS, list(POINTS))
    tables["flows"] = flow_rows({p: (list(o), rate) for p, (_, o, rate) in POINTS.items()})
    tables["verification"] = verification_rows()
    return {name: tables[name] for name in COLUMNS}


def _grid(table: str, *axes: list[str]) -> pd.DataFrame:
    columns = [c for c in COLUMNS[table]][: len(axes)]
    return pd.DataFrame(list(itertools.product(*axes)), columns=columns)


def _cases(chance: np.random.Generator) -> pd.DataFrame:
    ages = [str(age) for age in range(0, 95, 5)]
    frame = _grid("cases", MONTHS, REGIONS, ["female", "male"], ages, ["I", "II", "III", "IV"])
    age = frame["age_band"].astype(float)
    rate = np.where(age < 20, 0.0, np.exp(-(((age - 72) / 18) ** 2)))
    month = frame["month"].map({m: i for i, m in enumerate(MONTHS)})
    season = 1 + 0.0006 * month + 0.03 * np.sin(month * 2.1)
    frame["cases"] = 0.185 * rate * season * chance.uniform(0.7, 1.3, len(frame))
    return frame


def _metastases(chance: np.random.Generator) -> pd.DataFrame:
    frame = _grid("metastases", MONTHS, REGIONS, list(GROUPS), ["synchronous", "metachronous"])
    weight = frame["timing"].map({"synchronous": 2.05, "metachronous": 1.26})
    group = frame["group"].map({"under_65": 0.31, "from_65_to_79": 0.44, "from_80": 0.25})
    frame["patients"] = weight * group * chance.uniform(0.9, 1.1, len(frame))
    return frame


def _demand(chance: np.random.Generator) -> pd.DataFrame:
    rows = [
        (point, treatment, rate * (0.8 if i == 0 else 0.2))
        for point, (_, options, rate) in POINTS.items()
        for i, treatment in enumerate(options.values())
    ]
    frame = pd.DataFrame(
        [
            (month, region, group, point, treatment, rate / 30)
            for month, region, group in itertools.product(MONTHS, REGIONS, GROUPS)
            for point, treatment, rate in rows
        ],
        columns=list(COLUMNS["demand"]),
    )
    keys = list(COLUMNS["demand"][:-1])
    frame["starts"] *= chance.uniform(0.8, 1.2, len(frame))
    return frame.groupby(keys, sort=False)["starts"].sum().reset_index()


def _starts(chance: np.random.Generator) -> pd.DataFrame:
    rows = []
    for policy, month, group in itertools.product(SCARCE, MONTHS, GROUPS):
        for point, (_, options, rate) in POINTS.items():
            for i, treatment in enumerate(options.values()):
                sites = PLACES.get(treatment, ("cancer_centre", "central", "east"))
                served = 0.83 if policy == "first come" else 0.93
                amount = rate * (0.8 if i == 0 else 0.2) / 3 / len(sites) * served
                for site, waited in itertools.product(sites, (0, 1, 2)):
                    part = amount * (0.6, 0.3, 0.1)[waited] * chance.uniform(0.8, 1.2)
                    rows.append((policy, month, site, group, point, treatment, waited, part))
    return pd.DataFrame(rows, columns=list(COLUMNS["starts"]))


def _waiting(chance: np.random.Generator) -> pd.DataFrame:
    rows = [
        (policy, month, site, group, point, waited, rate * 0.05 * chance.uniform(0.5, 1.5))
        for policy, month, group in itertools.product(SCARCE, MONTHS, GROUPS)
        for point, (_, _, rate) in list(POINTS.items())[:11]
        for site, waited in itertools.product(("central", "north", "cancer_centre"), (0, 1))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["waiting"]))


def _resources(chance: np.random.Generator) -> pd.DataFrame:
    rows = []
    for policy, month, site in itertools.product(SCARCE, MONTHS, SITES):
        for name, (_, unit, places, capacity) in RESOURCES.items():
            held = capacity if site in places else 0.0
            used = held * min(1.0, chance.uniform(0.7, 1.1)) if held else 0.0
            rows.append((policy, month, site, name, unit, used, held))
    return pd.DataFrame(rows, columns=list(COLUMNS["resources"]))


def _requirements(chance: np.random.Generator) -> pd.DataFrame:
    rows = [
        (month, name, unit, capacity * len(places) * use, capacity * len(places))
        for m, month in enumerate(MONTHS)
        for name, (_, unit, places, capacity) in RESOURCES.items()
        for low in [0.95 if name == "theatre" else 0.6 + 0.003 * m]
        for use in [chance.uniform(low, low + 0.25)]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["requirements"]))


def _treatments(demand: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([demand.assign(policy=POLICIES[0]), starts])
    both["year"] = both["month"].str[:4].astype(int)
    keys = ["year", "treatment", "policy"]
    return both.groupby(keys, sort=False)["starts"].sum().reset_index()


def _lists(chance: np.random.Generator) -> pd.DataFrame:
    rows = []
    for policy, (m, month) in itertools.product(SCARCE, enumerate(MONTHS)):
        for name, (_, _, rate) in list(POINTS.items())[:11]:
            growth = 0.02 if policy == "first come" else 0.008
            people = rate * (0.4 + growth * m) * chance.uniform(0.9, 1.1)
            rows.append((policy, month, name, people, people * 0.22))
    return pd.DataFrame(rows, columns=list(COLUMNS["lists"]))


def _costs(demand: pd.DataFrame, starts: pd.DataFrame) -> pd.DataFrame:
    both = _treatments(demand, starts)
    rows = [
        (policy, year, treatment, category, number * PRICES[treatment] * share)
        for policy, year, treatment, number in zip(
            both["policy"], both["year"], both["treatment"], both["starts"], strict=True
        )
        for category, share in (("theatre and beds", 0.3), ("drugs", 0.55), ("follow-up", 0.15))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["costs"]))


def _value_tables(chance: np.random.Generator) -> dict[str, pd.DataFrame]:
    survival, patients, compared = [], [], []
    for p, (point, (_, options, _)) in enumerate(POINTS.items()):
        for o, (option, treatment) in enumerate(options.items()):
            for g, group in enumerate(GROUPS):
                hazard = 0.008 * (1 + 0.35 * p) * (1 + 0.25 * o) * (1 + 0.2 * g)
                alive = np.exp(-hazard * np.arange(121))
                name = treatment if len(set(options.values())) > 1 else option
                survival += [(point, name, group, m, a) for m, a in enumerate(alive.tolist())]
                cost = PRICES[treatment] * (1.3 - 0.1 * g)
                patients.append((point, option, group, *patient_row(hazard, cost)))
            modelled = float(alive[60])
            study = float(alive[60] * chance.uniform(0.9, 1.1))
            compared.append(
                (point, option, 60.0, study, modelled, modelled - study, "Study 2019", "published")
            )
    outcome_rows = []
    for policy, gain in zip(POLICIES, (1.0, 0.96, 0.97, 0.985), strict=True):
        for measure, unit, value in (
            ("Life-years", "life-years", 8_412.7),
            ("QALYs, discounted", "QALY", 5_901.3),
            ("Cost, discounted", "GBP", 97_300_512.0),
            ("Deaths while waiting", "people", 31.2 * (1 - gain) * 25),
            ("Lost eligibility while waiting", "people", 44.8 * (1 - gain) * 25),
            ("Net monetary benefit", "GBP", 20_800_000.0),
        ):
            outcome_rows.append((policy, measure, unit, value * gain, None, None))
    return {
        "survival": pd.DataFrame(survival, columns=list(COLUMNS["survival"])),
        "per_patient": pd.DataFrame(patients, columns=list(COLUMNS["per_patient"])),
        "published": pd.DataFrame(compared, columns=list(COLUMNS["published"])),
        "outcomes": pd.DataFrame(outcome_rows, columns=list(COLUMNS["outcomes"])),
    }


def _small_tables() -> dict[str, pd.DataFrame]:
    rows: dict[str, list[tuple[object, ...]]] = {
        "checks": [
            (f"{part} sum to their whole", 3.1e-14 * i, 1e-9, True, f"The {part} add up.")
            for i, part in enumerate(("cases", "metastases", "arrivals", "starts", "costs"))
        ],
        "evidence_sets": [
            ("Share who develop liver metastases", "share", 0.243, 0.243, 0.5),
            ("New liver metastases a year", "people per year", 398.2, 398.2, 836.9),
            ("Resectable", "share", 0.19, 0.19, 0.25),
            ("Alive five years after resection", "share", 0.466, 0.466, 0.4),
        ],
        "key_figures": [
            ("Colorectal cancers", "people per year", 1_690.4, 1_690.4, 1_690.4, 1_690.4),
            ("New liver metastases", "people per year", 398.2, 398.2, 398.2, 398.2),
            ("Liver resections", "starts per year", 80.7, 66.1, 69.4, 75.3),
            ("People waiting at the end", "people", None, 41.6, 37.2, 27.9),
            ("Share started within the standard", "share", None, 0.713, 0.752, 0.864),
            ("QALYs", "QALY", 5_901.3, 5_665.2, 5_702.7, 5_812.8),
            ("Cost", "GBP", 97_300_512.0, 93_408_491.0, 94_100_230.0, 95_841_004.0),
        ],
        "bottlenecks": [
            ("first come", "central", "theatre", 41, 0.984, "2027-03"),
            ("longest wait", "central", "theatre", 45, 0.989, "2027-03"),
            ("most health", "central", "theatre", 52, 0.997, "2027-02"),
            ("first come", "north", "ir_session", 17, 0.921, "2028-01"),
            ("most health", "cancer_centre", "chair", 4, 0.873, "2030-09"),
            ("most health", "south", "scanner", 0, 0.655, None),
        ],
        "assumptions": [_assumption(i) for i in range(260)],
        "sources": [
            (f"source_{i}", f"Author {i}, Example Journal {2000 + i};{i}:1-9. " * 2, "", i % 3 == 0)
            for i in range(40)
        ],
        "changes": [
            ("trend.damping", "0.5", "a cautious trend", "synthetic/scenario.toml:9"),
            (
                "pathway.decision_point.resectable.standard.value",
                "28",
                "set on the command line",
                "command line",
            ),
            ("theatre at central", "x 0.75, 2027-07 to 2027-12", "lists lost", "changes.csv:2"),
        ],
        "capacity": [
            ("central", "theatre", "weekly list", 9.5, 480.0, "minutes", 0.85, "authors",
             "illustrative"),
            ("central", "chair", "chair", 5.25, 40.0, "hours", 0.8, "returns", "published"),
            ("cancer_centre", "chair", "chair", 7.0, 40.0, "hours", 0.8, "authors",
             "illustrative"),
        ],
        "about": [("Solver", "HiGHS 1.15.1"), ("Python", "3.11.7"), ("Seed", "20270101"),
                  ("willingness to pay (GBP per QALY)", 25_000.0)],
    }  # fmt: skip
    return {name: pd.DataFrame(data, columns=list(COLUMNS[name])) for name, data in rows.items()}


def _assumption(i: int) -> tuple[object, ...]:
    kinds: tuple[tuple[object, ...], ...] = (
        (0.466, "share", 0.41, 0.52, "beta", "study_2019", 2019, "published", ""),
        (14_200.0, "GBP", None, None, None, "prices", 2024, "illustrative", "no tariff found"),
        (
            "Under 65: 0.7, 80 and over: 0.3",
            "utility",
            None,
            None,
            None,
            "panel",
            None,
            "judgement",
            "",
        ),
        (0.0042, "probability per month", 0.001, 0.009, "beta", "trial", 2016, "derived", ""),
    )
    key = f"pathway.decision_point.resectable.option.resection.figure_{i}"
    place = f"pathways/crlm.toml:{i + 10}"
    return (key, f"Liver resection: an assumed figure, number {i}", *kinds[i % 4], place)
