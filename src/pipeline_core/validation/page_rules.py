"""Rules over what the pages of the original show, and where the evidence stands on them."""

from collections.abc import Iterator
from functools import cache

import orjson

from pipeline_core.domain.contiguity import Pages, Piece
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.facts import Span, shown_quotes
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.page_words import words_from_json
from pipeline_core.domain.staging import StagedQuestion
from pipeline_core.domain.wording import counted
from pipeline_core.validation.fact_rules import short
from pipeline_core.validation.subject import Subject


def read_with_doubt(subject: Subject) -> Iterator[Finding]:
    """A fact of a scanned page of whose words OCR was unsure: a letter or a digit of it may be another."""
    limit = subject.settings.validation_ocr_doubt
    for fact in subject.questions:
        doubts = [subject.page_map.ocr_doubt(span.char_from, span.char_to) for span in fact.evidence]
        doubt = max((one for one in doubts if one is not None), default=0.0)
        if doubt >= limit:
            yield Finding(
                "read_with_doubt",
                Severity.WARNING,
                f"OCR doubted {doubt:.0%} of the words around the fact {subject.where(fact)}. Compare it with the "
                f"original: “{short(fact.statement)}”",
                {"doubt": doubt, "limit": limit},
                subject=str(fact.question_id),
            )


def pages_without_text(subject: Subject) -> Iterator[Finding]:
    """So many pages are pictures that what would be published is hardly the document."""
    pages = subject.page_map.pages
    pictures = [page.number for page in pages if page.outcome is PageOutcome.IMAGE_ONLY]
    share = len(pictures) / len(pages) if pages else 0.0
    limit = subject.settings.validation_picture_pages_share
    if pictures and share >= limit:
        yield Finding(
            "pages_without_text",
            Severity.CRITICAL,
            f"From {len(pictures)} of {counted(len(pages), 'page')} no text could be read: there are only "
            "pictures, and nothing from them would be published. Install the extra that reads scans (pip install "
            "'document-pipeline[ocr]') or run the document through OCR, and upload it again; override if the "
            "pictures do not matter.",
            {"pages": pictures, "total": len(pages), "share": round(share, 4), "limit": limit},
            subject=f"page {pictures[0]}",
        )


_SHOWN = 4


def evidence_scattered_on_page(subject: Subject) -> Iterator[Finding]:
    """Quotes whose parts stand apart on the page: left out, or back because a person or an edit put them there."""
    if subject.words is None:
        return
    pages = Pages(words_from_json(orjson.loads(subject.words)))

    @cache  # a header is looked for once for all its rows
    def scattered(span: Span) -> tuple[Piece, ...]:
        return pages.scattered(span.quote, *subject.page_map.span(span.char_from, span.char_to))

    for facts, severity in ((subject.questions, Severity.CRITICAL), (subject.left_out, Severity.WARNING)):
        for fact in facts:
            pieces = tuple(piece for span in fact.evidence for piece in scattered(span))
            if pieces:
                yield _finding(subject, fact, pieces, severity)


def _finding(subject: Subject, fact: StagedQuestion, pieces: tuple[Piece, ...], severity: Severity) -> Finding:
    follows = (
        "It was included all the same: reject it, or override the finding if it is right."
        if severity is Severity.CRITICAL
        else "It is left out; a reviewer can include it by approving this fact."
    )
    places = "; ".join(_place(piece) for piece in pieces[:_SHOWN])
    more = f" and {len(pieces) - _SHOWN} more" if len(pieces) > _SHOWN else ""
    return Finding(
        "evidence_scattered_on_page",
        severity,
        f"The words of the quote {subject.where(fact)} are not there in one piece: "
        f"“{shown_quotes(fact.evidence, 160)}” ({places}{more}). {follows}",
        {"page": fact.page, "places": [piece.as_json() for piece in pieces]},
        subject=str(fact.question_id),
    )


def _place(piece: Piece) -> str:
    said = short(piece.text, 40)
    if piece.box is None:
        return f"“{said}” nowhere on it in this order"
    return f"“{said}” at {piece.box[0]:.0f}, {piece.box[1]:.0f}"
