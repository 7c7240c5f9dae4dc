"""validation: the rules are run over what is staged; the report decides whether a person must look."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.canaries import all_phrases
from pipeline_core.domain.documents import Document
from pipeline_core.domain.findings import Finding
from pipeline_core.domain.jobs import OutputRow
from pipeline_core.domain.lifecycle import VALIDATED, JobStage, StageName
from pipeline_core.domain.staging import Differing, StagedChunk, StagedQuestion
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.settings import Settings
from pipeline_core.stages import gates
from pipeline_core.stages.base import (
    Computation,
    Fetched,
    OutputFile,
    Saved,
    Stage,
    StageContext,
    StageInput,
    StageResult,
)
from pipeline_core.stages.inputs import (
    OfDocument,
    for_each,
    json_bytes,
    markdown_kinds,
    page_map,
    page_words,
    read_text,
    read_words,
    require,
    text_checksums,
)
from pipeline_core.validation.report import report_of
from pipeline_core.validation.rules import RULES, Subject


@dataclass(frozen=True, slots=True)
class Staged:
    """Staged rows of a document, as ``validation.subject.Subject`` names them, before its files are read."""

    markdown: OutputRow
    conversion: Mapping[str, Any]
    chunks: Sequence[StagedChunk]
    questions: Sequence[StagedQuestion]
    staged: int
    undecided: int
    differing: Sequence[Differing]
    left_out: Sequence[StagedQuestion]
    words: OutputRow | None


class Reads(Protocol):
    """Part of the stages' context that validation reads."""

    @property
    def settings(self) -> Settings: ...

    @property
    def store(self) -> ObjectStore: ...


def fetch(ctx: Reads, uow: UnitOfWork, jobs: Sequence[OfDocument]) -> Fetched[Staged]:
    ids = [job.document_id for job in jobs]
    outputs = uow.stages.outputs(ids, ["markdown", "optimized_markdown", "page_words"])
    converted = uow.stages.rows(StageName.MARKDOWN_CONVERSION, ids)
    optimized = uow.stages.rows(StageName.MARKDOWN_OPTIMIZER, ids)
    chunks, questions, undecided = uow.staging.chunks(ids), uow.staging.questions(ids), uow.staging.undecided(ids)
    kinds = markdown_kinds(ctx.settings)
    differing, replaced = uow.staging.differing(ids), uow.staging.replaced_within(ids)
    substitutes = uow.staging.substitutes(ids)

    def read(job: OfDocument) -> StageInput[Staged]:
        document_id = job.document_id
        markdown = require(outputs.get(document_id, {}), *kinds)
        conversion = dict(converted[document_id].result or {})
        if ctx.settings.optimizer_enabled and (row := optimized.get(document_id)) is not None:
            conversion["findings"] = [*conversion.get("findings", []), *(row.result or {}).get("findings", [])]
        # a duplicate of what is only staged is published, if this document is before that
        standing = [
            question
            for question in questions[document_id]
            if question.question_id not in replaced
            and (question.status not in ("rejected", "duplicate", "left_out") or question.question_id in substitutes)
        ]
        left_out = [question for question in questions[document_id] if question.status == "left_out"]
        words = page_words(outputs.get(document_id, {}))
        apart = differing[document_id]
        staged = [(str(q.question_id), q.status, q.evidence, q.question, q.answer, q.statement) for q in standing]
        out = [(q.question_id, q.left_out) for q in left_out]
        ledger = [(row.outcome, row.reason, row.fact_count) for row in chunks[document_id]]
        state = hashlib.sha256(repr((staged, out, undecided.get(document_id, 0), apart, ledger)).encode()).hexdigest()
        data = Staged(
            markdown,
            conversion,
            chunks[document_id],
            standing,
            len(questions[document_id]),
            undecided.get(document_id, 0),
            apart,
            left_out,
            words,
        )
        return StageInput((*text_checksums(markdown), *((words.checksum,) if words else ()), state), data)

    return for_each(jobs, read)


def run(ctx: StageContext, _document: Document, data: Staged) -> Computation[None]:
    return computation(ctx, data)


def computation(ctx: Reads, data: Staged) -> Computation[None]:
    """The rules over what ``fetch`` found for one document."""
    subject = Subject(
        markdown=read_text(ctx.store, data.markdown),
        page_map=page_map(data.markdown),
        conversion=data.conversion,
        chunks=data.chunks,
        questions=data.questions,
        staged=data.staged,
        undecided_pairs=data.undecided,
        settings=ctx.settings,
        differing=data.differing,
        left_out=data.left_out,
        words=read_words(ctx.store, data.words),
    )
    return partial(_validate, subject)


def _validate(subject: Subject) -> StageResult[None]:
    findings = [Finding.from_json(row) for row in subject.conversion.get("findings", [])]
    for rule in RULES:
        findings += rule.check(subject)
    report = report_of(findings)
    file = OutputFile("validation_json", ".validation.json", json_bytes(report), "application/json")
    return StageResult(None, (file,), report)


def save(_ctx: StageContext, uow: UnitOfWork, done: Sequence[Saved[None]]) -> None:
    uow.jobs.set_validation_results({item.job.job_id: item.result.report for item in done})


STAGE = Stage(
    name=StageName.VALIDATION,
    version="2",
    fetch=fetch,
    run=run,
    save=save,
    leaves="validation_json",
    before=gates.MATCHING,
    config=lambda ctx: {
        "examples": all_phrases(),
        "rules": [f"{rule.code} {rule.version}" for rule in RULES],
        "thresholds": ctx.settings.validation_thresholds(),
    },
    ended_by=(VALIDATED,),
    past_at=JobStage.VALIDATION_REVIEW,
    reusable=False,
)
