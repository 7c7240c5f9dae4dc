"""Erasing: the plan is shown first, then it is typed; and a list of what was erased, with certificates."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToAdminister, Visit
from pipeline_core.domain.erasing import ErasureScope, ErasureState
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import DocumentId, JobId, UserId
from pipeline_core.domain.json_bytes import json_bytes
from pipeline_core.domain.reasons import MIN_REASON
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.services.plan_erasures import Meant

router = console_router()
PATH = "/erasures"
_TYPED = "erase"
Text = Annotated[str, Form(max_length=20_000)]


@router.get(PATH)
def erasures(visit: ToAdminister) -> Response:
    """List what is being erased in the realm or was."""
    found = visit.services.erasures.all(visit.realm.realm_id)
    return visit.page("erasures.html", section="", erasures=found, members=visit.members)


@router.post("/jobs/{job_id}/erase")
def plan_document(job_id: UUID, visit: ToAdminister) -> Response:
    """Plan the erasure of a document, and show the plan."""
    document_id = visit.services.views.job_state(JobId(job_id)).document_id
    return _plan(visit, Meant(ErasureScope.DOCUMENTS, visit.realm.realm_id, document_ids=[DocumentId(document_id)]))


@router.post(PATH + "/person")
def plan_person(visit: ToAdminister, person: Annotated[UUID, Form()]) -> Response:
    """Plan the erasure of a member's uploads in the realm, and show the plan."""
    return _plan(visit, Meant(ErasureScope.PERSON, visit.realm.realm_id, UserId(person)))


@router.post(PATH + "/realm")
def plan_realm(visit: ToAdminister) -> Response:
    """Plan the erasure of the realm, and show the plan."""
    return _plan(visit, Meant(ErasureScope.REALM, visit.realm.realm_id))


def _plan(visit: Visit, meant: Meant) -> Response:
    return visit.go(f"{PATH}/{visit.services.erasures.plan(meant).erasure_id}")


@router.get(PATH + "/{erasure_id}")
def erasure(erasure_id: UUID, visit: ToAdminister) -> Response:
    """Show a plan with what it asks for, or how far an erasure is."""
    return _show(visit, visit.services.erasures.find(erasure_id))


@router.get(PATH + "/{erasure_id}/state")
def erasure_state(erasure_id: UUID, visit: ToAdminister) -> Response:
    """Return the part of the page that says how far it is."""
    return visit.page("erasure_state.html", erasure=visit.services.erasures.find(erasure_id))


def _show(visit: Visit, found: Erasure, status: int = 200, **more: object) -> Response:
    context = {"wrong": "", "reason": "", "least": MIN_REASON, "typed": _TYPED, **more}
    return visit.page("erasure.html", status, section="", erasure=found, names=_names(visit, found), **context)


def _names(visit: Visit, found: Erasure) -> list[str]:
    """Name the documents of a plan: those of a realm or of a person are too many."""
    if found.scope is not ErasureScope.DOCUMENTS or found.state is not ErasureState.PLANNED:
        return []
    return [visit.services.views.document(one).filename for one in found.document_ids[:20]]


@router.post(PATH + "/{erasure_id}")
def begin(erasure_id: UUID, visit: ToAdminister, reason: Text = "", confirmed: Text = "") -> Response:
    """Have a plan carried out, once it is typed that it is meant."""
    found = visit.services.erasures.find(erasure_id)
    if confirmed.strip().lower() != _TYPED:
        return _show(visit, found, 422, wrong=f"Type “{_TYPED}” to say that it is meant.", reason=reason)
    try:
        visit.services.erasures.begin(erasure_id, reason.strip())
    except RefusedError as error:
        return _show(visit, found, 422, wrong=error.message, reason=reason)
    return visit.go(f"{PATH}/{erasure_id}", said="It has begun, and cannot be taken back.")


@router.get(PATH + "/{erasure_id}/certificate")
def certificate(erasure_id: UUID, visit: ToAdminister) -> Response:
    """Hand out the certificate of an erasure that is done."""
    found = visit.services.erasures.find(erasure_id)
    if found.state is not ErasureState.DONE:
        raise RefusedError("It is not done yet: there is no certificate.", action="Wait until it is done.")
    headers = {"Content-Disposition": f'attachment; filename="erasure-{erasure_id}.json"', "Cache-Control": "no-store"}
    return Response(json_bytes(found.certificate), media_type="application/json", headers=headers)
