"""A fact that was missed: its words are marked in the source as it is read, by the mouse or one by one."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Form
from markupsafe import Markup
from starlette.responses import Response

from pipeline_core.api.console.desk import with_pairs
from pipeline_core.api.console.list_view import AView, View
from pipeline_core.api.console.pages.review_matching import PATH
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToReview, Visit
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.source_words import Place, place_of_words
from pipeline_core.domain.word_html import words_html
from pipeline_core.review.marking import Marked, MissedFact
from pipeline_core.services.source_texts import SourceText

router = console_router()
_UNMARKED = (
    "No words are marked: mark those in the text that prove the fact, with the mouse or by clicking the first and the "
    "last. Then fill in a question and its answer, or a statement, or neither: the marked words are the statement then."
)
_NOTHING = {"question": "", "answer": "", "statement": "", "reason": ""}
Words = Annotated[str, Form(max_length=20_000)]


@router.get(PATH + "/missed")
def missed_fact(visit: ToReview, at: AView, chunk: UUID | None = None) -> Response:
    """Show a chunk to mark words in: that of the fact one came from, or the document's first."""
    return _page(visit, at, chunk, (), _NOTHING)


def _page(
    visit: Visit,
    at: View,
    chunk_id: UUID | None,
    words: Sequence[int],
    typed: Mapping[str, str],
    *,
    status: int = 200,
    wrong: str = "",
) -> Response:
    services = visit.services
    job = services.desk.job(JobId(at.job_id), services.realm_id)
    chunks = services.source_texts.of_document(job.document_id)
    number = next((n for n, one in enumerate(chunks) if one.chunk.chunk_id == chunk_id), 0)
    source = chunks[number]
    place = _place(source, words) if words else None
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
        text=_text(source, words),
        marked=source.chunk.text[place.char_from : place.char_to] if place else "",
        wrong=wrong,
        typed=typed,
    )


def _place(source: SourceText, words: Sequence[int]) -> Place:
    return place_of_words(source.chunk.text, min(words), max(words))


def _text(source: SourceText, words: Sequence[int]) -> Markup:
    """The chunk as it is read, a box in each word; those that are marked are checked, all between them shown."""

    def box(number: int, word: str) -> str:
        own = " own" if words and min(words) <= number <= max(words) else ""
        checked = " checked" if number in words else ""
        attributes = f'type="checkbox" name="word" value="{number}" form="missed"{checked}'
        return f'<label class="word{own}"><input {attributes}>{word}</label>'

    # nothing in it is active: see ``domain.chunk_html``
    return Markup(words_html(source.chunk.text, box))


@router.post(PATH + "/missed")
def add_missed_fact(
    visit: ToReview,
    at: AView,
    chunk: Annotated[UUID, Form()],
    word: Annotated[list[int] | None, Form(max_length=10_000)] = None,
    part: Annotated[UUID | None, Form()] = None,
    question: Words = "",
    answer: Words = "",
    statement: Words = "",
    reason: Words = "",
) -> Response:
    """Add the fact, approved; if it is none, say why and keep what was typed. With a ``part`` only show that one."""
    services = visit.services
    document_id = services.desk.job(JobId(at.job_id), services.realm_id).document_id
    typed = {"question": question.strip(), "answer": answer.strip(), "statement": statement.strip(), "reason": reason}
    if part:
        return _page(visit, at, part, (), typed)
    if not word:
        return _page(visit, at, chunk, (), typed, status=422, wrong=_UNMARKED)
    source = services.source_texts.of_chunk(document_id, chunk)
    place = _place(source, word)
    missed = MissedFact(
        source.chunk.chunk_id,
        (Marked(place.char_from, place.char_to),),
        typed["question"] or None,
        typed["answer"] or None,
        typed["statement"] or None,
    )
    try:
        added = services.add_fact(document_id, missed, by=visit.reviewer(reason))
    except RefusedError as error:
        return _page(visit, at, chunk, word, typed, status=422, wrong=error.page_message)
    said = "The fact is added and approved." if added.is_new else "This fact had been added before."
    facts = services.desk(JobId(at.job_id), visit.reviewer()).facts
    listed = next(fact for fact in facts if fact.question_id == added.fact.question_id)
    return visit.go(at.url(listed.question_id), said=with_pairs(said, listed))
