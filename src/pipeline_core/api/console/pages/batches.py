"""Batches: what was uploaded, how far its review is, and a place to drop a question bank."""

from typing import Annotated

from fastapi import File, Query, UploadFile
from starlette.responses import Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToContribute, ToLook, Visit
from pipeline_core.api.pagination import decode, encode
from pipeline_core.domain.batches import BatchStatus
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.wording import counted
from pipeline_core.services.staging import StagedBank

router = console_router()
PATH = "/batches"
_ROWS = 50
_NAMED = 5
SAMPLE = """\
# Household insurance

## Claims
Difficulty: easy

1. How soon must a theft be reported to the police?

   Within 24 hours.

2. What is a deductible?

   The part of a loss that the member pays before the policy does.
"""
"""A small bank, to see what one looks like and to try one."""


@router.get(PATH)
def batches(
    visit: ToLook,
    name: Annotated[str, Query(max_length=200)] = "",
    status: BatchStatus | None = None,
    need: bool = False,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """List the batches of the realm, newest first."""
    return _show(visit, name=name, status=status, need=need, cursor=cursor)


def _show(
    visit: Visit,
    code: int = 200,
    *,
    name: str = "",
    status: BatchStatus | None = None,
    need: bool = False,
    cursor: str = "",
    problems: tuple[str, ...] = (),
) -> Response:
    views, realm_ids = visit.services.views, [visit.services.realm_id]
    statuses = [status.value] if status else None
    before = decode(cursor) if cursor else None
    found = views.batches_page(
        realm_ids, statuses=statuses, name=name, needs_person=need, before=before, limit=_ROWS + 1
    )
    rows = found[:_ROWS]
    return visit.page(
        "batches.html",
        code,
        rows=rows,
        totals=views.batch_totals(realm_ids, statuses=statuses, name=name),
        everything=views.batch_totals(realm_ids, statuses=None),
        next_cursor=encode((rows[-1].uploaded_at, rows[-1].batch_id)) if len(found) > _ROWS else "",
        name=name,
        chosen=status,
        need=need,
        statuses=BatchStatus,
        sample=SAMPLE,
        problems=problems,
        most_bytes=visit.services.settings.max_file_bytes,
    )


@router.post(PATH)
def take_bank(visit: ToContribute, file: Annotated[UploadFile, File()]) -> Response:
    """Stage a question bank; what cannot be read is named by its line."""
    filename = file.filename or ""
    if not filename:
        raise RefusedError("No file was chosen.", action="Choose or drop a markdown file.")
    return _staged(visit, visit.services.staging.take_bank(file.file.read(), filename, by=visit.reviewer()), filename)


@router.post(PATH + "/sample")
def take_sample(visit: ToContribute) -> Response:
    """Stage the sample, to try what follows."""
    data = SAMPLE.encode()
    name = "sample-questions.md"
    return _staged(visit, visit.services.staging.take_bank(data, name, by=visit.reviewer()), name)


def _staged(visit: Visit, staged: StagedBank, filename: str) -> Response:
    problems = tuple(f"Line {one.line}: {one.what}. {one.action}" for one in staged.bank.problems)
    if staged.batch is None:
        told = (f"No question could be read in {filename}.", *problems)
        return _show(visit, 422, problems=told)
    visit.request.app.state.ask_for_run()
    said = f"{counted(staged.new, 'question is', 'questions are')} staged, and being compared with what is there."
    if not staged.new:
        said = "This bank was uploaded before: here it is."
    if problems:
        said += f" {counted(len(problems), 'entry', 'entries')} could not be read. " + " ".join(problems[:_NAMED])
    return visit.go(f"{PATH}/{staged.batch.batch_id}", said=said)
