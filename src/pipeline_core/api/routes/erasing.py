"""Erasures: a plan first, then what is asked for is carried out by whoever may, and a certificate says what went."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, model_validator

from pipeline_core.api.deps import ToAdminister
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.domain.erasing import ErasureScope, ErasureState
from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.reasons import MIN_REASON
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.services.plan_erasures import Meant

router = APIRouter(prefix="/api/v2/erasures", tags=["erasures"])
_ONE = "`document_ids`, `person`, `whole_realm` or `plan_id`"


class ErasureRequest(Body):
    """Something to erase, to be planned; or a plan, to be carried out."""

    model_config = example({"document_ids": ["8f14e45f-ceea-467f-a0e6-8e1f0f1d2a3b"], "dry_run": True})

    document_ids: list[UUID] = Field([], max_length=1000, description="Documents of the realm")
    only_this: bool = Field(
        False, description="Leave earlier versions, which stood at the same places before and stand nowhere now"
    )
    person: UUID | None = Field(None, description="A user: whatever they uploaded in the realm, and their name")
    whole_realm: bool = Field(False, description="Everything in the realm, its members and its name")
    dry_run: bool = Field(False, description="Only count, and give a plan")
    plan_id: UUID | None = Field(None, description="The plan to carry out")
    reason: str = Field(
        "", max_length=20_000, description=f"Why, in at least {MIN_REASON} characters; it stays on record: name nobody"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [bool(self.document_ids), self.person is not None, self.whole_realm, self.plan_id is not None]
        if sum(given) != 1:
            raise ValueError(f"give one of {_ONE}")
        if self.dry_run == (self.plan_id is not None):
            raise ValueError("ask for a plan with `dry_run`, then give its `plan_id` without it")
        return self


class ErasureAnswer(BaseModel):
    """A plan or an erasure. ``counts`` are rows by kind of place, as planned; the certificate comes when it is done."""

    plan_id: UUID = Field(description="The id of the plan, and of the erasure that it becomes")
    state: ErasureState
    scope: ErasureScope
    realm_id: UUID | None
    person: UUID | None
    documents: int
    earlier_versions: int = Field(description="How many of them stood before at the places of others of them")
    counts: Mapping[str, int]
    reason: str
    asked_by: UUID
    asked_by_name: str
    planned_at: datetime
    begun_at: datetime | None
    done_at: datetime | None
    certificate: Mapping[str, Any] | None


def _answer(one: Erasure) -> ErasureAnswer:
    return ErasureAnswer(
        plan_id=one.erasure_id,
        state=one.state,
        scope=one.scope,
        realm_id=one.realm_id,
        person=one.person_id,
        documents=len(one.document_ids),
        earlier_versions=one.earlier_versions,
        counts=one.counts,
        reason=one.reason,
        asked_by=one.asked_by,
        asked_by_name=one.asked_by_name,
        planned_at=one.planned_at,
        begun_at=one.begun_at,
        done_at=one.done_at,
        certificate=one.certificate if one.state is ErasureState.DONE else None,
    )


@router.post(
    "",
    status_code=202,
    summary="Plan an erasure, or carry a plan out",
    responses={200: {"description": "The plan, with `dry_run`", "model": ErasureAnswer}, **responses(409)},
)
def erase(body: ErasureRequest, services: ToAdminister, response: Response) -> ErasureAnswer:
    """Erase documents, a person's uploads, or the realm, for good: `dry_run` counts and gives a plan, which is kept for
    a day; its `plan_id` has it carried out. A plan that is not true any more is refused (409), and says what changed.

    Claims are refused from then on, and the same content is not taken in until it is done; `GET
    /api/v2/erasures/{erasure_id}` says when, and has the certificate."""
    if body.plan_id is not None:
        return _answer(services.erasures.begin(body.plan_id, body.reason))
    response.status_code = 200
    person = UserId(body.person) if body.person else None
    scope = ErasureScope.PERSON if person else ErasureScope.REALM if body.whole_realm else ErasureScope.DOCUMENTS
    documents = [DocumentId(one) for one in body.document_ids]
    return _answer(services.erasures.plan(Meant(scope, services.realm_id, person, documents, body.only_this)))


@router.get("", summary="List erasures")
def list_erasures(services: ToAdminister, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[ErasureAnswer]:
    """Erasures of the realm, under way and done, newest first."""
    return [_answer(one) for one in services.erasures.all(services.realm_id, limit=limit)]


@router.get("/{erasure_id}", summary="Get an erasure")
def get_erasure(erasure_id: UUID, services: ToAdminister) -> ErasureAnswer:
    """Its state and its certificate: what was removed where, and keyed fingerprints by which `pipeline erase
    --verify` looks for it later. Whoever has the certificate can test a guess: keep it as you keep a key."""
    return _answer(services.erasures.find(erasure_id))
