"""The way back from a published fact: to the person or rule that let it in, its chunk, its file and its run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline_core.domain.review import PastDecision
from pipeline_core.domain.rows.provenance import FactOrigin, FileOrigin, RunOrigin, Withdrawal
from pipeline_core.domain.wording import counted

_BY_ITSELF = {
    "fact_added": "Added by {by}, who found it in the text",
    "fact_approved": "Approved by {by}",
    "fact_rejected": "Rejected by {by}",
    "fact_edited": "Put into other words by {by}",
    "questions_approved": "Approved by {by}",
    "questions_rejected": "Rejected by {by}",
    "question_edited": "Put into other words by {by}",
}
"""Decisions about one fact, by the codes of their events."""
_UNDONE = frozenset({"fact_undone", "question_undone"})
_WITH_DOCUMENT = {
    "matches_approved": "Approved with its document by {by}",
    "document_rejected": "Rejected with its document by {by}",
}
_PAIR = "pair_resolved"
_UNDECIDED = {
    "pending": "Nobody has decided about it yet",
    "duplicate": "Left out by a rule: another fact says the same",
    "rejected": "Rejected with its document",
}
_WITHDRAWALS = {
    "replaced_by_newer_version": "A newer version of its file was published in its place",
    "document_withdrawn": "Its document was withdrawn",
    "replaced_by_question": "Another fact was published in its place",
    "dead_letter_purged": "Its document failed, and was removed with what it had left",
}


class DecidedBy(StrEnum):
    """Kind of whoever let a fact in or kept it out: a person, a rule, or nobody yet."""

    PERSON = "person"
    RULE = "rule"
    NOBODY = "nobody"


class Standing(StrEnum):
    """Standing of a fact: in production, on its way there, or out of it again."""

    PUBLISHED = "published"
    STAGED = "staged"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision by which a fact is where it is: ``says`` is one sentence, with the rule's own numbers."""

    decided_by: DecidedBy
    by: str | None
    at: datetime | None
    says: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """A fact walked back, step by step. A question of a bank has neither file nor run; its batch says where it is from.

    ``headings`` are those above its evidence; its chunk may begin under others. ``decisions`` are all that touched it:
    on itself, its pairs and its whole document, oldest first.
    """

    origin: FactOrigin
    headings: tuple[str, ...]
    verdict: Verdict
    withdrawal: Withdrawal | None
    file: FileOrigin | None
    run: RunOrigin | None
    decisions: tuple[PastDecision, ...]

    @property
    def standing(self) -> Standing:
        """Return where the fact stands now."""
        if self.origin.published_at is not None:
            return Standing.PUBLISHED
        return Standing.WITHDRAWN if self.withdrawal else Standing.STAGED

    @property
    def withdrawn_because(self) -> str:
        """Return in words why it left production; "" where it did not."""
        return _WITHDRAWALS.get(self.withdrawal.code, self.withdrawal.code) + "." if self.withdrawal else ""


def verdict_of(origin: FactOrigin, run: RunOrigin | None, decisions: Sequence[PastDecision]) -> Verdict:
    """The decision by which the fact is where it is: the last about itself, else about its document, else a rule's."""
    last = _last_about(origin, decisions)
    if last is not None:
        by = str(last.payload.get("by") or "somebody")
        sentence = (_BY_ITSELF | _WITH_DOCUMENT).get(last.code, "Decided with its pair by {by}").format(by=by)
        reason = str(last.payload.get("reason") or "").strip()
        return Verdict(DecidedBy.PERSON, by, last.ts, sentence + (f": “{reason}”" if reason else "") + ".")
    if origin.status in _UNDECIDED and origin.published_at is None:
        nobody = origin.status == "pending"
        return Verdict(DecidedBy.NOBODY if nobody else DecidedBy.RULE, None, None, f"{_UNDECIDED[origin.status]}.")
    if origin.status == "left_out" and origin.left_out_reason is not None:
        said = f"Left out by a rule: {origin.left_out_reason.words}{_compared(origin)}."
        return Verdict(DecidedBy.RULE, None, None, said)
    return Verdict(DecidedBy.RULE, None, origin.published_at or origin.reviewed_at, _unasked(origin, run))


def _last_about(origin: FactOrigin, decisions: Sequence[PastDecision]) -> PastDecision | None:
    by_itself: list[PastDecision] = []
    whole = [one for one in decisions if one.code in _WITH_DOCUMENT]
    for one in decisions:
        if one.code in _BY_ITSELF:
            by_itself.append(one)
        elif one.code in _UNDONE and by_itself:
            by_itself.pop()
    if origin.status == "duplicate":
        pairs = [one for one in decisions if one.code == _PAIR]
        return pairs[-1] if pairs else None
    return by_itself[-1] if by_itself else whole[-1] if whole else None


def _unasked(origin: FactOrigin, run: RunOrigin | None) -> str:
    """The rule that let it in: its confidence, and that nothing of its document waited for a person."""
    told = [f"confidence {origin.confidence:.2f} ≥ {origin.publish_from:.2f}"] if _was_weighed(origin) else []
    if run is not None:
        told += [f"{counted(run.critical or 0, 'critical finding')}", f"{run.undecided} undecided"]
    says = f"No person was asked{': ' if told else ''}{', '.join(told)}."
    if run is not None and run.override_reason:
        says += f" The findings of its document were overridden: “{run.override_reason}”."
    return says


def _was_weighed(origin: FactOrigin) -> bool:
    return origin.confidence is not None and origin.publish_from is not None


def _compared(origin: FactOrigin) -> str:
    return f", {origin.confidence:.2f} < {origin.publish_from:.2f}" if _was_weighed(origin) else ""
