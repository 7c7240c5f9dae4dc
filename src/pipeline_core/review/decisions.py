"""Requests of reviewers, the names of their fields, and what follows from them.

The names are those of HTTP, of Python and of Prefect's form. ``approved_matches`` says exactly which facts are
approved: every other undecided one is rejected, and an empty list approves none; ``question_ids`` is the same with an
approval, and with a rejection these facts and no others are rejected. ``fact_ids`` are decided one by one, and the
document goes on waiting. ``override_reason`` is ``reason``. ``expected`` is the state in which the document was seen,
``expected_facts`` are those of its facts, by id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypedDict
from uuid import UUID

from pipeline_core.domain.batches import BatchCounts
from pipeline_core.domain.errors import ReasonTooShortError, RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.names import nearest
from pipeline_core.domain.reasons import MIN_REASON, UNSTORABLE, visible_length
from pipeline_core.domain.review import Expected, Reviewer, Seen
from pipeline_core.domain.wording import counted
from pipeline_core.question_banks.entries import MAX_CHARS

__all__ = ["MIN_REASON", "Decided", "Decision", "Request", "Resolution"]


class Decision(StrEnum):
    """Decisions that a reviewer can make about a document."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    OVERRIDE = "override"
    WITHDRAW = "withdraw"
    REVERT = "revert"
    KEEP = "keep"
    """of one whose file has vanished: it stays published"""


class Resolution(StrEnum):
    """Resolutions of a pair of near-duplicates."""

    KEEP_EXISTING = "keep_existing"
    REPLACE_EXISTING = "replace_existing"
    KEEP_BOTH = "keep_both"
    NOT_DUPLICATE = "not_duplicate"


@dataclass(frozen=True, slots=True)
class Request:
    """One decision.

    ``question_ids`` limits an approval or a rejection to these facts (in matching review), and the document goes on
    waiting. ``approved`` says with an approval which facts it is: every other undecided one is rejected; None approves
    all. ``by`` has the states in which the facts were seen, ``expected`` that of the document.
    """

    decision: Decision
    by: Reviewer
    duplicates: Resolution | None = None
    question_ids: tuple[UUID, ...] = ()
    approved: tuple[UUID, ...] | None = None
    expected: Seen | None = None
    version: int | None = None

    @property
    def of_version(self) -> int:
        """Return the version that the document is to go back to.

        Raises:
            RefusedError: none is named.
        """
        if self.version is None:
            raise RefusedError("A version to go back to is not named.", action="Give its number as `version`.")
        return self.version

    def reviewer(self, document_id: DocumentId) -> Reviewer:
        """Return the reviewer, with the expected state of the document as well."""
        if self.expected is None:
            return self.by
        return replace(self.by, expected={**self.by.expected, document_id: self.expected})


@dataclass(frozen=True, slots=True)
class Decided:
    """Outcome for a document. ``others`` go on as well: they waited only for the same decision."""

    document_id: DocumentId
    state: JobState
    message: str
    others: tuple[DocumentId, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Return True if the job is queued to run again."""
        return self.state is JobState.QUEUED

    @property
    def to_run(self) -> list[DocumentId]:
        return [*([self.document_id] if self.goes_on else []), *self.others]


@dataclass(frozen=True, slots=True)
class Change:
    """Facts or pairs that a decision changed, and the number that it left ``unchanged``.

    ``to_run`` are documents that go on because of it.
    """

    changed: Sequence[UUID]
    unchanged: int
    counts: BatchCounts
    message: str
    to_run: tuple[DocumentId, ...] = ()

    def of(self, document_id: DocumentId) -> Decided:
        """Return the outcome for the document."""
        state = JobState.QUEUED if document_id in self.to_run else JobState.AWAITING_REVIEW
        others = tuple(one for one in self.to_run if one != document_id)
        return Decided(document_id, state, self.message, others)


def and_others(message: str, others: Sequence[DocumentId]) -> str:
    """The message, and how many documents go on besides."""
    if not others:
        return message
    goes = "goes" if len(others) == 1 else "go"
    return f"{message}; {counted(len(others), 'document')} that waited for the same decision {goes} on as well"


class DecisionFields(TypedDict, total=False):
    """Fields of a decision; ``FIELDS`` says which of them go with which decision."""

    reason: str
    override_reason: str
    duplicates: Resolution | None
    approved_matches: Sequence[UUID] | None
    question_ids: Sequence[UUID] | None
    fact_ids: Sequence[UUID] | None
    reviewer: str
    user_id: str
    expected: Seen | None
    expected_facts: Expected | None
    version: int | None


_ALL = frozenset(Decision)
FIELDS: Mapping[str, frozenset[Decision]] = {
    "reason": _ALL,
    "override_reason": frozenset({Decision.OVERRIDE}),
    "duplicates": frozenset({Decision.APPROVE, Decision.REVERT}),
    "approved_matches": frozenset({Decision.APPROVE}),
    "question_ids": frozenset({Decision.APPROVE, Decision.REJECT}),
    "fact_ids": frozenset({Decision.APPROVE, Decision.REJECT}),
    "reviewer": _ALL,
    "user_id": _ALL,
    "expected": _ALL,
    "expected_facts": frozenset({Decision.APPROVE, Decision.REJECT}),
    "version": frozenset({Decision.REVERT}),
}


def resolution_of(name: str) -> Resolution:
    """Return the resolution of this name.

    Raises:
        RefusedError: there is none.
    """
    try:
        return Resolution(name)
    except ValueError:
        raise RefusedError(f"“{name}” is no resolution.", action=f"One of: {', '.join(Resolution)}.") from None


def fields_of(decision: Decision) -> list[str]:
    """The names that go with this decision."""
    return [name for name, decisions in FIELDS.items() if decision in decisions]


def request_of(decision: Decision, by: Reviewer, fields: Mapping[str, Any]) -> Request:
    """The decision that these fields ask for; None and an empty text are as if the field were not given.

    Without another name among them, the reviewer's own stays.

    Raises:
        RefusedError: a name is not known, does not go with this decision, or contradicts another.
    """
    given = {name: value for name, value in fields.items() if value is not None and value != ""}
    known = fields_of(decision)
    for name in given:
        if name not in known:
            raise _not_known(name, decision, known)
    approved = facts = None
    if decision is Decision.APPROVE:
        approved, facts = _one(given, "approved_matches", "question_ids"), given.get("fact_ids")
        if approved is not None and facts is not None:
            raise RefusedError(
                "`fact_ids` keeps the document waiting, and `approved_matches` lets it continue.",
                action="Give one of them.",
            )
    else:
        facts = _one(given, "question_ids", "fact_ids")
        if facts is not None and not facts:
            raise RefusedError("No fact is named.", action="Leave the list out to reject the document.")
    by = replace(
        by,
        name=_one(given, "reviewer", "user_id") or by.name,
        reason=_one(given, "reason", "override_reason") or "",
        expected=given.get("expected_facts") or {},
    )
    chosen = None if approved is None else tuple(approved)
    return Request(
        decision, by, given.get("duplicates"), tuple(facts or ()), chosen, given.get("expected"), given.get("version")
    )


def require_reason(reason: str, what: str) -> None:
    """Require that a person says why; ``what`` needs it, with its article.

    Raises:
        ReasonTooShortError: in fewer than 10 characters that are not blank.
    """
    length = visible_length(reason)
    if length < MIN_REASON:
        told = counted(length, "character that is not blank", "characters that are not blank")
        raise ReasonTooShortError(f"The reason has {told}; {what} needs {MIN_REASON}.")


def require_storable(what: str, text: str) -> None:
    """Require that a text that a reviewer gives can be stored.

    Raises:
        RefusedError: it has a character that cannot, or too many.
    """
    if UNSTORABLE.search(text) or len(text) > MAX_CHARS:
        raise RefusedError(f"The {what} has a character that cannot be stored, or more than {MAX_CHARS:,}.")


def _one(given: Mapping[str, Any], name: str, other: str) -> Any:
    """The value of two names for the same."""
    if name in given and other in given and given[name] != given[other]:
        raise RefusedError(
            f"`{name}` and `{other}` mean the same, but their values differ.", action="Give one of them."
        )
    return given.get(name, given.get(other))


def _not_known(name: str, decision: Decision, known: Sequence[str]) -> RefusedError:
    if name in FIELDS:
        goes_with = " and ".join(sorted(FIELDS[name]))
        return RefusedError(f"`{name}` cannot be used with {decision}.", action=f"It belongs to {goes_with}.")
    return RefusedError(
        f"There is no field `{name}`.",
        action=f"Did you mean `{nearest(name, known)}`? Fields of {decision}: {', '.join(known)}.",
    )
