"""Deterministic ids: the same input gives the same id everywhere and always, another input another one."""

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline_core.domain import ids
from pipeline_core.domain.ids import BatchId, ChunkId, DocumentId, JobId, QuestionId, RealmId

ONE, TWO = UUID(int=1), UUID(int=2)
SHA = ids.text_sha256("text")

# Written down once: a change here gives every row in every database another id.
PINNED: dict[str, tuple[UUID, str]] = {
    "user": (ids.user_id_for("local"), "aac31a71-8269-584a-98b2-67b168cf32ed"),
    "document": (ids.document_id_for(RealmId(ONE), SHA), "57ec692d-cfbc-560f-a0b4-88d064135260"),
    "job": (ids.job_id_for(DocumentId(ONE), 0), "14a83f06-c7bd-5d3e-8c12-c67c3dec5620"),
    "batch": (ids.batch_id_for(DocumentId(ONE)), "2dd90af8-ca6d-51ac-bc19-fd04e4d4a73c"),
    "scan": (ids.scan_batch_id_for(JobId(ONE)), "d94e1203-f77e-5b50-a99c-742c733d54ba"),
    "bank": (ids.bank_batch_id_for(RealmId(ONE), SHA), "661c5efc-c274-5496-84d9-1475dfb50afe"),
    "bank question": (ids.bank_question_id_for(BatchId(ONE), "q", "a", 0), "c7ad8556-afb1-5975-b12c-f7abf407dbdf"),
    "chunk": (ids.chunk_id_for(DocumentId(ONE), "chunker", "1", 0, SHA), "e56b9c80-09a6-5848-8c18-62fb891d2698"),
    "question": (ids.question_id_for(ChunkId(ONE), "q", "s", 0), "649e3e51-74e3-5694-b65a-d3e843711eae"),
    "duplicate": (ids.duplicate_id_for(QuestionId(ONE), QuestionId(TWO)), "9b2138ab-8670-5ef1-8dc6-71dc50f66370"),
}


@pytest.mark.parametrize("kind", PINNED)
def test_ids_are_the_same_in_every_release(kind: str) -> None:
    made, pinned = PINNED[kind]
    assert str(made) == pinned


def test_every_kind_has_its_own_ids() -> None:
    made = [one for one, _ in PINNED.values()]
    assert len(set(made)) == len(made)
    assert ids.batch_id_for(DocumentId(ONE)) != ids.scan_batch_id_for(JobId(ONE))


# with the characters that ids are put together with
_texts = st.text(alphabet=st.sampled_from("ab\x1f\x1b01 é"), max_size=6)
_numbers = st.integers(0, 12)
MAKERS: list[tuple[Callable[..., UUID], st.SearchStrategy[tuple[object, ...]]]] = [
    (ids.question_id_for, st.tuples(st.just(ONE), _texts, _texts, _numbers)),
    (ids.bank_question_id_for, st.tuples(st.just(ONE), _texts, _texts, _numbers)),
    (ids.chunk_id_for, st.tuples(st.just(ONE), _texts, _texts, _numbers, _texts)),
    (ids.job_id_for, st.tuples(st.sampled_from([ONE, TWO]), _numbers)),
    (ids.duplicate_id_for, st.tuples(st.sampled_from([ONE, TWO]), st.sampled_from([ONE, TWO]))),
    (ids.document_id_for, st.tuples(st.sampled_from([ONE, TWO]), _texts)),
    (ids.bank_batch_id_for, st.tuples(st.sampled_from([ONE, TWO]), _texts)),
]


@pytest.mark.parametrize(("make", "parts"), MAKERS, ids=[make.__name__ for make, _ in MAKERS])
@given(st.data())
def test_other_parts_another_id(
    make: Callable[..., UUID], parts: st.SearchStrategy[tuple[object, ...]], data: st.DataObject
) -> None:
    left, right = data.draw(parts), data.draw(parts)
    assert make(*left) == make(*left)
    assume(left != right)
    assert make(*left) != make(*right)


def test_where_one_text_ends_and_the_next_begins_is_part_of_the_id() -> None:
    """A generator's words may hold any character, the one between the parts too."""
    chunk = ChunkId(ONE)
    assert ids.question_id_for(chunk, "a\x1fb", "c", 0) != ids.question_id_for(chunk, "a", "b\x1fc", 0)
    assert ids.question_id_for(chunk, "a\x1b1b", "c", 0) != ids.question_id_for(chunk, "a\x1fb", "c", 0)
