"""fact-generator: every chunk is asked for facts; every fact is proved by its chunk; everything is staged."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline_core.domain.canaries import names_missing_in
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.confidence_model import MODEL_VERSION
from pipeline_core.domain.documents import Document, PageMap
from pipeline_core.domain.errors import (
    LedgerError,
    ParkedError,
    PipelineError,
    ServiceRefusedError,
    TransientError,
    UnexpectedError,
)
from pipeline_core.domain.facts import (
    ChunkResult,
    Fact,
    Generated,
    Usage,
)
from pipeline_core.domain.ids import ChunkId, DocumentId
from pipeline_core.domain.jobs import HeldJob, JobSummary, OutputRow, is_scan
from pipeline_core.domain.languages import languages_of
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.place_traits import Places
from pipeline_core.domain.policy import Policy
from pipeline_core.domain.staging import NewQuestion
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.ports.fact_generator import ChunkInput, FactGenerator
from pipeline_core.ports.workers import InWorker
from pipeline_core.stages import no_facts
from pipeline_core.stages.base import (
    Computation,
    Fetched,
    OutputFile,
    Saved,
    Stage,
    StageContext,
    StageInput,
    StageResult,
)
from pipeline_core.stages.chunk_inputs import cache_key, chunk_inputs, text_of
from pipeline_core.stages.inputs import (
    for_each,
    json_bytes,
    markdown_kinds,
    page_map,
    page_words,
    read_words,
    require,
    text_checksums,
)
from pipeline_core.stages.judging import judge, prover
from pipeline_core.stages.surroundings import Surroundings
from pipeline_core.stages.weigh import together, varied, weighed

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Data:
    """The chunks of a document, what a generator sees of each under which key, and what it answered before."""

    chunks: list[Chunk]
    inputs: list[ChunkInput]
    keys: list[str]
    cached: Mapping[str, Generated]
    markdown: OutputRow
    words: OutputRow | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Rows:
    """Outcome of each chunk, and the answers that are new."""

    results: dict[ChunkId, ChunkResult]
    chunks: list[Chunk]
    new_answers: dict[str, Generated]


def fetch(ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob | JobSummary]) -> Fetched[Data]:
    policies = {job.document_id: job.wished.over(ctx.settings.policy) for job in jobs}
    outputs = uow.stages.outputs([*policies], ["chunks_json", "optimized_markdown", "markdown", "page_words"])
    chunks = {document_id: [row.chunk for row in rows] for document_id, rows in uow.staging.chunks([*policies]).items()}
    inputs = {document_id: chunk_inputs(own, ctx.generator.context_chars) for document_id, own in chunks.items()}
    keys = {document_id: [cache_key(ctx.generator, chunk) for chunk in own] for document_id, own in inputs.items()}
    cached = uow.caches.facts([key for own in keys.values() for key in own], run_id=ctx.settings.run_id)
    kinds = markdown_kinds(ctx.settings)

    def read(document_id: DocumentId) -> StageInput[Data]:
        of_document = outputs.get(document_id, {})
        markdown, own, policy = require(of_document, *kinds), keys[document_id], policies[document_id]
        words = page_words(of_document)
        known = {key: cached[key] for key in own if key in cached}
        data = Data(chunks[document_id], inputs[document_id], own, known, markdown, words, policy)
        of_pages = (words.checksum,) if words else ()
        checksums = (require(of_document, "chunks_json").checksum, *text_checksums(markdown), *of_pages, str(policy))
        return StageInput(checksums, data)

    return for_each(policies, read)


def not_cached(data: Data) -> int:
    """Returns the number of chunks that the generator would be asked for."""
    return len(set(data.keys) - data.cached.keys())


def facts_of(result: StageResult[Rows]) -> list[Fact]:
    """The facts of a result of this stage."""
    return [fact for found in result.rows.results.values() for fact in found.facts]


def computation(ctx: StageContext, document_id: DocumentId, data: Data) -> Computation[Rows]:
    """Asks the generator, here or in the computation, and proves and weighs what it says."""
    generator, ask = ctx.generator, partial(_ask, ctx.generator, data)
    in_worker = isinstance(generator, InWorker)
    return partial(
        _judge_all,
        {"name": generator.name, "version": generator.version},
        document_id,
        data,
        ask if in_worker else partial(dict, ask()),
        read_words(ctx.store, data.words),
        ctx.settings.validation_echo_similarity,
        # without a model questions are made by patterns
        by_patterns=in_worker,
    )


def _ask(generator: FactGenerator, data: Data) -> dict[str, Generated | PipelineError]:
    """The generator's answers for what is not in the cache, by key.

    Raises:
        PipelineError: of any chunk, where it concerns the whole document; see ``_raise_what_stops``.
    """
    missing = {key: chunk for key, chunk in zip(data.keys, data.inputs, strict=True) if key not in data.cached}
    asked = generator.generate(list(missing.values())) if missing else []
    _raise_what_stops(asked)
    # a vendor's own exception may not survive the way to the worker
    return {
        key: answer if isinstance(answer, Generated | PipelineError) else UnexpectedError(str(answer))
        for key, answer in zip(missing, asked, strict=True)
    }


def _judge_all(
    by: Mapping[str, str],
    document_id: DocumentId,
    data: Data,
    ask: Callable[[], Mapping[str, Generated | PipelineError]],
    words: bytes | None,
    echo_from: float,
    *,
    by_patterns: bool,
) -> StageResult[Rows]:
    asked = ask()
    answers = {**data.cached, **asked}
    missing = names_missing_in("\n".join(chunk.text for chunk in data.chunks))
    pages = page_map(data.markdown)
    prove = prover(pages, words)
    surroundings = Surroundings(text_of(data.chunks))
    results = {
        chunk.chunk_id: replace(
            judge(
                chunk,
                answers[key],
                cached=key in data.cached,
                prove=prove,
                echo_from=echo_from,
                missing=missing,
                surroundings=surroundings,
            ),
            key=key,
        )
        for key, chunk in zip(data.keys, data.chunks, strict=True)
    }
    places = Places(data.chunks)
    results = {chunk.chunk_id: _weighed(results[chunk.chunk_id], chunk, places, data, pages) for chunk in data.chunks}
    # what is left out asks nothing
    results = varied(results) if by_patterns else results
    new_answers = {key: answer for key, answer in asked.items() if isinstance(answer, Generated)}
    usage = sum((answer.usage for answer in new_answers.values()), Usage())
    rows = Rows(results, data.chunks, new_answers)
    output = OutputFile(
        "facts_json", ".facts.json", json_bytes(_content(by, document_id, data, results)), "application/json"
    )
    return StageResult(rows, (output,), _report(data.chunks, results, asked=len(asked)), usage)


def _weighed(result: ChunkResult, chunk: Chunk, places: Places, data: Data, pages: PageMap) -> ChunkResult:
    def one(fact: Fact) -> Fact:
        place = places.traits(chunk, fact, facts=len(result.facts))
        return weighed(fact, data.policy, place, doubt=pages.ocr_doubt)

    return replace(result, facts=together([*map(one, result.facts)]))


def _raise_what_stops(answers: Collection[Generated | Exception]) -> None:
    """A chunk may fail alone, but not for want of a service or a budget: then the document waits as a whole.

    Raises:
        PipelineError: the gravest of them, so that what cannot mend itself is not tried again.
    """
    for kind in (ServiceRefusedError, ParkedError, TransientError):
        for answer in answers:
            if isinstance(answer, kind):
                raise answer


def _report(chunks: Sequence[Chunk], results: Mapping[ChunkId, ChunkResult], *, asked: int) -> dict[str, Any]:
    outcomes = Counter(result.outcome.value for result in results.values())
    if sum(outcomes.values()) != len(chunks):
        raise LedgerError(f"{len(chunks)} chunks went into fact generation and {sum(outcomes.values())} came out.")
    left_out = Counter(f.left_out.value for result in results.values() for f in result.facts if f.left_out)
    return {
        "chunks": len(chunks),
        "outcomes": dict(outcomes),
        "facts": sum(len(result.facts) for result in results.values()),
        "left_out": sum(left_out.values()),
        "left_out_reasons": dict(left_out),
        "refused": sum(result.refused for result in results.values()),
        "chunks_asked": asked,
    }


def _content(
    by: Mapping[str, str], document_id: DocumentId, data: Data, results: Mapping[ChunkId, ChunkResult]
) -> dict[str, Any]:
    def fact_json(fact: Fact) -> dict[str, Any]:
        return {
            "question_id": str(fact.question_id),
            "question": fact.question,
            "answer": fact.answer,
            "statement": fact.statement,
            "evidence": [{**span.as_json(), "match": span.match.value} for span in fact.evidence],
            "scattered": [piece.as_json() for piece in fact.scattered],
            "traits": fact.traits,
            "confidence": fact.confidence and fact.confidence.value,
            "confidence_reasons": fact.confidence and fact.confidence.reasons_json(),
            "left_out": fact.left_out,
        }

    return {
        "document_id": str(document_id),
        "source": {"path": data.markdown.path, "sha256": data.markdown.checksum},
        "generator": by,
        "chunks": [
            {
                "chunk_id": str(chunk.chunk_id),
                "outcome": results[chunk.chunk_id].outcome.value,
                "reason": results[chunk.chunk_id].reason,
                "refused": results[chunk.chunk_id].refused,
                "facts": [fact_json(fact) for fact in results[chunk.chunk_id].facts],
            }
            for chunk in data.chunks
        ],
    }


def save(ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[Rows]]) -> None:
    uow.staging.lock_matching_of_staged([item.document.document_id for item in done])
    results: dict[ChunkId, ChunkResult] = {}
    answers: dict[str, Generated] = {}
    staged: list[tuple[Document, Chunk, Fact]] = []
    languages: dict[ChunkId, str] = {}
    for item in done:
        rows = item.result.rows
        results |= rows.results
        answers |= rows.new_answers
        texts = [chunk.text for chunk in rows.chunks]
        languages |= dict(zip((chunk.chunk_id for chunk in rows.chunks), languages_of(texts), strict=True))
        staged += [(item.document, chunk, fact) for chunk in rows.chunks for fact in rows.results[chunk.chunk_id].facts]
    uow.staging.record_outcomes(results)
    uow.caches.put_facts(ctx.generator.name, answers, run_id=ctx.settings.run_id)
    spoken = [languages[chunk.chunk_id] for _, chunk, _ in staged]
    keys = match_keys(uow.staging, [fact.statement for _, _, fact in staged], spoken)
    questions = [
        NewQuestion(
            document.document_id, document.realm_id, chunk.chunk_id, chunk.heading_path, fact, ctx.generator.name, key
        )
        for (document, chunk, fact), key in zip(staged, keys, strict=True)
    ]
    scanned = {item.document.document_id: item.document for item in done if _is_scan(ctx, item.document)}
    for document_id, document in scanned.items():
        mine = [question for question in questions if question.document_id == document_id]
        uow.deep_scans.add_questions(document, mine)
    uow.staging.replace_questions(
        [item.document for item in done if item.document.document_id not in scanned],
        [question for question in questions if question.document_id not in scanned],
    )


def _is_scan(ctx: StageContext, document: Document) -> bool:
    return is_scan(ctx.profile, document.document_id, document.job_id)


def _fetch(ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[Data | None]:
    return no_facts.fetch(uow, jobs) if no_facts.asks_nothing(ctx) else fetch(ctx, uow, jobs)


def _run(ctx: StageContext, document: Document, data: Data | None) -> StageResult[Rows] | Computation[Rows]:
    if data is None:
        return StageResult(Rows({}, [], {}), (), no_facts.REPORT)
    return computation(ctx, document.document_id, data)


def _save(ctx: StageContext, uow: "UnitOfWork", done: Sequence[Saved[Rows]]) -> None:
    if no_facts.asks_nothing(ctx):
        no_facts.save(ctx, uow, [item.document for item in done])
    else:
        save(ctx, uow, done)


STAGE = Stage(
    name=StageName.FACT_GENERATOR,
    version="4",
    fetch=_fetch,
    run=_run,
    save=_save,
    config=lambda ctx: {
        "generator": ctx.generator.name,
        "generator_version": ctx.generator.version,
        "params": ctx.generator.params,
        "echo_from": ctx.settings.validation_echo_similarity,
        "confidence": MODEL_VERSION,
        "publish_from": ctx.settings.policy.publish_from,
        "ask_from": ctx.settings.policy.ask_from,
    },
    # a document of one chunk would else wait for the answer to the one before it
    threads=lambda settings: settings.openai_concurrency if settings.fact_generator == "openai" else 1,
)
