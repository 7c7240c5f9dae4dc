"""Evidence as reviewers see it: pages with their words, the marks of facts on them, and the source text."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.limits import LimitReview
from pipeline_core.api.pagination import Page, PageOffset
from pipeline_core.api.problems import responses
from pipeline_core.api.ranges import is_known
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.fact_marks import FactMarks, MarkedQuote
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.locating.locate import How
from pipeline_core.domain.page_views import ImageKind
from pipeline_core.domain.page_words import Box
from pipeline_core.services.source_texts import SourceText

router = APIRouter(prefix="/api/v2/documents/{document_id}", tags=["evidence"], dependencies=[LimitReview])

PageNumber = Annotated[int, Path(ge=1, le=1_000_000, description="From 1")]
IMAGE_HEADERS = {
    # a reviewer goes back and forth between pages; who may not see them any more keeps them for five minutes
    "Cache-Control": "private, max-age=300",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class Area(BaseModel):
    """A rectangle in points from the page's upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: Box) -> "Area":
        left, top, right, bottom = (round(edge, 2) for edge in box)
        return cls(x=left, y=top, width=round(right - left, 2), height=round(bottom - top, 2))


class PageWord(Area):
    """A word as the page shows it; in a script without spaces, a clause."""

    text: str


class PageShown(BaseModel):
    """A page as it is shown: its size in points."""

    page: int
    width: float
    height: float


class WordsOfPage(PageShown):
    """The words of a page, in the order in which the file has them; of a scan, those that OCR read."""

    words: list[PageWord]


class QuoteMarks(BaseModel):
    """A quote of a fact, and how its place was found."""

    quote: str
    page: int | None = Field(description="The page that it begins on, by the text; null in a document without pages")
    how: How | None = Field(
        description="`whole`: in one piece; `over_pages`: it runs over the page's end; `parts`: by its cells, lines "
        "and sentences; `runs`: by runs of letters in another order; null: its place is not known"
    )
    coverage: float = Field(description="Share of its letters that the boxes mark; 0 where its place is not known")


class QuoteBox(Area):
    """A stretch of one line; ``quote`` is the number of the quote in ``quotes`` that it is of, from 0."""

    quote: int


class MarkedPage(PageShown):
    """The boxes of one fact on one page."""

    boxes: list[QuoteBox]


class MarksOfFact(BaseModel):
    """The places of a fact on the pages of its document."""

    question_id: UUID
    status: QuestionStatus
    title: str = Field(description="Its question, or its statement where it has none")
    is_found: bool = Field(description="False where the place of a quote is not known: show the text instead")
    quotes: list[QuoteMarks]
    pages: list[MarkedPage] = Field(description="Empty in a document whose pages have no pictures")


class MarksOfPage(PageShown):
    """All facts that a page proves, in the order of the text, each with its boxes on it."""

    facts: list[MarksOfFact]


class TextPlace(BaseModel):
    """Characters of the chunk's text, counted from 0: from the first up to but not with the last."""

    char_from: int
    char_to: int


class ChunkText(BaseModel):
    """A chunk of the document's text, as it is written."""

    chunk_id: UUID
    ordinal: int
    heading_path: list[str]
    page_from: int
    page_to: int
    char_from: int = Field(description="Of the chunk, in the document's text")
    text: str = Field(description="Markdown")


class ChunkSource(ChunkText):
    """A chunk to read, with what is marked in it, and to mark in."""

    marks: list[TextPlace] = Field(description="The evidence of the fact that is in this chunk")
    html: str = Field(description="The text rendered, the evidence in `<mark>`; nothing in it is active or loaded")
    words: list[tuple[int, int]] = Field(
        description="The first character of each word and the one behind its last: from the one of the first marked "
        "word to the other of the last is a span for `POST …/facts`"
    )


@router.get(
    "/pages/{page}.png",
    summary="Get the picture of a page",
    response_class=Response,
    responses={
        200: {"description": "The page at two pixels a point, or fewer", "content": {"image/png": {}}},
        304: {"description": "`If-None-Match` names this picture"},
        **responses(503),
    },
)
def page_image(
    document_id: UUID,
    page: PageNumber,
    services: Services,
    if_none_match: Annotated[str | None, Header(max_length=500)] = None,
) -> Response:
    """A page of a PDF as it looks. Its size in points, in which all boxes are, is in `…/pages/{page}/words`."""
    etag = services.evidence.etag(DocumentId(document_id), page, ImageKind.PNG)
    headers = {"ETag": etag, **IMAGE_HEADERS}
    if is_known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    image = services.evidence.image(DocumentId(document_id), page, ImageKind.PNG)
    return Response(image, headers=headers, media_type=ImageKind.PNG.mime)


@router.get("/pages/{page}/words", summary="List the words of a page", responses=responses(503))
def page_words(document_id: UUID, page: PageNumber, services: Services) -> WordsOfPage:
    """The words of a page of a PDF, each with its box."""
    shown = services.evidence.words(DocumentId(document_id), page)
    words = [PageWord(text=word.text, **Area.of(word.box).model_dump()) for word in shown.words]
    return WordsOfPage(page=page, width=shown.width, height=shown.height, words=words)


@router.get("/pages/{page}/marks", summary="Locate the facts of a page", responses=responses(503))
def page_marks(document_id: UUID, page: PageNumber, services: Services) -> MarksOfPage:
    """All facts that a page of a PDF proves, with their boxes on it; those that begin on the page before, too."""
    shown, facts = services.evidence.on_page(DocumentId(document_id), page)
    return MarksOfPage(
        page=page, width=shown.width, height=shown.height, facts=[_fact(fact, only=page) for fact in facts]
    )


@router.get("/facts/{fact_id}/marks", summary="Locate a fact on its pages", responses=responses(503))
def fact_marks(document_id: UUID, fact_id: UUID, services: Services) -> MarksOfFact:
    """The boxes of a fact's quotes, page by page; a quote that runs over a page's end is marked on both. Where a
    place is not known, it says so; `…/facts/{fact_id}/source` has the text of every fact."""
    return _fact(services.evidence.of_fact(DocumentId(document_id), fact_id))


@router.get("/facts/{fact_id}/source", summary="Get the text that proves a fact")
def fact_source(document_id: UUID, fact_id: UUID, services: Services) -> list[ChunkSource]:
    """The chunks that prove a fact, its own first, with the evidence marked at its exact offsets."""
    return [_source(one) for one in services.source_texts.of_fact(DocumentId(document_id), fact_id)]


@router.get("/chunks", summary="List a document's chunks", response_model=Page[ChunkText])
def list_chunks(document_id: UUID, services: Services, cursor: PageOffset) -> dict[str, object]:
    """The text of the document in its chunks, in their order."""
    chunks = services.source_texts.of_document(DocumentId(document_id))
    return cursor.page([_text(one) for one in chunks[cursor.offset : cursor.offset + cursor.limit + 1]])


@router.get("/chunks/{chunk_id}/source", summary="Get a chunk to mark words in")
def chunk_source(document_id: UUID, chunk_id: UUID, services: Services) -> ChunkSource:
    """A chunk with the places of its words: what a reviewer marks in it is evidence of a fact that was missed."""
    return _source(services.source_texts.of_chunk(DocumentId(document_id), chunk_id))


def _fact(marks: FactMarks, *, only: int | None = None) -> MarksOfFact:
    pages = {number: page for number, page in marks.pages.items() if only in (None, number)}
    return MarksOfFact(
        question_id=marks.fact.question_id,
        status=marks.fact.status,
        title=marks.fact.title,
        is_found=marks.is_found,
        quotes=[_quote(quote) for quote in marks.quotes],
        pages=[
            MarkedPage(
                page=number,
                width=page.width,
                height=page.height,
                boxes=[
                    QuoteBox(quote=at, **Area.of(box).model_dump())
                    for at, quote in enumerate(marks.quotes)
                    for box in quote.boxes.get(number, ())
                ],
            )
            for number, page in pages.items()
        ],
    )


def _quote(marked: MarkedQuote) -> QuoteMarks:
    found = marked.located
    return QuoteMarks(
        quote=marked.span.quote,
        page=marked.span.page,
        how=found.how if found else None,
        coverage=round(found.coverage, 3) if found else 0.0,
    )


def _text(source: SourceText) -> ChunkText:
    chunk = source.chunk
    return ChunkText(
        chunk_id=chunk.chunk_id,
        ordinal=chunk.ordinal,
        heading_path=list(chunk.heading_path),
        page_from=chunk.page_from,
        page_to=chunk.page_to,
        char_from=chunk.char_from,
        text=chunk.text,
    )


def _source(source: SourceText) -> ChunkSource:
    return ChunkSource(
        **_text(source).model_dump(),
        marks=[TextPlace(char_from=start, char_to=end) for start, end in source.marks],
        html=source.html,
        words=[(start, end) for start, end in source.words],
    )
