"""Provenance: a fact walked back to where it came from."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.routes.history import Past, shown_decisions
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome, Profile
from pipeline_core.domain.provenance import DecidedBy, Provenance, Standing
from pipeline_core.domain.rows.facts import ConfidenceReason
from pipeline_core.domain.rows.search import EvidenceSpan

router = APIRouter(prefix="/api/v2/facts", tags=["evidence"], dependencies=[LimitReview])


class FromRow(BaseModel):
    """A part of the answer that is read from a row."""

    model_config = ConfigDict(from_attributes=True)


class TracedFact(FromRow):
    """The fact itself: as it is published, else as it is staged."""

    question: str | None
    answer: str | None
    statement: str | None
    status: QuestionStatus | None = Field(description="Of the staged fact; null where it is no longer staged")
    published_at: datetime | None
    evidence: list[EvidenceSpan] | None
    match: str | None = Field(description="How the evidence was found in its source")
    generator: str
    confidence: float | None
    confidence_reasons: list[ConfidenceReason] | None
    publish_from: float | None = Field(description="Confidence from which on it needed nobody")
    left_out_reason: LeftOut | None
    edited_by: str | None
    added_by: str | None
    staged_at: datetime | None


class TracedVerdict(FromRow):
    """The person or rule that let it in or kept it out, in one sentence."""

    decided_by: DecidedBy
    by: str | None
    at: datetime | None
    says: str


class TracedWithdrawal(BaseModel):
    """The event by which it left production."""

    at: datetime
    code: str
    by: str | None
    replaced_by: UUID | None
    says: str


class TracedChunk(FromRow):
    """The passage that proves it."""

    chunk_id: UUID
    heading_path: list[str] | None
    page_from: int | None
    page_to: int | None
    chunker: str | None
    marks_url: str = Field(description="Boxes of its quotes on the pages")
    source_url: str = Field(description="The passage with the evidence marked")


class TracedFile(FromRow):
    """The file that it stands in."""

    document_id: UUID
    filename: str
    also_named: list[str]
    title: str
    mime: str
    bytes_len: int
    file_sha256: str
    pages: int | None
    uploaded_at: datetime
    uploaded_by: str | None
    files_url: str


class TracedRun(FromRow):
    """The job that published it, or is to."""

    job_id: UUID
    profile: Profile
    stage: JobStage
    state: JobState
    outcome: Outcome | None
    began_at: datetime
    finished_at: datetime | None
    flow_run_id: str | None
    critical: int | None
    undecided: int
    override_reason: str | None
    status_url: str


class TracedBatch(FromRow):
    """The batch that it was staged in: of its document, or a question bank."""

    batch_id: UUID
    batch_file: str | None


class Trace(BaseModel):
    """A fact walked back, step by step. A question of a bank has no chunk, file or run."""

    question_id: UUID
    realm_id: UUID
    standing: Standing
    verdict: TracedVerdict
    withdrawal: TracedWithdrawal | None
    fact: TracedFact
    chunk: TracedChunk | None
    file: TracedFile | None
    run: TracedRun | None
    batch: TracedBatch | None
    decisions: list[Past] = Field(
        description="Decisions on the fact, its pairs and its whole document or bank, oldest first"
    )


@router.get("/{fact_id}/provenance", summary="Trace a fact back")
def fact_provenance(fact_id: UUID, request: Request, services: Services) -> Trace:
    """From a fact, published, staged or withdrawn, back to the person or rule that let it in, its passage, its file and
    its run, with every decision that touched it."""
    traced = services.trace_fact(fact_id)
    origin, withdrawal = traced.origin, traced.withdrawal
    return Trace(
        question_id=origin.question_id,
        realm_id=origin.realm_id,
        standing=traced.standing,
        verdict=TracedVerdict.model_validate(traced.verdict),
        withdrawal=TracedWithdrawal(
            at=withdrawal.ts,
            code=withdrawal.code,
            by=withdrawal.by,
            replaced_by=withdrawal.replaced_by,
            says=traced.withdrawn_because,
        )
        if withdrawal
        else None,
        fact=TracedFact.model_validate(origin),
        batch=TracedBatch.model_validate(origin) if origin.batch_id else None,
        decisions=shown_decisions(traced.decisions),
        **_steps(traced, request),
    )


def _steps(traced: Provenance, request: Request) -> dict[str, Any]:
    """The chunk, the file and the run, each with where it is looked at."""
    origin, file, run = traced.origin, traced.file, traced.run

    def url(name: str, **ids: object) -> str:
        return request.url_for(name, **{key: quote(str(value)) for key, value in ids.items()}).path

    steps: dict[str, Any] = {"chunk": None, "file": None, "run": None}
    if file is not None and origin.chunk_id is not None:
        ids = {"document_id": file.document_id, "fact_id": origin.question_id}
        steps["chunk"] = {
            **{name: origin[name] for name in ("chunk_id", "heading_path", "page_from", "page_to", "chunker")},
            "marks_url": url("fact_marks", **ids),
            "source_url": url("fact_source", **ids),
        }
    if file is not None:
        steps["file"] = {**dict(file), "files_url": url("list_files", document_id=file.document_id)}
    if run is not None:
        steps["run"] = {**dict(run), "status_url": url("get_job", job_id=run.job_id)}
    return steps
