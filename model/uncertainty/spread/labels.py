"""What a figure is called in words, from its key."""

from __future__ import annotations

from hepaplan.model.parameters import Settings
from hepaplan.model.pathway import CANCER_DEATH, Pathway
from hepaplan.model.problems import Key

TERMS = {
    "qaly_loss": "QALY loss",
    "usual_share": "share of patients who have it",
    "hazard_ratio": "hazard ratio",
}


def label_of(settings: Settings, pathway: Pathway, key: Key) -> str:
    """Return where a figure applies and what it is: `Minor resection, open: utility`."""
    if key[0] == "resource" and key[1] in settings.resource:
        return f"{settings.resource[str(key[1])].label}: {_words(settings, pathway, key[2:])}"
    if key[:2] == ("tables", "eligibility"):
        group = settings.group[str(key[2])].label
        return f"Shares sent to each decision point: {group}"
    if key[0] != "pathway":
        return _capital(_words(settings, pathway, key))
    if key[1] == "drug":
        return f"{pathway.drug[str(key[2])].label}: {_words(settings, pathway, key[3:])}"
    if key[1] != "decision_point":
        return _capital(_words(settings, pathway, key[1:]))
    point, rest = pathway.decision_point[str(key[2])], key[3:]
    if rest[0] != "option":
        return f"{point.label}: {_words(settings, pathway, rest)}"
    where = _where(pathway, point.label, point.option[str(rest[1])].label)
    return f"{where}: {_words(settings, pathway, rest[2:])}"


def _where(pathway: Pathway, point: str, option: str) -> str:
    """Return an option's words, with its decision point's where others are called the same."""
    alike = sum(other.label == option for _, _, other in pathway.options())
    return f"{option} ({_small(point)})" if alike > 1 else option


def _words(settings: Settings, pathway: Pathway, key: Key) -> str:
    """Return the parts of a key as words, those that only hold others together joined to them."""
    if not key:
        return ""
    first, rest = str(key[0]), key[1:]
    if first == "exits" and rest[1:2] == ("time",):
        words, rest = f"time to {_part(settings, pathway, rest[0])}", rest[2:]
    elif first == "exits" and rest[1:2] == ("to",):
        after = _part(settings, pathway, rest[0])
        words, rest = f"after {after}, to {_part(settings, pathway, rest[2])}", rest[3:]
    elif first == "exits":
        words, rest = _part(settings, pathway, rest[0]), rest[1:]
    elif first in ("footprint", "costs") and rest:
        joined = "use" if first == "footprint" else "cost"
        words, rest = f"{joined} of {_part(settings, pathway, rest[0])}", rest[1:]
    elif first == "complications" and rest:
        words, rest = f"complications ({_part(settings, pathway, rest[0])})", rest[1:]
    elif first in ("to", "move") and rest:
        words, rest = f"to {_part(settings, pathway, rest[0])}", rest[1:]
    else:
        words = _part(settings, pathway, key[0])
    return ", ".join(filter(None, (words, _words(settings, pathway, rest))))


def _part(settings: Settings, pathway: Pathway, part: str | int) -> str:
    if part in pathway.decision_point:
        return _small(pathway.decision_point[str(part)].label)
    if part in settings.resource:
        return _small(settings.resource[str(part)].label)
    if part == CANCER_DEATH:
        return "death from cancer"
    number = part + 1 if isinstance(part, int) else part
    return TERMS.get(str(part), str(number).replace("_", " "))


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
