"""Several documents that somebody means: those that are named, or what is published of those that match a filter."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.document_filter import DocumentFilter
from pipeline_core.domain.errors import ConflictError, RefusedError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.wording import counted

MOST_DOCUMENTS = 1000
"""As many are withdrawn in one transaction at most."""


@dataclass(frozen=True, slots=True)
class DocumentsMeant:
    """``expected`` goes with ``matching``: the number of documents that whoever means them saw match."""

    document_ids: Sequence[DocumentId] = ()
    matching: DocumentFilter | None = None
    expected: int | None = None


def documents_meant(uow: UnitOfWork, meant: DocumentsMeant, realm_id: RealmId) -> list[DocumentId]:
    """Return the documents; of a filter those that are published, which are locked and match still.

    Raises:
        ConflictError: not as many match as were seen.
        RefusedError: there is none, or there are too many.
    """
    ids = list(dict.fromkeys(meant.document_ids))
    if meant.matching is not None:
        found = sorted(uow.deep_scans.lock_matching(realm_id, meant.matching))
        if meant.expected is not None and len(found) != meant.expected:
            raise ConflictError(
                f"{counted(len(found), 'document matches', 'documents match')} now, not {meant.expected:,}: "
                "nothing was changed.",
                action="Look at the list again.",
                http_action="Read the list again, and send the new `total` as `expected`.",
            )
        published = uow.withdrawals.foresee(found)
        ids = [one for one in found if published[one].published_at is not None]
    if not ids:
        raise RefusedError("None of these documents is published.", action="Choose some that are.")
    if len(ids) > MOST_DOCUMENTS:
        raise RefusedError(
            f"{len(ids):,} documents are too many to withdraw at once.", action=f"Choose at most {MOST_DOCUMENTS:,}."
        )
    return ids
