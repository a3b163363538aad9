"""Numbers that stand in the prose of notebook 13, computed once more."""

import numpy as np
import pytest

from course_lib.data import chain_study as study
from course_lib.data import phantom
from course_lib.display import chain_pieces
from course_lib.display.chain_figures import height_of
from course_lib.display.chain_pieces import PARTS, STEPS, errors_of, pet_of, pieces, truth
from course_lib.imaging import chains
from course_lib.imaging.attenuation import attenuation_map

NOTEBOOK = "13_whole_chain"
ALL = frozenset(PARTS)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        phantom.head(spacing_mm=8).anatomy == "analytic",
        reason="the numbers are those of the head with the brain of the template",
    ),
]


@pytest.fixture(scope="module")
def table():
    """Return the errors after each step by its name."""
    return {name: errors_of(pieces().hu(parts)) for name, parts in STEPS.items()}


def test_the_steps_have_the_errors_of_the_text(prose, table):
    nothing, (water, echoes, mean, fused, inner, outer) = errors_of(None), table.values()
    assert (round(nothing.body), round(water.body)) == (73, 12)
    assert "From 73 to 12 %" in prose
    assert "from 12 % to 1.6 %" in prose
    assert (round(water.brain), round(echoes.brain, 1), round(echoes.mouth)) == (12, 1.6, 8)
    said = [f"{each:.2f}" for each in (mean.body, echoes.body, mean.brain, echoes.brain)]
    assert said == ["2.35", "3.10", "1.81", "1.63"]
    assert "2.35 in place of 3.10 % in all tissue, and 3 in place of 8 % around" in prose
    assert "it became worse, 1.81 in place of 1.63 %" in prose
    assert [f"{each:.2f}" for each in (fused.body, fused.brain, fused.mouth, mean.mouth)] == [
        "1.78", "1.22", "3.37", "3.05",
    ]  # fmt: skip
    assert "1.78 % in all tissue and 1.22 % in the brain" in prose
    assert "3.37 in place of 3.05 %" in prose
    assert round(fused.body - inner.body, 2) == pytest.approx(0.03, abs=0.011)
    assert [round(each, 1) for each in (inner.mouth, outer.mouth)] == [2.9, 1.6]
    assert f"{outer.body:.2f}" == "1.69"
    assert "from 2.9 to 1.6 %, all tissue to 1.69 %" in prose


def test_the_costs_are_those_of_the_text(prose, table):
    whole = table["12 outer hole filled"]
    body, mouth = (
        {name: getattr(errors_of(pieces().hu(ALL - {name})), region) - getattr(whole, region)
         for name in PARTS}
        for region in ("body", "mouth")
    )  # fmt: skip
    assert round(body["units"]) == 135
    assert "The dearest slip, 135 points" in prose
    assert sorted(body, key=body.get)[-2] == "echoes"
    assert body["registration"] == pytest.approx(body["others"], abs=0.15)
    assert max(body["inner"], body["outer"]) < 0.1
    assert (round(mouth["inner"], 1), round(mouth["outer"], 1)) == (0.4, 1.3)
    assert mouth["ranks"] < 0
    assert "in the mouth 0.4 and 1.3, and there the fusion by rank does a little harm" in prose


def test_the_budget_is_that_of_the_text(prose):
    labels = study.patient().labels[chain_pieces.SLICES]
    made = attenuation_map(pieces().hu(ALL))
    shares = chains.error_budget(attenuation_map(truth().ct), made, labels)
    head = labels[labels > 0]
    assert (head == 4).mean() == pytest.approx(1 / 8, abs=0.01)
    assert 0.29 < shares[4] / 100 < 1 / 3
    assert sorted(shares, key=shares.get)[-3:] == [3, 0, 4]
    assert (head >= 6).mean() > 0.4
    assert round(sum(shares[label] for label in (6, 7, 8))) == 9
    assert "an eighth of the head and makes nearly a third of the error" in prose
    assert "more than two fifths of the head, makes 9 % of" in prose


def test_a_map_that_lies_elsewhere_is_wrong_as_the_text_says(prose, table):
    errors = errors_of(np.roll(pieces().hu(ALL), 2, axis=1))
    assert f"{errors.body:.1f}" == "5.2"
    assert errors.body > table["03 bone and air from two echoes"].body
    assert "With 6 mm the PET is wrong by 5.2 %" in prose


def test_two_biases_cancel(prose, table):
    others = errors_of(pieces().others[True, True])
    assert round(table["03 bone and air from two echoes"].bias) == -2
    assert round(others.bias) == 1
    assert abs(table["12 outer hole filled"].bias) < 0.1
    assert "The two echoes make the PET 2 % too low, the six others 1 % too high" in prose


def test_averaging_attenuation_looks_worse_by_a_tenth(prose, table):
    own, others = attenuation_map(pieces().own), attenuation_map(pieces().others[True, True])
    both = np.where(pieces().inner | pieces().outer, others, (own + others) / 2)
    pet = phantom.correct_attenuation(
        study.patient().nac_pet[chain_pieces.SLICES], both, study.SPACING_MM
    )
    error = chains.step_errors(truth().pet, [pet], truth().regions[0])[0, 1]
    assert error - table["12 outer hole filled"].body == pytest.approx(0.1, abs=0.02)
    assert "looks worse by 0.1 points" in prose


def test_on_a_further_patient_the_chain_ends_as_the_text_says(prose, monkeypatch):
    made = (study.patient, truth, pieces)
    monkeypatch.setattr(study, "PATIENT", 9)
    for function in made:
        function.cache_clear()
    try:
        table = [errors_of(pieces().hu(parts)).body for parts in STEPS.values()]
        alone, own = (errors_of(hu) for hu in (pieces().others[True, True], pieces().hu(ALL)))
    finally:
        for function in made:
            function.cache_clear()
    assert f"{table[-1]:.1f}" == "1.8"
    _, echoes, mean, _, inner, outer = table
    assert 0 < mean - echoes < 0.02
    assert outer - inner == pytest.approx(0.03, abs=0.01)
    assert f"{alone.body:.1f}" == "1.6"
    assert alone.map_hu > own.map_hu + 30
    for text in (
        "ends at 1.8, 1.8 and 1.3 % in all tissue",
        "is worse by more than 30 HU",
        "the last step makes it worse by 0.03 points",
    ):
        assert text in prose


def test_the_sinuses_after_the_echoes_read_too_low(prose):
    height = height_of("sinuses")
    pet, right = (
        each[height][truth().regions[0][height]]
        for each in (pet_of(pieces().hu({"echoes"})), truth().pet)
    )
    assert np.mean(pet / right < 0.95) == pytest.approx(0.5, abs=0.02)
    assert "Half of this slice reads more than 5 % too low" in prose


def test_the_slide_is_named(prose):
    assert "slide 91" in prose
