"""A copy by `like` takes its original's random number in every scenario, alike or altered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing.designs import uniform
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.scenarios.load import InvalidScenario, load_scenario
from tests.support.unsure import write_unsure
from tests.support.variants import variant

OPTION = "pathway.decision_point.operable.option"
MICROWAVE: Key = ("pathway", "decision_point", "operable", "option", "microwave")
ABLATION: Key = (*MICROWAVE[:-1], "ablation")
TO = ("exits", "recurrence", "to")
COUNT, SEED = 40, 3
WORDS = 'source = "made_up", quality = "illustrative"'
LIKE = f"""
[decision_point.operable.option.microwave]
like = "ablation"
label = "Microwave ablation"
on = true
usual_share = {{ value = {{ under_65 = 0.0, 65_and_over = 0.0 }}, unit = "share", {WORDS} }}
procedural_mortality = {{ value = 0.007, unit = "share", {WORDS} }}
"""
RULE = """
[uncertainty.correlated.lives]
keys = ["{}", "{}"]
correlation = 0.8
unit = "correlation"
source = "made_up"
quality = "judgement"
"""
ALTERED = f"""
reason = "tried out"
[{OPTION}.microwave.utility]
then = 0.7801
"""
OFF = f"""
reason = "tried out"
[{OPTION}.ablation]
on = false
usual_share.value = {{ under_65 = 0.0, 65_and_over = 0.0 }}
[{OPTION}.microwave]
usual_share.value = {{ under_65 = 0.25, 65_and_over = 0.4 }}
"""
SHARES = f"""
reason = "tried out"
[{OPTION}.microwave.exits.recurrence.to]
operable.value = 0.3001
inoperable.value = 0.5499
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The unsure scenario, with an option like another one."""
    own = write_unsure(tmp_path, more=RULE.format(
        f"{OPTION}.ablation.utility", "pathway.decision_point.operable.waiting.utility",
    ))  # fmt: skip
    path = tmp_path / "tiny" / "pathway.toml"
    path.write_text(path.read_text() + LIKE)
    return own


def drawn(source: Path, **settings: str) -> Any:
    scenario = load_scenario(source, settings=settings)
    return draw(uncertain_inputs(scenario), COUNT, SEED)


def assert_same(now: Any, was: Any) -> None:
    parts = was if isinstance(was, dict) else {"": was}
    for part, values in parts.items():
        np.testing.assert_array_equal(now[part] if part else now, values)


def altered(base: Path, text: str) -> Path:
    return variant(base, "altered", text, '"../unsure"')


@pytest.mark.parametrize("by", ["file", "command line"])
def test_an_altered_copy_takes_its_originals_random_number(base: Path, by: str) -> None:
    """Expected: each draw 0.0001 higher, give or take what that moves the beta: all alike."""
    key = (*MICROWAVE, "utility")
    now = (
        drawn(altered(base, ALTERED))
        if by == "file"
        else drawn(base, **{f"{OPTION}.microwave.utility.then": "0.7801"})
    )
    was = drawn(base)
    np.testing.assert_allclose(now[key]["then"] - was[key]["then"], 0.0001, atol=3e-5)
    np.testing.assert_array_equal(now[key]["month 0"], was[key]["month 0"])
    assert now.keys() == was.keys()
    for other in was.keys() - {key}:
        assert_same(now[other], was[other])


def test_an_altered_copy_is_an_input_of_its_own(base: Path) -> None:
    found = uncertain_inputs(load_scenario(altered(base, ALTERED)))
    item = found[*MICROWAVE, "utility"]
    assert (item.stream, item.point["then"]) == ((*ABLATION, "utility"), 0.7801)
    assert found[*ABLATION, "utility"].copies == ()


def test_a_copy_stated_beside_like_has_a_random_number_of_its_own(base: Path) -> None:
    key = (*MICROWAVE, "procedural_mortality")
    again = f'reason = "tried out"\n[{OPTION}.microwave]\nprocedural_mortality.value = 0.008\n'
    for source in (base, altered(base, again)):
        scenario = load_scenario(source)
        item = uncertain_inputs(scenario)[key]
        assert (item.stream, item.original) == (key, ())
        np.testing.assert_array_equal(
            drawn(source)[key], item.parts[""].quantile(uniform(key, COUNT, SEED))
        )


def test_copies_of_an_option_switched_off_keep_their_draws(base: Path) -> None:
    """The correlated set names the copy, so that it can be drawn without its original."""
    path = base / "scenario.toml"
    names = f"{OPTION}.ablation.utility", f"{OPTION}.microwave.utility"
    path.write_text(path.read_text().replace(*names))
    was, now = drawn(base), drawn(altered(base, OFF))
    copies = [key for key in now if key[:5] == MICROWAVE and key[-1] != "usual_share"]
    assert len(copies) > 5
    for key in copies:
        assert_same(now[key], was[key])


def test_a_copied_set_of_which_shares_are_altered_moves_as_it_did(base: Path) -> None:
    """Expected: 150 people, so a share's deviation is 0.04; of the difference 0.00005 at most."""
    was, now = drawn(base), drawn(altered(base, SHARES))
    total = 0.0
    for to, more in (("operable", 1e-4), ("inoperable", -1e-4), ("cancer_death", 0.0)):
        key = (*MICROWAVE, *TO, to)
        np.testing.assert_allclose(now[key] - was[key], more, atol=5e-5)
        total = total + now[key]
    np.testing.assert_allclose(total, 1.0, rtol=1e-14)
    assert was[*MICROWAVE, *TO, "operable"].std() > 0.02


def test_an_altered_copy_moves_with_its_originals_correlated_set(base: Path) -> None:
    """Expected: the quantile of its own distribution where the original's draw lies in its own."""
    values = drawn(altered(base, ALTERED))
    own, of = values[*MICROWAVE, "utility"]["then"], values[*ABLATION, "utility"]["then"]
    assert (np.argsort(own) == np.argsort(of)).all()
    waiting = values["pathway", "decision_point", "operable", "waiting", "utility"]
    assert np.corrcoef(own, waiting)[0, 1] > 0.5


def test_a_copy_and_its_original_cannot_be_correlated_otherwise(base: Path) -> None:
    path = base / "scenario.toml"
    keys = "pathway.decision_point.operable.waiting.utility", f"{OPTION}.microwave.utility"
    path.write_text(path.read_text().replace(*keys))
    for source in (base, altered(base, ALTERED)):
        with pytest.raises(InvalidScenario, match=r"moves with a set already, lives; keep it in"):
            load_scenario(source)


def test_a_copy_of_an_altered_copy_begins_from_the_first(base: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny" / "pathway.toml"
    path.write_text(
        path.read_text()
        + LIKE.replace("option.microwave", "option.radio").replace('"ablation"', '"microwave"')
    )
    key = (*MICROWAVE[:-1], "radio", "utility")
    was, source = drawn(base), altered(base, ALTERED)
    assert uncertain_inputs(load_scenario(source))[*MICROWAVE, "utility"].copies == (key,)
    np.testing.assert_allclose(drawn(source)[key]["then"] - was[key]["then"], 0.0001, atol=3e-5)


def test_a_figure_that_only_the_copy_has_is_its_own(base: Path) -> None:
    more = f"""
reason = "tried out"
[{OPTION}.microwave.costs]
light = {{ value = [90], unit = "GBP per month since start", {WORDS} }}
"""
    found = uncertain_inputs(load_scenario(altered(base, more)))
    key = (*MICROWAVE, "costs", "light")
    assert found[key].stream == key
