"""Versions of a document, and what production had in each, in one moment."""

from pipeline_core.db.views import Views, only
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.versions import Version, VersionFact
from pipeline_core.domain.version_diff import VersionDiff, compare


class VersionViews(Views):
    """Each call is one short transaction, under the user's claims."""

    def versions(self, realm_id: RealmId, document_id: DocumentId) -> list[Version]:
        """Every version of the document that is remembered, the newest first."""
        return self._rows(Version, "versions_of", realm_id=realm_id, document_id=document_id, number=None)

    def version_facts(
        self, realm_id: RealmId, document_id: DocumentId, number: int
    ) -> tuple[Version, list[VersionFact]]:
        """A version, and what production had of the document in it.

        Raises:
            NotFoundError: the document has no such version.
        """
        with self._reading() as session:
            found = session.rows(Version, "versions_of", realm_id=realm_id, document_id=document_id, number=number)
            version = only(found, f"There is no version {number} of document {document_id}.")
            return version, session.rows(VersionFact, "version_facts", document_id=document_id, number=number)

    def diff(self, realm_id: RealmId, document_id: DocumentId, older: int | None, newer: int) -> VersionDiff:
        """The facts that one version has and the other has not; without ``older``, all of ``newer``.

        Raises:
            NotFoundError: the document has no such version.
        """
        with self._reading() as session:

            def look(number: int) -> tuple[Version, list[VersionFact]]:
                found = session.rows(Version, "versions_of", realm_id=realm_id, document_id=document_id, number=number)
                version = only(found, f"There is no version {number} of document {document_id}.")
                return version, session.rows(VersionFact, "version_facts", document_id=document_id, number=number)

            before, after = look(older) if older else (None, []), look(newer)
            texts = session.mapping("version_texts", document_id=document_id, numbers=[older, newer])
        return compare(before[0], after[0], before[1], after[1], same_text=texts.get(older) == texts.get(newer))
