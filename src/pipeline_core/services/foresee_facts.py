"""What finding facts anew would change in documents, told before it is done. Nothing is written or paid."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import Fact
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.traces import told
from pipeline_core.ports.unit_of_work import OpenUnitOfWork
from pipeline_core.ports.workers import InWorker, Workers
from pipeline_core.stages import facts
from pipeline_core.stages.base import StageContext
from pipeline_core.staging.regeneration import reconcile

log = structlog.stdlib.get_logger(__name__)
_GROUP = 20


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What would happen to the facts of one document.

    ``decisions`` are those of people that stay; ``left_out`` how many of the facts that stay or come would be left out.
    ``unknown`` says why it cannot be told, and then the numbers are 0.
    """

    document_id: DocumentId
    filename: str
    stay: int = 0
    come: int = 0
    go: int = 0
    decisions: int = 0
    left_out: int = 0
    unknown: str | None = None

    @property
    def changes(self) -> bool:
        return bool(self.come or self.go or self.unknown)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Foreseen:
    """What would happen to documents: one after the other, and together. ``not_looked_at`` are beyond the limit."""

    documents: list[DocumentChange] = field(default_factory=list)
    not_looked_at: int = 0

    def total(self, name: str) -> int:
        return sum(getattr(document, name) for document in self.documents)

    def as_json(self) -> dict[str, Any]:
        names = ("stay", "come", "go", "decisions", "left_out")
        return {
            **{name: self.total(name) for name in names},
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
        """What would happen to these documents; of no more than ``most`` of them."""
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
                log.warning("facts_not_foreseen", document_id=str(summary.document_id), error=told(error))
                yield DocumentChange(summary.document_id, summary.filename, unknown=error.message)

    def _change(self, summary: JobSummary, data: Any) -> DocumentChange:
        missing = facts.not_cached(data)
        if missing and not isinstance(self.ctx.generator, InWorker):
            why = f"{missing:,} of its chunks would be asked of {self.ctx.generator.name}, and paid for"
            return DocumentChange(summary.document_id, summary.filename, unknown=why)
        [outcome] = self.workers.run([facts.computation(self.ctx, summary.document_id, data)])
        if isinstance(outcome, PipelineError):
            raise outcome
        found: list[Fact] = facts.facts_of(outcome.value)
        with self.open_uow() as uow:
            there = uow.staging.staged_before([summary.document_id])
        reconciled = reconcile(there, {fact.question_id: (summary.document_id, fact) for fact in found})
        decided = sum(row.is_decided for row in there)
        by_decision = {new for new in reconciled.decided.values() if new}
        return DocumentChange(
            summary.document_id,
            summary.filename,
            stay=len(reconciled.stay) + len(reconciled.decided),
            come=len(reconciled.come),
            go=len(reconciled.go),
            decisions=decided,
            left_out=sum(fact.left_out is not None for fact in found if fact.question_id not in by_decision),
        )
