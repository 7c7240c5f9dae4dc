"""Staged questions of a bank or a document: filtered, in the order of the file or those first that need a person."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Integer,
    Numeric,
    Text,
    Uuid,
    any_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    table,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from pipeline_core.db.listing import Listing, parameter
from pipeline_core.db.models import StagedQuestions, StagedQuestionViews
from pipeline_core.domain.rows.questions import ListedQuestion, MatchingCounts, MatchingQuestion

_Q = StagedQuestions
_PAIRS = table("undecided_pairs", column("staged_question_id"))
_ALIKE = (
    select(func.count())
    .select_from(_PAIRS)
    .where(_PAIRS.c.staged_question_id == _Q.question_id)
    .correlate(_Q)
    .scalar_subquery()
)
_HAS_PAIR = exists().where(_PAIRS.c.staged_question_id == _Q.question_id)
_IS_OPENED = exists().where(StagedQuestionViews.question_id == _Q.question_id)
_POSITION: ColumnElement[int] = func.coalesce(_Q.ordinal, _Q.evidence_char_from, 0)
_CONFIDENCE: ColumnElement[float] = cast(func.round(cast(_Q.confidence, Numeric), 3), Double)
_NEED: ColumnElement[int] = case(
    ((_Q.status == "pending") & _HAS_PAIR, 0),
    (_Q.status == "pending", 1),
    ((_Q.status == "approved") & _Q.import_error.is_not(None), 2),
    (_Q.status == "approved", 3),
    else_=4,
)
_LISTED = (_Q.taken_back.is_(False),)
_IN_FILE: ColumnElement[int] = literal(0)
_SAME_NAME = (
    "question_id", "question", "answer", "statement", "status", "version", "changed_by", "changed_at", "review_notes",
    "edited_by", "generator", "added_by", "left_out_reason", "duplicate_of", "topic", "subtopic",
    "difficulty", "import_error", "chunk_id",
)  # fmt: skip


def _columns(rank: ColumnElement[int]) -> dict[str, ColumnElement[Any]]:
    return {
        **{name: getattr(_Q, name) for name in _SAME_NAME},
        "similarity": cast(_Q.similarity_score, Double),
        "confidence": _CONFIDENCE,
        "confidence_reasons": func.reasons_json(_Q.confidence_reasons, type_=JSONB),
        "kind": _Q.question_type,
        "notes": _Q.notes_for_tutor,
        "quote": func.joined_quotes(_Q.evidence),
        "page": _Q.evidence_page,
        "evidence": func.coalesce(_Q.evidence, func.jsonb_build_array(type_=JSONB)),
        "alike": _ALIKE,
        "is_opened": _IS_OPENED,
        "rank": rank,
        "position": _POSITION,
    }


def _filters(rank: ColumnElement[int]) -> dict[str, ColumnElement[bool]]:
    words = func.lower(func.concat_ws(" ", _Q.question, _Q.answer, _Q.statement, _Q.topic, _Q.subtopic))
    return {
        "document_id": _Q.document_id == parameter("document_id", Uuid),
        "batch_id": _Q.upload_batch_id == parameter("batch_id", Uuid),
        "question_ids": _Q.question_id == any_(parameter("question_ids", ARRAY(Uuid))),
        "statuses": _Q.status == any_(parameter("statuses", ARRAY(Text))),
        "search": func.strpos(words, func.lower(parameter("search", Text))) > 0,
        "least": parameter("least", Double) <= _CONFIDENCE,
        "most": parameter("most", Double) >= _CONFIDENCE,
        "alike": _HAS_PAIR,
        "edited": _Q.edited_by.is_not(None),
        "import_failed": _Q.import_error.is_not(None),
        "unopened": ~_IS_OPENED,
        "after": tuple_(rank, _POSITION, _Q.question_id)
        > tuple_(parameter("after", Integer), parameter("after_position", Integer), parameter("after_id", Uuid)),
    }


def _listed(rank: ColumnElement[int], *order: Any) -> Listing[ListedQuestion]:
    return Listing(ListedQuestion, _columns(rank), _Q.__table__, filters=_filters(rank), always=_LISTED, order=order)


IN_FILE = _listed(_IN_FILE, _POSITION, _Q.question_id)
NEED_FIRST = _listed(_NEED, _NEED, _POSITION, _Q.question_id)
AT_RANDOM = _listed(_IN_FILE, func.random())
MATCHING = Listing(
    MatchingQuestion,
    {name: getattr(_Q, name).expression for name in ("question_id", "status", "changed_by")},
    _Q.__table__,
    filters=_filters(_IN_FILE),
    always=_LISTED,
    order=(_POSITION.asc(), _Q.question_id.asc()),
)
MATCHING_COUNTS = Listing(
    MatchingCounts,
    {"total": func.count(), "never_opened": func.count().filter(~_IS_OPENED)},
    _Q.__table__,
    filters=_filters(_IN_FILE),
    always=_LISTED,
)
