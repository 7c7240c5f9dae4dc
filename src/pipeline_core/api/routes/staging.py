"""Question banks and documents in staging: batches, their questions, look-alikes, decisions, import."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.deps import Services, TheSettings
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.multipart import form_body, receive_file
from pipeline_core.api.pagination import Page, PageCursor, PageOffset
from pipeline_core.api.problems import responses
from pipeline_core.api.routes.review import EXPECTED, Seen, expected_of, named
from pipeline_core.db.rows import Batch, BatchDetail
from pipeline_core.domain.batches import BatchStatus, QuestionStatus
from pipeline_core.domain.errors import NoEntriesError, NotFoundError, UnknownIdsError
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.ids import BatchId, QuestionId
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.review.decisions import Change, Resolution
from pipeline_core.services.receive_upload import spool

router = APIRouter(tags=["staging"])
UPLOAD_PATH = "/api/upload-markdown"
_MOST_IDS = 1000
_NAME = "A name for the record, beside the token's user"


class Counts(BaseModel):
    """Questions of a batch by what was decided; ``approved`` includes what is imported."""

    total: int
    pending: int
    approved: int
    rejected: int
    duplicate: int
    imported: int
    left_out: int = Field(description="Left out by the system until a person takes them in")


class Question(BaseModel):
    """A staged question; ``import_error`` says why the last import left it here."""

    question_id: UUID
    question: str | None
    answer: str | None
    topic: str | None
    subtopic: str | None
    kind: str | None
    difficulty: str | None
    notes: str | None
    statement: str | None
    status: QuestionStatus
    version: int = Field(description="It grows with every change; a decision may name it as expected")
    changed_by: str = Field(description="Who changed it last; `system` where nobody reviewed")
    changed_at: datetime
    duplicate_of: UUID | None
    similarity: float | None
    review_notes: str | None
    import_error: str | None
    left_out_reason: LeftOut | None = Field(description="What keeps it out of production, or spoke against it")
    confidence: float | None = Field(description="Probability that a fact holds, 0 to 1; null of a bank's question")
    confidence_reasons: list[dict[str, Any]] | None = Field(description="What moved it, the strongest first")
    generator: str = Field(description="What found it; `reviewer`: a person added it")
    added_by: str | None = Field(description="Who added it")


class Pair(BaseModel):
    """Two questions that look alike: ``staged`` is of the batch, ``existing`` was there first."""

    duplicate_id: UUID
    batch_id: UUID
    document_id: UUID | None
    staged: UUID
    existing: UUID
    score: float
    method: str
    resolution: str
    resolved_by: str | None
    resolved_at: datetime | None
    version: int = Field(description="It grows with every change; a decision may name it as expected")
    changed_by: str
    changed_at: datetime
    reason: str | None
    staged_text: str
    existing_text: str | None
    staged_status: QuestionStatus
    existing_stands: bool
    flags: list[str] = Field(description="In what the two differ")
    proposed: str = Field(description="What loses nothing: keep_existing only where no difference was found")


PairResolution = Annotated[
    str | None, Query(pattern="^(pending|keep_existing|replace_existing|keep_both|not_duplicate)$")
]


class BankProblem(BaseModel):
    """An entry of the file that could not be read; the others were taken."""

    line: int
    message: str


class BankAnswer(BaseModel):
    """What became of a question bank."""

    batch_id: UUID
    review_url: str
    entries: int
    new: int = Field(description="Questions that were not there before")
    problems: list[BankProblem]


class Verdict(StrEnum):
    """What can be decided about questions."""

    APPROVE = "approve"
    REJECT = "reject"


class ReviewRequest(Body):
    """Approve or reject many questions at once."""

    model_config = example(
        {"decision": "reject", "question_ids": ["84381d68-2a3f-5d0e-9f4c-5b7a5a1c0d11"], "reason": "outdated"}
    )

    decision: Verdict
    question_ids: list[UUID] | None = Field(
        default=None, max_length=_MOST_IDS, min_length=1, description="Without them: all that are pending"
    )
    reason: str = Field(default="", max_length=2000)
    expected: Seen | None = Field(
        default=None, description=f"{EXPECTED}: the batch's `status`, and its `review_version` as version"
    )
    expected_facts: dict[UUID, Seen] | None = Field(
        default=None, max_length=_MOST_IDS, description="The same of single questions, by id, as the lists give them"
    )


class Changed(BaseModel):
    """What a decision changed; what was so already is ``unchanged``."""

    changed: list[UUID]
    unchanged: int
    counts: Counts


class ResolveRequest(Body):
    """What becomes of a pair."""

    model_config = example({"resolution": "keep_both", "reason": "different years"})

    resolution: Resolution
    reason: str = Field(default="", max_length=2000)
    reviewer: str = Field(default="", max_length=200, description=_NAME)
    expected: Seen | None = Field(default=None, description=f"{EXPECTED}: the pair's `resolution` as status")


class ResolveAllRequest(ResolveRequest):
    """What becomes of many pairs of a question bank, all or nothing."""

    model_config = example({"resolution": "keep_existing"})

    duplicate_ids: list[UUID] | None = Field(
        default=None, max_length=_MOST_IDS, min_length=1, description="Without them: all that nobody has decided"
    )
    expected: Seen | None = Field(
        default=None, description=f"{EXPECTED}: the batch's `status`, and its `review_version` as version"
    )


class QuestionPatch(Body):
    """New words for a question of a bank: a field that is not sent stays, and null takes it away."""

    model_config = example({"answer": "Within 24 hours.", "reason": "a full sentence"})

    question: str | None = None
    answer: str | None = None
    topic: str | None = None
    subtopic: str | None = None
    kind: str | None = None
    difficulty: str | None = None
    notes: str | None = None
    reason: str = Field(default="", max_length=2000)
    reviewer: str = Field(default="", max_length=200, description=_NAME)
    expected: Seen | None = Field(default=None, description=f"{EXPECTED}: the question's `status` and `version`")

    def words(self) -> dict[str, str | None]:
        """The fields of the question that were sent."""
        return self.model_dump(exclude_unset=True, exclude={"reason", "reviewer", "expected"})


class ComparingAnswer(BaseModel):
    """A worker compares what was never compared: the batch is matched afterwards."""

    batch_id: UUID
    is_matched: bool
    status_url: str


class ImportAnswer(BaseModel):
    """The import is queued: the batch is ``importing`` until a worker has ended it."""

    batch_id: UUID
    to_import: int
    status_url: str


@router.post(
    UPLOAD_PATH,
    operation_id="upload_markdown",
    status_code=202,
    summary="Upload a question bank",
    response_model=BankAnswer,
    openapi_extra=form_body(),
    responses=responses(401, 408, 413, 415, 422, 429, 503),
)
async def upload_markdown(request: Request, services: Services, settings: TheSettings) -> BankAnswer:
    """Stage a question bank in markdown. What cannot be read is named by its line, and where nothing can be read the
    bank is refused; the look-alikes of the rest are found by a worker, after which the batch is matched."""
    with spool() as file:
        upload = await receive_file(request, file, max_bytes=settings.max_file_bytes)
        file.seek(0)
        staged = await run_in_threadpool(
            lambda: services.staging.take_bank(file.read(), upload.filename, by=services.user_id)
        )
    problems = [BankProblem(line=one.line, message=f"{one.what}. {one.action}") for one in staged.bank.problems]
    if staged.batch is None:
        raise NoEntriesError.of(upload.filename, {f"line {one.line}": one.message for one in problems})
    await run_in_threadpool(request.app.state.ask_for_run)
    batch_id = staged.batch.batch_id
    return BankAnswer(
        batch_id=batch_id,
        review_url=f"/batches/{batch_id}",
        entries=len(staged.bank.entries),
        new=staged.new,
        problems=problems,
    )


@router.get(
    "/api/staging/batches",
    operation_id="list_batches",
    summary="List batches",
    response_model=Page[Batch],
    responses=responses(401, 422, 429),
)
def list_batches(
    services: Services,
    cursor: PageCursor,
    status: Annotated[list[BatchStatus] | None, Query(description="Only batches in these states")] = None,
) -> dict[str, Any]:
    """Batches of the user with their counts, newest first."""
    rows = services.views.batches_page(
        statuses=[str(one) for one in status or ()] or None, before=cursor.before, limit=cursor.limit + 1
    )
    return cursor.page(rows, lambda row: (row.uploaded_at, row.batch_id))


@router.get(
    "/api/staging/batches/{batch_id}",
    operation_id="get_batch",
    summary="Look at a batch",
    response_model=BatchDetail,
    responses=responses(401, 404, 422, 429),
)
def get_batch(batch_id: UUID, services: Services) -> BatchDetail:
    """One batch with its counts."""
    return services.views.batch(BatchId(batch_id))


@router.get(
    "/api/staging/batches/{batch_id}/questions",
    operation_id="list_questions",
    summary="List a batch's questions",
    response_model=Page[Question],
    responses=responses(401, 404, 422, 429),
)
def list_questions(
    batch_id: UUID,
    services: Services,
    cursor: PageOffset,
    status: Annotated[list[QuestionStatus] | None, Query(description="Only questions in these states")] = None,
) -> dict[str, Any]:
    """The batch's questions in the file's order."""
    rows = services.staging.get_batch_questions(
        BatchId(batch_id), by=services.user_id, statuses=status, limit=cursor.limit + 1, offset=cursor.offset
    )
    return cursor.page([row.as_json() for row in rows])


@router.post(
    "/api/staging/batches/{batch_id}/review",
    operation_id="review_batch",
    summary="Approve or reject questions",
    response_model=Changed,
    responses=responses(401, 404, 409, 422, 429),
)
def review_batch(batch_id: UUID, body: ReviewRequest, services: Services) -> dict[str, Any]:
    """Decide about many questions, all or nothing; doing it again changes nothing."""
    decide = {
        Verdict.APPROVE: services.staging.approve_questions,
        Verdict.REJECT: services.staging.reject_questions,
    }[body.decision]
    ids = [QuestionId(one) for one in body.question_ids] if body.question_ids is not None else None
    expected = expected_of(batch_id, body.expected, body.expected_facts)
    return shown(decide(BatchId(batch_id), ids, by=services.user_id, reason=body.reason, expected=expected))


@router.patch(
    "/api/staging/batches/{batch_id}/questions/{question_id}",
    operation_id="change_question",
    summary="Edit a question of a bank",
    response_model=Changed,
    responses=responses(401, 404, 409, 422, 429, 503),
)
def change_question(batch_id: UUID, question_id: UUID, body: QuestionPatch, services: Services) -> dict[str, Any]:
    """New words are compared again, and wait for an approval again."""
    expected = {question_id: body.expected.seen()} if body.expected else {}
    by = Reviewer(services.user_id, named(services, body.reviewer))
    where = OfBatch(BatchId(batch_id))
    try:
        change = services.review.edit(where, question_id, body.words(), by=by, reason=body.reason, expected=expected)
    except UnknownIdsError as error:
        raise NotFoundError(
            error.message, action="`GET /api/staging/batches/{batch_id}/questions` lists them."
        ) from None
    return shown(change)


@router.post(
    "/api/staging/batches/{batch_id}/resolve",
    operation_id="resolve_batch",
    summary="Decide many pairs of a bank",
    response_model=Changed,
    responses=responses(401, 404, 409, 422, 429),
)
def resolve_batch(batch_id: UUID, body: ResolveAllRequest, services: Services) -> dict[str, Any]:
    """Decide pairs of a question bank at once; those of a document are decided with its approval, or one by one."""
    change = services.review.resolve(
        OfBatch(BatchId(batch_id)),
        body.resolution,
        body.duplicate_ids,
        by=Reviewer(services.user_id, named(services, body.reviewer)),
        reason=body.reason,
        expected=expected_of(batch_id, body.expected, None),
    )
    return shown(change)


@router.post(
    "/api/staging/batches/{batch_id}/compare",
    operation_id="compare_batch",
    status_code=202,
    summary="Have a bank compared",
    response_model=ComparingAnswer,
    responses=responses(401, 404, 422, 429),
)
def compare_batch(batch_id: UUID, request: Request, services: Services) -> ComparingAnswer:
    """Ask for a worker that compares what was never compared; a bank that is taken in is compared by itself."""
    batch = services.views.batch(BatchId(batch_id))
    if not batch.is_matched:
        request.app.state.ask_for_run()
    url = request.url_for("get_batch", batch_id=batch_id)
    return ComparingAnswer(batch_id=batch_id, is_matched=batch.is_matched, status_url=url.path)


@router.post(
    "/api/staging/batches/{batch_id}/import",
    operation_id="import_batch",
    status_code=202,
    summary="Import what is approved",
    response_model=ImportAnswer,
    responses=responses(401, 404, 409, 422, 429),
)
def import_batch(batch_id: UUID, request: Request, services: Services) -> ImportAnswer:
    """Queue the import of the approved questions; a worker embeds them and publishes all in one transaction."""
    waiting = services.staging.request_import(BatchId(batch_id), by=services.user_id)
    request.app.state.ask_for_run()
    url = request.url_for("get_batch", batch_id=batch_id)
    return ImportAnswer(batch_id=batch_id, to_import=waiting, status_url=url.path)


@router.get(
    "/api/staging/duplicates/{batch_id}",
    operation_id="list_duplicates",
    summary="List a batch's look-alikes",
    response_model=list[Pair],
    responses=responses(401, 404, 422, 429),
)
def list_duplicates(
    batch_id: UUID,
    services: Services,
    resolution: PairResolution = None,
) -> list[Any]:
    """Pairs of look-alikes, each with its score, how it was found, and what was decided."""
    return list(services.review.pairs(OfBatch(BatchId(batch_id)), services.user_id, resolution=resolution))


@router.post(
    "/api/staging/duplicates/{duplicate_id}/resolve",
    operation_id="resolve_duplicate",
    summary="Decide a pair of look-alikes",
    response_model=Changed,
    responses=responses(401, 404, 409, 422, 429),
)
def resolve_duplicate(duplicate_id: UUID, body: ResolveRequest, request: Request, services: Services) -> dict[str, Any]:
    """Decide one pair of a question bank, or of a document that waits in matching review."""
    change = services.review.resolve_pair(
        duplicate_id,
        body.resolution,
        by=Reviewer(services.user_id, named(services, body.reviewer)),
        reason=body.reason,
        expected=body.expected.seen() if body.expected else None,
    )
    if change.to_run:
        request.app.state.ask_for_run()
    return shown(change)


def shown(change: Change) -> dict[str, Any]:
    return {"changed": change.changed, "unchanged": change.unchanged, "counts": change.counts.as_json()}
