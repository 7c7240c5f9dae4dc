"""Versions of a document: what production said of it, from when to when."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.versions import Version, VersionFact

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
    who let it in. Empty for what was never published. Versions are kept for as long as the installation says."""
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
