"""validation: the rules are run over what is staged; the report decides whether a person must look."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pipeline_core.domain.canaries import all_phrases
from pipeline_core.domain.findings import Finding
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import HeldJob, JobSummary, OutputRow
from pipeline_core.domain.lifecycle import VALIDATED, JobStage, StageName
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
from pipeline_core.validation.rules import RULES, Subject, report_of

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Staged:
    """The files of a document, and what makes the rules' ``Subject`` of what is read from them."""

    markdown: OutputRow
    words: OutputRow | None
    subject: partial[Subject]


def fetch(settings: Settings, uow: "UnitOfWork", jobs: Sequence[HeldJob | JobSummary]) -> Fetched[Staged]:
    ids = [job.document_id for job in jobs]
    outputs = uow.stages.outputs(ids, ["markdown", "optimized_markdown", "page_words"])
    converted = uow.stages.rows(StageName.MARKDOWN_CONVERSION, ids)
    optimized = uow.stages.rows(StageName.MARKDOWN_OPTIMIZER, ids)
    chunks, questions, undecided = uow.staging.chunks(ids), uow.staging.questions(ids), uow.staging.undecided(ids)
    kinds = markdown_kinds(settings)
    differing, replaced = uow.staging.differing(ids), uow.staging.replaced_within(ids)
    substitutes = uow.staging.substitutes(ids)

    def read(document_id: DocumentId) -> StageInput[Staged]:
        markdown = require(outputs.get(document_id, {}), *kinds)
        conversion = dict(converted[document_id].result or {})
        if settings.optimizer_enabled and (row := optimized.get(document_id)) is not None:
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
        staged = [(str(q.question_id), q.status, q.evidence, q.question, q.answer, q.statement) for q in standing]
        out = [(q.question_id, q.left_out) for q in left_out]
        ledger = [(row.outcome, row.reason, row.fact_count) for row in chunks[document_id]]
        pairs, apart = undecided.get(document_id, 0), differing[document_id]
        state = hashlib.sha256(repr((staged, out, pairs, apart, ledger)).encode()).hexdigest()
        subject = partial(
            Subject,
            page_map=page_map(markdown),
            conversion=conversion,
            chunks=chunks[document_id],
            questions=standing,
            staged=len(questions[document_id]),
            undecided_pairs=pairs,
            settings=settings,
            differing=apart,
            left_out=left_out,
        )
        checksums = (*text_checksums(markdown), *((words.checksum,) if words else ()), state)
        return StageInput(checksums, Staged(markdown, words, subject))

    return for_each(ids, read)


def computation(store: ObjectStore, data: Staged) -> Computation[None]:
    """The rules over what ``fetch`` found for one document."""
    subject = data.subject(markdown=read_text(store, data.markdown), words=read_words(store, data.words))
    return partial(_validate, subject)


def _validate(subject: Subject) -> StageResult[None]:
    findings = [Finding.from_json(row) for row in subject.conversion.get("findings", [])]
    for rule in RULES:
        findings += rule.check(subject)
    report = report_of(findings)
    file = OutputFile("validation_json", ".validation.json", json_bytes(report), "application/json")
    return StageResult(None, (file,), report)


def save(_ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[None]]) -> None:
    uow.jobs.set_validation_results({item.job.job_id: item.result.report for item in done})


STAGE = Stage(
    name=StageName.VALIDATION,
    version="2",
    fetch=lambda ctx, uow, jobs: fetch(ctx.settings, uow, jobs),
    run=lambda ctx, _document, data: computation(ctx.store, data),
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
