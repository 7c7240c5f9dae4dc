"""Versions of a document: what production said, and when."""

from uuid import UUID

from pipeline_core.client.wired import Wired
from pipeline_core.domain.rows.versions import Version
from pipeline_core.domain.version_diff import VersionDiff
from pipeline_core.services.versions import Versions


class Versioned(Wired):
    """Versions of documents, and what changed from one to the other."""

    def versions(self, document: str | UUID) -> list[Version]:
        """List the versions of a document that are remembered, the newest first; none of what was never published.

        Raises:
            NotFoundError: there is no such document.
        """
        return self._versions(self._document_id(document))

    def diff(self, document: str | UUID, older: int | None = None, newer: int | None = None) -> VersionDiff:
        """Compare two versions of a document fact by fact; by default the last two. The first is compared with nothing.

        Raises:
            NotFoundError: there is no such document or version.
            NotPublishedError: nothing of it was ever published.
        """
        return self._versions.diff(self._document_id(document), older, newer)

    @property
    def _versions(self) -> Versions:
        return self._app.for_user(self.person, realm_id=self.realm_id).versions
