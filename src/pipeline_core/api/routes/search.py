"""Search over what is published."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline_core.api.deps import InEachRealm
from pipeline_core.api.problems import responses
from pipeline_core.domain.search import SearchMode, best_of

router = APIRouter(prefix="/api/v2", tags=["search"])


class EvidenceSpan(BaseModel):
    """Verbatim words of the document's text, and where they stand."""

    quote: str
    char_from: int
    char_to: int
    page: int | None = Field(description="Null in a document without pages")


class FoundFact(BaseModel):
    """A published fact; ``evidence`` is verbatim."""

    kind: Literal["fact"]
    id: UUID
    score: float = Field(description="Among the facts of what was found, 0 to 1, by meaning and words")
    similarity: float | None = Field(description="Cosine similarity of question and fact; null in mode text")
    words: float | None = Field(description="Share of the question's words that the fact has; null if it has none")
    question: str | None = Field(description="Null if no question is natural: use `statement`")
    answer: str | None
    statement: str | None
    evidence: str | None = Field(description="The texts of several spans are joined by “ … ”")
    spans: list[EvidenceSpan] | None = Field(description="The evidence, span by span, in order")
    page: int | None
    match: str | None = Field(description="How the evidence was found in its source")
    generator: str | None
    heading_path: list[str] | None


class Hit(BaseModel):
    """A passage of a document with its facts that answer, or a fact by itself; ``evidence`` is verbatim.

    A fact is a hit by itself where it is of a question bank, or where only facts are asked for.
    """

    kind: Literal["fact", "passage"]
    id: UUID
    score: float = Field(description="0 to 1: words (BM25) and meaning together, by the mode; 1 is the best of both")
    similarity: float | None = Field(description="Cosine similarity of question and hit; null in mode text")
    words: float | None = Field(description="Share of the question's words that the hit has; null if it has none")
    relevance: float | None = Field(None, description="The reranker's score, on its own scale; null without a reranker")
    question: str | None = Field(description="That of the fact, or of a passage's first fact; null without one")
    answer: str | None
    statement: str | None = Field(
        description="That of the fact, or of a passage's first fact; null for a bank's question"
    )
    evidence: str | None = Field(description="The texts of a fact's spans, joined by “ … ”")
    spans: list[EvidenceSpan] | None = Field(description="The evidence of a fact by itself, span by span, in order")
    page: int | None
    match: str | None = Field(description="How the evidence was found in its source")
    generator: str | None
    facts: list[FoundFact] = Field(description="Facts of a passage, the best first: at most three that answer")
    document_id: UUID | None
    filename: str | None
    also_named: list[str] = Field(description="Other names that the same content has now")
    heading_path: list[str] | None


class WaitingSource(BaseModel):
    """A document that may have the answer, and waits for review: ``GET /api/v2/jobs/{job_id}``."""

    document_id: UUID
    job_id: UUID
    filename: str


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


@router.get(
    "/search",
    operation_id="search",
    summary="Search",
    response_model=SearchAnswer,
    responses=responses(401, 422, 429, 503),
)
def search(
    realms: InEachRealm,
    q: Annotated[str, Query(min_length=1, max_length=1000, description="A question, or words")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    kind: Annotated[Literal["fact", "passage"] | None, Query(description="Only facts, or only passages")] = None,
    mode: Annotated[SearchMode, Query(description="By meaning, by words, or by both")] = SearchMode.HYBRID,
    document_id: Annotated[list[UUID] | None, Query(max_length=100, description="Only of these documents")] = None,
    nearest: Annotated[bool, Query(description="Return the nearest hits, even if none is an answer")] = False,
) -> dict[str, Any]:
    """Published passages by meaning (HNSW) and by words (BM25) in one ranking, each with its facts under it.

    Hits that are too far from the question are left out: where nothing answers, ``hits`` is empty.
    """
    answer = best_of(
        [
            one.search.answer(
                one.realm_id, q.replace("\x00", " "), limit=limit, kind=kind, document_ids=document_id, mode=mode
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
