"""The weights that are shipped are those of the judged facts, and what they say is so about as often."""

import pytest

from benchmarks.confidence import fit, foretold, ranking, read_judged, reliability
from pipeline_core.domain.confidence_weights import INTERCEPT, WEIGHTS

JUDGED = read_judged()


def test_the_weights_are_fitted_to_the_judged_facts() -> None:
    fitted = fit(JUDGED)
    assert fitted.intercept == pytest.approx(INTERCEPT, abs=0.01)
    assert fitted.of == {name: pytest.approx(pair, abs=0.01) for name, pair in WEIGHTS.items()}


def test_what_is_said_of_the_other_half_of_the_documents_is_so() -> None:
    pairs = foretold(JUDGED)
    assert {fact.half for fact in JUDGED} == {0, 1}
    assert ranking(pairs) > 0.7
    for band, facts, said, held in reliability(pairs):
        assert int(facts) < 20 or float(held) == pytest.approx(float(said), abs=0.2), band
