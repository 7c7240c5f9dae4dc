"""Documents as the validation rules see them."""

from uuid import UUID, uuid4

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import Page, PageMap, PageOutcome
from pipeline_core.domain.facts import ChunkOutcome, Span
from pipeline_core.domain.findings import Severity
from pipeline_core.domain.ids import ChunkId, DocumentId, QuestionId, text_sha256
from pipeline_core.domain.staging import Differing, StagedChunk, StagedQuestion
from pipeline_core.settings import Settings, load_settings
from pipeline_core.validation.rules import RULES
from pipeline_core.validation.subject import Subject

TEXT = "# Costs\n\nThe annual deductible is $500 for each member.\n\nThe plan pays 80% of the cost after that.\n"
_DOCUMENT = DocumentId(UUID(int=1))


def chunk(text: str, start: int, *, outcome: ChunkOutcome | None = ChunkOutcome.FACTS, facts: int = 1) -> StagedChunk:
    whole = Chunk(ChunkId(uuid4()), 0, text, ("Costs",), 1, 1, start, start + len(text), 10, text_sha256(text))
    return StagedChunk(whole, outcome, None if facts else "a reason", facts, 0)


def fact(
    quote: str,
    text: str = TEXT,
    *,
    also: str = "",
    answer: str | None = None,
    statement: str | None = None,
    question: str | None = "What?",
    heading: str = "",
) -> StagedQuestion:
    """With ``also`` its evidence is two spans; without a question it has no answer."""
    starts = {part: max(0, text.find(part)) for part in (quote, also) if part}
    spans = tuple(Span(part, at, at + len(part), 1) for part, at in starts.items())
    answer = None if question is None else answer or quote
    said = f"{heading}: {statement or quote}" if heading else statement or quote
    return StagedQuestion(
        QuestionId(uuid4()), _DOCUMENT, ChunkId(uuid4()), question, answer, said, spans, "exact", "test",
        "pending", None, statement or quote if heading else None,
    )  # fmt: skip


def subject(
    text: str = TEXT,
    *,
    chunks: list[StagedChunk] | None = None,
    facts: list[StagedQuestion] | None = None,
    pages: tuple[Page, ...] | None = None,
    pages_converted: int = 1,
    undecided: int = 0,
    staged: int | None = None,
    settings: Settings | None = None,
    apart: list[Differing] | None = None,
) -> Subject:
    chunks = [chunk(text, 0, facts=9)] if chunks is None else chunks
    page_map = PageMap(pages or (Page(1, 0, len(text)),), "page")
    return Subject(
        text,
        page_map,
        {"pages": pages_converted},
        chunks,
        facts or [],
        sum(row.fact_count for row in chunks) if staged is None else staged,
        undecided,
        settings or load_settings(),
        apart or (),
    )


def apart(staged: str, published: str, question: str | None = None, *answers: str, about: bool = False) -> Differing:
    mine, others = answers or (None, None)
    return Differing(
        _DOCUMENT, QuestionId(uuid4()), staged, mine, staged, "this.md", 1,
        QuestionId(uuid4()), published, others, f"Row: {published}", DocumentId(uuid4()), "other.md", 3,
        question, about,
    )  # fmt: skip


def pages(*outcomes: PageOutcome) -> tuple[Page, ...]:
    return tuple(Page(n, 0, len(TEXT) if n == 1 else 0, outcome) for n, outcome in enumerate(outcomes, start=1))


def codes(case: Subject) -> set[str]:
    """Of warnings and worse: many of these documents say what is known from elsewhere."""
    found = (finding for rule in RULES for finding in rule.check(case))
    return {finding.code for finding in found if finding.severity is not Severity.INFO}
