"""Batches with their counts, newest first."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    ColumnElement,
    Double,
    Text,
    Uuid,
    any_,
    case,
    cast,
    column,
    distinct,
    exists,
    false,
    func,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.orm import aliased, join

from pipeline_core.db.listing import Listing, parameter
from pipeline_core.db.models import Events, StagedQuestions, UploadBatches, UploadJobs
from pipeline_core.domain.lifecycle import REVIEW_PAGES
from pipeline_core.domain.rows.batches import Batch, BatchDetail, BatchTotals, ListedBatch

_COUNTED = ("pending", "approved", "rejected", "duplicate", "left_out")
_COUNTS = table(
    "upload_batch_counts",
    column("batch_id"),
    column("total_questions"),
    *(column(f"questions_{status}") for status in _COUNTED),
)
_PAIRS = table("undecided_pairs", column("upload_batch_id"))
_OF_BATCH = StagedQuestions.upload_batch_id == UploadBatches.batch_id
_SAME_NAME = (
    "batch_id", "realm_id", "file_name", "document_id", "status", "uploaded_at", "uploaded_by", "review_started_at",
    "review_completed_at", "import_started_at", "import_completed_at", "notes",
)  # fmt: skip
_WAITING = aliased(UploadJobs, name="waiting")
_OF_ITS_JOB = (
    select(
        case(
            *(
                (_WAITING.phase == phase, func.replace(page, "{}", cast(_WAITING.job_id, Text)))
                for phase, page in REVIEW_PAGES.items()
            )
        )
    )
    .where(_WAITING.document_id == UploadBatches.document_id, _WAITING.state == "awaiting_review")
    .correlate(UploadBatches)
    .scalar_subquery()
)
"""The page on which the batch's document is decided; null where it does not wait."""
_UNDECIDED = (
    select(func.count()).select_from(_PAIRS).where(_PAIRS.c.upload_batch_id == UploadBatches.batch_id).scalar_subquery()
)
_IMPORTED = (
    select(func.count())
    .select_from(StagedQuestions)
    .where(_OF_BATCH, StagedQuestions.status == "imported")
    .scalar_subquery()
)
_OPEN = func.open_facts(UploadBatches.document_id).table_valued("question_id", "status")
_OPEN_FACTS = select(func.count()).select_from(_OPEN)
_OF_DOCUMENT = UploadBatches.document_id.is_not(None)
_TO_DECIDE = case((_OF_DOCUMENT, _OPEN_FACTS.scalar_subquery()), else_=_COUNTS.c.questions_pending)
_CERTAIN = case(
    (
        _OF_DOCUMENT,
        _COUNTS.c.questions_pending - _OPEN_FACTS.where(_OPEN.c.status == "pending").scalar_subquery(),
    ),
    else_=0,
)
_NEEDS_PERSON: ColumnElement[bool] = case(
    (UploadBatches.document_id.is_not(None), _OF_ITS_JOB.is_not(None)),
    (UploadBatches.status == "importing", false()),
    else_=(_COUNTS.c.questions_pending > 0)
    | (_COUNTS.c.questions_approved > _IMPORTED)
    | exists().where(_PAIRS.c.upload_batch_id == UploadBatches.batch_id),
)
_BY: ColumnElement[str] = Events.payload["by"].astext


def _names(of_batch: ColumnElement[bool]) -> ColumnElement[Any]:
    """List the names of those who decided, by the events for which this holds, each once."""
    none = cast(array([], type_=Text), ARRAY(Text))
    return (
        select(func.coalesce(func.array_agg(aggregate_order_by(distinct(_BY), _BY)), none))
        .where(of_batch, Events.realm_id == UploadBatches.realm_id, Events.type == "review", _BY != "system")
        .correlate(UploadBatches)
        .scalar_subquery()
    )


# each by an index of its own
_REVIEWERS = case(
    (UploadBatches.document_id.is_not(None), _names(Events.document_id == UploadBatches.document_id)),
    else_=_names(
        Events.payload.has_key("batch_id") & (Events.payload["batch_id"].astext == cast(UploadBatches.batch_id, Text))
    ),
)
_COLUMNS: dict[str, ColumnElement[Any]] = {
    **{name: getattr(UploadBatches, name) for name in _SAME_NAME},
    "is_matched": UploadBatches.matched_at.is_not(None),
    "total": _COUNTS.c.total_questions,
    **{status: _COUNTS.c[f"questions_{status}"] for status in _COUNTED},
    "imported": _IMPORTED,
    "to_decide": _TO_DECIDE,
    "certain": _CERTAIN,
    "undecided": _UNDECIDED,
    "reviewers": _REVIEWERS,
    "needs_person": _NEEDS_PERSON,
    "review_url": func.coalesce(_OF_ITS_JOB, func.concat("/batches/", UploadBatches.batch_id)),
    "cost_usd": cast(UploadBatches.cost_usd, Double),
    "review_version": func.review_version(func.coalesce(UploadBatches.document_id, UploadBatches.batch_id)),
}
_FILTERS: dict[str, ColumnElement[bool]] = {
    "batch_id": UploadBatches.batch_id == parameter("batch_id", Uuid),
    "realm_id": UploadBatches.realm_id == parameter("realm_id", Uuid),
    "realm_ids": UploadBatches.realm_id == any_(parameter("realm_ids", ARRAY(Uuid))),
    "prefix": or_(
        cast(UploadBatches.batch_id, Text).like(parameter("prefix", Text)),
        UploadBatches.file_name == parameter("named", Text),
    ),
    "statuses": UploadBatches.status == any_(parameter("statuses", ARRAY(Text))),
    "name": func.strpos(func.lower(UploadBatches.file_name), func.lower(parameter("name", Text))) > 0,
    "needs_person": _NEEDS_PERSON,
    "banks": UploadBatches.document_id.is_(None),
    "before_ts": tuple_(UploadBatches.uploaded_at, UploadBatches.batch_id)
    < tuple_(parameter("before_ts", TIMESTAMP(timezone=True)), parameter("before_id", Uuid)),
}
_WITH_COUNTS = join(UploadBatches, _COUNTS, _COUNTS.c.batch_id == UploadBatches.batch_id)

_NEWEST_FIRST = (UploadBatches.uploaded_at.desc(), UploadBatches.batch_id.desc())

BATCHES = Listing(Batch, _COLUMNS, _WITH_COUNTS, filters=_FILTERS, order=_NEWEST_FIRST)
LISTED = Listing(ListedBatch, _COLUMNS, _WITH_COUNTS, filters=_FILTERS, order=_NEWEST_FIRST)
BATCH_DETAILS = Listing(BatchDetail, _COLUMNS, _WITH_COUNTS, filters=_FILTERS)
"""One batch, by its id."""

BATCH_TOTALS = Listing(
    BatchTotals,
    {"total": func.count(), "needs_person": func.count().filter(_NEEDS_PERSON)},
    _WITH_COUNTS,
    filters=_FILTERS,
)
