"""Documents leave production, and what published others say as well takes their place in the same transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.db.withdrawals import Arriving, Left
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    ConflictError,
    EmbeddingModelChangedError,
    NotPublishedError,
)
from pipeline_core.domain.ids import DocumentId, JobId, QuestionId, RealmId
from pipeline_core.domain.lifecycle import WITHDRAW, JobState, Outcome
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.domain.vectors import Vectors
from pipeline_core.domain.wording import counted
from pipeline_core.review.banks import settle_banks
from pipeline_core.review.decisions import require_reason
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.meant import DocumentsMeant, documents_meant
from pipeline_core.review.orphans import revive_orphans

_ATTEMPTS = 5
T = TypeVar("T")


@dataclass
class Known:
    """Vectors of the active model by the hash of their text; ``missing`` are texts that still need one, by hash.

    ``model`` is None as long as none was needed.
    """

    model: EmbeddingModel | None = None
    version: str = ""
    vectors: dict[str, Vectors] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


class VectorsMissingError(Exception):
    """Facts that would take a place have no vector yet: ``Known.missing`` names their texts. Nothing was written."""


Vectorise = Callable[[Known, RealmId], None]
"""Gets the missing vectors, of the model that is active now; the realm pays for them."""


def with_vectors(attempt: Callable[[Known], T], vectorise: Vectorise, realm_id: RealmId) -> T:
    """Carry out an attempt in a transaction of its own, again with the vectors that it turned out to need.

    Raises:
        ConflictError: other facts are left without their copy each time.
        PipelineError: as the attempt, and as the embedder.
    """
    known = Known()
    for _ in range(_ATTEMPTS):
        try:
            return attempt(known)
        except VectorsMissingError:
            vectorise(known, realm_id)
        except EmbeddingModelChangedError:
            known = Known()
    raise ConflictError("What other documents say in its place changes all the time.", action="Try it again later.")


def foresee(uow: UnitOfWork, scopes: Sequence[DocumentScope], *, by_rule: bool = False) -> list[Leaving]:
    """Return what would leave with these documents, and change nothing.

    Raises:
        NotPublishedError: one of them is not in production; the rule stops those that are on their way, too.
        AlreadyDecidedError: a decision about one is parked, or a worker has it in hand.
    """
    ids = [scope.document_id for scope in scopes]
    found = uow.withdrawals.foresee(ids)
    for scope in scopes:
        scope.refuse_parked()
        if found[scope.document_id].published_at is None and not by_rule:
            raise NotPublishedError(f"{scope.summary.filename} is not published: there is nothing to withdraw.")
        if scope.summary.state is JobState.WORKING:
            raise AlreadyDecidedError(
                f"{scope.summary.filename} is being processed right now.",
                action="Wait until it is at rest (`pipeline status NAME`), then withdraw it.",
                http_action="Wait until `GET /api/v2/jobs/{job_id}` says that it is at rest, then withdraw it.",
                page_action="Wait until it is at rest, then withdraw it.",
            )
    return [found[document_id] for document_id in ids]


def withdraw(
    uow: UnitOfWork, scopes: Sequence[DocumentScope], by: Reviewer, known: Known, *, by_rule: bool = False
) -> list[Leaving]:
    """Take documents of one realm out of production, whole, in this transaction.

    A fact that a published document at rest says in the same words comes in the place of one that leaves; what else was
    left out for one of them is compared again. ``by`` has the reason.

    ``by_rule`` says that they have vanished from their sources, and nobody decided: documents on their way are stopped,
    too. A person's withdrawal of one that has vanished is the answer to that.

    Raises:
        ConflictError: by the rule, one of them is there again, or somebody has decided.
        ReasonTooShortError: it is too short.
        VectorsMissingError: put the vectors of what is ``missing`` into ``known``, and call again.
        NotPublishedError, AlreadyDecidedError: as ``foresee``.
    """
    require_reason(by.reason, "a withdrawal")
    ids = [scope.document_id for scope in scopes]
    uow.staging.lock_matching([by.realm_id])
    if known.model:
        uow.models.hold(known.model)
    uow.production.lock_places(ids)
    leaving = foresee(uow, scopes, by_rule=by_rule)
    if uow.sources.decide_vanishings(ids, "withdraw", by, is_rule=by_rule) < len(ids) and by_rule:
        raise ConflictError("A document that had vanished is there again, or was decided about.")
    said = uow.withdrawals.facts(ids)
    arriving, banks = uow.withdrawals.take_out(ids)
    if arriving:
        _publish(uow, arriving, known)
    came = {fact.match_sha256: fact.owner_id for fact in arriving}
    jobs = {scope.document_id: scope.summary.job_id for scope in scopes}
    left = [Left(one, jobs[one.document_id], _taken_over(said[one.document_id], came)) for one in leaving]
    uow.withdrawals.record(left, by=by)
    _move(uow, left, by)
    settle_banks(uow, [by.realm_id], banks)
    revive_orphans(uow, [by.realm_id], ids)
    return [replace(one.leaving, taken_over=len(one.taken_over)) for one in left]


def _publish(uow: UnitOfWork, arriving: Sequence[Arriving], known: Known) -> None:
    known.missing = {fact.content_sha256: fact.text for fact in arriving if fact.content_sha256 not in known.vectors}
    if known.model is None or known.missing:
        raise VectorsMissingError
    uow.withdrawals.publish(arriving, known.vectors, known.model, known.version)


def _taken_over(said: Mapping[str, QuestionId], came: Mapping[str, QuestionId]) -> dict[QuestionId, QuestionId]:
    return {old: came[words] for words, old in said.items() if words in came}


def _move(uow: UnitOfWork, left: Sequence[Left], by: Reviewer) -> None:
    payloads: dict[JobId, dict[str, object]] = {
        one.job_id: {
            "by": by.by,
            "reason": by.reason,
            "chunks": one.leaving.chunks,
            "facts": one.leaving.facts,
            "taken_over": {str(old): new for old, new in one.taken_over.items()},
        }
        for one in left
    }
    uow.jobs.move(WITHDRAW, payloads, lease=None, outcome=Outcome.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Takes documents out of production, and says beforehand what that would do."""

    open_uow: OpenUnitOfWork
    vectorise: Vectorise

    def foresee(self, document_ids: Sequence[DocumentId], *, by: Reviewer) -> list[Leaving]:
        """Return what would leave with these documents, and change nothing.

        Raises:
            NotFoundError: the realm has no such document.
            NotPublishedError, AlreadyDecidedError: one of them cannot be withdrawn now.
        """
        with self.open_uow() as uow:
            return foresee(uow, scopes_of(uow, document_ids, by))

    def foresee_meant(self, meant: DocumentsMeant, *, by: Reviewer) -> list[Leaving]:
        """Return what would leave with the documents that somebody means, and change nothing.

        Raises:
            PipelineError: as ``foresee`` and ``documents_meant``.
        """
        with self.open_uow() as uow:
            return foresee(uow, scopes_of(uow, documents_meant(uow, meant, by.realm_id), by))

    def __call__(self, document_ids: Sequence[DocumentId], *, by: Reviewer) -> list[Leaving]:
        """Take them out, all in one transaction, and return what left. ``by`` has the reason.

        Raises:
            NotFoundError: the realm has no such document.
            ReasonTooShortError, NotPublishedError, AlreadyDecidedError: nothing was withdrawn.
            TransientError: what takes their place could not be embedded; nothing was withdrawn.
        """

        def attempt(known: Known) -> list[Leaving]:
            with self.open_uow() as uow:
                left = withdraw(uow, scopes_of(uow, document_ids, by), by, known)
                uow.commit()
            return left

        return with_vectors(attempt, self.vectorise, by.realm_id)


def scopes_of(uow: UnitOfWork, document_ids: Sequence[DocumentId], by: Reviewer) -> list[DocumentScope]:
    """Lock the documents, in one order, whoever withdraws several."""
    return [DocumentScope(uow, document_id, by) for document_id in sorted(set(document_ids))]


def said_of(documents: Sequence[Leaving], *, would: bool = False) -> str:
    """Say what left with these documents, or what would."""
    facts = sum(one.facts for one in documents)
    over = sum(one.taken_over for one in documents)
    leave = "would leave" if would else "left"
    told = f"{counted(facts, 'fact')} {leave} production"
    if not over:
        return told
    become = "would be" if would else ("is" if over == 1 else "are")
    return f"{told}; {over} of them {become} published from other documents instead"
