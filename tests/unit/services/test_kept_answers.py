"""Answers of paid calls survive as JSON, those that were written before facts could have several quotes included."""

from typing import Any
from uuid import UUID

import numpy as np
import orjson
import pytest

from pipeline_core.domain.facts import AnswerOutcome, FactCandidate, Generated, Usage
from pipeline_core.services.kept_answers import KeptAnswer, KeptFacts, KeptVectors, kept_answer
from tests.support.fake_database import FakeDatabase

RUN_ID = UUID(int=9)
FACTS = KeptFacts(
    "generator",
    RUN_ID,
    {
        "key": Generated(
            (FactCandidate("Why?", "Because.", "It is so.", ("so", "it is"), {"length": 1.0}),),
            "1 refused",
            Usage(10, 2, 0.5, 3),
            AnswerOutcome.REFUSED,
        )
    },
)
VECTORS = KeptVectors("model", "1", {"key": np.array([0.5, -0.25], dtype=np.float32)})


def _again(answer: KeptAnswer) -> Any:
    return kept_answer(orjson.loads(orjson.dumps(answer.as_json())))


def test_facts_are_the_same_after_their_time_as_json() -> None:
    assert _again(FACTS) == FACTS


def test_vectors_are_the_same_after_their_time_as_json() -> None:
    again = _again(VECTORS)
    assert (again.model, again.version) == ("model", "1")
    assert again.vectors["key"].dtype == np.float32
    assert again.vectors["key"].tolist() == [0.5, -0.25]


def test_a_fact_of_one_quote_as_it_was_kept_before() -> None:
    row = FACTS.as_json()
    row["answers"]["key"]["candidates"] = [["Why?", "Because.", "It is so.", "so"]]
    answer = kept_answer(row)
    assert isinstance(answer, KeptFacts)
    assert answer.answers["key"].candidates == (FactCandidate("Why?", "Because.", "It is so.", ("so",)),)


@pytest.mark.parametrize("row", [{}, {"kind": "pages"}, {"kind": "facts", "generator": "g"}])
def test_anything_else_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        kept_answer(row)


def test_each_goes_into_its_cache() -> None:
    database = FakeDatabase()
    with database() as uow:
        FACTS.save(uow)
        VECTORS.save(uow)
    assert database.given("caches.put_facts") == [{"generator": "generator", "rows": FACTS.answers, "run_id": RUN_ID}]
    assert database.given("caches.put_vectors") == [{"rows": VECTORS.vectors, "model": "model", "version": "1"}]
