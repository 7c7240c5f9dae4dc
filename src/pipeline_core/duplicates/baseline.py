"""Baseline mode: two facts are a pair from a pg_trgm similarity on, exactly as ``similarity() >= threshold`` has it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.same_words import same_words
from pipeline_core.domain.staging import Counterpart, Matchable, NewRows, Pair, SignatureTable, Similar
from pipeline_core.duplicates.comparing import SAME_BUT_FOR_A_HEADING, differs_in
from pipeline_core.duplicates.features import features
from pipeline_core.duplicates.nearest import table_of
from pipeline_core.duplicates.scoring import flags_between
from pipeline_core.duplicates.signatures import candidates

if TYPE_CHECKING:
    from pipeline_core.db.staging import Staging


# float4 rounds 0.7 down: a pair that prints as exactly the threshold must be judged
_FLOAT4 = 1e-6

_Ends = tuple[QuestionId, QuestionId]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Near-duplicates by letters alone; those that differ in a number or a negation are told apart by the system."""

    threshold: float

    def __call__(self, staging: "Staging", new: NewRows, fresh: Sequence[Matchable]) -> list[Pair]:
        counterparts = similar_ends(table_of(fresh), staging.comparable(new), self.threshold)
        similar = staging.similarities(list(counterparts), self.threshold) if counterparts else {}
        return [_near_duplicate(ends, counterparts[ends], found) for ends, found in similar.items()]


def similar_ends(new: SignatureTable, there: Iterable[SignatureTable], threshold: float) -> dict[_Ends, Counterpart]:
    """Pairs of a new row with what was there or with a new row before it: all that may reach the threshold."""
    counterparts: dict[_Ends, Counterpart] = {}
    own, least = len(new), threshold - _FLOAT4
    for block in _after(new, there):
        rows, columns, _ = candidates(new.trigrams, new.maps, block.trigrams, block.maps, least)
        # the first rows of the first block are the new ones: each is compared with those before it
        before = columns < np.where(columns < own, rows, len(block))
        for i, j in zip(rows[before].tolist(), columns[before].tolist(), strict=True):
            counterpart = block.counterpart(j)
            counterparts[new.counterpart(i).question_id, counterpart.question_id] = counterpart
        own = 0
    return counterparts


def _after(new: SignatureTable, there: Iterable[SignatureTable]) -> Iterator[SignatureTable]:
    """The blocks, the new rows in front of the first."""
    blocks = iter(there)
    first = next(blocks, None)
    if first is None:
        yield new
        return
    yield SignatureTable(
        np.concatenate([new.ids, first.ids]),
        np.concatenate([new.staged, first.staged]),
        np.concatenate([new.trigrams, first.trigrams]),
        np.concatenate([new.maps, first.maps]),
    )
    yield from blocks


def _near_duplicate(ends: _Ends, counterpart: Counterpart, similar: Similar) -> Pair:
    """Texts that differ in a number or in a negation are not the same fact, however alike their letters."""
    difference = differs_in(similar.staged_text, similar.existing_text)
    resolution = "not_duplicate" if difference else "pending"
    # in the same words all through they were no near-duplicates
    if same_words(similar.staged_text, similar.existing_text):
        resolution, difference = "keep_existing", SAME_BUT_FOR_A_HEADING
    flags = flags_between(features(similar.staged_text), features(similar.existing_text))
    reasons = {"flags": list(flags)}
    return Pair(ends[0], ends[1], counterpart.is_staged, similar.score, "trigram", resolution, difference, reasons)
