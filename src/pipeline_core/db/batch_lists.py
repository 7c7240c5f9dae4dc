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
    cast,
    column,
    func,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.orm import join

from pipeline_core.db.listing import Listing, parameter
from pipeline_core.db.models import StagedQuestions, UploadBatches
from pipeline_core.domain.rows.batches import Batch, BatchDetail, ListedBatch

_COUNTED = ("pending", "approved", "rejected", "duplicate", "left_out")
_COUNTS = table(
    "upload_batch_counts",
    column("batch_id"),
    column("total_questions"),
    *(column(f"questions_{status}") for status in _COUNTED),
)
_PAIRS = table("undecided_pairs", column("upload_batch_id"))
_OF_BATCH = StagedQuestions.upload_batch_id == UploadBatches.batch_id
_COLUMNS: dict[str, ColumnElement[Any]] = {
    **{
        name: getattr(UploadBatches, name)
        for name in ("batch_id", "realm_id", "file_name", "document_id", "status", "uploaded_at")
    },
    "is_matched": UploadBatches.matched_at.is_not(None),
    "total": _COUNTS.c.total_questions,
    **{status: _COUNTS.c[f"questions_{status}"] for status in _COUNTED},
    "imported": select(func.count())
    .select_from(StagedQuestions)
    .where(_OF_BATCH, StagedQuestions.status == "imported")
    .scalar_subquery(),
    "undecided": select(func.count())
    .select_from(_PAIRS)
    .where(_PAIRS.c.upload_batch_id == UploadBatches.batch_id)
    .scalar_subquery(),
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
    "before_ts": tuple_(UploadBatches.uploaded_at, UploadBatches.batch_id)
    < tuple_(parameter("before_ts", TIMESTAMP(timezone=True)), parameter("before_id", Uuid)),
}
_WITH_COUNTS = join(UploadBatches, _COUNTS, _COUNTS.c.batch_id == UploadBatches.batch_id)

_NEWEST_FIRST = (UploadBatches.uploaded_at.desc(), UploadBatches.batch_id.desc())

BATCHES = Listing(Batch, _COLUMNS, _WITH_COUNTS, filters=_FILTERS, order=_NEWEST_FIRST)
LISTED = Listing(ListedBatch, _COLUMNS, _WITH_COUNTS, filters=_FILTERS, order=_NEWEST_FIRST)
BATCH_DETAILS = Listing(BatchDetail, _COLUMNS, _WITH_COUNTS, filters=_FILTERS)
"""One batch, by its id."""
