"""Scored mode: candidates by letters and by meaning, one score each with its reasons, a person in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from pipeline_core.domain.differences import DIFFERENCES
from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.languages import may_be_one
from pipeline_core.domain.same_words import same_words
from pipeline_core.domain.staging import Compared, Counterpart, Matchable, NewRows, Pair, comparable_texts
from pipeline_core.domain.text import normalise_for_match
from pipeline_core.domain.vectors import Vectors
from pipeline_core.duplicates.comparing import SAME_BUT_FOR_A_HEADING
from pipeline_core.duplicates.features import Features, features
from pipeline_core.duplicates.nearest import Nearest, nearest, slices, table_of
from pipeline_core.duplicates.scoring import Score, Weights, may_reach, ratios, scores

if TYPE_CHECKING:
    from pipeline_core.db.staging import Staging


# What cannot be the same fact: the system tells such a pair apart, and keeps the reasons.
APART = {flag: DIFFERENCES[flag].told for flag in ("number", "negation", "sign", "key")}
# bounds the texts that are held, whatever the number of new rows
PAIRS_AT_A_TIME = 2048


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs from a score on; the system merges what has nothing against it, a person decides about the rest.

    ``vectors`` are the new rows' unit vectors by id, of the model named ``model`` at ``version``.
    """

    threshold: float
    automatic: float
    vectors: dict[QuestionId, Vectors]
    model: str
    version: str
    dims: int

    def __call__(self, staging: "Staging", new: NewRows, fresh: Sequence[Matchable]) -> list[Pair]:
        none = np.zeros(self.dims, dtype=np.float32)
        vectors = np.array([self.vectors.get(row.question_id, none) for row in fresh], dtype=np.float32)
        there = staging.comparable_sketches(new, model=self.model, version=self.version, dims=self.dims)
        cosines_of = partial(staging.cosines, vectors, model=self.model, version=self.version)
        near, weights = self._weigh(staging, fresh, nearest(table_of(fresh, vectors), there, vectors, cosines_of))
        return list(self._judge(staging, fresh, near, weights))

    def _weigh(self, staging: "Staging", fresh: Sequence[Matchable], near: Nearest) -> tuple[Nearest, Weights]:
        """The candidates whose score may reach the threshold, and the weights of the words of all of them."""
        weights = Weights()
        counted = _count(weights, set(), {row.text: normalise_for_match(row.text) for row in fresh})
        kept = np.zeros(len(near), dtype=bool)
        for cut in slices(len(near), PAIRS_AT_A_TIME):
            places, some, others, texts = _still_there(staging, fresh, near, np.arange(len(near))[cut])
            normal = {text: normalise_for_match(text) for text in texts}
            counted = _count(weights, counted, normal)
            ends = [_said(fresh[row], other) for row, other in zip(some.rows.tolist(), others, strict=True)]
            normal |= {text: normalise_for_match(text) for end in ends for text in end if text not in normal}
            alike = ratios([normal[left] for left, _ in ends], [normal[right] for _, right in ends])
            kept[places] = may_reach(alike, some.cosines.astype(np.float64), self.threshold)
        return near[kept], weights

    def _judge(self, staging: "Staging", fresh: Sequence[Matchable], near: Nearest, weights: Weights) -> Iterator[Pair]:
        for cut in slices(len(near), PAIRS_AT_A_TIME):
            _, some, others, _ = _still_there(staging, fresh, near, np.arange(len(near))[cut])
            said = [_said(fresh[row], other) for row, other in zip(some.rows.tolist(), others, strict=True)]
            known: dict[str, Features] = {text: features(text) for text in {text for end in said for text in end}}
            ends = [(known[left], known[right]) for left, right in said]
            found = scores(ends, some.cosines.astype(np.float64), weights, least=self.threshold)
            for at, score in found.items():
                yield self._pair(fresh[int(some.rows[at])], some.counterpart(at), score, others[at], said[at])

    def _pair(
        self, row: Matchable, counterpart: Counterpart, score: Score, other: Compared, said: tuple[str, str]
    ) -> Pair:
        flags = score.flags if answers_agree(row, other.answer, other.text) else (*score.flags, "answer")
        resolution, reason = self._resolve(score.value, flags)
        # the vector is of the heading too, and so is the score
        if said != (row.text, other.text) and "answer" not in flags and same_words(*said):
            resolution, reason = "keep_existing", SAME_BUT_FOR_A_HEADING
        reasons = {**score.as_json(), "flags": list(flags)}
        ends = (row.question_id, counterpart.question_id, counterpart.is_staged)
        return Pair(*ends, score.value, "scored", resolution, reason, reasons)

    def _resolve(self, value: float, flags: Sequence[str]) -> tuple[str, str | None]:
        for flag, reason in APART.items():
            if flag in flags:
                return "not_duplicate", reason
        if value >= self.automatic and not flags:
            return "keep_existing", "the same but for spelling and light words"
        return "pending", None


def _said(row: Matchable, other: Compared) -> tuple[str, str]:
    return comparable_texts(row.text, row.own_words, other.text, other.own_words)


_Places = np.ndarray[tuple[int], np.dtype[np.intp]]


def _still_there(
    staging: "Staging", fresh: Sequence[Matchable], near: Nearest, places: _Places
) -> tuple[_Places, Nearest, list[Compared], set[str]]:
    """The candidates at these places with what each says, and all their texts.

    What is gone meanwhile, or in another language, is no candidate.
    """
    some = near[places]
    # most are candidates of several rows: each is asked for, and looked at, once
    once, which = np.unique(some.ids.view("u8").reshape(-1, 2), axis=0, return_inverse=True)
    ids = [QuestionId(UUID(bytes=one.tobytes())) for one in once]
    texts = staging.compared_texts(ids)
    found = [texts.get(key) for key in ids]
    others = [found[at] for at in which.reshape(-1).tolist()]
    mine = [fresh[row].language for row in some.rows.tolist()]
    kept = [
        at
        for at, (language, other) in enumerate(zip(mine, others, strict=True))
        if other is not None and (language == other.language or may_be_one(language, other.language))
    ]
    still = places[kept]
    said = [other for at in kept if (other := others[at]) is not None]
    return still, near[still], said, {one.text for one in texts.values()}


def _count(weights: Weights, counted: set[int], normal: dict[str, str]) -> set[int]:
    """Count the words of texts that were not counted before; texts are kept as hashes, for there may be many."""
    for text, normalised in normal.items():
        key = hash(text)
        if key not in counted:
            counted.add(key)
            weights.add(set(normalised.split()))
    return counted


def answers_agree(row: Matchable, answer: str | None, text: str) -> bool:
    """Returns whether the two give the same answer; statements that are their own answers, or that answer no question,
    have been compared already."""
    if row.answer is None or answer is None:
        return True
    own = same_words(row.answer, row.text)
    return (own and same_words(answer, text)) or same_words(row.answer, answer)
