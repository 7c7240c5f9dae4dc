"""Evidence: pages as they look, and the places of facts on them and in the text."""

from uuid import UUID

from pipeline_core.client.wired import Wired
from pipeline_core.domain.fact_marks import FactMarks
from pipeline_core.domain.page_views import ImageKind, PageWords
from pipeline_core.domain.provenance import Provenance
from pipeline_core.services.evidence_marks import EvidenceMarks
from pipeline_core.services.source_texts import SourceText


class Evidence(Wired):
    """Proofs of the facts of documents."""

    def page_image(self, document: str | UUID, page: int, kind: ImageKind = ImageKind.PNG) -> bytes:
        """Return the picture of a page of a PDF, by its number from 1.

        Raises:
            NotFoundError: there is no such document, or it has no such page, or none that can be shown.
            PageNotShownError: the page is damaged, or takes too long or too much memory.
        """
        return self._evidence.image(self._document_id(document), page, kind)

    def page_words(self, document: str | UUID, page: int) -> PageWords:
        """Return the words of a page with their boxes. Raises as ``page_image``."""
        return self._evidence.words(self._document_id(document), page)

    def page_marks(self, document: str | UUID, page: int) -> list[FactMarks]:
        """Return the facts that a page proves, with their boxes. Raises as ``page_image``."""
        return self._evidence.on_page(self._document_id(document), page)[1]

    def marks(self, document: str | UUID, fact_id: UUID) -> FactMarks:
        """Return the boxes of a fact's quotes on the pages of its document.

        Raises:
            NotFoundError: there is no such document or fact.
            PageNotShownError: see ``page_image``.
        """
        return self._evidence.of_fact(self._document_id(document), fact_id)

    def source_texts(self, document: str | UUID, fact_id: UUID) -> list[SourceText]:
        """Return the chunks that prove a fact, with the places of its quotes.

        Raises:
            NotFoundError: there is no such document or fact.
        """
        services = self._app.for_user(self.person, realm_id=self.realm_id)
        return services.source_texts.of_fact(self._document_id(document), fact_id)

    def provenance(self, fact_id: UUID) -> Provenance:
        """Trace a fact of the realm, published, staged or withdrawn, back to its file, its run and who let it in.

        Raises:
            NotFoundError: there is no such fact.
        """
        return self._app.for_user(self.person, realm_id=self.realm_id).trace_fact(fact_id)

    @property
    def _evidence(self) -> EvidenceMarks:
        return self._app.for_user(self.person, realm_id=self.realm_id).evidence
