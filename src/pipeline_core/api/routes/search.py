"""Search over what is published."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.problems import responses
from pipeline_core.domain.search import SearchMode

router = APIRouter(prefix="/api/v2", tags=["search"])


class Hit(BaseModel):
    """A published fact, or a passage of a document; ``evidence`` is verbatim."""

    kind: Literal["fact", "passage"]
    id: UUID
    score: float = Field(description="Reciprocal rank fusion of meaning and words")
    similarity: float | None = Field(description="Cosine similarity of question and hit")
    question: str | None
    answer: str | None
    evidence: str | None
    page: int | None
    match: str | None = Field(description="How the evidence was found in its source")
    generator: str | None
    document_id: UUID | None
    filename: str | None
    also_named: list[str] = Field(description="Other names that the same content has now")
    heading_path: list[str] | None


class SearchAnswer(BaseModel):
    """Best first."""

    query: str
    hits: list[Hit]


@router.get(
    "/search",
    operation_id="search",
    summary="Search",
    response_model=SearchAnswer,
    responses=responses(401, 422, 429, 503),
)
def search(
    services: Services,
    q: Annotated[str, Query(min_length=1, max_length=1000, description="A question, or words")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    kind: Annotated[Literal["fact", "passage"] | None, Query(description="Only facts, or only passages")] = None,
    mode: Annotated[SearchMode, Query(description="By meaning, by words, or by both")] = SearchMode.HYBRID,
    document_id: Annotated[list[UUID] | None, Query(max_length=100, description="Only of these documents")] = None,
) -> dict[str, Any]:
    """Published facts and passages by meaning (HNSW) and by words (full text), fused by reciprocal rank."""
    hits = services.search(
        services.user_id,
        q.replace("\x00", " "),
        limit=limit,
        kind=kind,
        document_ids=document_id,
        mode=mode,
    )
    return {"query": q, "hits": hits}
