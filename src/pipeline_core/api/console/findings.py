"""Findings as the page of validation review shows them: a sentence each, and their places beside each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline_core.api.console.evidence import EvidenceShown, evidence_page
from pipeline_core.api.console.visits import Visit
from pipeline_core.domain.errors import NotFoundError, is_for_operators
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.rows.findings import FindingPlace, PlacedFinding
from pipeline_core.domain.word_diff import Piece, word_diff
from pipeline_core.domain.wording import counted

NAMES = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}
_MOST_CROPS = 24
_PDF = "application/pdf"
_QUOTED = (": “", ", which its evidence ")
_HAVE_READ = (
    "Run the document through OCR and upload it again, or ask whoever runs this installation to have scans read"
)
PAGE_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "pages_without_text": lambda found: (
        f"From {len(found['pages'])} of {counted(found['total'], 'page')} no text could be read: there are only "
        f"pictures, and nothing from them would be published. {_HAVE_READ}; override if the pictures do not matter."
    ),
    "page_without_text": lambda found: (
        f"{counted(len(found['pages']), 'page')} of {found['total']} without readable text, as images only: what is "
        f"shown there is not in the result. {_HAVE_READ}."
    ),
    "too_many_scanned_pages": lambda found: (
        f"{counted(found['scanned'], 'page')} had to be read by OCR; the limit is {found['limit']:,}, and those after "
        "it were not read. Split the document, or ask whoever runs this installation to raise the limit."
    ),
    "hidden_content": lambda found: (
        f"The file hides content from its readers: {found.get('named') or counted(found['parts'], 'part')}. "
        + (
            "What is hidden was converted as well."
            if found["kept"]
            else "What is hidden was left out: if it belongs to the document, show it there, and upload it again."
        )
    ),
    "converter_fallback": lambda found: (
        f"{found['wanted']} did not convert this document, the {found['used']} converter did: tables, columns and "
        "scanned pages may be read less well."
    ),
}
"""What a reviewer is told where the message is for an operator, from the numbers of the finding, by its code."""


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place with what it says in pieces; those that the other place lacks are marked."""

    place: FindingPlace
    pieces: Sequence[Piece]
    label: str
    crop: EvidenceShown | None = None
    """The part of its page with the quote marked; None where it is in no PDF."""

    @property
    def text(self) -> str:
        """Its whole text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_quote(self) -> bool:
        """Returns whether it says no more and no less than its one quote."""
        return [span["quote"] for span in self.place.spans] == [self.text]


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding: its sentence without the quotes, which its places show."""

    finding: PlacedFinding
    message: str
    sentence: str
    places: Sequence[ShownPlace]

    @property
    def pages(self) -> Sequence[int]:
        """Pages to look at: those of the finding as a whole, and of passages that it is about."""
        own = {one.place.page for one in self.places if one.place.question_id is None and one.place.page}
        return sorted(own.union(self.finding.pages))[:_MOST_CROPS]

    @property
    def is_cut(self) -> bool:
        """Returns whether the message says more than the sentence."""
        return self.sentence != self.message


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one severity."""

    severity: Severity
    name: str
    findings: Sequence[ShownFinding]


def grouped(
    visit: Visit, findings: Sequence[PlacedFinding], document_id: UUID, *, crops: int = _MOST_CROPS
) -> list[Group]:
    """Put the findings in groups by severity, the worst first; the first places with their pages."""
    by_weight = sorted(findings, key=lambda one: list(NAMES).index(one.severity))
    room = iter(range(crops))
    shown = [_shown(visit, finding, document_id, room) for finding in by_weight]
    by_severity = {severity: [one for one in shown if one.finding.severity is severity] for severity in NAMES}
    return [Group(severity, NAMES[severity], members) for severity, members in by_severity.items() if members]


def _shown(visit: Visit, finding: PlacedFinding, document_id: UUID, room: Iterator[int]) -> ShownFinding:
    texts = [_text(place) for place in finding.places]
    if len(finding.places) == 2:
        pieces: Sequence[Sequence[Piece]] = word_diff(*texts)
    else:
        pieces = [[Piece(text, False)] for text in texts]
    places = [
        ShownPlace(place, of_place, _label(place, document_id), _crop(visit, place, room))
        for place, of_place in zip(finding.places, pieces, strict=True)
    ]
    message = message_of(finding)
    return ShownFinding(finding, message, _sentence(message) if places else message, places)


def _text(place: FindingPlace) -> str:
    return place.statement or place.answer or place.quote


def _crop(visit: Visit, place: FindingPlace, room: Iterator[int]) -> EvidenceShown | None:
    if place.mime != _PDF or place.question_id is None or place.document_id is None or next(room, None) is None:
        return None
    try:
        shown = evidence_page(visit, place.document_id, place.question_id, link=_no_link, crop=True)
    except NotFoundError:
        return None
    return shown if shown.pages else None


def _no_link(fact_id: UUID) -> str:
    return f"/facts/{fact_id}"


def _label(place: FindingPlace, document_id: UUID) -> str:
    if place.question_id is None:
        return "Passage"
    if place.document_id == document_id:
        return "Left out" if place.status == "left_out" else "This document"
    return "Published" if place.status == "imported" else "Another document"


def message_of(finding: PlacedFinding) -> str:
    """The message, in words for somebody who reviews."""
    if not is_for_operators(finding.message):
        return finding.message
    in_words = PAGE_WORDS.get(finding.code)
    return in_words(finding.numbers) if in_words else f"{finding.code.replace('_', ' ').capitalize()}."


def _sentence(message: str) -> str:
    """The message up to where it begins to quote what the places show."""
    cuts = [at for mark in _QUOTED if (at := message.find(mark)) > 0]
    return message[: min(cuts)] + "." if cuts else message
