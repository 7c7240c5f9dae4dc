"""Predicting how documents would change if their facts were found anew. Nothing is written or paid."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import Fact
from pipeline_core.domain.ids import DocumentId, QuestionId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.regeneration import reconcile, status_after
from pipeline_core.domain.staging import StagedBefore
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.workers import InWorker, Workers
from pipeline_core.stages import facts, no_facts
from pipeline_core.stages.base import StageContext

log = structlog.stdlib.get_logger(__name__)
_GROUP = 20


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """Changes to the facts of one document, before they are compared with those of others.

    A fact is what is staged and not left out. Of those there are now ``stay`` stay, ``go`` are not found any more and
    ``newly_left_out`` would be left out; to these ``come`` new ones and ``taken_in`` that are left out until now. A
    person would be asked about ``asked`` of them. ``left_out_before`` and ``left_out`` are all that are left out, now
    and then; ``decisions`` those of people, all of which stay. ``unknown`` says why it cannot be told, and then the
    numbers are 0.
    """

    document_id: DocumentId
    filename: str
    stay: int = 0
    come: int = 0
    go: int = 0
    newly_left_out: int = 0
    taken_in: int = 0
    asked: int = 0
    left_out_before: int = 0
    left_out: int = 0
    decisions: int = 0
    unknown: str | None = None

    @property
    def changes(self) -> bool:
        moved = self.come or self.go or self.newly_left_out or self.taken_in or self.asked
        return bool(moved or self.unknown) or self.left_out != self.left_out_before

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


NUMBERS = tuple(f.name for f in fields(DocumentChange) if f.type in (int, "int"))
"""Numbers that are counted for each document, and for all together."""


@dataclass(slots=True)
class Foreseen:
    """Changes to documents, one by one and in total. ``not_looked_at`` counts those beyond the limit."""

    documents: list[DocumentChange] = field(default_factory=list)
    not_looked_at: int = 0

    def total(self, name: str) -> int:
        return sum(getattr(document, name) for document in self.documents)

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: self.total(name) for name in NUMBERS},
            "documents": [document.as_json() for document in self.documents],
            "not_looked_at": self.not_looked_at,
        }


@dataclass(frozen=True, slots=True)
class ForeseeFacts:
    """Finds the facts of documents anew and holds them against what is staged."""

    ctx: StageContext
    open_uow: OpenUnitOfWork
    workers: Workers

    def __call__(self, document_ids: Sequence[DocumentId], *, most: int | None = None) -> Foreseen:
        """Predict the changes to these documents, but to no more than ``most`` of them."""
        looked_at = document_ids if most is None else document_ids[:most]
        found = Foreseen(not_looked_at=len(document_ids) - len(looked_at))
        for start in range(0, len(looked_at), _GROUP):
            found.documents += self._group(looked_at[start : start + _GROUP])
        return found

    def _group(self, document_ids: Sequence[DocumentId]) -> Iterator[DocumentChange]:
        with self.open_uow() as uow:
            known = uow.documents.find(document_ids)
            summaries = [known[document_id] for document_id in document_ids]
            fetched = facts.fetch(self.ctx, uow, summaries)
        for summary in summaries:
            item = fetched[summary.document_id]
            try:
                if isinstance(item, PipelineError):
                    raise item
                yield self._change(summary, item.data)
            except PipelineError as error:
                log.warning("facts_not_foreseen", document_id=str(summary.document_id), error=describe_error(error))
                yield DocumentChange(summary.document_id, summary.filename, unknown=error.message)

    def _change(self, summary: JobSummary, data: facts.Data) -> DocumentChange:
        if no_facts.asks_nothing(self.ctx):
            return self._held_against(summary, {})
        missing = facts.not_cached(data)
        if missing and not isinstance(self.ctx.generator, InWorker):
            why = f"{missing:,} of its chunks would be sent to {self.ctx.generator.name}, and paid for"
            return DocumentChange(summary.document_id, summary.filename, unknown=why)
        [outcome] = self.workers.run([facts.computation(self.ctx, summary.document_id, data)])
        if isinstance(outcome, PipelineError):
            raise outcome
        found = facts.facts_of(outcome.value)
        return self._held_against(summary, {fact.question_id: fact for fact in found})

    def _held_against(self, summary: JobSummary, found: Mapping[QuestionId, Fact]) -> DocumentChange:
        with self.open_uow() as uow:
            there = uow.staging.staged_before([summary.document_id])
        return _told(summary, there, found)


def _told(summary: JobSummary, there: Sequence[StagedBefore], found: Mapping[QuestionId, Fact]) -> DocumentChange:
    result = reconcile(there, {key: (summary.document_id, fact) for key, fact in found.items()})
    counts: dict[str, Any] = Counter()
    for row in there:
        new = row.question_id if row.question_id in result.stay else result.decided.get(row.question_id)
        fact = found[new] if new else None
        then = "gone" if row.question_id in result.go else status_after(row, fact) if fact else row.status
        was_out, is_out = row.status == "left_out", then == "left_out"
        counts["left_out_before"] += was_out
        counts["left_out"] += is_out
        counts["decisions"] += row.is_decided
        counts["go"] += then == "gone" and not was_out
        counts["newly_left_out"] += is_out and not was_out
        counts["taken_in"] += was_out and then not in ("gone", "left_out")
        counts["stay"] += not was_out and then not in ("gone", "left_out")
        counts["asked"] += then == "pending" and not row.is_reviewed and fact is not None and fact.is_doubted
    for fact in map(found.__getitem__, result.come):
        counts["left_out" if fact.left_out else "come"] += 1
        counts["asked"] += not fact.left_out and fact.is_doubted
    return DocumentChange(summary.document_id, summary.filename, **counts)
