"""Versions of a document: which there are, and what changed from one to the other."""

from dataclasses import dataclass

from pipeline_core.db.version_views import VersionViews
from pipeline_core.domain.errors import NotPublishedError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.versions import Version
from pipeline_core.domain.version_diff import VersionDiff


@dataclass(frozen=True, slots=True)
class Versions:
    """Reads what production said of a document, as one user may see it."""

    views: VersionViews
    realm_id: RealmId

    def __call__(self, document_id: DocumentId) -> list[Version]:
        """List the versions that are remembered, the newest first; none of what was never published.

        Earlier content of the same file is another document, whose place this one took: its versions are listed too.

        Raises:
            NotFoundError: the realm has no such document.
        """
        found = self.views.versions(self.realm_id, document_id)
        if not found:
            self.views.export(self.realm_id, document_id)  # says whether there is such a document
        return found

    def diff(self, document_id: DocumentId, older: int | None = None, newer: int | None = None) -> VersionDiff:
        """Compare two versions; by default the last two. The first one is compared with nothing.

        Raises:
            NotFoundError: the document has no such version.
            NotPublishedError: nothing of it was ever published.
        """
        numbers = [version.number for version in self(document_id)]
        if not numbers:
            raise NotPublishedError(f"Nothing of document {document_id} was ever published.")
        newer = newer or numbers[0]
        older = older or next((number for number in numbers if number < newer), None)
        return self.views.diff(self.realm_id, document_id, older, newer)
