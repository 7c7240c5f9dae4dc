"""What reviewers ask for, and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from pipeline_core.domain.batches import BatchCounts
from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.reasons import MIN_REASON, trimmed
from pipeline_core.domain.review import Reviewer, Seen
from pipeline_core.domain.wording import counted

__all__ = ["MIN_REASON", "Decided", "Decision", "Request", "Resolution"]

Expected = Mapping[UUID, Seen]
"""The states in which a reviewer saw facts, pairs, or the document or bank as a whole, by id. What is not named is
decided as it stands."""


class Decision(StrEnum):
    """What a reviewer can decide about a document."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    OVERRIDE = "override"


class Resolution(StrEnum):
    """What becomes of a pair of look-alikes."""

    KEEP_EXISTING = "keep_existing"
    REPLACE_EXISTING = "replace_existing"
    KEEP_BOTH = "keep_both"
    NOT_DUPLICATE = "not_duplicate"


@dataclass(frozen=True, slots=True)
class Request:
    """One decision.

    ``question_ids`` limits an approval or a rejection to these facts (in matching review), and the document goes on
    waiting. ``approved`` says with an approval which facts it is: every other undecided one is rejected; None approves
    all. ``reviewer`` is the name that the audit trail and other reviewers see; without it, the user's id. ``expected``
    is the state in which the document was seen, ``expected_facts`` those of its facts.
    """

    decision: Decision
    user_id: UserId
    reason: str = ""
    duplicates: Resolution | None = None
    question_ids: tuple[UUID, ...] = ()
    reviewer: str = ""
    approved: tuple[UUID, ...] | None = None
    expected: Seen | None = None
    expected_facts: Expected = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", trimmed(self.reason))

    @property
    def by(self) -> Reviewer:
        return Reviewer(self.user_id, self.reviewer)

    def all_expected(self, document_id: DocumentId) -> Expected:
        """What is expected of the facts and of the document as a whole."""
        return {**self.expected_facts, **({document_id: self.expected} if self.expected else {})}


@dataclass(frozen=True, slots=True)
class Decided:
    """What followed: ``goes_on`` says whether the job is queued to run again.

    ``others`` are documents that go on as well: all that they waited for was the same decision.
    """

    document_id: DocumentId
    state: JobState
    goes_on: bool
    message: str
    others: tuple[DocumentId, ...] = ()

    @property
    def to_run(self) -> list[DocumentId]:
        return [*([self.document_id] if self.goes_on else []), *self.others]


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision about facts or pairs changed; what was so before is ``unchanged``.

    ``to_run`` are documents that go on by it.
    """

    changed: Sequence[UUID]
    unchanged: int
    counts: BatchCounts
    message: str
    to_run: tuple[DocumentId, ...] = ()


def and_others(message: str, others: Sequence[DocumentId]) -> str:
    """The message, and how many documents go on besides."""
    if not others:
        return message
    goes = "goes" if len(others) == 1 else "go"
    return f"{message}; {counted(len(others), 'document')} that waited for the same decision {goes} on as well"
