"""Filters of documents, as a query and as a body."""

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from pipeline_core.api.known_names import Body
from pipeline_core.domain.document_filter import DeepScanFilter, DocumentFilter
from pipeline_core.domain.dual_status import StagingStatus
from pipeline_core.domain.lifecycle import JobState

_MOST_VALUES = 20
Phase = Annotated[int, Field(ge=0, le=6)]
Short = Annotated[str, Field(max_length=100)]


def filter_of_query(
    status: Annotated[list[StagingStatus] | None, Query(description="Only documents of these statuses")] = None,
    deep_scan: Annotated[
        list[DeepScanFilter] | None,
        Query(description="Only documents whose deep scan is there; `None`: that never had one"),
    ] = None,
    state: Annotated[list[JobState] | None, Query(description="Only if the newest job is in these states")] = None,
    phase: Annotated[list[Phase] | None, Query(description="Only if the newest job is in these phases")] = None,
    type: Annotated[
        list[Short] | None, Query(description="Only files of these types, by extension or MIME type")
    ] = None,
    name: Annotated[str, Query(max_length=200, description="Part of the name or title")] = "",
    tag: Annotated[list[Short] | None, Query(description="Only documents with all of these tags")] = None,
    collection: Annotated[str, Query(max_length=200, description="Only documents of this collection")] = "",
) -> DocumentFilter:
    return DocumentFilter(
        status or (), deep_scan or (), state or (), phase or (), type or (), name, tag or (), collection
    )


FilterOfQuery = Annotated[DocumentFilter, Depends(filter_of_query)]


class Matching(Body):
    """The documents that a list with these filters has; without any, all of the realm."""

    status: list[StagingStatus] = Field(default=[], max_length=_MOST_VALUES)
    deep_scan: list[DeepScanFilter] = Field(default=[], max_length=_MOST_VALUES)
    state: list[JobState] = Field(default=[], max_length=_MOST_VALUES)
    phase: list[Phase] = Field(default=[], max_length=_MOST_VALUES)
    type: list[Short] = Field(default=[], max_length=_MOST_VALUES)
    name: str = Field(default="", max_length=200)
    tag: list[Short] = Field(default=[], max_length=_MOST_VALUES)
    collection: str = Field(default="", max_length=200)

    def filter(self) -> DocumentFilter:
        return DocumentFilter(
            self.status, self.deep_scan, self.state, self.phase, self.type, self.name, self.tag, self.collection
        )
