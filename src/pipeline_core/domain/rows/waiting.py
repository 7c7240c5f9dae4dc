"""Rows of what waits for a person: documents and question banks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from pipeline_core.domain.asking import (
    Asked,
    why_asked,
    why_asked_about_bank,
    why_asked_about_source,
    why_asked_about_vanished,
)
from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.jobs import is_scan
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobStage, Profile
from pipeline_core.domain.rows.record import Record

BANK_PAGE, VANISHED_PAGE, SOURCE_PAGE = "/batches/{}", "/jobs/{}/withdraw", "/sources/{}"


class WaitingKind(StrEnum):
    DOCUMENT = "document"
    BATCH = "batch"
    VANISHED = "vanished"
    """a published document whose last file has vanished from its source"""
    SOURCE = "source"
    """a source of which so much is missing that a person says whether it has vanished"""


@dataclass(frozen=True, slots=True)
class WaitingRow(Record):
    """A document, bank or source that waits for a person, and since when; or a document whose file has vanished."""

    kind: WaitingKind
    id: Annotated[UUID, Field(description="Of the document's job, of the batch, or of the source")]
    realm_id: RealmId
    document_id: DocumentId | None
    filename: str
    phase: Annotated[int | None, Field(description="2 matching review, 4 validation review; null for a batch")]
    stage: JobStage | None
    profile: Profile | None
    waits_since: Annotated[datetime, Field(description="When the question was first asked")]
    workflow: str
    is_published: Annotated[bool, Field(description="An earlier version of the document is published")]
    pending: Annotated[int, Field(description="Facts or questions that nobody has decided")]
    approved: int
    facts_to_decide: Annotated[int, Field(description="Facts of medium confidence that a person is asked about")]
    least_confidence: Annotated[float | None, Field(description="The lowest confidence of those")]
    undecided: Annotated[int, Field(description="Undecided pairs of near-duplicates")]
    alike: Annotated[int, Field(description="Facts that have such pairs")]
    alike_published: int
    critical: int
    returned_for: Annotated[int | None, Field(description="Findings for which it was returned to matching review")]
    settles: Annotated[
        int,
        Field(description="Facts on whose way the decision is: its own, and those elsewhere that repeat one of them"),
    ]
    source: Annotated[str | None, Field(description="The source that waits, or from which its file has vanished")]
    published: Annotated[int, Field(description="Facts that would leave production with the document that vanished")]
    missing: Annotated[int, Field(description="Files that are missing from a source that waits")]
    rank: Annotated[int, Field(exclude=True)]

    @property
    def is_scan(self) -> bool:
        """Return whether it is a deep scan that waits."""
        if self.profile is None or self.document_id is None:
            return False
        return is_scan(self.profile, self.document_id, JobId(self.id))

    @property
    def reason(self) -> str:
        """Why a person is asked, in one sentence."""
        if self.kind is WaitingKind.VANISHED:
            return why_asked_about_vanished(self.source or "", self.published)
        if self.kind is WaitingKind.SOURCE:
            return why_asked_about_source(self.missing)
        if self.stage is None:
            return why_asked_about_bank(pending=self.pending, approved=self.approved, undecided=self.undecided)
        return why_asked(
            Asked(
                self.stage,
                critical=self.critical,
                alike=self.alike,
                alike_published=self.alike_published,
                facts_to_decide=self.facts_to_decide,
                returned_for=self.returned_for,
                pending=self.pending,
                workflow=self.workflow,
                is_scan=self.is_scan,
            )
        )

    @property
    def page(self) -> str:
        """The page on which it is decided."""
        if self.kind is WaitingKind.VANISHED:
            return VANISHED_PAGE.format(self.id)
        if self.kind is WaitingKind.SOURCE:
            return SOURCE_PAGE.format(self.id)
        return (BANK_PAGE if self.phase is None else REVIEW_PAGES[self.phase]).format(self.id)
