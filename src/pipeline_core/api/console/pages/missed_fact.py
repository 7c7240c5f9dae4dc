"""A fact that was missed: its words are marked in the source, by the mouse or by clicking the first and the last."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Query
from starlette.responses import Response

from pipeline_core.api.console.list_view import AView, View
from pipeline_core.api.console.pages.review_matching import PATH
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToReview, Visit
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.source_words import place_of_words
from pipeline_core.review.marking import Marked, MissedFact
from pipeline_core.services.sources import SourceText

router = console_router()
_UNMARKED = (
    "No words are marked: mark those in the text that prove the fact, with the mouse or by clicking the first and the "
    "last. Then fill in a question and its answer, or a statement, or neither: the marked words are the statement then."
)
Number = Annotated[int | None, Query(ge=0)]
Words = Annotated[str, Form(max_length=20_000)]


@router.get(PATH + "/missed")
def missed_fact(
    visit: ToReview, at: AView, chunk: UUID | None = None, first: Number = None, last: Number = None
) -> Response:
    """Show a chunk to mark words in: that of the fact one came from, or the document's first."""
    return _page(visit, at, chunk, first, last)


def _page(
    visit: Visit,
    at: View,
    chunk_id: UUID | None,
    first: int | None,
    last: int | None,
    *,
    status: int = 200,
    wrong: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    services = visit.services
    job = services.desk.job(JobId(at.job_id), services.realm_id)
    chunks = services.sources.of_document(job.document_id)
    number = next((n for n, one in enumerate(chunks) if one.chunk.chunk_id == chunk_id), 0)
    source = chunks[number]
    both = None if first is None or last is None else sorted((first, last))
    marked = _marked(source, *both) if both else None
    return visit.page(
        "missed_fact.html",
        status,
        job=job,
        at=at,
        source=source,
        number=number + 1,
        count=len(chunks),
        before=chunks[number - 1].chunk.chunk_id if number else None,
        after=chunks[number + 1].chunk.chunk_id if number + 1 < len(chunks) else None,
        words=[source.chunk.text[start:end] for start, end in source.words],
        gaps=_gaps(source),
        first=both[0] if both else first,
        last=both[1] if both else None,
        marked=marked,
        wrong=wrong,
        typed=typed or {"question": "", "answer": "", "statement": "", "reason": ""},
    )


def _gaps(source: SourceText) -> list[str]:
    """The blanks before each word."""
    ends = [0, *(end for _, end in source.words)]
    return [source.chunk.text[end:start] for end, (start, _) in zip(ends, source.words, strict=False)]


def _marked(source: SourceText, first: int, last: int) -> str:
    place = place_of_words(source.chunk.text, first, last)
    return source.chunk.text[place.char_from : place.char_to]


@router.post(PATH + "/missed")
def add_missed_fact(
    visit: ToReview,
    at: AView,
    chunk: Annotated[UUID, Form()],
    first: Annotated[int | None, Form(ge=0)] = None,
    last: Annotated[int | None, Form(ge=0)] = None,
    question: Words = "",
    answer: Words = "",
    statement: Words = "",
    reason: Words = "",
) -> Response:
    """Add the fact, approved; if it is none, say why and keep what was typed."""
    services = visit.services
    document_id = services.desk.job(JobId(at.job_id), services.realm_id).document_id
    typed = {"question": question.strip(), "answer": answer.strip(), "statement": statement.strip(), "reason": reason}
    if first is None or last is None:
        wrong = _UNMARKED if first is None else "Only the first word is marked: click the last one too."
        return _page(visit, at, chunk, first, last, status=422, wrong=wrong, typed=typed)
    try:
        source = services.sources.of_chunk(document_id, chunk)
        place = place_of_words(source.chunk.text, first, last)
        missed = MissedFact(
            source.chunk.chunk_id,
            (Marked(place.char_from, place.char_to),),
            typed["question"] or None,
            typed["answer"] or None,
            typed["statement"] or None,
        )
        added = services.add_fact(document_id, missed, by=visit.reviewer(reason))
    except RefusedError as error:
        return _page(visit, at, chunk, first, last, status=422, wrong=error.page_message, typed=typed)
    said = "The fact is added and approved." if added.is_new else "This fact had been added before."
    return visit.go(at.url(added.fact.question_id), said=said)
