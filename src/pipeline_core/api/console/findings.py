"""Findings as the page of validation review shows them: a sentence each, and their places beside each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.api.console.evidence import EvidenceShown, evidence_page
from pipeline_core.api.console.visits import Visit
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.rows.findings import FindingPlace, PlacedFinding
from pipeline_core.domain.word_diff import Piece, word_diff

NAMES = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warnings", Severity.INFO: "Notes"}
_MOST_CROPS = 24
_PDF = "application/pdf"
_QUOTED = (": “", ", which its evidence ")


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place with what it says in pieces; those that the other place lacks are marked."""

    place: FindingPlace
    pieces: Sequence[Piece]
    label: str
    crop: EvidenceShown | None = None
    """The part of its page with the quote marked; None where it is in no PDF."""

    @property
    def is_quote(self) -> bool:
        """Returns whether it says no more and no less than its one quote."""
        return [span["quote"] for span in self.place.spans] == ["".join(piece.text for piece in self.pieces)]


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding: its sentence without the quotes, which its places show."""

    finding: PlacedFinding
    sentence: str
    places: Sequence[ShownPlace]

    @property
    def is_cut(self) -> bool:
        """Returns whether the message says more than the sentence."""
        return self.sentence != self.finding.message


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one severity."""

    severity: Severity
    name: str
    findings: Sequence[ShownFinding]


def grouped(visit: Visit, findings: Sequence[PlacedFinding], document_id: UUID) -> list[Group]:
    """Put the findings in groups by severity, the worst first; the first places with their pages."""
    by_weight = sorted(findings, key=lambda one: list(NAMES).index(one.severity))
    room = iter(range(_MOST_CROPS))
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
    return ShownFinding(finding, _sentence(finding), places)


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


def _sentence(finding: PlacedFinding) -> str:
    """The message up to where it begins to quote what the places show."""
    if not finding.places:
        return finding.message
    cuts = [at for mark in _QUOTED if (at := finding.message.find(mark)) > 0]
    return finding.message[: min(cuts)] + "." if cuts else finding.message
