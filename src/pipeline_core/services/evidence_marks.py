"""Evidence as a reviewer sees it: the places of facts on the pages of their document."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.db.api_views import ApiViews
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.fact_marks import FactMarks, MarkedQuote
from pipeline_core.domain.ids import DocumentId, QuestionId
from pipeline_core.domain.page_views import ImageKind, PageWords
from pipeline_core.domain.review import StagedFact
from pipeline_core.domain.rows.documents import Original
from pipeline_core.services.page_texts import KINDS, Outputs, PageTexts


@dataclass(frozen=True, slots=True)
class EvidenceMarks:
    """Pages, words and marks of the documents that one user may see."""

    views: ApiViews
    open_uow: OpenUnitOfWork
    texts: PageTexts

    def image(self, document_id: DocumentId, number: int, kind: ImageKind) -> bytes:
        """The picture of a page.

        Raises:
            NotFoundError: the user has no such document, or it has no such page, or none that can be shown.
            PageNotShownError: the page is damaged, or takes too long or too much memory.
        """
        return self.texts.views.image(self.views.original(document_id), number, kind)

    def etag(self, document_id: DocumentId, number: int, kind: ImageKind) -> str:
        """The version of a page's picture: that of the file, and of what shows it.

        Raises:
            NotFoundError: the user has no such document.
        """
        sha256 = self.views.original(document_id).sha256
        return f'"{sha256}-{self.texts.views.revision}-{number}-{kind}"'

    def words(self, document_id: DocumentId, number: int) -> PageWords:
        """The words of a page with their boxes. Raises as ``image``."""
        original = self.views.original(document_id)
        with self.open_uow() as uow:
            outputs = _outputs(uow, document_id)
        return self.texts.words(original, outputs, number)

    def of_fact(self, document_id: DocumentId, fact_id: UUID) -> FactMarks:
        """The marks of one fact.

        Raises:
            NotFoundError: the user has no such document, or it has no such fact.
            PageNotShownError: see ``image``.
        """
        original = self.views.original(document_id)
        with self.open_uow() as uow:
            fact, outputs = _fact(uow, original, fact_id), _outputs(uow, document_id)
        return self._marked(fact, original, outputs)

    def beside_fact(self, original: Original, fact_id: UUID) -> tuple[FactMarks, Mapping[int, list[FactMarks]]]:
        """The marks of one fact, and of all facts by the pages that it stands on. Raises as ``of_fact``."""
        document_id = original.document_id
        with self.open_uow() as uow:
            fact, outputs = _fact(uow, original, fact_id), _outputs(uow, document_id)
        # pages are read outside of transactions: it may take a while
        marks = self._marked(fact, original, outputs)
        numbers = sorted(marks.pages)
        with self.open_uow() as uow:
            near = uow.reviews.on_pages(document_id, [*numbers, *(number - 1 for number in numbers)])
        return marks, {number: self._of_page(near, number, original, outputs) for number in numbers}

    def on_page(self, document_id: DocumentId, number: int) -> tuple[PageWords, list[FactMarks]]:
        """A page and the marks of all facts that it proves, in the order of the text. Raises as ``image``."""
        original = self.views.original(document_id)
        page = self.texts.views.words(original, number)
        with self.open_uow() as uow:
            outputs = _outputs(uow, document_id)
            near = uow.reviews.on_pages(document_id, (number - 1, number))
        return page, self._of_page(near, number, original, outputs)

    def _of_page(
        self, facts: Sequence[StagedFact], number: int, original: Original, outputs: Outputs
    ) -> list[FactMarks]:
        """Return the facts that stand on the page; one that begins on the page before may run over its end."""
        near = (number - 1, number)
        here = [fact for fact in facts if any(span.page in near for span in fact.evidence)]
        marked = [self._marked(fact, original, outputs, only=near) for fact in here]
        return [one for one in marked if any(number in quote.boxes for quote in one.quotes)]

    def _marked(
        self, fact: StagedFact, original: Original, outputs: Outputs, *, only: Collection[int | None] | None = None
    ) -> FactMarks:
        spans = [span for span in fact.evidence if only is None or span.page in only]
        quotes = tuple(MarkedQuote(span, self.texts.locate(span, original, outputs)) for span in spans)
        numbers = {number for quote in quotes for number in quote.boxes}
        numbers |= {span.page for span in spans if span.page is not None and original.has_pictures}
        return FactMarks(fact, quotes, {n: self.texts.views.words(original, n) for n in sorted(numbers)})


def _fact(uow: UnitOfWork, original: Original, fact_id: UUID) -> StagedFact:
    fact = uow.reviews.known(original.document_id, QuestionId(fact_id))
    if fact is None:
        raise NotFoundError(f"{original.filename} has no fact {fact_id}.")
    return fact


def _outputs(uow: UnitOfWork, document_id: DocumentId) -> Outputs:
    return uow.stages.outputs([document_id], KINDS).get(document_id, {})
