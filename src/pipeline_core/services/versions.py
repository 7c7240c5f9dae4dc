"""Versions of a document: which there are, and what changed from one to the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.db.version_views import VersionViews
from pipeline_core.domain.errors import NotFoundError, NotPublishedError
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
        found = self(document_id)
        if not found:
            raise NotPublishedError("Nothing of it was ever published.")
        after = found[0] if newer is None else _numbered(newer, found)
        earlier = (one for one in found if one.number < after.number)
        return self.views.diff(next(earlier, None) if older is None else _numbered(older, found), after)


def _numbered(number: int, versions: Sequence[Version]) -> Version:
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise NotFoundError(
            f"There is no version {number} of {versions[0].file_name}.",
            action="`pipeline versions` lists them.",
            http_action="`GET /api/v2/documents/{document_id}/versions` lists them.",
            page_action="The page of its versions lists them.",
        )
    return found
