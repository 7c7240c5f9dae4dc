"""The words of a fact before it was edited, from what was done to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.domain.review import PastDecision

WORDS = ("question", "answer", "statement")
_EDITS = frozenset({"fact_edited", "question_edited"})
_SIDES = ("before", "after")
Words = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """Words of a fact before the edits that stand, which are in their order."""

    words: Words
    edits: Sequence[PastDecision]


def earlier_words(done: Sequence[PastDecision], now: Words) -> EarlierWords | None:
    """Walk back from the words of ``now``; None if no edit of them stands, or none is kept.

    An edit that was taken back left other words than those that followed it, and so is passed over.
    """
    words, edits = dict(now), list[PastDecision]()
    for one in reversed([one for one in done if one.code in _EDITS]):
        before, after = ({name: text for name, text in one.payload[side].items() if name in WORDS} for side in _SIDES)
        if after and after.items() <= words.items():
            words |= before
            edits.insert(0, one)
    return EarlierWords(words, edits) if words != now else None
