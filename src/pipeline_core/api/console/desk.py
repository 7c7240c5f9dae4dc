"""A document's review as its page shows it: the list in an order, the fact in the middle, and how many are left."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.differences import told
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.review import StagedFact, StagedPair
from pipeline_core.domain.rows.desk import ListedFact
from pipeline_core.domain.text import has_negation, numbers_in
from pipeline_core.domain.word_diff import Piece, word_diff
from pipeline_core.review.scope import SYSTEM

_S = QuestionStatus


class Show(StrEnum):
    """Facts of the list, by what became of them."""

    NEW = "new"
    TO_DECIDE = "todo"
    CERTAIN = "certain"
    APPROVED = "approved"
    REJECTED = "rejected"
    LEFT_OUT = "out"


class Order(StrEnum):
    """Order of the list: where a decision is worth most first, or as they stand in the document."""

    UNSURE = "unsure"
    PAGE = "page"


_BECAME: Mapping[QuestionStatus, Show] = {
    _S.PENDING: Show.CERTAIN,
    _S.APPROVED: Show.APPROVED,
    _S.IMPORTED: Show.APPROVED,
    _S.REJECTED: Show.REJECTED,
    _S.DUPLICATE: Show.LEFT_OUT,
    _S.LEFT_OUT: Show.LEFT_OUT,
}
_KEEPING = frozenset({Show.TO_DECIDE, Show.NEW})
"""Lists that keep what is decided while they are open."""
_BANDS: Sequence[tuple[float, str]] = (
    (0.9, "Very likely"), (0.7, "Likely"), (0.5, "Uncertain"), (0.0, "Least certain"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours in the list, under a heading."""

    title: str
    facts: Sequence[ListedFact]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of facts that add up: ``total`` is the sum of the others."""

    approved: int
    rejected: int
    to_decide: int
    certain: int
    """Undecided, and certain enough to be published without anybody's look."""
    left_out: int

    @property
    def total(self) -> int:
        return self.approved + self.rejected + self.to_decide + self.certain + self.left_out

    @property
    def new(self) -> int:
        """Returns the number of facts that were not left out."""
        return self.total - self.left_out


def ledger_of(facts: Sequence[ListedFact]) -> Ledger:
    """Count the facts of a document by what became of them, each once."""
    counts = Counter(map(_became, facts))
    return Ledger(
        counts[Show.APPROVED],
        counts[Show.REJECTED],
        counts[Show.TO_DECIDE],
        counts[Show.CERTAIN],
        counts[Show.LEFT_OUT],
    )


def _became(fact: ListedFact) -> Show:
    return Show.TO_DECIDE if fact.is_open else _BECAME[fact.status]


def listed(
    facts: Sequence[ListedFact],
    show: Show,
    order: Order,
    since: datetime | None,
    among: Set[QuestionId] | None = None,
) -> list[ListedFact]:
    """Choose and order the facts of the list, ``among`` these if some were searched for; one that was decided ``since``
    the page was opened stays where it was."""
    since = since if show in _KEEPING else None

    def is_kept(fact: ListedFact) -> bool:
        return since is not None and fact.changed_at >= since and fact.changed_by != SYSTEM

    found = [
        fact
        for fact in facts
        if (among is None or fact.question_id in among) and (_is_of(show, _became(fact)) or is_kept(fact))
    ]
    return sorted(found, key=_worth) if order is Order.UNSURE else found


def _is_of(show: Show, became: Show) -> bool:
    return became is not Show.LEFT_OUT if show is Show.NEW else became is show


def _worth(fact: ListedFact) -> tuple[bool, bool, int, int, float]:
    """Facts that a finding names first, then pairs, as one key decides two facts; then band by band the least certain,
    and within a band what most documents repeat. Decided or not, so that no row moves."""
    confidence = 2.0 if fact.confidence is None else fact.confidence
    return not fact.is_named, not fact.pairs, -_band_of(confidence), -fact.settles, confidence


def _band_of(confidence: float) -> int:
    return next((n for n, (least, _) in enumerate(_BANDS) if confidence >= least), len(_BANDS))


def grouped(facts: Sequence[ListedFact], order: Order, unit: str | None) -> list[Group]:
    """Put headings between the facts of a list."""
    groups: list[tuple[str, list[ListedFact]]] = []
    for fact in facts:
        title = _band(fact) if order is Order.UNSURE else _page(fact, unit)
        if not groups or groups[-1][0] != title:
            groups.append((title, []))
        groups[-1][1].append(fact)
    return [Group(title, members) for title, members in groups]


def _band(fact: ListedFact) -> str:
    if fact.is_named:
        return "Named by validation"
    if fact.pairs:
        return "Looks like another fact"
    if fact.confidence is None:
        return "Added by a reviewer" if fact.added_by else "Not weighed"
    return next(title for least, title in _BANDS if fact.confidence >= least)


def _page(fact: ListedFact, unit: str | None) -> str:
    return f"{(unit or 'page').capitalize()} {fact.page}" if fact.page else "The document"


def next_open(facts: Sequence[ListedFact], after: UUID | None) -> ListedFact | None:
    """Return the next fact that is to be decided, from this one on and around the list's end."""
    at = next((n for n, fact in enumerate(facts) if fact.question_id == after), -1)
    return next((fact for fact in (*facts[at + 1 :], *facts[: at + 1]) if fact.is_open), None)


def with_pairs(said: str, fact: ListedFact) -> str:
    """The sentence about a decision, and one about near-duplicates of the fact that are still to be decided."""
    left = {0: "", 1: " Its near-duplicate is still to be decided."}
    return said + left.get(fact.undecided, " Its near-duplicates are still to be decided.")


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair of near-duplicates with both texts, each word that only one has marked."""

    pair: StagedPair
    old: Sequence[Piece]
    new: Sequence[Piece]
    agrees: Sequence[str]
    differs: Sequence[str]


def shown_pair(pair: StagedPair) -> ShownPair:
    """Set the two facts of a pair beside each other."""
    old, new = pair.existing_side and pair.existing_side.as_read, pair.staged_side.as_read
    pair = replace(pair, existing_side=old, staged_side=new)
    one, other = word_diff(old.text if old else "", new.text)
    # of the same question with two answers no more is known than that they differ: the texts themselves say how
    numbers = [numbers_in(side.text) for side in (old, new) if side]
    denials = {has_negation(side.text) for side in (old, new) if side}
    same_numbers = bool(numbers[-1]) and len({tuple(sorted(one)) for one in numbers}) == 1
    agrees = [
        told
        for told, is_so in (
            ("the same numbers", same_numbers and not {"number", "number_missing"} & {*pair.flags}),
            ("neither is negated, or both are", len(denials) == 1 and not {"negation", "polarity"} & {*pair.flags}),
        )
        if is_so and old
    ]
    return ShownPair(pair, one, other, agrees, told(pair.flags))


def proof_line(fact: StagedFact) -> tuple[str, bool]:
    """Say how the quote proves the fact, and whether it does so letter for letter."""
    unit = fact.page_unit or "page"
    where = f" on {unit} {fact.page}" if fact.page else ""
    if fact.match == "exact":
        is_itself = (fact.answer or fact.statement or "").strip() == (fact.quote or "").strip()
        what = "The answer is the quote itself" if is_itself else "Its quote stands there"
        return f"{what}, letter for letter{where and ','}{where}", True
    if fact.match == "normalized":
        return f"Its quote stands{where}, with other spaces and line breaks", True
    if fact.match == "aligned":
        return f"Its quote was aligned with the text{where}: compare the words", False
    return "It has no quote", False
