"""Scored mode: candidates by letters and by meaning, one score each with its reasons, a person in between."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline_core.domain.ids import QuestionId
from pipeline_core.domain.staging import Matchable, NewRows, Pair
from pipeline_core.ports.embedder import Vectors
from pipeline_core.ports.unit_of_work import Staging
from pipeline_core.staging.duplicates import same_words
from pipeline_core.staging.features import Features, features
from pipeline_core.staging.nearest import Near, nearest, table_of
from pipeline_core.staging.scoring import Score, Weights, scores

# What cannot be the same fact: the system tells such a pair apart, and keeps the reasons.
_APART = {"number": "other numbers", "negation": "only one of them is negated"}


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

    def __call__(self, staging: Staging, new: NewRows, fresh: Sequence[Matchable]) -> list[Pair]:
        none = np.zeros(self.dims, dtype=np.float32)
        vectors = np.array([self.vectors.get(row.question_id, none) for row in fresh], dtype=np.float32)
        there = staging.comparable_vectors(new, model=self.model, version=self.version, dims=self.dims)
        return self._judge(staging, fresh, nearest(table_of(fresh, vectors), there))

    def _judge(self, staging: Staging, fresh: Sequence[Matchable], near: Sequence[Near]) -> list[Pair]:
        ids = {one.twin.question_id for one in near}
        texts = staging.compared_texts(list(ids))
        # what is gone meanwhile is no candidate
        near = [one for one in near if one.twin.question_id in texts]
        known = {text: features(text) for text in {*(row.text for row in fresh), *(t.text for t in texts.values())}}
        ends: list[tuple[Features, Features]] = [
            (known[fresh[one.row].text], known[texts[one.twin.question_id].text]) for one in near
        ]
        cosines = np.array([one.cosine for one in near], dtype=np.float64)
        found = scores(ends, cosines, Weights(known.values()), least=self.threshold)
        return [
            self._pair(fresh[near[at].row], near[at], score, texts[near[at].twin.question_id].answer, ends[at][1].text)
            for at, score in found.items()
        ]

    def _pair(self, row: Matchable, near: Near, score: Score, answer: str, text: str) -> Pair:
        flags = score.flags if answers_agree(row, answer, text) else (*score.flags, "answer")
        resolution, reason = self._resolve(score.value, flags)
        reasons = {**score.as_json(), "flags": list(flags)}
        twin = near.twin
        return Pair(
            row.question_id, twin.question_id, twin.is_staged, score.value, "scored", resolution, reason, reasons
        )

    def _resolve(self, value: float, flags: Sequence[str]) -> tuple[str, str | None]:
        for flag, reason in _APART.items():
            if flag in flags:
                return "not_duplicate", reason
        if value >= self.automatic and not flags:
            return "keep_existing", "the same but for spelling and light words"
        return "pending", None


def answers_agree(row: Matchable, answer: str, text: str) -> bool:
    """Whether the two give the same answer; statements that are their own answers have been compared already."""
    own = same_words(row.answer, row.text)
    return (own and same_words(answer, text)) or same_words(row.answer, answer)
