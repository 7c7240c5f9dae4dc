"""Review: what waits for a person, and decisions."""

from typing import Unpack
from uuid import UUID

from pipeline_core.client.documents import Documents
from pipeline_core.client.results import DocumentStatus
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.review.add import Added, MissedFact
from pipeline_core.review.decisions import Change, Decided, Decision
from pipeline_core.review.fields import DecisionFields, request_of


class Reviewing(Documents):
    """What waits for a person, and decisions about it."""

    def waiting(self, *, limit: int = 100) -> list[DocumentStatus]:
        """What waits for a person, newest first."""
        return self.statuses(states=[JobState.AWAITING_REVIEW], limit=limit)

    def decide(
        self, document: str | UUID, decision: Decision, *, start: bool = True, **fields: Unpack[DecisionFields]
    ) -> Decided:
        """Decide about a document that waits, and let it go on if the decision does.

        Args:
            document: As for ``status``.
            decision: What becomes of it.
            start: Let it go on at once; otherwise its next run does.
            **fields: ``reason``: why; an override needs at least 10 characters. ``reviewer``: the name for the
                record; without it, the user's id. With ``APPROVE``, ``duplicates``: what becomes of look-alikes that
                are still undecided; ``approved_matches``: exactly these facts are approved and every other undecided
                one is rejected. With ``REJECT``, ``question_ids``: only these facts. ``fact_ids``: with either, only
                these facts, and the document goes on waiting. The names are those of the HTTP API
                (``review.fields``).

        Raises:
            NotFoundError, AlreadyDecidedError, ReasonTooShortError, UndecidedDuplicatesError: see ``Review.decide``.
            RefusedError: a field is not known; says which one is meant.
        """
        document_id = self._document_id(document)
        decided = self._app.review.decide(document_id, request_of(Decision(decision), self.user_id, fields))
        if start:
            self._start(decided.to_run)
        return decided

    def add_fact(self, document: str | UUID, missed: MissedFact, *, reviewer: str = "", reason: str = "") -> Added:
        """Add a fact that the generator missed to a document that waits in matching review.

        Args:
            document: As for ``status``.
            missed: The chunk, the words marked in it, and what they say.
            reviewer: The name for the record; without it, the user's id.
            reason: Why.

        Raises:
            NotFoundError, AlreadyDecidedError, RefusedError: see ``AddFact``.
        """
        return self._app.add_fact(
            self._document_id(document), missed, user_id=self.user_id, reviewer=reviewer, reason=reason
        )

    def undo(self, document: str | UUID, *, reviewer: str = "", reason: str = "") -> Decided:
        """Take back the decision about a document that is parked; only those over HTTP are.

        Raises:
            NotFoundError: there is no such document, or no decision about it was parked.
            AlreadyDecidedError: it is too late.
        """
        by = Reviewer(self.user_id, reviewer)
        return self._app.parking.undo(self._document_id(document), by=by, reason=reason)

    def undo_fact(self, document: str | UUID, fact_id: UUID, *, reviewer: str = "", reason: str = "") -> Change:
        """Give a fact back what it was before its last decision or edit; once more redoes it.

        Raises:
            PipelineError: see ``review.undo``.
        """
        where = OfDocument(self._document_id(document))
        return self._app.review.undo_fact(where, fact_id, by=Reviewer(self.user_id, reviewer), reason=reason)

    def undo_pair(self, duplicate_id: UUID, *, reviewer: str = "", reason: str = "") -> Change:
        """Give a pair, of a document or a bank, back what it was before it was decided; once more redoes it.

        Raises:
            PipelineError: see ``review.undo``.
        """
        by = Reviewer(self.user_id, reviewer)
        return self._app.review.undo_pair(None, duplicate_id, by=by, reason=reason)
