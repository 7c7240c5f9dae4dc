"""Facts find their evidence again, however the text is cut."""

from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Span
from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId, text_sha256
from pipeline_core.domain.staging import StagedBefore
from pipeline_core.duplicates.reanchor import anchor_facts

TEXT = "The valve opens at 3 bar.\n\nThe filter is changed every 6 months.\n\nThe valve opens at 3 bar.\n"


def cut(text: str, *places: int) -> list[Chunk]:
    edges = [0, *sorted(set(places)), len(text)]
    pieces = [(a, b) for a, b in pairwise(edges) if a < b]
    return [
        Chunk(ChunkId(UUID(int=n)), n, text[a:b], (), n + 1, n + 1, a, b, 1, text_sha256(text[a:b]))
        for n, (a, b) in enumerate(pieces)
    ]


def fact(char_from: int, char_to: int, text: str = TEXT) -> StagedBefore:
    quote = text[char_from:char_to]
    return StagedBefore(
        QuestionId(uuid4()), DocumentId(UUID(int=9)), quote, (Span(quote, char_from, char_to, 1),), True, "imported",
        None, True, False,
    )  # fmt: skip


@given(
    places=st.lists(st.integers(1, len(TEXT) - 1), max_size=8),
    span=st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 40)),
)
def test_the_same_text_cut_otherwise_keeps_every_fact_where_it_is(places: list[int], span: tuple[int, int]) -> None:
    one = fact(span[0], min(len(TEXT), span[0] + span[1]))
    chunks = cut(TEXT, *places)
    [anchor] = anchor_facts([one], chunks)
    assert anchor.evidence == one.evidence
    [chunk] = [chunk for chunk in chunks if chunk.chunk_id == anchor.chunk_id]
    assert chunk.char_from <= span[0] < chunk.char_to


def test_the_second_of_two_equal_sentences_stays_the_second() -> None:
    start = TEXT.rindex("The valve")
    [anchor] = anchor_facts([fact(start, len(TEXT) - 1)], cut(TEXT, 27, start))
    assert (anchor.evidence[0].char_from, anchor.chunk_id) == (start, ChunkId(UUID(int=2)))


def test_evidence_that_moved_is_found_with_its_new_page() -> None:
    one = fact(27, 64)
    moved = "An introduction.\n\n" + TEXT
    [anchor] = anchor_facts([one], cut(moved, 18, 45))
    [span] = anchor.evidence
    assert moved[span.char_from : span.char_to] == one.evidence[0].quote
    assert span.page == 3


@pytest.mark.parametrize("text", ["Something else altogether.", TEXT.replace("6", "9"), TEXT.upper()])
def test_evidence_that_is_gone_has_no_anchor(text: str) -> None:
    assert anchor_facts([fact(27, 64)], cut(text, 10)) == []
