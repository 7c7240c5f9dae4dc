"""Evidence for templates: a fact's pages with its marks, the other facts' boxes, and the text where there is no page.

``evidence.html`` draws it: ``evidence(shown)`` all of it, ``page_image(page)`` one page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from markupsafe import Markup

from pipeline_core.api.console.page_looks import Look, cropped, larger_part, whole
from pipeline_core.api.console.visits import Visit
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import PageNotShownError
from pipeline_core.domain.fact_marks import FactMarks, MarkedQuote
from pipeline_core.domain.facts import place_of
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.page_words import Box
from pipeline_core.services.source_texts import SourceText

LinkOf = Callable[[UUID], str]
"""The address at which a fact is selected, by its id."""

_MOST_PAGES = 4
_MOST_SMALL = 13
"""Small pages in the rail, about the one that is shown."""
_STATES = {
    QuestionStatus.PENDING: "todo",
    QuestionStatus.APPROVED: "approved",
    QuestionStatus.IMPORTED: "approved",
    QuestionStatus.REJECTED: "rejected",
}


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle to draw, a little larger than the words in it."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: Box) -> "Area":
        left, top, right, bottom = box
        return cls(round(left - 2, 1), round(top - 1, 1), round(right - left + 4, 1), round(bottom - top + 2, 1))


@dataclass(frozen=True, slots=True)
class OtherFact:
    """Another fact on the page: a click on one of its boxes selects it."""

    title: str
    state: str
    url: str
    areas: Sequence[Area]


@dataclass(frozen=True, slots=True)
class PageShown:
    """A page to draw. ``view`` is the part of it that is seen, as an SVG's ``viewBox``."""

    number: int
    width: float
    height: float
    image: str
    view: str
    label: str
    marks: Sequence[Area]
    others: Sequence[OtherFact]
    breadth: int = 100
    """Percent of the width of its place that it takes."""


@dataclass(frozen=True, slots=True)
class SmallPage:
    """A page in the rail."""

    number: int
    image: str
    url: str
    is_shown: bool
    key: str
    """Name of the key that opens it; most have none."""


@dataclass(frozen=True, slots=True)
class SourceShown:
    """A passage to read, the evidence marked."""

    chunk_id: UUID
    headings: Sequence[str]
    html: Markup

    @classmethod
    def of(cls, source: SourceText) -> "SourceShown":
        # nothing in it is active: see ``domain.chunk_html``
        return cls(source.chunk.chunk_id, source.chunk.heading_path, Markup(source.html))


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    """A fact's evidence. ``said`` is why its place is not marked on a page; the ``sources`` are its text then."""

    fact_id: UUID
    document_id: UUID
    pages: Sequence[PageShown]
    rail: Sequence[SmallPage]
    sources: Sequence[SourceShown]
    said: str
    page_count: int | None
    original_url: str

    @property
    def is_marked(self) -> bool:
        return any(page.marks for page in self.pages)


def evidence_page(
    visit: Visit, document_id: UUID, fact_id: UUID, *, link: LinkOf, crop: bool = False, larger: bool = False
) -> EvidenceShown:
    """Prepare the evidence of a fact for ``evidence.html``.

    Args:
        visit: The visit of the page.
        document_id: Of the fact's document.
        fact_id: Staged or published.
        link: Where another fact of the page is selected.
        crop: Only the part of each page around the marks, without rail and other facts.
        larger: Only the part of each page around the marks, at twice the size.

    Raises:
        NotFoundError: the visitor sees no such document, or it has no such fact.
    """
    services, document = visit.services, DocumentId(document_id)
    original = services.views.original(document)
    said = ""
    pages: list[PageShown] = []
    try:
        others: Mapping[int, Sequence[FactMarks]] = {}
        if crop:
            marks = services.evidence.of_fact(document, fact_id)
        else:
            marks, others = services.evidence.beside_fact(original, fact_id)
        numbers = sorted(marks.pages)[:_MOST_PAGES]
        look = cropped if crop else larger_part if larger else whole
        pages = [_page(marks, n, document_id, others.get(n, ()), link, look) for n in numbers]
        if crop or (larger and marks.is_found):
            pages = [page for page in pages if page.marks]
        if original.has_pictures and not marks.is_found:
            said = "The place of this quote on its page is not known. Its text is below."
    except PageNotShownError as error:
        said = f"{error.page_message} Its text is below."
    sources = services.source_texts.of_fact(document, fact_id) if said or not pages else []
    rail = [] if crop or not pages else rail_of(document_id, original.pages, [page.number for page in pages])
    return EvidenceShown(
        fact_id,
        document_id,
        pages,
        rail,
        [SourceShown.of(source) for source in sources],
        said,
        original.pages,
        f"/documents/{document_id}/original/{quote(original.name, safe='')}",
    )


def facts_of_page(marks: Iterable[FactMarks], number: int, link: LinkOf) -> list[OtherFact]:
    """The facts of a page, as boxes that select them: where each stands itself, not the header that rows share."""
    return [
        OtherFact(
            one.fact.title,
            _STATES.get(one.fact.status, "left-out"),
            link(one.fact.question_id),
            [Area.of(box) for marked in _own(one, number) for box in marked.boxes[number]],
        )
        for one in marks
    ]


def quote_on_page(visit: Visit, document_id: UUID, fact_id: UUID, number: int) -> list[Area]:
    """Return where the quote of a fact stands on a page; nowhere, if it is another one.

    Raises:
        NotFoundError: the document has no such fact.
    """
    marks = visit.services.evidence.of_fact(DocumentId(document_id), fact_id)
    return [Area.of(box) for one in marks.quotes for box in one.boxes.get(number, ())]


def _own(marks: FactMarks, number: int) -> list[MarkedQuote]:
    here = [marked for marked in marks.quotes if number in marked.boxes]
    place = place_of(marks.fact.evidence)
    return [marked for marked in here if marked.span == place] or here


def image_url(document_id: UUID, number: int, *, small: bool = False) -> str:
    """Return the address of a page's picture in the console."""
    return f"/documents/{document_id}/pages/{number}.{'small.' if small else ''}webp"


def _page(
    marks: FactMarks, number: int, document_id: UUID, near: Iterable[FactMarks], link: LinkOf, look: Look
) -> PageShown:
    page = marks.pages[number]
    marked = [one for one in marks.quotes if number in one.boxes]
    boxes = [box for one in marked for box in one.boxes[number]]
    said = " … ".join(" ".join(one.span.quote.split()) for one in marked)[:300]
    own = marks.fact.question_id
    view, breadth = look(boxes, page) if boxes else whole(boxes, page)
    return PageShown(
        number,
        page.width,
        page.height,
        image_url(document_id, number),
        view,
        f"Page {number} with the quote marked: {said}" if said else f"Page {number}",
        [Area.of(box) for box in boxes],
        facts_of_page((one for one in near if one.fact.question_id != own), number, link),
        breadth,
    )


def rail_of(document_id: UUID, count: int | None, shown: Sequence[int]) -> list[SmallPage]:
    """Return the small pages about those that are shown; a key opens the one before, and the one after."""
    last = count or shown[-1]
    first = max(1, min(shown[0] - _MOST_SMALL // 2, last - _MOST_SMALL + 1))
    return [
        SmallPage(
            n,
            image_url(document_id, n, small=True),
            f"/documents/{document_id}/pages/{n}",
            n in shown,
            {shown[0] - 1: "page_before", shown[-1] + 1: "page_after"}.get(n, ""),
        )
        for n in range(first, min(last, first + _MOST_SMALL - 1) + 1)
    ]
