"""Routes that answer people: an error is a page, or a notice on the page that is open, and what was typed is kept."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from pipeline_core.api.console.limits import LimitConsole
from pipeline_core.api.console.people import NOBODY, People
from pipeline_core.api.console.sessions import CSRF_FIELD, ForgedFormError, SessionEndedError, require_own_form
from pipeline_core.api.console.too_late import too_late
from pipeline_core.api.console.visits import here, html, is_htmx, own_path, visit_of
from pipeline_core.api.console.wrong_input import LABELS, wrong_input
from pipeline_core.api.correlation import correlation_id_of
from pipeline_core.api.problems import log_defect, phrase_of, status_of, title_of
from pipeline_core.api.storable import RefuseUnstorable
from pipeline_core.domain.errors import ChangedMeanwhileError, PipelineError, RefusedError
from pipeline_core.domain.faults import of_machine

if TYPE_CHECKING:
    from starlette._utils import AwaitableOrContextManager

_MAX_KEPT_CHARS = 200_000
_MOST_FIELDS = 10_000
_NOT_KEPT = frozenset({CSRF_FIELD, "token"})
_AS_NOTICE = {"HX-Reswap": "none"}
"""Leaves everything on the open page as it is, but for the notice, which is swapped out of band."""
_CAN_RESEND = (SessionEndedError, ForgedFormError)


class _FormRequest(Request):
    """A request whose form may have a field for each of thousands of rows that are ticked."""

    def form(
        self,
        *,
        max_files: int | float = _MOST_FIELDS,
        max_fields: int | float = _MOST_FIELDS,
        max_part_size: int = 1024 * 1024,
    ) -> "AwaitableOrContextManager[FormData]":
        return super().form(max_files=max_files, max_fields=max_fields, max_part_size=max_part_size)


class ConsoleRoute(APIRoute):
    """Answers errors with pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request = _FormRequest(request.scope, request.receive)
            try:
                return await answer(request)
            except RequestValidationError as error:
                return await problem(request, wrong_input(error.errors()))
            except HTTPException as error:
                made = await problem(request, RefusedError(str(error.detail)), error.status_code)
                made.headers.update(error.headers or {})
                return made
            except PipelineError as error:
                return await problem(request, error)
            except Exception as error:
                if found := of_machine(error):
                    return await problem(request, found)
                log_defect(request, error)
                told = (
                    f"An unexpected error occurred. Its details are in the log only, as {correlation_id_of(request)}."
                )
                return await problem(request, PipelineError(told, action="Report it with this id."), 500)

        return handle


def console_router() -> APIRouter:
    """Return a router for pages: counted, and closed to forms of other sites."""
    return APIRouter(
        include_in_schema=False,
        route_class=ConsoleRoute,
        dependencies=[LimitConsole, Depends(require_own_form), RefuseUnstorable],
    )


async def problem(request: Request, error: PipelineError, status: int | None = None) -> Response:
    """Answer with what went wrong, what to do, and what had been typed."""
    kept = _kept(await request.form()) if request.method == "POST" else {}
    typed = {LABELS[name]: values for name, values in kept.items() if name in LABELS and any(map(str.strip, values))}
    ended = isinstance(error, SessionEndedError)
    if ended and request.method == "GET" and not is_htmx(request):
        return RedirectResponse(f"/sign-in?return_to={quote(here(request), safe='')}", 303)
    status = status or status_of(error)
    # where nothing works, or too much is asked, not even the menu is
    wants_menu = not (ended or is_htmx(request) or status >= 500 or status == 429)
    visit = await run_in_threadpool(visit_of, request) if wants_menu else None
    made = html(
        request,
        "problem.html",
        status,
        visit=visit,
        said="",
        title="There is nothing here" if status in (404, 405) else _title(error, status),
        message=_message(error, visit.people if visit else NOBODY),
        advice=advice(error.as_answer()),
        kept=kept,
        typed=typed,
        needs_sign_in=ended,
        signs_in_elsewhere=bool(request.app.state.pipeline.settings.console_login_url),
        resend_to=here(request) if kept and isinstance(error, _CAN_RESEND) else "",
        back=_back(request),
    )
    if is_htmx(request):
        made.headers.update(_AS_NOTICE)
    return made


def _message(error: PipelineError, people: People) -> str:
    return too_late(error, people) if isinstance(error, ChangedMeanwhileError) else people.sentence(error.page_message)


def advice(error: PipelineError) -> str:
    """Return what somebody at a page can do about it."""
    if isinstance(error, ChangedMeanwhileError):
        return "Look at how it stands now, and decide again."
    return error.page_what_to_do


def _title(error: PipelineError, status: int) -> str:
    return (phrase_of(500) if status == 500 else title_of(type(error))).rstrip(".")


def _kept(form: FormData) -> Mapping[str, list[str]]:
    """The fields that were sent. Files cannot be kept, and no more than a page can carry is."""
    kept: dict[str, list[str]] = {}
    room = _MAX_KEPT_CHARS
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in _NOT_KEPT:
            room -= len(value)
            if room > 0:
                kept.setdefault(name, []).append(value)
    return kept


def _back(request: Request) -> str:
    """The page that the request came from, if it is one of this site."""
    came_from, base = (
        request.headers.get("hx-current-url") or request.headers.get("referer", ""),
        f"{request.url.scheme}://{request.url.netloc}",
    )
    return own_path(came_from.removeprefix(base)) if came_from.startswith(f"{base}/") else "/dashboard"
