"""Search: what is published, each answer with its quote on the page it stands on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query
from markupsafe import Markup, escape
from starlette.responses import Response

from pipeline_core.api.console.evidence import EvidenceShown, evidence_page
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.templating import readable
from pipeline_core.api.console.visits import ToLook, Visit
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.locating.letters import letters
from pipeline_core.domain.moments import moment_of
from pipeline_core.domain.rows.search import FoundFact, Hit, SaidThen
from pipeline_core.domain.text import as_read
from pipeline_core.duplicates.words import STOP_WORDS

router = console_router()
_MOST = 10
_CROPS = 3
"""Hits that show the page of each of their facts; of the others, the first fact has it."""
_SAMPLES = 2
_WORD = re.compile(r"\w+")
_SHORTEST_STEM = 4
_PASSAGE_CHARS = 400


@dataclass(frozen=True, slots=True)
class Said:
    """A fact as a hit shows it: question, answer and quote with the words that were asked for marked."""

    fact_id: UUID | None
    question: str
    answer: Markup
    quote: Markup
    """Empty where the answer is the quote, letter for letter."""
    page: str
    crop: EvidenceShown | None
    then: SaidThen | None
    """Of a search as of a day: the version, its times, and who let it in."""


@dataclass(frozen=True, slots=True)
class HitShown:
    """A document's passage that answers, with its facts; or a question of a bank."""

    filename: str
    document_id: UUID | None
    headings: Sequence[str]
    facts: Sequence[Said]
    passage: Markup


@router.get("/search")
def search(
    visit: ToLook,
    q: Annotated[str, Query(max_length=1000)] = "",
    as_of: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the answers to a question; without one, two that the published facts answer. ``as_of``: as of that day."""
    moment = moment_of(as_of) if as_of.strip() else None
    asked = " ".join(q.split())
    services = visit.services
    if not asked:
        samples = services.views.published_samples(services.realm_id, limit=_SAMPLES)
        return visit.page(
            "search.html",
            section="Search",
            q="",
            hits=None,
            waiting=(),
            samples=samples,
            nearest=False,
            as_of=as_of,
            moment=moment,
        )
    found = services.search.answer(services.realm_id, asked, limit=_MOST, as_of=moment)
    hits = found.hits or found.nearest[:3]
    shown = [_hit(visit, hit, asked, crops=None if at < _CROPS else 1) for at, hit in enumerate(hits)]
    return visit.page(
        "search.html",
        section="Search",
        q=asked,
        hits=shown,
        waiting=found.waiting,
        samples=(),
        nearest=bool(hits) and not found.hits,
        as_of=as_of,
        moment=moment,
    )


def highlighted(text: str, asked: str) -> Markup:
    """The text escaped, with the words of a question marked: those that are not everywhere, by how they begin."""
    stems = {_stem(word) for word in _WORD.findall(asked.lower()) if word not in STOP_WORDS}
    parts: list[str] = []
    at = 0
    for match in _WORD.finditer(text):
        if _stem(match[0].lower()) in stems:
            parts += [escape(text[at : match.start()]), Markup("<mark>"), escape(match[0]), Markup("</mark>")]
            at = match.end()
    return Markup("").join([*parts, escape(text[at:])])


def _stem(word: str) -> str:
    """The beginning by which "deductible" and "deductibles" are the same word, as far as a reader's eye goes."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _hit(visit: Visit, hit: Hit, asked: str, *, crops: int | None) -> HitShown:
    facts: Sequence[FoundFact] = hit.facts if hit.kind == "passage" else (hit,)
    said = [_said(visit, one, hit, asked, with_crop=crops is None or at < crops) for at, one in enumerate(facts)]
    passage = "" if facts else " ".join((hit.evidence or "").split())
    passage = passage if len(passage) <= _PASSAGE_CHARS else f"{passage[:_PASSAGE_CHARS]}…"
    return HitShown(
        hit.filename or "A question bank",
        hit.document_id,
        hit.heading_path or (),
        said,
        highlighted(passage, asked),
    )


def _said(visit: Visit, fact: FoundFact, hit: Hit, asked: str, *, with_crop: bool) -> Said:
    is_paged = fact.page is not None and fact.page_unit not in (None, "document")
    answer, question = fact.answer or fact.statement or "", fact.question or ""
    if hit.document_id is None:
        answer, question = as_read(answer), as_read(question)
    quotes = [span["quote"] for span in fact.spans or ()] or [fact.evidence or ""]
    quotes = [] if [letters(answer)] == [letters(one) for one in quotes] else quotes
    return Said(
        fact.id,
        question,
        highlighted(answer, asked),
        highlighted(" … ".join(map(readable, quotes)), asked),
        f"{fact.page_unit} {fact.page}" if is_paged else "",
        _crop(visit, hit.document_id, fact.id) if with_crop and is_paged else None,
        fact.then,
    )


def _crop(visit: Visit, document_id: UUID | None, fact_id: UUID) -> EvidenceShown | None:
    if document_id is None:
        return None
    try:
        shown = evidence_page(visit, document_id, fact_id, link=lambda one: f"/facts/{one}", crop=True)
    except NotFoundError:
        return None
    return shown if shown.pages else None
