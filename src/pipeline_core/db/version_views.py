"""Versions of a document, and what production had in each, in one moment."""

from pipeline_core.db.views import Views, only
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.versions import Version, VersionFact
from pipeline_core.domain.version_diff import VersionDiff, compare


class VersionViews(Views):
    """Each call is one short transaction, under the user's claims."""

    def versions(self, realm_id: RealmId, document_id: DocumentId) -> list[Version]:
        """Every version that is remembered of the document, and of those whose place it took; the newest first."""
        return self._rows(Version, "versions_of", realm_id=realm_id, document_id=document_id, number=None)

    def diff(self, realm_id: RealmId, document_id: DocumentId, older: int | None, newer: int) -> VersionDiff:
        """The facts that one version has and the other has not; without ``older``, all of ``newer``.

        Raises:
            NotFoundError: the document has no such version, nor has one whose place it took.
        """
        with self._reading() as session:

            def look(number: int) -> tuple[Version, list[VersionFact]]:
                found = session.rows(Version, "versions_of", realm_id=realm_id, document_id=document_id, number=number)
                version = only(found, f"There is no version {number} of document {document_id}.")
                of = {"document_id": version.document_id, "number": number}
                return version, session.rows(VersionFact, "version_facts", **of)

            (before, had), (after, has) = look(older) if older else (None, []), look(newer)
        same_text = before is not None and before.published_sha256 == after.published_sha256
        return compare(before, after, had, has, same_text=same_text)
