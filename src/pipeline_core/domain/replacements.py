"""Chains of replaced questions, resolved to the last successor of each."""

from collections.abc import Iterable

from pipeline_core.domain.ids import QuestionId


def successors(pairs: Iterable[tuple[QuestionId, QuestionId]]) -> dict[QuestionId, QuestionId]:
    """Returns the final successor of each replaced question, from (old, new) pairs, the latest decision first.

    Of two successors of one question the one that was decided later counts; where decisions go in a circle, the
    earliest of them does not, so that one of the circle stands.
    """
    direct: dict[QuestionId, QuestionId] = {}
    for old, new in pairs:
        if old not in direct and _last(direct, new) != old:
            direct[old] = new
    return {old: _last(direct, new) for old, new in direct.items()}


def _last(direct: dict[QuestionId, QuestionId], question_id: QuestionId) -> QuestionId:
    while question_id in direct:
        question_id = direct[question_id]
    return question_id
