"""Versions of a document: what production said, and when."""

from dataclasses import replace
from uuid import UUID

from pipeline_core.client.wired import Wired, needs
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.versions import Reverting, Version
from pipeline_core.domain.version_diff import VersionDiff
from pipeline_core.review.decisions import Resolution, resolution_of
from pipeline_core.services.versions import Versions


class Versioned(Wired):
    """Versions of documents, and what changed from one to the other."""

    def versions(self, document: str | UUID) -> list[Version]:
        """List the versions of a document that are remembered, the newest first; none of what was never published.

        Those of earlier content of the same file are among them: that is another document, whose place this one took.

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

    @needs(Role.REVIEWER)
    def revert(
        self,
        document: str | UUID,
        version: int,
        *,
        reason: str,
        duplicates: Resolution | str | None = None,
        reviewer: str = "",
    ) -> Reverting:
        """Let production say of a document what it said in a version, in one transaction; returns what came and went.

        That is a new version. What others say by now in the same words stays published from them, and what leaves and
        is said by others comes from there.

        Args:
            document: As for ``status``.
            version: Its number, as ``versions`` lists it.
            reason: Why, in at least 10 characters; kept in the record.
            duplicates: The decision about all facts that come back and resemble what others say by now.
            reviewer: The name for the record; without it, as set.

        Raises:
            NotFoundError, ReasonTooShortError, NotPublishedError, AlreadyDecidedError, RefusedError,
            UndecidedDuplicatesError: nothing changed.
        """
        by = replace(self.reviewer, reason=reason, name=reviewer.strip() or self.person.name)
        decided = resolution_of(duplicates) if duplicates else None
        return self._app.revert(self._document_id(document), version, by=by, duplicates=decided)

    @needs(Role.REVIEWER)
    def foresee_reversion(self, document: str | UUID, version: int) -> Reverting:
        """Return what would come and go, and change nothing.

        Raises:
            NotFoundError, NotPublishedError, AlreadyDecidedError, RefusedError: it cannot be reverted so now.
        """
        return self._app.revert.foresee(self._document_id(document), version, by=self.reviewer)

    @property
    def _versions(self) -> Versions:
        return self._app.for_user(self.person, realm_id=self.realm_id).versions
