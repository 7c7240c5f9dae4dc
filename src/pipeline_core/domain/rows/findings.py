"""Rows of findings with the places that they are about."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from pipeline_core.domain.findings import Severity
from pipeline_core.domain.rows.record import Record


class PlaceSpan(TypedDict):
    """Words of the document's text, where they stand, and on which page."""

    quote: str
    char_from: int
    char_to: int
    page: int | None


@dataclass(frozen=True, slots=True)
class FindingPlace(Record):
    """A place that a finding is about: a fact of the document or of another one, or a chunk."""

    question_id: Annotated[UUID | None, Field(description="The fact; null for a chunk")]
    question: str | None
    answer: str | None
    statement: str | None
    status: Annotated[str | None, Field(description="Of the fact: `imported` is published")]
    document_id: Annotated[UUID | None, Field(description="Null for a question of a bank")]
    filename: str
    mime: str | None
    page_unit: Annotated[str | None, Field(description="What its pages are called: page, slide, sheet")]
    chunk_id: UUID | None
    chunk: Annotated[int | None, Field(description="The chunk's number in the document, from 0")]
    heading_path: list[str]
    page: int | None
    quote: str
    spans: Annotated[list[PlaceSpan], Field(description="What proves the fact, or the chunk's beginning")]


@dataclass(frozen=True, slots=True)
class PlacedFinding(Record):
    """A finding of validation, with its places in the order in which the message names them."""

    code: str
    severity: Severity
    subject: str
    message: str
    numbers: dict[str, Any]
    places: list[FindingPlace]
    pages: Annotated[list[int], Field(description="Pages of the document that the finding is about as a whole")]


@dataclass(frozen=True, slots=True)
class JobFindings(Record):
    """The findings of validation in a document; while it waits in matching review again, those it was returned for."""

    findings: list[PlacedFinding]
    returned_for: list[PlacedFinding]
