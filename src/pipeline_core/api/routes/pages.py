"""The plain pages behind ``review_url``: they list what waits for review and how to decide."""

import base64
import binascii
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, Response

from pipeline_core.api.deps import Services
from pipeline_core.api.page_templates import MOST, page
from pipeline_core.api.problems import status_of
from pipeline_core.domain.asking import Asked, why_asked
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.errors import AuthenticationError, PipelineError
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.ids import BatchId, JobId
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobStage, JobState
from pipeline_core.domain.review import OfBatch, OfDocument, StagedFact
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.facts import DocumentPair, LeftOutFact
from pipeline_core.domain.wording import counted

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
}
_SIGN_IN = {"WWW-Authenticate": 'Basic realm="Any name, and a token as the password", charset="UTF-8"'}
_BASIC = b"basic "


class _PageRoute(APIRoute):
    """A route that answers people: its errors are pages, and a browser may send the token as a password."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.scope["headers"] = [_as_bearer(name, value) for name, value in request.scope["headers"]]
            try:
                return await answer(Request(request.scope, request.receive))
            except RequestValidationError:
                return _answer(404, page("message", title="There is no such page", message=_NO_PAGE, action=""))
            except PipelineError as error:
                return _of_error(error)

        return handle


_NO_PAGE = "The address is not that of a job or a batch."
router = APIRouter(tags=["pages"], include_in_schema=False, route_class=_PageRoute)


def _as_bearer(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """The header, but of ``Basic`` credentials the password as the token that it is."""
    if name != b"authorization" or not value.lower().startswith(_BASIC):
        return name, value
    try:
        _, _, token = base64.b64decode(value[len(_BASIC) :], validate=True).partition(b":")
    except binascii.Error:
        return name, value
    return name, b"Bearer " + token.strip()


def _answer(status: int, html: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    return HTMLResponse(html, status, headers={**_HEADERS, **(headers or {})})


def _of_error(error: PipelineError) -> Response:
    if isinstance(error, AuthenticationError):
        action = (
            "Reload the page and sign in: any name, and a token as the password. On the machine that serves it, "
            "`pipeline token` prints one; or decide there: `pipeline review` says what waits."
        )
        return _answer(401, page("message", title="Sign in", message=error.message, action=action), _SIGN_IN)
    status = status_of(error)
    title = "There is nothing here" if status == 404 else "This cannot be shown now"
    return _answer(status, page("message", title=title, message=error.message, action=error.http_what_to_do))


@dataclass(frozen=True, slots=True)
class Way:
    """One decision, as it is typed and as it is sent."""

    what: str
    command: str
    request: str


def _review_page(job_id: UUID, request: Request, services: Services) -> Response:
    job = services.views.job(services.realm_id, JobId(job_id))
    is_waiting = job.state == JobState.AWAITING_REVIEW
    pairs = [pair for pair in job.pairs if pair.resolution == "pending"] if is_waiting else []
    is_matching = is_waiting and job.stage == JobStage.MATCHING_REVIEW
    facts = services.review.facts(OfDocument(job.document_id), services.realm_id) if is_matching else []
    others = services.views.jobs(services.realm_id, states=[JobState.AWAITING_REVIEW], limit=MOST)
    html = page(
        "document",
        title=f"{job.filename} waits for a person" if is_waiting else f"{job.filename} does not wait",
        job=job,
        why=_why(job, pairs, is_waiting=is_waiting),
        findings=(job.findings or job.returned_for) if is_waiting else [],
        pairs=pairs,
        facts=sorted((fact for fact in facts if fact.status == "pending"), key=_least_sure_first),
        left_out=[_left_out(fact) for fact in sorted(job.left_out_facts, key=_surest_first)],
        decisions=_ways(job, str(request.base_url)),
        others=[
            {**one, "url": REVIEW_PAGES[one.phase].format(one.job_id)} for one in others if one.job_id != job.job_id
        ],
    )
    return _answer(200, html)


router.add_api_route(REVIEW_PAGES[4].format("{job_id}"), _review_page, name="validation_page", methods=["GET"])


@router.get("/batches/{batch_id}")
def batch_page(batch_id: UUID, request: Request, services: Services) -> Response:
    batch = services.views.batch(BatchId(batch_id))
    where, realm_id = OfBatch(BatchId(batch_id)), services.realm_id
    pairs = services.review.pairs(where, realm_id, resolution="pending")
    questions = services.review.facts(where, realm_id, statuses=[QuestionStatus.PENDING], limit=MOST)
    html = page(
        "batch",
        title=f"{batch.file_name}: {counted(batch.pending, 'question waits', 'questions wait')} for a person",
        batch=batch,
        pairs=pairs,
        questions=questions,
        decisions=_ways_of_batch(batch_id, str(request.base_url)),
    )
    return _answer(200, html)


def _least_sure_first(fact: StagedFact) -> float:
    return 1.0 if fact.confidence is None else fact.confidence


def _surest_first(fact: LeftOutFact) -> float:
    return -(fact.confidence or 0.0)


def _left_out(fact: LeftOutFact) -> dict[str, object]:
    said = in_words(fact.confidence, fact.confidence_reasons)
    # a low confidence says by itself why
    told = [fact.reason.words, said] if fact.reason is not LeftOut.LOW_CONFIDENCE or not said else [said]
    return {**fact, "why": " · ".join(filter(None, told))}


def _why(job: DocumentDetail, pairs: Sequence[DocumentPair], *, is_waiting: bool) -> str:
    if (parked := job.parked) and not parked.error:
        return f"{parked.by} decided “{parked.decision}”: it is carried out at {parked.due_at:%H:%M:%S %Z}."
    if not is_waiting:
        how = f" ({job.outcome})" if job.outcome else ""
        left_out = job.left_out_facts if job.state == JobState.DONE else []
        but = f" except whether to include what was left out ({counted(len(left_out), 'fact')})" if left_out else ""
        return f"It is {job.state.replace('_', ' ')}{how}: there is nothing to decide{but}."
    return why_asked(
        Asked(
            job.stage,
            critical=job.critical,
            alike=len({pair.question_id for pair in pairs}),
            facts_to_decide=job.facts_to_decide,
            returned_for=len(job.returned_for) if job.returned_for else None,
        )
    )


def _ways(job: DocumentDetail, base: str) -> Sequence[Way]:
    job_id, name = str(job.job_id), f"pipeline review {job.job_id}"
    at = f"{base}api/job/{job_id}/"
    if job.state != JobState.AWAITING_REVIEW:
        return _take_in(job, name, at) if job.state == JobState.DONE else ()
    if job.parked and not job.parked["error"]:
        return (Way("Take the decision back", f"{name} undo", _curl(f"{at}undo")),)
    reject = Way("Publish nothing new from it", f"{name} reject", _curl(f"{at}reject"))
    if job.stage == JobStage.VALIDATION_REVIEW:
        reason = "WHY, IN A SENTENCE"
        return (
            Way(
                "Return it to matching review, to decide its facts one by one",
                f"{name} return",
                _curl(f"{at}return-to-matching"),
            ),
            Way(
                "Publish it despite the critical findings",
                f'{name} override --reason "{reason}"',
                _curl(f"{at}override-validation", f'{{"reason": "{reason}"}}'),
            ),
            reject,
        )
    if not job.undecided:
        approve = Way("Approve its facts", f"{name} approve", _curl(f"{at}approve-stage2"))
    else:
        approve = Way(
            "Approve its facts, and keep both facts of every undecided pair",
            f"{name} approve --duplicates keep_both",
            _curl(f"{at}approve-stage2", '{"duplicates": "keep_both"}'),
        )
    one = Way(
        "Reject one fact, by its id",
        f"{name} reject --fact ID",
        _curl(f"{at}reject", '{"question_ids": ["ID"]}'),
    )
    return approve, one, *_take_in(job, name, at), reject


def _take_in(job: DocumentDetail, name: str, at: str) -> Sequence[Way]:
    if not job.left_out_facts:
        return ()
    request = _curl(f"{at}approve-stage2", '{"fact_ids": ["ID"]}')
    return (Way("Include one fact that was left out, by its id", f"{name} approve --fact ID", request),)


def _ways_of_batch(batch_id: UUID, base: str) -> Sequence[Way]:
    name, at = f"pipeline batches {batch_id}", f"{base}api/staging/"
    batch = f"{at}batches/{batch_id}/"
    return (
        Way(
            "Decide one pair, by its id: keep_existing, replace_existing, keep_both or not_duplicate",
            f"{name} resolve --pair ID --duplicates keep_both",
            _curl(f"{at}duplicates/ID/resolve", '{"resolution": "keep_both"}'),
        ),
        Way("Approve what is pending", f"{name} approve", _curl(f"{batch}review", '{"decision": "approve"}')),
        Way(
            "Reject one question, by its id",
            f"{name} reject --question ID",
            _curl(f"{batch}review", '{"decision": "reject", "question_ids": ["ID"]}'),
        ),
        Way("Import what is approved", f"{name} import", _curl(f"{batch}import")),
    )


def _curl(url: str, body: str = "") -> str:
    sent = f" \\\n  -H 'Content-Type: application/json' -d '{body}'" if body else ""
    return f'curl -X POST -H "Authorization: Bearer $(pipeline token)" \\\n  {url}{sent}'
