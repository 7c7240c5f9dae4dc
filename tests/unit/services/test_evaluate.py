"""Questions whose source is known are asked a few at a time, by the model that is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import Expected
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.rows.search import PublishedQuestion, Source
from pipeline_core.domain.search import SearchMode
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.evaluate import Evaluate
from tests.support.fake_database import FakeDatabase
from tests.support.fakes import HashEmbedder
from tests.support.jobs import REALM, document_id

HIT = Source(UUID(int=1), None, document_id(1), "1.md", None, "", "")
OTHER = replace(HIT, filename="2.md", document_id=document_id(2))


class _Views:
    """Words find the source at once, meaning at the second place, both together never."""

    def __init__(self, published: int = 0, not_asked: int = 0) -> None:
        self.asked: list[dict[str, Any]] = []
        self._published, self._not_asked = published, not_asked

    def search_each_mode(
        self, realm_id: object, questions: Sequence[tuple[str, object]], **given: Any
    ) -> list[Mapping[SearchMode, list[Source]]]:
        self.asked.append({"questions": [text for text, _ in questions], **given})
        found = {SearchMode.TEXT: [HIT], SearchMode.VECTOR: [OTHER, HIT], SearchMode.HYBRID: []}
        return [found for _ in questions]

    def count_not_asked(self, realm_id: object) -> int:
        return self._not_asked

    def published_questions(self, realm_id: object, *, after: UUID | None, limit: int) -> list[PublishedQuestion]:
        start = after.int + 1 if after else 0
        return [
            PublishedQuestion(QuestionId(UUID(int=n)), f"Question {n}?", document_id(1))
            for n in range(start, min(self._published, start + limit))
        ]


class _Next(HashEmbedder):
    model = "next"


def _evaluate(views: _Views) -> Evaluate:
    makers = {"hash-64": HashEmbedder, "next": _Next}
    database = FakeDatabase({"models.active": EmbeddingModel("hash-64", 64)})
    return Evaluate(views, EmbedderRegistry(makers, "hash-64", database))  # type: ignore[arg-type]


def test_each_mode_is_scored_by_the_place_of_the_source() -> None:
    evaluation = _evaluate(_Views())(REALM, [Expected("Why?", filename="1.md")] * 2)
    found = {mode: (score.questions, score.hits[1], score.reciprocal) for mode, score in evaluation.scores.items()}
    assert found == {
        SearchMode.TEXT: (2, 2, 2.0),
        SearchMode.VECTOR: (2, 0, 1.0),
        SearchMode.HYBRID: (2, 0, 0.0),
    }


def test_questions_are_taken_a_few_at_a_time() -> None:
    views = _Views()
    _evaluate(views)(REALM, (Expected(f"{n}?", filename="1.md") for n in range(130)))
    assert [len(asked["questions"]) for asked in views.asked] == [64, 64, 2]


@pytest.mark.parametrize(("model", "is_next"), [(None, False), ("hash-64", False), ("next", True)])
def test_another_model_is_asked_beside_the_live_one(model: str | None, is_next: bool) -> None:
    views = _Views()
    evaluation = _evaluate(views)(REALM, [Expected("Why?")], model=model)
    assert (views.asked[0]["is_next"], evaluation.model) == (is_next, model or "hash-64")


def test_published_facts_are_asked_for_passages_of_their_document() -> None:
    views = _Views(published=70, not_asked=3)
    evaluation = _evaluate(views).from_approved(REALM, limit=None)
    assert sum(len(asked["questions"]) for asked in views.asked) == 70
    assert {asked["kind"] for asked in views.asked} == {"passage"}
    assert evaluation.skipped == 3
    assert evaluation.scores[SearchMode.TEXT].hits[1] == 70


def test_no_more_are_asked_than_the_limit() -> None:
    views = _Views(published=70)
    _evaluate(views).from_approved(REALM, limit=5)
    assert [len(asked["questions"]) for asked in views.asked] == [5]


def test_without_a_published_fact_there_is_nothing_to_ask() -> None:
    with pytest.raises(RefusedError, match="No published fact of a document has a question"):
        _evaluate(_Views()).from_approved(REALM)
