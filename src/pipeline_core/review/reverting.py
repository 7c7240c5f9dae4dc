"""A published document goes back to an earlier version, whole, in one transaction; that is a new version of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    BeingErasedError,
    LedgerError,
    NotFoundError,
    NotPublishedError,
    RefusedError,
)
from pipeline_core.domain.ids import BatchId, DocumentId
from pipeline_core.domain.lifecycle import PUT_BACK, JobStage, JobState, Outcome
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.versions import Resembling, Reverting
from pipeline_core.domain.staging import LedgerRow, Pair
from pipeline_core.domain.wording import counted
from pipeline_core.review.banks import settle_banks
from pipeline_core.review.decisions import Resolution, require_reason
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.review.resembling import left_out_by, pairs_of_version, require_decided, settle_pairs
from pipeline_core.review.withdrawing import Known, Vectorise, VectorsMissingError, with_vectors, withdraw
from pipeline_core.validation.rules import compared_again

_REST = "Let it come to rest, or reject what waits; then revert it."


def foresee(scope: DocumentScope, number: int) -> Reverting:
    """Return what would come and go, and change nothing.

    Raises:
        NotFoundError: the document has no such version, nor has earlier content of the same file.
        NotPublishedError: it is not in production.
        AlreadyDecidedError: a decision about it is parked, or it is on its way.
        BeingErasedError: the content that has the version is being erased.
        RefusedError: production says so now, the version was compared by an older version of this software or is not
            remembered whole any more, or the file is not where its earlier content was.
    """
    holder = _holder(scope, number)
    found = _foresee(scope, holder, number)
    pairs, undecided = _pairs(scope, holder, number)
    return replace(found, elsewhere=found.elsewhere + left_out_by(pairs), undecided=undecided)


def _pairs(scope: DocumentScope, holder: DocumentScope, number: int) -> tuple[list[Pair], list[Resembling]]:
    leaving = [] if holder is scope else [scope.document_id]
    return pairs_of_version(scope.uow, holder.document_id, number, scope.by.realm_id, leaving)


def _holder(scope: DocumentScope, number: int) -> DocumentScope:
    """The document that has the version: this one, or earlier content of the same file."""
    name = scope.summary.filename
    holders = scope.uow.reversions.holders(scope.document_id, number, scope.by.realm_id)
    if not holders:
        raise NotFoundError(
            f"There is no version {number} of {name}.",
            action="`pipeline versions DOCUMENT` lists them.",
            http_action="`GET /api/v2/documents/{document_id}/versions` lists them.",
            page_action="The page of the document lists them.",
        )
    if scope.document_id in holders:
        return scope
    if len(holders) > 1:
        raise RefusedError(
            f"{counted(len(holders), 'file')} that {name} took the place of had a version {number}.",
            action="Process again the file that it is to be.",
        )
    return DocumentScope(scope.uow, holders[0], scope.by)


def _foresee(scope: DocumentScope, holder: DocumentScope, number: int) -> Reverting:
    scope.refuse_parked()
    summary, leaving = scope.summary, [] if holder is scope else [scope.document_id]
    found = scope.uow.reversions.foresee(holder.document_id, number, scope.by.realm_id, leaving)
    if found is None or found.number is None:
        raise NotFoundError(f"There is no version {number} of {summary.filename}.")
    if not summary.is_published:
        raise NotPublishedError(
            f"{summary.filename} is not published.",
            action="`pipeline retry NAME` publishes it again; then it can be reverted.",
            http_action="`POST /api/v2/jobs/{job_id}/retry` publishes it again; then it can be reverted.",
            page_action="Publish it again; then it can be reverted.",
        )
    if (summary.state, summary.outcome) != (JobState.DONE, Outcome.PUBLISHED):
        raise AlreadyDecidedError(
            f"{summary.filename} is being processed, or waits for a decision.",
            action="Let it come to rest (`pipeline status NAME`), or reject what waits; then revert it.",
            http_action=_REST,
            page_action=_REST,
        )
    if holder is not scope:
        _require_earlier(scope, holder, number)
    if found.is_forgotten:
        raise RefusedError(
            f"Version {number} of {summary.filename} is older than what is kept: it is not remembered whole any more.",
            action="Process again the file as it was then.",
        )
    if found.is_present:
        raise RefusedError(
            f"Version {number} of {summary.filename} is what production says now.", action="Name another."
        )
    if found.outdated:
        raise RefusedError(
            f"Version {number} of {summary.filename} was compared by an older version of this software.",
            action="Process the document again: `pipeline retry NAME`.",
        )
    return found


def _require_earlier(scope: DocumentScope, holder: DocumentScope, number: int) -> None:
    """Require that the earlier content can take the place back."""
    name, summary = scope.summary.filename, holder.summary
    holder.refuse_parked()
    if scope.uow.erasures.refused([holder.document_id], scope.by.realm_id):
        raise BeingErasedError
    is_at_rest = summary.state is JobState.DONE and summary.outcome in (Outcome.PUBLISHED, Outcome.WITHDRAWN)
    if summary.is_published or not is_at_rest or summary.stage is not JobStage.INGESTED:
        raise AlreadyDecidedError(
            f"Version {number} of {name} is of other content of the file, which is published elsewhere, "
            "or was started again since.",
            action="Process again the file as it was then.",
        )
    if not scope.uow.reversions.could_stand(holder.document_id, scope.document_id):
        raise RefusedError(
            f"Version {number} of {name} is of other content of the file, and another file stands there now.",
            action="Process again the file as it was then.",
        )


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
    holder = _holder(scope, number)
    document_id, found = holder.document_id, _foresee(scope, holder, number)
    banks: set[BatchId] = set()
    if holder is scope:
        arriving, banks = uow.reversions.take_out(document_id, number)
        if arriving:  # before anything else: what nobody publishes would be taken back
            active = _require_vectors({one.content_sha256: one.text for one in arriving}, known)
            uow.withdrawals.publish(arriving, known.vectors, active, known.version)
    else:
        _give_way(scope, holder, number, known)
    uow.reversions.stage(document_id, number, by=by)
    pairs, undecided = _pairs(scope, holder, number)
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
