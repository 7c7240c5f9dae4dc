"""Search over what is published."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline_core.api.deps import InEachRealm
from pipeline_core.api.problems import responses
from pipeline_core.domain.moments import moment_of
from pipeline_core.domain.rows.search import Hit, WaitingSource
from pipeline_core.domain.search import SearchMode, best_of

router = APIRouter(prefix="/api/v2", tags=["search"])

AsOf = Annotated[
    str | None,
    Query(max_length=40, description="What was published then: a day (its end, UTC) or a moment; by default now"),
]


class SearchAnswer(BaseModel):
    """Best first. Empty where nothing answers; ``nearest=true`` gives what comes nearest all the same."""

    query: str
    hits: list[Hit]
    floor: float | None = Field(
        description="Lowest similarity of an answer, 0.2 higher if it has no word of the question; null without one"
    )
    similarity: float | None = Field(description="The highest similarity found")
    not_reranked: str | None = Field(description="Why the configured reranker did not order the hits; null if it did")
    waiting: list[WaitingSource] = Field(description="Documents that may have the answer once they are reviewed")


@router.get("/search", summary="Search", response_model=SearchAnswer, responses=responses(503))
def search(
    realms: InEachRealm,
    q: Annotated[str, Query(min_length=1, max_length=1000, description="A question, or words")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    kind: Annotated[Literal["fact", "passage"] | None, Query(description="Only facts, or only passages")] = None,
    mode: Annotated[SearchMode, Query(description="By meaning, by words, or by both")] = SearchMode.HYBRID,
    document_id: Annotated[list[UUID] | None, Query(max_length=100, description="Only of these documents")] = None,
    nearest: Annotated[bool, Query(description="Return the nearest hits, even if none is an answer")] = False,
    as_of: AsOf = None,
) -> dict[str, Any]:
    """Published passages by meaning (HNSW) and by words (BM25) in one ranking, each with its facts under it.

    Hits that are too far from the question are left out: where nothing answers, ``hits`` is empty. With ``as_of``, what
    production said at that moment: ``then`` of each says in which version, from when to when, and who let it in.
    """
    moment = None if as_of is None else moment_of(as_of)
    answer = best_of(
        [
            one.search.answer(
                one.realm_id, q, limit=limit, kind=kind, document_ids=document_id, mode=mode, as_of=moment
            )
            for one in realms
        ],
        limit,
    )
    return {
        "query": q,
        "hits": answer.nearest if nearest else answer.hits,
        "floor": answer.floor,
        "similarity": answer.similarity,
        "not_reranked": answer.not_reranked,
        "waiting": answer.waiting,
    }
