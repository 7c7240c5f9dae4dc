"""A published document goes back to an earlier version, whole, in one transaction; that is a new version of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import (
    LedgerError,
    NotPublishedError,
)
from pipeline_core.domain.ids import BatchId, DocumentId
from pipeline_core.domain.lifecycle import PUT_BACK, Outcome
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.versions import Reverting
from pipeline_core.domain.staging import LedgerRow
from pipeline_core.domain.wording import counted
from pipeline_core.review.banks import settle_banks
from pipeline_core.review.decisions import Resolution, require_reason
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.review.resembling import left_out_by, require_decided, settle_pairs
from pipeline_core.review.reversion import foresee, foresee_of, holder_of, pairs_of
from pipeline_core.review.withdrawing import Known, Vectorise, VectorsMissingError, with_vectors, withdraw
from pipeline_core.validation.rules import compared_again


def revert(
    uow: UnitOfWork, scope: DocumentScope, number: int, known: Known, duplicates: Resolution | None = None
) -> Reverting:
    """Let production say of a document what it said in a version, in this transaction.

    What leaves with it and is said by others takes its place from there, as when a document is withdrawn; what others
    say by now in the same words stays published from them. What contradicts production is found, and stops nothing.

    Raises:
        ReasonTooShortError: the reviewer's reason is too short.
        VectorsMissingError: put the vectors of what is ``missing`` into ``known``, and call again.
        EmbeddingModelChangedError: those that are known are of another model than the active one.
        UndecidedDuplicatesError: what comes back resembles what others say, and ``duplicates`` does not decide it.
        As ``foresee``.
    """
    by = scope.by
    require_reason(by.reason, "going back to a version")
    uow.staging.lock_matching([by.realm_id])
    model = known.model or uow.models.active()
    if model is None:
        raise NotPublishedError("Nothing is published.")
    uow.models.hold(model)
    uow.production.lock_places([scope.document_id])
    holder = holder_of(scope, number)
    document_id, found = holder.document_id, foresee_of(scope, holder, number)
    banks: set[BatchId] = set()
    if holder is scope:
        arriving, banks = uow.reversions.take_out(document_id, number)
        if arriving:  # before anything else: what nobody publishes would be taken back
            active = _require_vectors({one.content_sha256: one.text for one in arriving}, known)
            uow.withdrawals.publish(arriving, known.vectors, active, known.version)
    else:
        _give_way(scope, holder, number, known)
    uow.reversions.stage(document_id, number, by=by)
    pairs, undecided = pairs_of(scope, holder, number)
    require_decided(undecided, duplicates)
    settle_pairs(uow, document_id, pairs, duplicates, by=by)
    found = replace(found, elsewhere=found.elsewhere + left_out_by(pairs, duplicates))
    banks |= uow.production.take_places([document_id])
    if lacking := uow.reversions.buffer(document_id, number, model):
        active = _require_vectors({one.content_sha256: one.text for one in lacking}, known)
        uow.reversions.fill(lacking, known.vectors, active, known.version, of=(document_id, by.realm_id))
    _check(uow.production.swap([document_id], model=model.name))
    uow.reversions.finish(document_id, number, by=by, instead_of=found.instead_of)
    told = {"version": number, "came": found.comes, "went": found.goes, "changed": found.changes}
    holder.log("document_reverted", **told)
    settle_banks(uow, [by.realm_id], banks)
    revive_orphans(uow, [by.realm_id], [document_id])
    _compare(uow, holder)
    return found


def _give_way(scope: DocumentScope, holder: DocumentScope, number: int, known: Known) -> None:
    """Withdraw the content that is published, and give the place back to the one that has the version."""
    uow, by = scope.uow, scope.by
    why = replace(by, reason=f"Reverted to version {number}: {by.reason}")
    withdraw(uow, [scope], why, known)
    payload = {"by": by.by, "reason": by.reason, "version": number}
    uow.jobs.move(PUT_BACK, {holder.summary.job_id: payload}, lease=None, outcome=Outcome.PUBLISHED)
    uow.reversions.take_places_back(holder.document_id, scope.document_id)


def _require_vectors(needed: Mapping[str, str], known: Known) -> EmbeddingModel:
    """The model of the vectors of these texts, all of which must be known."""
    known.missing = {sha256: text for sha256, text in needed.items() if sha256 not in known.vectors}
    if known.model is None or known.missing:
        raise VectorsMissingError
    return known.model


def _check(ledger: Sequence[LedgerRow]) -> None:
    for row in ledger:
        if (row.chunks_staged, row.facts_approved) != (row.chunks_published, row.facts_published):
            raise LedgerError(
                f"{row.chunks_published} of {row.chunks_staged} chunks and {row.facts_published} of "
                f"{row.facts_approved} facts would have come back.",
                where=f"document {row.document_id}",
            )


def _compare(uow: UnitOfWork, scope: DocumentScope) -> None:
    """Bring the findings of its job up to date with what production says by now."""
    job_id = scope.summary.job_id
    validated = uow.jobs.validated([job_id])
    differing = uow.staging.differing([scope.document_id])
    uow.jobs.set_validation_results(
        {
            job_id: compared_again(results, differing[document_id])
            for job_id, (document_id, results) in validated.items()
        }
    )


@dataclass(frozen=True, slots=True)
class Revert:
    """Goes back to versions of documents, and says beforehand what that would do."""

    open_uow: OpenUnitOfWork
    vectorise: Vectorise

    def foresee(self, document_id: DocumentId, number: int, *, by: Reviewer) -> Reverting:
        """Return what would come and go, and change nothing.

        Raises:
            NotFoundError, NotPublishedError, AlreadyDecidedError, RefusedError: it cannot be reverted so now.
        """
        with self.open_uow() as uow:
            return foresee(DocumentScope(uow, document_id, by), number)

    def __call__(
        self, document_id: DocumentId, number: int, *, by: Reviewer, duplicates: Resolution | None = None
    ) -> Reverting:
        """Go back to the version, and return what came and went. ``by`` has the reason.

        Raises:
            NotFoundError, NotPublishedError, AlreadyDecidedError, RefusedError, ReasonTooShortError: nothing changed.
            UndecidedDuplicatesError: what comes back resembles what others say; ``duplicates`` decides.
            TransientError: what has no vector of the active model could not be embedded; nothing changed.
        """

        def attempt(known: Known) -> Reverting:
            with self.open_uow() as uow:
                found = revert(uow, DocumentScope(uow, document_id, by), number, known, duplicates)
                uow.commit()
            return found

        return with_vectors(attempt, self.vectorise, by.realm_id)


def said_of(found: Reverting, *, would: bool = False) -> str:
    """Say what came and went, or what would."""
    come, go, change = ("would come back", "would leave", "would change") if would else ("came back", "left", "changed")
    told = f"{counted(found.comes - found.elsewhere, 'fact')} {come}, {found.goes} {go} and {found.changes} {change}"
    if found.elsewhere:
        stay = counted(found.elsewhere, "fact stays", "facts stay")
        told = f"{told}; {stay} published from others, which say the same by now"
    if found.undecided:
        told = f"{told}; {counted(len(found.undecided), 'fact')} may be what others say by now, and is to be decided"
    if found.instead_of:
        told = f"{told}; the content that the file has now {'would be' if would else 'is'} withdrawn for it"
    return told
