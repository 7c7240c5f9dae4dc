"""Fusing rankings, and measuring them."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import HIT_AT, Expected, Score
from pipeline_core.domain.search import fuse
from pipeline_core.terminal.evaluation import read_questions

IDS = [UUID(int=number) for number in range(30)]
rankings = st.lists(
    st.tuples(st.sampled_from([0.5, 0.99, 1.0]), st.lists(st.sampled_from(IDS), unique=True)), max_size=4
)


@given(rankings, st.integers(1, 20))
def test_fused_scores_are_sums_of_reciprocal_ranks_best_first(
    parts: list[tuple[float, list[UUID]]], limit: int
) -> None:
    found = fuse(parts, limit)
    everything = {one for _, ids in parts for one in ids}
    scores = {one: sum(w / (61 + ids.index(one)) for w, ids in parts if one in ids) for one in everything}
    assert found == pytest.approx({one: scores[one] for one in found})
    assert len(found) == min(limit, len(everything))
    assert sorted(found.values(), reverse=True) == list(found.values())
    assert all(scores[one] <= min(found.values()) + 1e-12 for one in everything - found.keys())


@given(st.lists(st.none() | st.integers(1, 15), min_size=1))
def test_scores_are_shares_and_the_mean_reciprocal_rank(ranks: list[int | None]) -> None:
    score = Score()
    for rank in ranks:
        score.add(rank)
    figures = score.as_json()
    seen = [rank for rank in ranks if rank is not None and rank <= 10]
    for place in HIT_AT:
        assert figures[f"hit@{place}"] == pytest.approx(sum(r <= place for r in seen) / len(ranks), abs=1e-4)
    assert figures["mrr@10"] == pytest.approx(sum(1 / r for r in seen) / len(ranks), abs=1e-4)


FOUND = {"filename": "a.pdf", "page": 3, "evidence": "It’s  kept\ndry.", "answer": None}
HIT = {**FOUND, "id": IDS[1], "document_id": IDS[2]}
OTHER = {**FOUND, "id": IDS[5], "document_id": IDS[5], "filename": "x"}


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
        ('{"question": "q"}', "no source"),
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
