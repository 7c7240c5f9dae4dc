"""The difference between two versions of a document: facts that came, went, or say the same in other words."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline_core.domain.rows.versions import Version, VersionFact

_ALIKE = 0.6
"""Least likeness of two facts of which one is the other in other words: of their evidence, or of what they say."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """A fact before and after."""

    before: VersionFact
    after: VersionFact


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """Facts of ``newer`` that ``older`` has not, the other way round, and those that say the same otherwise.

    ``older`` is None of a first version, whose facts all came with it.
    """

    older: Version | None
    newer: Version
    added: Sequence[VersionFact]
    gone: Sequence[VersionFact]
    reworded: Sequence[Reworded]
    unchanged: int


def compare(
    older: Version | None,
    newer: Version,
    before: Sequence[VersionFact],
    after: Sequence[VersionFact],
    *,
    same_text: bool,
) -> VersionDiff:
    """Compare two versions. ``same_text``: the evidence of both stands in one text, so that its places compare."""
    old, new = {fact.question_id: fact for fact in before}, {fact.question_id: fact for fact in after}
    reworded = [Reworded(old[one], new[one]) for one in old if one in new and _differ(old[one], new[one])]
    gone = [fact for fact in before if fact.question_id not in new]
    added = [fact for fact in after if fact.question_id not in old]
    pairs = sorted(
        (
            (_likeness(one, other, same_text=same_text), at, to)
            for at, one in enumerate(gone)
            for to, other in enumerate(added)
        ),
        key=lambda pair: (-pair[0], pair[1:]),
    )
    said: dict[int, int] = {}
    for likeness, at, to in pairs:
        if likeness >= _ALIKE and at not in said and to not in said.values():
            said[at] = to
    reworded += [Reworded(gone[at], added[to]) for at, to in sorted(said.items()) if _differ(gone[at], added[to])]
    return VersionDiff(
        older,
        newer,
        added=[fact for to, fact in enumerate(added) if to not in said.values()],
        gone=[fact for at, fact in enumerate(gone) if at not in said],
        reworded=reworded,
        unchanged=len(after) - len(reworded) - (len(added) - len(said)),
    )


def _differ(one: VersionFact, other: VersionFact) -> bool:
    return (one.words, one.quote) != (other.words, other.quote)


def _likeness(one: VersionFact, other: VersionFact, *, same_text: bool) -> float:
    """The share of characters that both have as evidence, where that can be told, or the likeness of their words."""
    words = fuzz.ratio(one.statement or one.title, other.statement or other.title) / 100
    return max(words, _overlap(one, other)) if same_text else float(words)


def _overlap(one: VersionFact, other: VersionFact) -> float:
    mine, theirs = (
        {at for span in fact.evidence for at in range(span["char_from"], span["char_to"])} for fact in (one, other)
    )
    return len(mine & theirs) / (len(mine | theirs) or 1)
