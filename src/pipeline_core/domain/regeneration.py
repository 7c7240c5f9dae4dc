"""Facts are found anew: what stays, what comes and goes, and which decisions of people stand in spite of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_core.domain.facts import Fact, Span, place_of
from pipeline_core.domain.ids import DocumentId, QuestionId
from pipeline_core.domain.staging import StagedBefore

_SAME_PLACE = 0.8
"""Share of two spans' union from which they are one place, with or without the mark at its end."""


@dataclass(slots=True)
class Reconciled:
    """Outcome for the facts of documents: ids of those that stay as they are, that come, and that go.

    ``decided`` are staged facts that people have decided about, and that were not found in the same words: each stays,
    in the place of the new fact beside it, if there is one.
    """

    stay: set[QuestionId] = field(default_factory=set)
    come: set[QuestionId] = field(default_factory=set)
    go: set[QuestionId] = field(default_factory=set)
    decided: dict[QuestionId, QuestionId | None] = field(default_factory=dict)


def reconcile(there: Iterable[StagedBefore], found: Mapping[QuestionId, tuple[DocumentId, Fact]]) -> Reconciled:
    """Hold what was found against what is staged, by id; and what people decided by statement or place as well."""
    told = Reconciled()
    by_document: dict[DocumentId, dict[QuestionId, Fact]] = {}
    for question_id, (document_id, fact) in found.items():
        by_document.setdefault(document_id, {})[question_id] = fact
    lost: list[StagedBefore] = []
    for row in there:
        if row.question_id in found:
            told.stay.add(row.question_id)
            del by_document[row.document_id][row.question_id]
        else:
            lost.append(row)
    for row in lost:
        if not row.is_decided:
            told.go.add(row.question_id)
            continue
        fresh = by_document.get(row.document_id, {})
        same = _same(row, fresh)
        if same is not None:
            del fresh[same]
        # what a person added is no version of what a generator found, and keeps its evidence and confidence
        told.decided[row.question_id] = None if row.is_added else same
    told.come = {question_id for fresh in by_document.values() for question_id in fresh}
    return told


def status_after(row: StagedBefore, fact: Fact) -> str:
    """Returns the status of a staged fact once it was found again as ``fact``.

    The query ``judge_again`` writes the same: what a person approved, rejected, edited or took in stands.
    """
    status = "approved" if row.status == "imported" else row.status
    by_system = status in ("pending", "duplicate", "left_out") or (status == "approved" and not row.is_reviewed)
    taken_in = row.left_out_reason is not None and status != "left_out"
    if fact.left_out and by_system and not row.is_edited and not taken_in:
        return "left_out"
    if status == "left_out" and not fact.left_out:
        return "pending"
    if status == "approved" and not row.is_reviewed and fact.is_doubted:
        return "pending"
    return status


def _same(row: StagedBefore, fresh: Mapping[QuestionId, Fact]) -> QuestionId | None:
    """The new fact that says what was decided about: in the same words, else from the same place."""
    words = _letters(row.statement)
    for question_id, fact in fresh.items():
        if _letters(fact.statement) == words:
            return question_id
    if row.is_added:
        return None
    places = {question_id: _shared(row.evidence, fact.evidence) for question_id, fact in fresh.items()}
    best = max(places, key=places.__getitem__, default=None)
    return best if best is not None and places[best] >= _SAME_PLACE else None


def _shared(mine: Sequence[Span], theirs: Sequence[Span]) -> float:
    """Returns how far two places are one. A lead-in, a header or a heading is of many items, rows or sentences."""
    one, other = _own(mine), _own(theirs)
    common = min(one.char_to, other.char_to) - max(one.char_from, other.char_from)
    both = max(one.char_to, other.char_to) - min(one.char_from, other.char_from)
    return max(0, common) / both if both else 0.0


def _own(evidence: Sequence[Span]) -> Span:
    """The span that is the fact's alone: the last one, but for a heading, which stands above what it is said with."""
    place, last = place_of(evidence), evidence[-1]
    return place if last.char_from < place.char_from else last


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
