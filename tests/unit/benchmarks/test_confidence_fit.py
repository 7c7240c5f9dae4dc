"""The weights that are shipped are those of the judged facts, and what they say is so about as often."""

import pytest

from benchmarks.confidence import fit, foretold, ranking, read_judged, reliability
from pipeline_core.domain.confidence_weights import INTERCEPT, WEIGHTS

JUDGED = read_judged()


def test_the_weights_are_fitted_to_the_judged_facts() -> None:
    fitted = fit(JUDGED)
    assert fitted.intercept == pytest.approx(INTERCEPT, abs=0.01)
    assert fitted.of == {name: pytest.approx(pair, abs=0.01) for name, pair in WEIGHTS.items()}


def test_what_is_said_of_documents_that_were_not_fitted_is_so() -> None:
    pairs = foretold(JUDGED)
    assert ranking(pairs) > 0.68
    of_prose = [pair for fact, pair in zip(JUDGED, pairs, strict=True) if fact.features["prose"]]
    assert ranking(of_prose) > 0.6
    for band, facts, said, held in reliability(pairs):
        assert int(facts) < 30 or float(held) == pytest.approx(float(said), abs=0.12), band


def test_editions_of_one_text_are_foretold_by_other_texts() -> None:
    texts = {fact.document: fact.text for fact in JUDGED}
    assert len({text for name, text in texts.items() if name.startswith("asvs")}) == 1
    assert texts["deeprank2.pdf"] == "deeprank2.pdf"
