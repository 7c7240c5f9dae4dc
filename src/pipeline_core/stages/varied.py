"""The questions of a document as a whole: those that are asked twice, or by one pattern all over, are not asked."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline_core.domain.facts import ChunkResult, Fact
from pipeline_core.domain.ids import ChunkId
from pipeline_core.domain.variety import questions_to_drop


def varied(results: Mapping[ChunkId, ChunkResult]) -> dict[ChunkId, ChunkResult]:
    """The results with fewer questions. Their ids stay: an edit elsewhere in the document must make no other facts."""
    asked = [
        fact.question_id
        for result in results.values()
        for fact in result.facts
        if fact.question is not None and fact.left_out is None
    ]
    said = {fact.question_id: fact.question or "" for result in results.values() for fact in result.facts}
    dropped = {asked[at] for at in questions_to_drop([said[question_id] for question_id in asked])}

    def without(fact: Fact) -> Fact:
        return replace(fact, question=None, answer=None) if fact.question_id in dropped else fact

    return {chunk_id: replace(result, facts=tuple(map(without, result.facts))) for chunk_id, result in results.items()}
