"""Reviewing documents: what waits, and the decisions of phases 2 and 4."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services, ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import EXPECTED, MOST_CHARS, MOST_IDS, Seen, SeenRows, Signed, named
from pipeline_core.api.routes.jobs import Parked, parked_answer
from pipeline_core.bootstrap import UserServices
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobState
from pipeline_core.domain.review import WaitingJob
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.review.decisions import MIN_REASON, Decided, Decision, Resolution, request_of
from pipeline_core.review.decisions import Request as DecisionRequest
from pipeline_core.review.parking import MOST_S

router = APIRouter(prefix="/api/job", tags=["review"], dependencies=[LimitReview])


@dataclass(frozen=True, slots=True)
class Waiting(WaitingJob):
    """A document that waits for a person."""

    facts_to_decide: Annotated[int, Field(description="Facts of medium confidence that a person is asked about")]
    review_version: Annotated[
        int, Field(description="What to send as `expected.version`, with `stage` as `expected.status`")
    ]
    review_url: str


class NextJob(BaseModel):
    """The one that has waited longest; null when none waits."""

    job: Waiting | None


class Reason(Signed):
    """Why."""

    model_config = example({"reason": "Two amounts for one deductible."})

    user_id: str = Field(default="", max_length=200, description="The same as `reviewer`")
    expected: Seen | None = Field(
        default=None, description=f"{EXPECTED}: the job's `stage` as status, its `review_version` as version"
    )
    undo_window: float = Field(
        default=0,
        ge=0,
        le=MOST_S,
        description="Seconds in which a decision about the document can be taken back before it is carried out; "
        "0 carries it out at once",
    )


class Undo(Signed):
    """Taking back the decision that is parked."""

    model_config = example({"reason": "The wrong document."})


class Undone(BaseModel):
    """The decision that was taken back: the document waits as before."""

    job_id: UUID
    document_id: UUID
    state: JobState
    message: str


_ONE_BY_ONE = "Only these facts; the document keeps waiting"
_Ids = Annotated[list[UUID], Field(max_length=MOST_IDS)]
_EXPECTED_FACTS = "The same for single facts, by id, as the lists give them"


class Approval(Reason):
    """Approval of the matches; ``duplicates`` decides all pairs that are undecided."""

    model_config = example({"duplicates": "keep_existing", "reason": "seen before"})

    duplicates: Resolution | None = None
    approved_matches: _Ids | None = Field(
        default=None,
        description="These facts are approved and every other undecided one is rejected; an empty list approves none; "
        "without it all are approved",
    )
    question_ids: _Ids | None = Field(default=None, description="The same as `approved_matches`")
    fact_ids: _Ids | None = Field(default=None, min_length=1, description=_ONE_BY_ONE)
    expected_facts: SeenRows | None = Field(default=None, description=_EXPECTED_FACTS)
    next_action: Literal["continue", "next_job", "dashboard"] = Field(
        default="continue", description="`next_job`: the answer has `next_job_id`"
    )


class Rejection(Reason):
    """Rejection of the document, or only of some facts of it."""

    model_config = example(
        {"question_ids": ["84381d68-2a3f-5d0e-9f4c-5b7a5a1c0d11"], "reason": "an example, not the rule"}
    )

    question_ids: _Ids | None = Field(
        default=None, min_length=1, description="Only these facts (default: the document)"
    )
    fact_ids: _Ids | None = Field(default=None, min_length=1, description="The same as `question_ids`")
    expected_facts: SeenRows | None = Field(default=None, description=_EXPECTED_FACTS)


class Override(Reason):
    """Going on in spite of critical findings."""

    model_config = example({"reason": "The second amount is of next year."})

    reason: str = Field(
        default="",
        max_length=MOST_CHARS,
        description=f"The reason, in at least {MIN_REASON} characters that are not blank; kept in the record",
    )
    override_reason: str = Field(default="", max_length=MOST_CHARS, description="The same as `reason`")


BODIES: Mapping[Decision, type[Reason]] = {
    Decision.APPROVE: Approval,
    Decision.RETURN: Reason,
    Decision.OVERRIDE: Override,
    Decision.REJECT: Rejection,
    Decision.KEEP: Reason,
}
"""What may be sent with a decision: the names of ``review.decisions``, and what to answer with."""
_STATES = frozenset({"expected", "expected_facts"})
NOT_DECIDED = frozenset({"next_action", "undo_window"})


class DecisionAnswer(BaseModel):
    """The result of a decision; ``goes_on`` says whether the job is queued to run again."""

    job_id: UUID
    document_id: UUID
    state: JobState
    goes_on: bool
    message: str
    parked: Parked | None = Field(description="Set if the decision waits for its `undo_window`")
    next_job: Waiting | None = Field(description="What to review next")
    next_job_id: UUID | None = Field(description="Its job, where `next_action` is `next_job`")
    redirect_url: str | None = Field(description="Where to decide the document, now that it was returned")
    validation_url: str | None = Field(description="Where to decide it if validation, the next stage, requires that")
    critical_count: int | None = Field(
        description="After an approval, the critical findings that validation will have; null if they cannot be "
        "foreseen"
    )
    requires_validation: bool | None = Field(description="Whether a person is asked there; null as `critical_count`")


@router.get("/next", summary="List what waits for a person", response_model=NextJob)
def next_job(
    services: Services, phase: Annotated[int | None, Query(description="2 matching, 4 validation", ge=2, le=4)] = None
) -> dict[str, Any]:
    """The document that has waited longest."""
    return {"job": _next(services, phase)}


@router.post(
    "/{job_id}/approve-stage2", summary="Approve the matches", response_model=DecisionAnswer, responses=responses(409)
)
def approve_stage2(job_id: UUID, request: Request, services: ToReview, body: Approval | None = None) -> dict[str, Any]:
    """Phase 2 to 3: what is approved is validated next. With ``approved_matches`` only those facts are approved."""
    body = body or Approval()
    answer = _decide(request, services, job_id, Decision.APPROVE, body)
    if body.next_action == "next_job" and answer["next_job"]:
        answer["next_job_id"] = answer["next_job"].job_id
    found = None if answer["parked"] else services.foresee.criticals(answer["document_id"])
    return {
        **answer,
        "validation_url": REVIEW_PAGES[4].format(job_id),
        "critical_count": found,
        "requires_validation": None if found is None else found > 0,
    }


@router.post(
    "/{job_id}/return-to-matching",
    summary="Return a document to matching review",
    response_model=DecisionAnswer,
    responses=responses(409),
)
def return_to_matching(
    job_id: UUID, request: Request, services: ToReview, body: Reason | None = None
) -> dict[str, Any]:
    """Phase 4 to 2: facts are decided one by one again."""
    answer = _decide(request, services, job_id, Decision.RETURN, body or Reason())
    return answer if answer["parked"] else {**answer, "redirect_url": REVIEW_PAGES[2].format(job_id)}


@router.post(
    "/{job_id}/override-validation",
    summary="Override critical findings",
    response_model=DecisionAnswer,
    responses=responses(409),
)
def override_validation(job_id: UUID, request: Request, services: ToReview, body: Override) -> dict[str, Any]:
    """Phase 4 to 5, with a reason that stays in the record."""
    return _decide(request, services, job_id, Decision.OVERRIDE, body)


@router.post("/{job_id}/reject", summary="Reject a document", response_model=DecisionAnswer, responses=responses(409))
def reject_job(job_id: UUID, request: Request, services: ToReview, body: Rejection | None = None) -> dict[str, Any]:
    """Nothing new of the document is published. With ``question_ids`` only those facts are rejected."""
    return _decide(request, services, job_id, Decision.REJECT, body or Rejection())


@router.post("/{job_id}/undo", summary="Take back a parked decision", response_model=Undone, responses=responses(409))
def undo_decision(job_id: UUID, services: ToReview, body: Undo | None = None) -> dict[str, Any]:
    """Until it is due, by whoever may review. The record keeps the decision and that it was taken back."""
    document_id = services.views.job_state(JobId(job_id)).document_id
    undone = services.parking.undo(document_id, by=(body or Undo()).by(services))
    return {"job_id": job_id, "document_id": document_id, "state": undone.state, "message": undone.message}


_OF_SOME = ("next_job_id", "redirect_url", "validation_url", "critical_count", "requires_validation")
"""What only some decisions answer with."""


def _decide(
    request: Request,
    services: UserServices,
    job_id: UUID,
    decision: Decision,
    body: Reason,
) -> dict[str, Any]:
    document_id = services.views.job_state(JobId(job_id)).document_id
    asked, parked = _asked(services, decision, body), None
    if body.undo_window:
        kept, foreseen = services.parking.park(document_id, asked, body.undo_window)
        parked = parked_answer(
            job_id, ParkedShown(kept.decision, kept.taken_by, kept.taken_at, kept.due_at, error=None)
        )
        message = f"parked until {kept.due_at:%H:%M:%S %Z}; then: {foreseen.message}"
        decided = Decided(document_id, JobState.AWAITING_REVIEW, message)
    else:
        decided = services.review.decide(document_id, asked)
    if decided.to_run:
        request.app.state.ask_for_run()
    return {
        "job_id": job_id,
        "document_id": document_id,
        "state": decided.state,
        "goes_on": decided.goes_on,
        "message": decided.message,
        "parked": parked,
        "next_job": _next(services, None),
        **dict.fromkeys(_OF_SOME),
    }


def _asked(services: UserServices, decision: Decision, body: Reason) -> DecisionRequest:
    """Build the service's request; a name in the body is added to the token's user and never replaces it."""
    said = body.model_dump(exclude_unset=True, exclude=set(NOT_DECIDED | _STATES))
    if body.expected:
        said["expected"] = body.expected.seen()
    if isinstance(body, Approval | Rejection) and body.expected_facts:
        said["expected_facts"] = {one: seen.seen() for one, seen in body.expected_facts.items()}
    asked = request_of(decision, services.reviewer, said)
    return replace(asked, by=replace(asked.by, name=named(services, asked.by.name)))


def _next(services: UserServices, phase: int | None) -> Waiting | None:
    found = services.review.next_waiting(services.realm_id, phase=phase)
    if found is None:
        return None
    return Waiting(**asdict(found), review_url=REVIEW_PAGES[found.phase].format(found.job_id))
