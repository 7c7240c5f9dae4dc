"""Documents, newest first, each with its newest job."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    any_,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import join

from pipeline_core.db.job_lists import NEWEST
from pipeline_core.db.listing import Listing, parameter
from pipeline_core.db.models import Documents, DocumentSources, JobStages, StagedQuestions
from pipeline_core.domain.rows.documents import ListedDocument, StatusOfDocument, Total

_TEXTS = ARRAY(Text)
_WITH_JOB = join(join(Documents, NEWEST, true()), JobStages, JobStages.job_stage == NEWEST.stage)
_FACTS = (
    select(func.count())
    .select_from(StagedQuestions)
    .where(
        StagedQuestions.document_id == Documents.document_id,
        StagedQuestions.status.not_in(["rejected", "duplicate", "left_out"]),
    )
    .scalar_subquery()
)
_COLUMNS: dict[str, ColumnElement[Any]] = {
    **{
        name: getattr(Documents, name)
        for name in (
            "document_id", "realm_id", "title", "filename", "mime", "bytes_len", "tags", "collection",
            "staging_status", "deep_scan_status", "deep_scan_error", "published_at", "created_at",
        )
    },
    **{name: getattr(NEWEST, name) for name in ("job_id", "stage", "state", "outcome", "phase")},
    "pages": Documents.page_count.expression,
    "percent": JobStages.percent.expression,
    # a list is cut to its page before this is asked for its rows
    "facts": _FACTS,
    "updated_at": func.greatest(Documents.updated_at, NEWEST.updated_at),
    "total": func.count(),
}  # fmt: skip
_ALSO_NAMED = exists().where(
    DocumentSources.document_id == Documents.document_id,
    DocumentSources.is_current,
    DocumentSources.filename.ilike(parameter("named", Text)),
)
_FILTERS: dict[str, ColumnElement[bool]] = {
    # of one realm the index has them in order: the list stops at its page, however many there are
    "realm_id": Documents.realm_id == parameter("realm_id", Uuid),
    "realm_ids": Documents.realm_id == any_(parameter("realm_ids", ARRAY(Uuid))),
    "document_ids": Documents.document_id == any_(parameter("document_ids", ARRAY(Uuid))),
    "statuses": Documents.staging_status == any_(parameter("statuses", _TEXTS)),
    "deep_scans": func.coalesce(Documents.deep_scan_status, "None") == any_(parameter("deep_scans", _TEXTS)),
    "states": NEWEST.state == any_(parameter("states", _TEXTS)),
    "phases": NEWEST.phase == any_(parameter("phases", ARRAY(Integer))),
    "mimes": Documents.mime == any_(parameter("mimes", _TEXTS)),
    "named": or_(
        Documents.filename.ilike(parameter("named", Text)), Documents.title.ilike(parameter("named", Text)), _ALSO_NAMED
    ),
    "tags": Documents.tags.op("@>")(parameter("tags", _TEXTS)),
    "collection": Documents.collection == parameter("collection", Text),
    "before_ts": tuple_(Documents.created_at, Documents.document_id)
    < tuple_(parameter("before_ts", TIMESTAMP(timezone=True)), parameter("before_id", Uuid)),
}

LISTED_DOCUMENTS = Listing(
    ListedDocument,
    _COLUMNS,
    _WITH_JOB,
    filters=_FILTERS,
    order=(Documents.created_at.desc(), Documents.document_id.desc()),
)
STATUSES = {
    is_by_job: Listing(StatusOfDocument, _COLUMNS, source, filters=_FILTERS)
    for is_by_job, source in ((False, Documents.__table__), (True, _WITH_JOB))
}
"""Both statuses of every document that matches; True: where its newest job has to be looked at for that."""
TOTALS = {
    is_by_job: Listing(Total, _COLUMNS, source, filters=_FILTERS)
    for is_by_job, source in ((False, Documents.__table__), (True, _WITH_JOB))
}
