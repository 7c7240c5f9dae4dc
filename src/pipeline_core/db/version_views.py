"""Versions of a document, and what production had in each."""

from dataclasses import replace
from itertools import zip_longest

from pipeline_core.db.session import Session
from pipeline_core.db.views import Views
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.versions import Version, VersionFact
from pipeline_core.domain.version_diff import VersionDiff, compare


class VersionViews(Views):
    """Each call is one short transaction, under the user's claims."""

    def versions(self, realm_id: RealmId, document_id: DocumentId) -> list[Version]:
        """Every version that is remembered of the document, and of those whose place it took; the newest first."""
        with self._reading() as session:
            found = session.rows(Version, "versions_of", realm_id=realm_id, document_id=document_id)
            return [_counted(session, before, one) for one, before in zip_longest(found, found[1:])]

    def diff(self, older: Version | None, newer: Version) -> VersionDiff:
        """The facts that one version has and the other has not; without ``older``, all of ``newer``."""
        with self._reading() as session:
            return _compare(session, older, newer)


def _compare(session: Session, older: Version | None, newer: Version) -> VersionDiff:
    had, has = (
        session.rows(VersionFact, "version_facts", document_id=one.document_id, number=one.number) if one else []
        for one in (older, newer)
    )
    same_text = older is not None and older.published_sha256 == newer.published_sha256
    return compare(older, newer, had, has, same_text=same_text)


def _counted(session: Session, before: Version | None, version: Version) -> Version:
    """The version with its counts as ``diff`` tells them: a fact with another id may say what one said before."""
    if before is None:
        return replace(version, facts_came=version.facts, facts_went=0, facts_changed=0)
    is_same = before.document_id == version.document_id
    if is_same and not (version.facts_came and version.facts_went):
        return version
    diff = _compare(session, before, version)
    return replace(version, facts_came=len(diff.added), facts_went=len(diff.gone), facts_changed=len(diff.reworded))
