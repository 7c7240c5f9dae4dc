"""Errors as RFC 9457 problem details, each with a stable ``code``."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipeline_core.api.correlation import correlation_id_of
from pipeline_core.api.known_names import UNKNOWN, known_fields
from pipeline_core.domain import errors
from pipeline_core.domain.faults import of_machine
from pipeline_core.domain.masking import masked_all
from pipeline_core.domain.names import nearest
from pipeline_core.domain.traces import describe_error, trace
from pipeline_core.domain.wording import counted

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:upload-pipeline:problem:"
_RETRY_AFTER_S = 5
_PARKED_S = 3600

log = structlog.get_logger("pipeline_core.api")

STATUS: Mapping[type[errors.PipelineError], int] = {
    errors.AuthenticationError: 401,
    errors.NotFoundError: 404,
    errors.UnknownIdsError: 422,
    errors.FileTooLargeError: 413,
    errors.UnsupportedTypeError: 415,
    errors.LimitExceededError: 429,
    errors.NotPermittedError: 403,
    errors.RefusedError: 422,
    errors.DocumentError: 422,
    errors.ConflictError: 409,
    errors.ObjectNotFoundError: 410,
    errors.ChangesGoneError: 410,
    errors.TransientError: 503,
    errors.StoreRefusedError: 503,
    errors.SourceRefusedError: 503,
    errors.StoreFullError: 507,
    errors.MachineFullError: 507,
    errors.ParkedError: 503,
    errors.BudgetExhaustedError: 429,
    errors.PipelineError: 500,
}
"""The status of each class of error; a class not named has that of its nearest parent."""

PHRASES: Mapping[int, str] = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""RFC 9110's names of what HTTP itself refuses. Codes are made of them: those of ``http`` differ between Pythons."""


ACTIONS: Mapping[int, str] = {
    400: "Send a body that can be read: JSON in UTF-8, where the endpoint takes JSON.",
    404: "See `/docs` for the paths that there are.",
    405: "Use a method that `Allow` names; `/docs` has each path with its methods.",
    408: "Send the request again, the whole of it without a pause.",
    413: "Send less at once.",
    416: "Ask for a range within the file, or without `Range`.",
}
"""What to do about what HTTP itself refuses."""


def phrase_of(status: int) -> str:
    """The status in words."""
    return PHRASES.get(status) or HTTPStatus(status).phrase


def code_of(status: int) -> str:
    """The code of a problem that is nothing but its status."""
    return phrase_of(status).lower().replace(" ", "_").replace("-", "_")


class WrongPart(BaseModel):
    """One wrong part of a request."""

    where: str = Field(description="Where it is in the request: `body/reason`, `query/limit`")
    message: str = Field(description="What is wrong with it")
    kind: str
    value: str | None = Field(default=None, description="Which of several values there")
    nearest: str | None = Field(default=None, description="For an unknown name, the known name most similar to it")


class ChangedRow(BaseModel):
    """A fact, pair, document or batch that is not as its reviewer saw it."""

    id: UUID
    expected: dict[str, str | int] = Field(description="The status and version that were expected")
    now: dict[str, str | int] = Field(description="The current status and version")
    who: str
    what: str
    when: datetime


class Problem(BaseModel):
    """RFC 9457, with what a program needs to react: ``code`` never changes its meaning."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{_TYPE}not_found",
                    "title": "It does not exist, or you have no access to it.",
                    "status": 404,
                    "detail": "There is no job 6f1c3a52-93cf-5a0e-8c0e-6c7d1a6c2f10.",
                    "code": "not_found",
                    "action": "See the list of what exists.",
                    "correlation_id": "0b6f5f5e-5a39-4c5e-9a43-0d3c7b8f2a11",
                }
            ]
        }
    )

    type: str = Field(description="A URN that ends with the code")
    title: str = Field(description="The kind of problem; the same for every occurrence")
    status: int
    detail: str = Field(description="What went wrong this time")
    code: str
    action: str = Field(default="", description="What to do")
    instance: str | None = Field(default=None, description="The path that was asked for")
    limit: str | None = Field(default=None, description="The limit that is reached")
    errors: list[WrongPart] | None = Field(default=None, description="Each wrong part, where and why")
    who: str | None = Field(default=None, description="For `changed_meanwhile`: who changed it")
    what: str | None = Field(default=None, description="What they did")
    when: datetime | None = None
    changed: list[ChangedRow] | None = Field(default=None, description="Everything that has changed since it was seen")
    asked: dict[str, JsonValue] | None = Field(default=None, description="The request, none of which was carried out")
    correlation_id: str | None = None


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: that these statuses carry a problem."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": phrase_of(status), "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses
    }


def status_of(error: errors.PipelineError) -> int:
    """The HTTP status of the error's class or its nearest parent."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The response that carries the problem."""
    # a message may quote what was sent, and JSON can carry halves of characters that UTF-8 cannot
    text = json.dumps(masked_all(problem.model_dump(mode="json", exclude_none=True)), ensure_ascii=False)
    body = text.encode("utf-8", "replace")
    return Response(body, problem.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def of_error(error: errors.PipelineError, request: Request) -> Response:
    """Answer with the problem that describes one of the pipeline's errors."""
    return answer(problem_of(error, request), _headers(error, status_of(error)))


def problem_of(error: errors.PipelineError, request: Request) -> Problem:
    """One of the pipeline's errors as a problem."""
    return Problem(
        **_changed(error),
        type=_TYPE + error.code,
        title=title_of(type(error)),
        status=status_of(error),
        detail=error.message,
        code=error.code,
        action=error.http_what_to_do,
        instance=request.url.path,
        limit=getattr(error, "limit", None) or None,
        errors=_wrong_parts(error) or None,
        correlation_id=correlation_id_of(request),
    )


def _changed(error: errors.PipelineError) -> dict[str, Any]:
    """Return the fields for a decision that came too late: who was faster, the state now, and the decision itself."""
    if not isinstance(error, errors.ChangedMeanwhileError) or not error.changed:
        return {}
    rows = [
        ChangedRow(
            id=one.id,
            expected={"status": one.expected_status, "version": one.expected_version},
            now={"status": one.status, "version": one.version},
            who=one.who,
            what=one.what,
            when=one.when,
        )
        for one in error.changed
    ]
    first = rows[0]
    return {"who": first.who, "what": first.what, "when": first.when, "changed": rows, "asked": error.asked}


def of_refused_files(refused: Sequence[tuple[str, errors.PipelineError]], request: Request) -> Response:
    """Answer a request of which no file was accepted: the problem they share, if they do, and the problem of each."""
    error = refused[0][1]
    if len({one.code for _, one in refused}) > 1:
        error = errors.RefusedError(
            f"None of the {counted(len(refused), 'file')} was accepted.", action="Correct what `errors` names."
        )
    parts = [
        WrongPart(
            where="body/file", message=f"{one.message} {one.http_what_to_do}".strip(), kind=one.code, value=filename
        )
        for filename, one in refused
    ]
    problem = problem_of(error, request).model_copy(update={"errors": parts})
    return answer(problem, _headers(error, problem.status))


_FIELDS: Mapping[str, str] = {"status": "body/status", "documents": "body/document_ids"}
_LISTS: tuple[tuple[type[errors.PipelineError], str], ...] = (
    (errors.StatusRefusedError, "body/document_ids"),
    (errors.NoEntriesError, "body/file"),
    (errors.PipelineError, "body"),
)
"""Where the ids stand that an error names."""


def _wrong_parts(error: errors.PipelineError) -> list[WrongPart]:
    """Return the parts of an error that concern single fields, or single ids in a list."""
    found: Mapping[str, str] = getattr(error, "errors", {})
    ids = next(place for kind, place in _LISTS if isinstance(error, kind))
    return [
        WrongPart(where=_FIELDS[name], message=what, kind=error.code)
        if name in _FIELDS
        else WrongPart(where=ids, message=what, kind=error.code, value=name)
        for name, what in found.items()
    ]


def _headers(error: errors.PipelineError, status: int) -> dict[str, str]:
    if isinstance(error, errors.LimitExceededError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, errors.ParkedError):
        left = (error.until - datetime.now(UTC)).total_seconds() if error.until else _PARKED_S
        return {"Retry-After": str(max(1, int(left)))}
    later = {"Retry-After": str(_RETRY_AFTER_S)}
    return {401: {"WWW-Authenticate": "Bearer"}, 503: later, 507: later}.get(status, {})


def title_of(kind: type[errors.PipelineError]) -> str:
    """The kind of problem in a sentence."""
    return (kind.__doc__ or kind.__name__).strip().splitlines()[0]


def _of_http(request: Request, error: HTTPException, action: str = "") -> Response:
    code = code_of(error.status_code)
    problem = Problem(
        type=_TYPE + code,
        title=phrase_of(error.status_code),
        status=error.status_code,
        detail=str(error.detail),
        code=code,
        action=action or ACTIONS.get(error.status_code, "Correct the request."),
        instance=request.url.path,
        correlation_id=correlation_id_of(request),
    )
    return answer(problem, error.headers)


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, detail: str, action: str) -> None:
    """Answer in a middleware, which no handler of errors is around."""
    await _of_http(Request(scope), HTTPException(status, detail), action)(scope, receive, send)


def _of_validation(request: Request, error: RequestValidationError) -> Response:
    # a parameter of the path is read by each that asks for it
    found = [wrong_part(request, one) for one in error.errors()]
    wrong = [one for at, one in enumerate(found) if one not in found[:at]]
    problem = Problem(
        type=_TYPE + "invalid_request",
        title="The request does not match the API's description.",
        status=422,
        detail="; ".join(f"{one.where}: {one.message}" for one in wrong)[:2000],
        code="invalid_request",
        action="Correct what `errors` names.",
        instance=request.url.path,
        errors=wrong,
        correlation_id=correlation_id_of(request),
    )
    return answer(problem)


def wrong_part(request: Request, one: Mapping[str, Any]) -> WrongPart:
    """Describe one of the errors that validation found in a request."""
    place, kind, message = one["loc"], one["type"], one["msg"].removeprefix("Value error, ")
    where, likest = "/".join(map(str, place)), None
    if kind in ("extra_forbidden", UNKNOWN):
        known = one.get("ctx", {}).get("known") or known_fields(request, place[:-1])
        likest, kind = nearest(str(place[-1]), known), UNKNOWN
        what = "parameter" if place[0] == "query" else "field"
        message = f"There is no such {what}" + (f"; the nearest is `{likest}`." if likest else ".")
    if kind == "time_delta_parsing":
        message = "should be a duration such as PT15M, PT6H or P1D"
    return WrongPart(where=where, message=message, kind=kind, nearest=likest)


def log_defect(request: Request, error: Exception) -> None:
    """Write an error that nobody foresaw into the log, with its trace; whoever asked is told no details."""
    log.error("defect", route=_route(request), error=describe_error(error), trace=trace(error))


def of_defect(request: Request, error: Exception) -> Response:
    """Answer with status 500 without details; the log gets the trace."""
    log_defect(request, error)
    problem = Problem(
        type=_TYPE + "unexpected",
        title="A defect in the pipeline.",
        status=500,
        detail="An unexpected error occurred; its details are in the log only.",
        code="unexpected",
        action="Report it with the correlation id, by which the log can be searched.",
        instance=request.url.path,
        correlation_id=correlation_id_of(request),
    )
    return answer(problem)


def _route(request: Request) -> str:
    """The path as the API's description has it: what was asked for may have anything in it."""
    return str(getattr(request.scope.get("route"), "path", "none"))


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""

    def of_pipeline(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.PipelineError)
        if status_of(error) >= 500:
            log.warning("error", route=_route(request), error=describe_error(error))
        return of_error(error, request)

    def of_system(request: Request, error: Exception) -> Response:
        found = of_machine(error)
        if found is None:
            raise error
        return of_pipeline(request, found)

    app.add_exception_handler(errors.PipelineError, of_pipeline)
    app.add_exception_handler(HTTPException, _of_http)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _of_validation)  # type: ignore[arg-type]
    app.add_exception_handler(OSError, of_system)
    app.add_exception_handler(Exception, of_defect)
