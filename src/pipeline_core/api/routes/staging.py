"""Question banks and documents in staging: batches, their questions, near-duplicates, decisions, import."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, model_validator
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.auth import CurrentUser
from pipeline_core.api.deps import InEachRealm, RealmName, Services, ThePipeline, TheSettings, ToReview, services_in
from pipeline_core.api.examples import example
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.matching import EXPECTED_TOTAL, MatchingPairs, MatchingQuestions, Verdict, by_ids_or_filter
from pipeline_core.api.multipart import REALM_FIELD, form_body, realm_of_form, receive_file
from pipeline_core.api.pagination import Page, PageCursor
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import (
    EXPECTED,
    MOST_IDS,
    OF_BATCH,
    Changed,
    NewWords,
    Pair,
    PairResolution,
    Seen,
    SeenRows,
    Signed,
    named_by_path,
)
from pipeline_core.bootstrap import UserServices
from pipeline_core.domain.batches import BatchStatus
from pipeline_core.domain.errors import NoEntriesError
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import OfBatch, Where
from pipeline_core.domain.rows.batches import Batch, BatchDetail
from pipeline_core.review.decisions import Change, Resolution
from pipeline_core.services.receive_upload import spool

router = APIRouter(tags=["staging"])
UPLOAD_PATH = "/api/upload-markdown"


class BankProblem(BaseModel):
    """An entry of the file that could not be read; the others were taken."""

    line: int
    message: str


class BankAnswer(BaseModel):
    """The result of importing a question bank."""

    batch_id: UUID
    review_url: str
    entries: int
    new: int = Field(description="New questions")
    problems: list[BankProblem]


class BatchPage(Page[Batch]):
    """Some of the batches, and how many there are in all."""

    total: int = Field(description="The number of batches that match, on all pages")
    needs_person: int = Field(description="How many of those that match otherwise need a person")


class BatchPatch(Signed):
    """Notes about a batch as a whole."""

    model_config = example({"notes": "Only the first section is about this product."})

    notes: str = Field(max_length=10_000, description="Blank: none")


class ReviewRequest(Signed):
    """Approve or reject many questions at once."""

    model_config = example(
        {"decision": "reject", "question_ids": ["84381d68-2a3f-5d0e-9f4c-5b7a5a1c0d11"], "reason": "outdated"}
    )

    decision: Verdict
    question_ids: list[UUID] | None = Field(
        default=None, max_length=MOST_IDS, min_length=1, description="Default: all that are pending"
    )
    expected: Seen | None = Field(default=None, description=OF_BATCH)
    expected_facts: SeenRows | None = Field(
        default=None, description="The same for single questions, by id, as the lists give them"
    )
    matching: MatchingQuestions | None = Field(default=None, description="All that match, instead of `question_ids`")
    expected_total: int | None = Field(default=None, ge=0, description=EXPECTED_TOTAL)

    @model_validator(mode="after")
    def _either(self) -> "ReviewRequest":
        return by_ids_or_filter(self, self.question_ids, self.matching, self.expected_total)


class ResolveRequest(Signed):
    """The resolution of a pair."""

    model_config = example({"resolution": "keep_both", "reason": "different years"})

    resolution: Resolution
    expected: Seen | None = Field(default=None, description=f"{EXPECTED}: the pair's `resolution` as status")


class ResolveAllRequest(ResolveRequest):
    """One resolution for many pairs of a question bank, all or nothing."""

    model_config = example({"resolution": "keep_existing"})

    duplicate_ids: list[UUID] | None = Field(
        default=None, max_length=MOST_IDS, min_length=1, description="Default: all that are undecided"
    )
    expected: Seen | None = Field(default=None, description=OF_BATCH)
    matching: MatchingPairs | None = Field(
        default=None, description="All undecided ones that match, instead of `duplicate_ids`"
    )
    expected_total: int | None = Field(default=None, ge=0, description=EXPECTED_TOTAL)

    @model_validator(mode="after")
    def _either(self) -> "ResolveAllRequest":
        return by_ids_or_filter(self, self.duplicate_ids, self.matching, self.expected_total)


class QuestionPatch(NewWords):
    """New words for a question of a bank: a field that is not sent stays, and null takes it away."""

    model_config = example({"answer": "Within 24 hours.", "reason": "a full sentence"})

    question: str | None = None
    answer: str | None = None
    topic: str | None = None
    subtopic: str | None = None
    kind: str | None = None
    difficulty: str | None = None
    notes: str | None = None
    expected: Seen | None = Field(default=None, description=f"{EXPECTED}: the question's `status` and `version`")


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
    status_code=202,
    summary="Upload a question bank",
    openapi_extra=form_body(fields=REALM_FIELD),
    responses=responses(408, 413, 415, 503),
)
async def upload_markdown(
    request: Request, pipeline: ThePipeline, user: CurrentUser, settings: TheSettings, realm: RealmName = None
) -> BankAnswer:
    """Stage a question bank in markdown. What cannot be read is named by its line, and where nothing can be read the
    bank is refused; the near-duplicates of the rest are found by a worker, after which the batch is matched."""
    with spool() as file:
        upload, fields = await receive_file(request, file, max_bytes=settings.max_file_bytes, fields=list(REALM_FIELD))
        file.seek(0)
        services = await run_in_threadpool(
            services_in, pipeline, user, request, realm_of_form(realm, fields), Role.CONTRIBUTOR
        )
        staged = await run_in_threadpool(
            lambda: services.staging.take_bank(file.read(), upload.filename, by=services.reviewer)
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


@router.get("/api/staging/batches", summary="List batches", response_model=BatchPage)
def list_batches(
    realms: InEachRealm,
    cursor: PageCursor,
    status: Annotated[list[BatchStatus] | None, Query(description="Only batches in these states")] = None,
    name: Annotated[str, Query(max_length=200, description="Only with this text in the file's name")] = "",
    needs_person: Annotated[bool, Query(description="Only those of which something waits for a person")] = False,
    banks: Annotated[bool, Query(description="Only question banks, and no documents")] = False,
) -> dict[str, Any]:
    """Batches of the realms with their counts, newest first."""
    realm_ids, views = [one.realm_id for one in realms], realms[0].views
    wanted: dict[str, Any] = {"statuses": [str(one) for one in status or ()] or None, "name": name, "banks": banks}
    rows = views.batches_page(
        realm_ids, needs_person=needs_person, before=cursor.before, limit=cursor.limit + 1, **wanted
    )
    totals = views.batch_totals(realm_ids, **wanted)
    page = cursor.page(rows, lambda row: (row.uploaded_at, row.batch_id))
    total = totals.needs_person if needs_person else totals.total
    return {**page, "total": total, "needs_person": totals.needs_person}


@router.get("/api/staging/batches/{batch_id}", summary="Get a batch")
def get_batch(batch_id: UUID, services: Services) -> BatchDetail:
    """One batch with its counts."""
    return services.views.batch(BatchId(batch_id))


@router.patch("/api/staging/batches/{batch_id}", summary="Note something about a batch")
def change_batch(batch_id: UUID, body: BatchPatch, services: ToReview) -> BatchDetail:
    """Notes are of the batch as a whole, for whoever reviews it."""
    services.staging.set_notes(BatchId(batch_id), body.notes, by=body.by(services))
    return services.views.batch(BatchId(batch_id))


@router.post(
    "/api/staging/batches/{batch_id}/review",
    summary="Approve or reject questions",
    response_model=Changed,
    dependencies=[LimitReview],
    responses=responses(409),
)
def review_batch(batch_id: UUID, body: ReviewRequest, services: ToReview) -> Change:
    """Decide about many questions, all or nothing; doing it again changes nothing."""
    return review_many(services, OfBatch(BatchId(batch_id)), body)


def review_many(services: UserServices, where: Where, body: ReviewRequest) -> Change:
    """Decide about what the ids or the filter of the body name."""
    to = body.decision.status
    by = body.by(services, {where.id: body.expected, **(body.expected_facts or {})})
    if body.matching is not None:
        return services.bulk.decide(where, body.matching.filter(), to, by=by, expected=body.expected_total)
    return services.review.decide_facts(where, body.question_ids, to, by=by)


@router.patch(
    "/api/staging/batches/{batch_id}/questions/{question_id}",
    summary="Edit a question of a bank",
    response_model=Changed,
    dependencies=[LimitReview],
    responses=responses(409, 503),
)
def change_question(batch_id: UUID, question_id: UUID, body: QuestionPatch, services: ToReview) -> Change:
    """New words are compared again, and wait for an approval again."""
    by = body.by(services, {question_id: body.expected})
    with named_by_path("GET /api/staging/batches/{batch_id}/questions"):
        return services.review.edit(OfBatch(BatchId(batch_id)), question_id, body.words(), by=by)


@router.post(
    "/api/staging/batches/{batch_id}/resolve",
    summary="Decide many pairs of a bank",
    response_model=Changed,
    dependencies=[LimitReview],
    responses=responses(409),
)
def resolve_batch(batch_id: UUID, body: ResolveAllRequest, services: ToReview) -> Change:
    """Decide pairs of a question bank at once; those of a document are decided with its approval, or one by one."""
    by, where = body.by(services, {batch_id: body.expected}), OfBatch(BatchId(batch_id))
    if body.matching is not None:
        matching = body.matching.filter()
        return services.bulk.resolve(where, matching, body.resolution, by=by, expected=body.expected_total)
    return services.review.resolve(where, body.resolution, body.duplicate_ids, by=by)


@router.post("/api/staging/batches/{batch_id}/compare", status_code=202, summary="Compare a bank")
def compare_batch(batch_id: UUID, request: Request, services: ToReview) -> ComparingAnswer:
    """Ask for a worker that compares what was never compared; a bank that is taken in is compared by itself."""
    batch = services.views.batch(BatchId(batch_id))
    if not batch.is_matched:
        request.app.state.ask_for_run()
    url = request.url_for("get_batch", batch_id=batch_id)
    return ComparingAnswer(batch_id=batch_id, is_matched=batch.is_matched, status_url=url.path)


@router.post(
    "/api/staging/batches/{batch_id}/import",
    status_code=202,
    summary="Import what is approved",
    responses=responses(409),
)
def import_batch(batch_id: UUID, request: Request, services: ToReview) -> ImportAnswer:
    """Queue the import of the approved questions; a worker embeds them and publishes all in one transaction."""
    waiting = services.staging.importer.request(BatchId(batch_id), by=services.reviewer)
    request.app.state.ask_for_run()
    url = request.url_for("get_batch", batch_id=batch_id)
    return ImportAnswer(batch_id=batch_id, to_import=waiting, status_url=url.path)


@router.get(
    "/api/staging/duplicates/{batch_id}",
    summary="List a batch's near-duplicates",
    response_model=list[Pair],
    dependencies=[LimitReview],
)
def list_duplicates(
    batch_id: UUID,
    services: Services,
    resolution: PairResolution = None,
) -> list[dict[str, Any]]:
    """Pairs of near-duplicates, each with its score, how it was found, and what was decided."""
    where = OfBatch(BatchId(batch_id))
    return [asdict(pair) for pair in services.review.pairs(where, services.realm_id, resolution=resolution)]


@router.post(
    "/api/staging/duplicates/{duplicate_id}/resolve",
    summary="Decide a pair of near-duplicates",
    response_model=Changed,
    dependencies=[LimitReview],
    responses=responses(409),
)
def resolve_duplicate(duplicate_id: UUID, body: ResolveRequest, request: Request, services: ToReview) -> Change:
    """Decide one pair of a question bank, or of a document that waits in matching review."""
    by = body.by(services, {duplicate_id: body.expected})
    change = services.review.resolve_pair(duplicate_id, body.resolution, by=by)
    if change.to_run:
        request.app.state.ask_for_run()
    return change
