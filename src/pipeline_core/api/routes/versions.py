"""Versions of a document: what production said of it, from when to when."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services, ToReview
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.api.review_bodies import MOST_CHARS
from pipeline_core.api.routes.jobs import Parked, parked_answer
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.domain.rows.versions import Resembling, Version, VersionFact
from pipeline_core.review.decisions import MIN_REASON, Decision, Request, Resolution
from pipeline_core.review.parking import MOST_S
from pipeline_core.review.reverting import said_of

router = APIRouter(prefix="/api/v2/documents", tags=["documents"])
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


class RewordedFact(BaseModel):
    """A fact that says the same otherwise, or of the same words something else."""

    before: VersionFact
    after: VersionFact


class VersionChanges(BaseModel):
    """The facts that one version has and the other has not."""

    older: Version | None = Field(description="Null: the first version is compared with nothing")
    newer: Version
    added: list[VersionFact]
    gone: list[VersionFact]
    reworded: list[RewordedFact] = Field(
        description="Paired by their id, else by the evidence that both have, or by the likeness of their words"
    )
    unchanged: int


@router.get("/{document_id}/versions", summary="List a document's versions")
def list_versions(document_id: UUID, services: Services) -> list[Version]:
    """List what production had of the document, from when to when, newest first: how each version came and ended, and
    who let it in. Earlier content of the same file is another document (`document_id`), and listed too. Empty for what
    was never published. Versions are kept for as long as the installation says."""
    return services.versions(DocumentId(document_id))


@router.get("/{document_id}/diff", summary="Compare two versions")
def compare_versions(
    document_id: UUID,
    services: Services,
    older: Annotated[Number, Query(alias="from", description="Default: the version before `to`")] = None,
    newer: Annotated[Number, Query(alias="to", description="Default: the last version")] = None,
) -> VersionChanges:
    """Facts that came, went or were reworded from one version to another, with their evidence."""
    diff = services.versions.diff(DocumentId(document_id), older, newer)
    return VersionChanges(
        older=diff.older,
        newer=diff.newer,
        added=list(diff.added),
        gone=list(diff.gone),
        reworded=[RewordedFact(before=one.before, after=one.after) for one in diff.reworded],
        unchanged=diff.unchanged,
    )


class RevertRequest(Body):
    """The version to go back to, and why."""

    model_config = example({"version": 2, "reason": "The new wording of the deductible is wrong."})

    version: int = Field(ge=1, le=2**31 - 1, strict=True, description="Its number")
    reason: str = Field(
        default="", max_length=MOST_CHARS, description=f"Why, in at least {MIN_REASON} characters; kept in the record"
    )
    duplicates: Resolution | None = Field(
        default=None, description="The decision about all facts that come back and resemble what others say by now"
    )
    undo_window: float = Field(default=MOST_S, gt=0, le=MOST_S, description="Seconds in which it can be taken back")
    dry_run: bool = Field(default=False, description="Only say what would come and go")


class Reversion(BaseModel):
    """A document that goes back to a version, and when; ``parked`` is null where it was only asked what would."""

    document_id: UUID
    version: int
    comes: int = Field(description="Facts that come back")
    goes: int = Field(description="Facts that leave")
    changes: int = Field(description="Facts whose words or evidence change")
    elsewhere: int = Field(description="Of those that come: others say the same by now, and they stay published there")
    undecided: list[Resembling] = Field(description="To be decided by `duplicates`: others may say the same by now")
    instead_of: UUID | None = Field(description="Later content of the file, which is withdrawn for it")
    message: str
    parked: Parked | None


@router.post(
    "/{document_id}/revert",
    status_code=202,
    summary="Revert a document",
    responses={200: {"description": "What would come and go, with `dry_run`", "model": Reversion}, **responses(409)},
)
def revert_document(document_id: UUID, body: RevertRequest, services: ToReview, response: Response) -> Reversion:
    """Let production say of a document what it said in an earlier version, in one transaction, once it cannot be taken
    back any more. That is a new version; the document must be published and at rest. A version of earlier content of
    the same file is another document's: that is published again in this one's place, and this one is withdrawn."""
    by = replace(services.reviewer, reason=body.reason)
    found = services.revert.foresee(DocumentId(document_id), body.version, by=by)
    parked = None
    if body.dry_run:
        response.status_code = 200
    else:
        request = Request(Decision.REVERT, by, body.duplicates, version=body.version)
        kept, _ = services.parking.park(DocumentId(document_id), request, body.undo_window)
        parked = parked_answer(kept.job_id, ParkedShown(kept.decision, kept.taken_by, kept.taken_at, kept.due_at, None))
    return Reversion(
        document_id=document_id,
        version=body.version,
        comes=found.comes,
        goes=found.goes,
        changes=found.changes,
        elsewhere=found.elsewhere,
        undecided=list(found.undecided),
        instead_of=found.instead_of,
        message=said_of(found, would=True),
        parked=parked,
    )
