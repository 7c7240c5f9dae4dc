"""What finding facts anew would change is counted fact by fact; nothing is written or paid."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.confidence_model import Confidence
from pipeline_core.domain.contiguity import Piece
from pipeline_core.domain.errors import PipelineError, StageCrashedError
from pipeline_core.domain.facts import ChunkOutcome, ChunkResult, Evidence, Fact, LeftOut, MatchKind
from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId
from pipeline_core.domain.jobs import OutputRow
from pipeline_core.domain.policy import Policy
from pipeline_core.domain.staging import StagedBefore
from pipeline_core.ports.workers import Computed, InWorker
from pipeline_core.services.foresee_facts import DocumentChange, ForeseeFacts
from pipeline_core.stages.base import StageResult
from pipeline_core.stages.facts import Rows
from tests.support.fake_database import FakeDatabase
from tests.support.fakes import ScriptedFactGenerator
from tests.support.jobs import document_id, summary
from tests.support.stage_context import stage_context

NUMBERS = ("stay", "come", "go", "newly_left_out", "taken_in", "asked", "left_out_before", "left_out", "decisions")


def _evidence(number: int) -> tuple[Evidence, ...]:
    return (Evidence(f"quote {number}", number * 100, number * 100 + 7, 1, match=MatchKind.EXACT),)


def _fact(number: int, *, left_out: bool = False, is_doubted: bool = False) -> Fact:
    return Fact(
        QuestionId(UUID(int=number)), None, None, f"Statement {number}.", _evidence(number),
        scattered=(Piece(0, 1, 1),) if left_out else (),  # type: ignore[call-arg]
        confidence=Confidence(0.5, ()) if is_doubted else None,  # type: ignore[call-arg]
        policy=Policy(0.7, 0.0),
    )  # fmt: skip


def _staged(number: int, status: str = "approved", *, is_decided: bool = False) -> StagedBefore:
    reason = LeftOut.SCATTERED if status == "left_out" else None
    return StagedBefore(
        QuestionId(UUID(int=number)), document_id(1), f"Statement {number}.", _evidence(number),
        is_decided, status, reason, is_decided, False,
    )  # fmt: skip


class _Local(ScriptedFactGenerator, InWorker):
    pass


class _Workers:
    """Finds the same facts in every document, or fails."""

    def __init__(self, found: Sequence[Fact] | PipelineError) -> None:
        self._found = found

    def run(self, computations: Sequence[object]) -> list[Any]:
        if isinstance(self._found, PipelineError):
            return [self._found for _ in computations]
        results = {ChunkId(UUID(int=1)): ChunkResult(ChunkOutcome.FACTS, tuple(self._found))}
        return [Computed(StageResult(Rows(results, {}, {}, [])), 0.1) for _ in computations]


def _markdown(metadata: dict[str, Any]) -> dict[str, OutputRow]:
    return {
        kind: OutputRow("chunker", kind, f"documents/{kind}", "0" * 64, metadata)
        for kind in ("chunks_json", "optimized_markdown", "markdown")
    }


def _foresee(
    there: Sequence[StagedBefore], found: Sequence[Fact] | PipelineError, *numbers: int, generator: Any = None,
    outputs: dict[int, Any] | None = None,
) -> tuple[ForeseeFacts, FakeDatabase]:  # fmt: skip
    ids = [document_id(number) for number in numbers or (1,)]
    pages = _markdown({"page_map": {"unit": "page", "pages": [[1, 0, 1000, "text"]]}})
    database = FakeDatabase(
        {
            "documents.find": {one: summary(number) for number, one in zip(numbers or (1,), ids, strict=True)},
            "stages.outputs": dict.fromkeys(ids, pages) if outputs is None else outputs,
            "staging.chunks": {one: [] for one in ids},
            "caches.facts": {},
            "staging.staged_before": list(there),
        }
    )
    return ForeseeFacts(stage_context(generator=generator or _Local()), database, _Workers(found)), database  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("there", "found", "counts"),
    [
        ([_staged(1)], [_fact(1)], {"stay": 1}),
        ([_staged(1)], [], {"go": 1}),
        ([], [_fact(1)], {"come": 1}),
        ([], [_fact(1, is_doubted=True)], {"come": 1, "asked": 1}),
        # what is left out is no fact, before or after
        ([], [_fact(1, left_out=True)], {"left_out": 1}),
        ([], [_fact(1, left_out=True, is_doubted=True)], {"left_out": 1}),
        ([_staged(1, "left_out")], [], {"left_out_before": 1}),
        ([_staged(1, "left_out")], [_fact(1, left_out=True)], {"left_out_before": 1, "left_out": 1}),
        ([_staged(1, "left_out")], [_fact(1)], {"left_out_before": 1, "taken_in": 1}),
        ([_staged(1)], [_fact(1, left_out=True)], {"newly_left_out": 1, "left_out": 1}),
        ([_staged(1)], [_fact(1, is_doubted=True)], {"stay": 1, "asked": 1}),
        # what people decided stays, found again or not
        ([_staged(1, is_decided=True)], [], {"stay": 1, "decisions": 1}),
        ([_staged(1, is_decided=True)], [_fact(1, left_out=True)], {"stay": 1, "decisions": 1}),
        ([_staged(1, is_decided=True)], [_fact(1, is_doubted=True)], {"stay": 1, "decisions": 1}),
    ],
)
def test_each_fact_stays_comes_goes_or_is_left_out(
    there: list[StagedBefore], found: list[Fact], counts: dict[str, int]
) -> None:
    foresee, database = _foresee(there, found)
    [change] = foresee([document_id(1)]).documents
    assert {name: getattr(change, name) for name in NUMBERS} == dict.fromkeys(NUMBERS, 0) | counts
    assert change.changes is bool(set(counts) & {"come", "go", "newly_left_out", "taken_in", "asked"} or
                                  counts.get("left_out", 0) != counts.get("left_out_before", 0))  # fmt: skip
    assert "commit" not in database.names


def test_what_would_be_asked_of_a_paid_generator_is_not_asked() -> None:
    foresee, _ = _foresee([], [], generator=ScriptedFactGenerator())
    # no chunk lacks an answer: nothing would be paid
    assert foresee([document_id(1)]).documents[0].unknown is None


@pytest.mark.parametrize(
    ("found", "outputs", "why"),
    [(StageCrashedError("it crashed"), None, "it crashed"), ([], {}, "No earlier stage left any of")],
)
def test_what_cannot_be_told_says_why(found: Any, outputs: dict[int, Any] | None, why: str) -> None:
    foresee, _ = _foresee([], found, outputs=outputs)
    [change] = foresee([document_id(1)]).documents
    assert change.unknown is not None
    assert change.unknown.startswith(why)
    assert change.changes


def test_documents_beyond_the_limit_are_counted_and_the_rest_added_up() -> None:
    foresee, _ = _foresee([], [_fact(1)], 1, 2, 3)
    ids: list[DocumentId] = [document_id(number) for number in (1, 2, 3)]
    foreseen = foresee(ids, most=2)
    assert [change.document_id for change in foreseen.documents] == ids[:2]
    assert (foreseen.not_looked_at, foreseen.total("come")) == (1, 2)
    row = foreseen.as_json()
    assert (row["come"], row["go"], row["not_looked_at"], len(row["documents"])) == (2, 0, 1, 2)


def test_a_document_without_a_change_has_none() -> None:
    assert not DocumentChange(document_id(1), "1.md", stay=3, left_out_before=2, left_out=2, decisions=1).changes
    assert DocumentChange(document_id(1), "1.md", left_out_before=1).changes
