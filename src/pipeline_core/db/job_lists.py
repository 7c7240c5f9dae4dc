"""Jobs, newest first: every job for the API, and the newest of each document for the terminal and the client."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    ColumnElement,
    Double,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    case,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased, join

from pipeline_core.db.listing import Listing, parameter
from pipeline_core.db.models import (
    DocumentProcessingStages,
    Documents,
    DocumentSources,
    JobStages,
    ProcessingWorkflows,
    StagedChunks,
    StagedQuestions,
    UploadJobs,
)
from pipeline_core.domain.rows.details import JobDetail
from pipeline_core.domain.rows.jobs import DocumentJob, Job

Columns = dict[str, ColumnElement[Any]]
_MOMENT = TIMESTAMP(timezone=True)
_TEXTS = ARRAY(Text)


def _facts(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """The number of the document's staged facts that meet the conditions."""
    of_document = StagedQuestions.document_id == Documents.document_id
    return select(func.count()).select_from(StagedQuestions).where(of_document, *conditions).scalar_subquery()


def _undecided(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """The number of the document's pairs that wait for a decision."""
    of_document = _PAIRS.c.document_id == Documents.document_id
    return select(func.count()).select_from(_PAIRS).where(of_document, *conditions).scalar_subquery()


def _of_stages(what: ColumnElement[Any]) -> ColumnElement[Any]:
    stages = DocumentProcessingStages
    return select(func.sum(what)).where(stages.document_id == Documents.document_id).scalar_subquery()


_PAIRS = table("undecided_pairs", column("staged_question_id"), column("document_id"), column("reasons"))
_IS_OPEN = StagedQuestions.status.in_(["pending", "approved"])
_IS_LEFT_OUT = StagedQuestions.status.in_(["left_out", "duplicate"])
_REASON: ColumnElement[str | None] = case(
    (StagedQuestions.status == "duplicate", literal_column("'duplicate'")), else_=StagedQuestions.left_out_reason
)
_REASONS = (
    select(_REASON.label("reason"), func.count().label("facts"))
    .where(StagedQuestions.document_id == Documents.document_id, _IS_LEFT_OUT)
    .group_by("reason")
    .correlate(Documents)
    .subquery()
)
_SOURCES = exists().where(DocumentSources.document_id == Documents.document_id)
_TO_DECIDE = and_(
    StagedQuestions.status == "pending",
    StagedQuestions.reviewed_by.is_(None),
    StagedQuestions.confidence < StagedQuestions.publish_from,
)
_HAS_PAIR = exists().where(_PAIRS.c.staged_question_id == StagedQuestions.question_id)


_OF_JOB = (
    "job_id", "stage", "state", "outcome", "profile", "priority", "phase", "retry_count", "last_error", "is_stopped",
    "created_at", "updated_at", "finished_at", "correlation_id", "flow_run_id",
)  # fmt: skip
_OF_DOCUMENT = (
    "document_id", "realm_id", "filename", "title", "published_at", "tags", "collection", "staging_status",
    "deep_scan_status", "deep_scan_error",
)  # fmt: skip


def _columns(job: type[UploadJobs]) -> Columns:
    """The expression of each field of a job's row; ``job`` may be an alias."""
    found = job.stage3_validation_results
    return {
        **{name: getattr(job, name) for name in _OF_JOB},
        **{name: getattr(Documents, name) for name in _OF_DOCUMENT},
        "workflow": select(ProcessingWorkflows.workflow_type)
        .where(ProcessingWorkflows.document_id == Documents.document_id)
        .scalar_subquery(),
        "percent": JobStages.percent.expression,
        "pages": Documents.page_count.expression,
        "also_named": func.also_named(Documents.document_id, Documents.filename),
        "seconds": _of_stages(DocumentProcessingStages.result["seconds"].astext.cast(Double)),
        "cost_usd": _of_stages(DocumentProcessingStages.cost_usd.expression).cast(Double),
        "is_replaced": and_(
            job.outcome.is_not_distinct_from("published"),
            Documents.published_at.is_(None),
            _SOURCES,
            ~_SOURCES.where(DocumentSources.is_current),
        ),
        "chunks": select(func.count())
        .select_from(StagedChunks)
        .where(StagedChunks.document_id == Documents.document_id)
        .scalar_subquery(),
        "facts": _facts(StagedQuestions.status.not_in(["rejected", "duplicate", "left_out"])),
        "left_out": _facts(_IS_LEFT_OUT),
        "left_out_by": select(
            func.coalesce(func.jsonb_object_agg(_REASONS.c.reason, _REASONS.c.facts), func.jsonb_build_object())
        ).scalar_subquery(),
        "facts_added": _facts(StagedQuestions.added_by.is_not(None), StagedQuestions.taken_back.is_(False)),
        "facts_to_decide": _facts(_TO_DECIDE),
        "duplicates": _facts((StagedQuestions.status == "duplicate") | and_(_IS_OPEN, _HAS_PAIR)),
        "undecided": _undecided(),
        "undecided_alike": _undecided(func.proposed_resolution(_PAIRS.c.reasons) == "keep_existing"),
        **{
            name: func.coalesce(found[severity].astext.cast(Integer), 0)
            for name, severity in (("critical", "critical"), ("warnings", "warning"), ("infos", "info"))
        },
        "review_version": func.review_version(Documents.document_id),
        "findings": func.coalesce(found["findings"], func.jsonb_build_array(type_=JSONB)),
    }


def _filters(job: type[UploadJobs]) -> dict[str, ColumnElement[bool]]:
    return {
        "realm_id": Documents.realm_id == parameter("realm_id", Uuid),
        "realm_ids": Documents.realm_id == any_(parameter("realm_ids", ARRAY(Uuid))),
        "job_id": job.job_id == parameter("job_id", Uuid),
        "document_ids": Documents.document_id == any_(parameter("document_ids", ARRAY(Uuid))),
        "states": job.state == any_(parameter("states", _TEXTS)),
        "before_ts": tuple_(job.created_at, job.job_id)
        < tuple_(parameter("before_ts", _MOMENT), parameter("before_id", Uuid)),
    }


NEWEST = aliased(
    UploadJobs,
    func.newest_job(Documents.document_id)
    .table_valued(*(column(one.name, one.type) for one in UploadJobs.__table__.columns))
    .lateral("newest"),
    adapt_on_names=True,
)
"""Each document's newest job, to join with the document."""
_EACH = join(
    join(UploadJobs, Documents, UploadJobs.document_id == Documents.document_id),
    JobStages,
    JobStages.job_stage == UploadJobs.stage,
)

JOBS = Listing(
    Job,
    _columns(UploadJobs),
    _EACH,
    filters=_filters(UploadJobs) | {"realm_ids": UploadJobs.realm_id == any_(parameter("realm_ids", ARRAY(Uuid)))},
    order=(UploadJobs.created_at.desc(), UploadJobs.job_id.desc()),
)
"""Every job."""

JOB_DETAILS = Listing(JobDetail, _columns(UploadJobs), _EACH, filters=_filters(UploadJobs))
"""What of a job's details is columns."""

DOCUMENT_JOBS = Listing(
    DocumentJob,
    _columns(NEWEST),
    join(join(Documents, NEWEST, true()), JobStages, JobStages.job_stage == NEWEST.stage),
    filters=_filters(NEWEST),
    order=(NEWEST.created_at.desc(), Documents.filename.asc()),
)
"""Each document's newest job."""
