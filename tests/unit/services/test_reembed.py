"""Changing the model of production: filled, checked and switched, from wherever an earlier try has left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import LedgerError, RecallTooLowError
from pipeline_core.domain.ids import QuestionId, text_sha256
from pipeline_core.domain.staging import Embeddable
from pipeline_core.services.embedders import EmbedderRegistry
from pipeline_core.services.reembed import Reembed
from pipeline_core.settings import Settings
from tests.support.fake_database import Call, FakeDatabase, in_turn
from tests.support.fakes import HashEmbedder

MODEL, OLD = EmbeddingModel("hash-64", 64), EmbeddingModel("old", 8)


class _Locks:
    """The locks of a change of model; every step is on record with the calls of the database."""

    def __init__(self, database: FakeDatabase, *, recall: float = 1.0, pays: bool = True) -> None:
        self._database, self._recall, self._pays = database, recall, pays
        self.tended: list[EmbeddingModel] = []

    @contextmanager
    def alone(self) -> Iterator[None]:
        yield

    @contextmanager
    def publishing_paused(self) -> Iterator[None]:
        self._database.calls.append(Call("paused", {}))
        yield

    def index_next(self, model: EmbeddingModel) -> bool:
        return self._pays

    def recall(self, model: EmbeddingModel, *, sample: int) -> float:
        return self._recall

    def tend(self, model: EmbeddingModel) -> None:
        self.tended.append(model)


def _text(number: int) -> Embeddable:
    text = f"text {number}"
    return Embeddable(QuestionId(UUID(int=number)), "question", text_sha256(text), text)


def _reembed(embedder: HashEmbedder | None = None, **answers: Any) -> tuple[Reembed, FakeDatabase, HashEmbedder]:
    embedder = embedder or HashEmbedder()
    database = FakeDatabase(
        {
            "models.active": OLD,
            "models.without_vector": lambda *_, **__: [],
            "models.switch": (3, 4),
            "models.forget_next": 0,
            "caches.vectors": {},
            **answers,
        }
    )
    registry = EmbedderRegistry({"hash-64": lambda: embedder}, "hash-64", database)
    locks = _Locks(database)
    return Reembed(Settings(reembed_batch=2), registry, database, locks), database, embedder  # type: ignore[arg-type]


def _missing(*parts: list[Embeddable]) -> Any:
    """Answer for chunks with these parts in turn; no question lacks a vector."""
    chunks = in_turn(*parts)
    return lambda _name, *, kind, **_: chunks() if kind == "chunk" else []


@pytest.mark.parametrize(("active", "called"), [(None, "models.hold"), (OLD, "models.register"), (MODEL, None)])
def test_where_nothing_is_published_the_model_is_active_at_once(
    active: EmbeddingModel | None, called: str | None
) -> None:
    reembed, database, _ = _reembed(**{"models.active": active})
    assert reembed.begin("hash-64") == MODEL
    assert [name for name in database.names if name in ("models.hold", "models.register")] == (
        [called] if called else []
    )


def test_texts_are_filled_a_bounded_number_at_a_time_and_equal_ones_embedded_once() -> None:
    twice = replace(_text(1), owner_id=QuestionId(UUID(int=9)))
    reembed, database, embedder = _reembed(**{"models.without_vector": _missing([_text(1), twice], [_text(2)], [])})
    assert reembed.fill(MODEL) == 3
    assert embedder.texts_embedded == 2
    asked = [given for given in database.given("models.without_vector") if given["kind"] == "chunk"]
    assert [given["after"] for given in asked] == [None, UUID(int=9), UUID(int=2)]
    put = database.given("models.put_next")
    assert [len(given["texts"]) for given in put] == [2, 1]
    assert (put[0]["vectors"][0] == put[0]["vectors"][1]).all()


def test_vectors_of_the_cache_are_not_made_again() -> None:
    cached = {text_sha256("text 1"): HashEmbedder().embed(["text 1"]).vectors[0]}
    reembed, _, embedder = _reembed(
        **{"models.without_vector": _missing([_text(1), _text(2)], []), "caches.vectors": cached}
    )
    assert reembed.fill(MODEL) == 2
    assert embedder.texts_embedded == 1


class _ShortEmbedder(HashEmbedder):
    def embed(self, texts: Any) -> Any:
        return super().embed(texts[:-1])


def test_an_embedder_that_answers_with_fewer_vectors_is_caught() -> None:
    reembed, database, _ = _reembed(_ShortEmbedder(), **{"models.without_vector": _missing([_text(1), _text(2)])})
    with pytest.raises(LedgerError, match=r"2 texts were embedded and vectors of shape \(1, 64\) came back"):
        reembed.fill(MODEL)
    assert "models.put_next" not in database.names


@pytest.mark.parametrize(("recall", "is_enough"), [(0.99, True), (0.9, False)])
def test_an_index_that_finds_too_little_is_refused(recall: float, is_enough: bool) -> None:
    reembed, database, _ = _reembed()
    settings = Settings(reembed_min_recall=0.95)
    checked = Reembed(settings, reembed.embedders, database, _Locks(database, recall=recall))  # type: ignore[arg-type]
    if is_enough:
        assert checked.check(MODEL) == recall
    else:
        with pytest.raises(RecallTooLowError, match=r"finds 90\.0% of the ten nearest; 95\.0% are required"):
            checked.check(MODEL)


def test_where_an_index_does_not_pay_there_is_no_recall() -> None:
    reembed, database, _ = _reembed()
    assert Reembed(Settings(), reembed.embedders, database, _Locks(database, pays=False)).check(MODEL) is None  # type: ignore[arg-type]


def test_production_is_switched_with_publishing_paused_and_nothing_missing() -> None:
    reembed, database, _ = _reembed()
    switched = reembed.switch(MODEL, 0.99)
    assert (switched.chunks, switched.questions, switched.recall_at_10) == (3, 4, 0.99)
    names = database.names
    assert names.index("paused") < names.index("models.lock_production") < names.index("models.switch")
    assert names[-1] == "commit"


def test_doing_it_again_changes_nothing() -> None:
    reembed, database, _ = _reembed(**{"models.active": MODEL})
    assert (reembed.switch(MODEL, None).chunks, "models.switch" in database.names) == (0, False)


def test_rows_that_change_faster_than_they_are_embedded_end_the_switch() -> None:
    # filled each time, and one is missing again under the lock
    def without_vector(_name: str, *, kind: str, after: UUID | None, limit: int) -> list[Embeddable]:
        return [_text(1)] if limit == 1 and kind == "question" else []

    reembed, database, _ = _reembed(**{"models.without_vector": without_vector})
    with pytest.raises(LedgerError, match="Published rows changed faster than they could be embedded"):
        reembed.switch(MODEL, None)
    assert "models.switch" not in database.names


def test_what_is_left_is_dropped_in_slices_and_the_active_model_is_tended() -> None:
    reembed, database, _ = _reembed(**{"models.forget_next": in_turn(10_000, 5, 0)})
    reembed.clean()
    assert database.names.count("models.forget_next") == 3
    assert database.names.index("models.forget_candidates") > database.names.index("models.forget_next")
    assert reembed.locks.tended == [OLD]  # type: ignore[attr-defined]


def test_a_model_that_is_active_already_is_only_cleaned_up() -> None:
    reembed, database, _ = _reembed(**{"models.active": MODEL})
    switched = reembed("hash-64")
    assert (switched.chunks, switched.questions, switched.recall_at_10) == (0, 0, None)
    assert "models.without_vector" not in database.names
    assert "models.forget_candidates" in database.names
