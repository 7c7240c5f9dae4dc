"""Fusing rankings, and measuring them."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import HIT_AT, Expected, Score
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.search import FoundFact, Hit, Source
from pipeline_core.domain.search import Answer, SearchMode, rank, that_answer
from pipeline_core.terminal.models import read_questions
from tests.support.rows import row_of

IDS = [UUID(int=number) for number in range(30)]
scores = st.dictionaries(st.sampled_from(IDS), st.floats(0, 30))
similarities = st.dictionaries(st.sampled_from(IDS), st.floats(-1, 1))


@given(scores, similarities, st.sampled_from(SearchMode), st.integers(1, 20))
def test_the_best_come_first_and_by_both_neither_is_enough_for_a_full_score(
    words: dict[UUID, float], near: dict[UUID, float], mode: SearchMode, limit: int
) -> None:
    found = rank(words, near, mode, all_words=4.0, meaning_weight=1.25, unrelated=0.0, limit=limit)
    everything = {SearchMode.TEXT: words.keys(), SearchMode.VECTOR: near.keys()}.get(mode, words.keys() | near.keys())
    assert found.keys() <= everything
    assert len(found) == min(limit, len(everything))
    assert sorted(found.values(), reverse=True) == list(found.values())
    assert all(value <= 1 for value in found.values())


def test_by_both_words_count_by_their_share_of_all_that_were_asked_for() -> None:
    one, two, three = IDS[:3]
    words, near = {one: 10.0, two: 5.0}, {one: 0.7, two: 0.85, three: 0.6}
    found = rank(words, near, SearchMode.HYBRID, all_words=10.0, meaning_weight=1.0, unrelated=0.7, limit=10)
    assert found == pytest.approx({one: 1 / 3.2, two: (0.5 + 0.5) / 3.2, three: 0.0})
    assert list(found) == [*sorted([one, two]), three]


@pytest.mark.parametrize(("all_words", "first"), [(10.0, 0), (100.0, 1)], ids=["all of them", "a tenth of them"])
def test_the_best_by_words_is_no_answer_where_it_has_few_of_them(all_words: float, first: int) -> None:
    words, near = {IDS[0]: 10.0, IDS[1]: 1.0}, {IDS[0]: 0.2, IDS[1]: 0.5}
    found = rank(words, near, SearchMode.HYBRID, all_words=all_words, meaning_weight=2.0, unrelated=0.0, limit=10)
    assert next(iter(found)) == IDS[first]
    by_words = rank(words, near, SearchMode.TEXT, all_words=all_words, meaning_weight=2.0, unrelated=0.0, limit=10)
    assert next(iter(by_words)) == IDS[0]


def test_a_passage_answers_where_a_fact_of_it_does() -> None:
    fact = row_of(FoundFact, kind="fact", similarity=0.6, words=0.5, question="Q", answer="A", statement="S")
    far = replace(fact, similarity=0.0, words=0.0, answer="B")
    passage = row_of(
        Hit, kind="passage", similarity=0.1, words=0.0, facts=[far, fact], question="Q", answer="B", relevance=None
    )
    [hit] = that_answer([passage], 0.2)
    assert (hit.facts, hit.answer) == ([fact], "A")
    assert that_answer([replace(passage, facts=[far])], 0.2) == []
    [near] = that_answer([replace(passage, facts=[far], similarity=0.5)], 0.2)
    assert (near.facts, near.answer, near.question) == ([], None, None)
    asked = Answer([hit], [passage], 0.2, [])
    assert asked.similarity == 0.6


@given(st.lists(st.none() | st.integers(1, 15), min_size=1))
def test_scores_are_shares_and_the_mean_reciprocal_rank(ranks: list[int | None]) -> None:
    score = Score()
    for place in ranks:
        score.add(place)
    figures = score.as_json()
    seen = [rank for rank in ranks if rank is not None and rank <= 10]
    for place in HIT_AT:
        assert figures[f"hit@{place}"] == pytest.approx(sum(r <= place for r in seen) / len(ranks), abs=1e-4)
    assert figures["mrr@10"] == pytest.approx(sum(1 / r for r in seen) / len(ranks), abs=1e-4)


HIT = Source(IDS[1], None, DocumentId(IDS[2]), "a.pdf", 3, "It’s  kept\ndry.", None)
OTHER = replace(HIT, id=IDS[5], document_id=DocumentId(IDS[5]), filename="x")


@pytest.mark.parametrize(
    ("expected", "is_met"),
    [
        (Expected("q", "a.pdf"), True),
        (Expected("q", "b.pdf"), False),
        (Expected("q", "a.pdf", page=3), True),
        (Expected("q", "a.pdf", page=4), False),
        (Expected("q", document_id=IDS[2]), True),
        (Expected("q", fact_id=IDS[1]), True),
        (Expected("q", fact_id=IDS[2]), False),
        (Expected("q", "a.pdf", quote="it's kept dry"), True),
        (Expected("q", "a.pdf", quote="kept wet"), False),
    ],
)
def test_a_source_is_met_by_all_that_is_named_of_it(expected: Expected, is_met: bool) -> None:
    assert expected.is_met_by(HIT) is is_met
    assert expected.rank([OTHER, HIT]) == (2 if is_met else None)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("not json", "line 2"),
        ('"text"', "no question"),
        ('{"question": " ", "document": "a.pdf"}', "no question"),
        ('{"question": "q"}', "source is missing"),
        ('{"question": "q", "document": "a.pdf", "page": 0}', "page is 0"),
        ('{"question": "q", "document": 7}', "document is 7"),
        ('{"question": "q", "dokument": "a.pdf"}', "no field dokument"),
        ('{"question": "q", "question_id": "x"}', "line 2"),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(json.dumps({"question": "q", "document": "a.pdf"}) + f"\n{line}\n")
    with pytest.raises(RefusedError, match=why):
        list(read_questions(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be read"):
        list(read_questions(tmp_path / "none.jsonl"))
