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
from pipeline_core.domain.staging import MatchKey, NewQuestion
from pipeline_core.duplicates.comparing import local_key, with_trigrams
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

Answers = Mapping[str, Generated | PipelineError]
"""By the key of the chunk."""


@dataclass(frozen=True, slots=True)
class Data:
    """The chunks of a document, what a generator sees of each under which key, and what it answered before.

    Of a generator that computes, the computation itself makes what it sees: it is asked again rather than kept.
    """

    chunks: list[Chunk]
    inputs: list[ChunkInput]
    keys: list[str]
    cached: Mapping[str, Generated]
    markdown: OutputRow
    words: OutputRow | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Rows:
    """Outcome of each chunk, the answers that are new, and what each fact is compared by, in their order."""

    results: dict[ChunkId, ChunkResult]
    headings: dict[ChunkId, tuple[str, ...]]
    new_answers: dict[str, Generated]
    match_keys: list[MatchKey]


def fetch(ctx: StageContext, uow: "UnitOfWork", jobs: Sequence[HeldJob | JobSummary]) -> Fetched[Data]:
    policies = {job.document_id: job.wished.over(ctx.settings.policy) for job in jobs}
    outputs = uow.stages.outputs([*policies], ["chunks_json", "optimized_markdown", "markdown", "page_words"])
    chunks = {document_id: [row.chunk for row in rows] for document_id, rows in uow.staging.chunks([*policies]).items()}
    asked = {} if isinstance(ctx.generator, InWorker) else chunks
    inputs = {document_id: chunk_inputs(own, ctx.generator.context_chars) for document_id, own in asked.items()}
    keys = {document_id: [cache_key(ctx.generator, chunk) for chunk in own] for document_id, own in inputs.items()}
    wanted = [key for own in keys.values() for key in own]
    cached = uow.caches.facts(wanted, run_id=ctx.settings.run_id) if wanted else {}
    kinds = markdown_kinds(ctx.settings)

    def read(document_id: DocumentId) -> StageInput[Data]:
        of_document = outputs.get(document_id, {})
        markdown, own, policy = require(of_document, *kinds), keys.get(document_id, []), policies[document_id]
        words = page_words(of_document)
        known = {key: cached[key] for key in own if key in cached}
        data = Data(chunks[document_id], inputs.get(document_id, []), own, known, markdown, words, policy)
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
    generator = ctx.generator
    in_worker = isinstance(generator, InWorker)
    return partial(
        _judge_all,
        {"name": generator.name, "version": generator.version},
        document_id,
        data,
        partial(_ask, generator) if in_worker else partial(_answered, _ask(generator, data, [])[1]),
        read_words(ctx.store, data.words),
        # its words are the document's own, and no prompt's
        None if in_worker else ctx.settings.validation_echo_similarity,
        # without a model questions are made by patterns
        by_patterns=in_worker,
    )


def _answered(answers: Answers, data: Data, _languages: Sequence[str]) -> tuple[list[str], Answers]:
    return data.keys, answers


def _ask(generator: FactGenerator, data: Data, languages: Sequence[str]) -> tuple[list[str], Answers]:
    """The keys of the chunks, and the generator's answers for what is not in the cache.

    Raises:
        PipelineError: of any chunk, where it concerns the whole document; see ``_raise_what_stops``.
    """
    inputs, keys = data.inputs, data.keys
    if isinstance(generator, InWorker):
        inputs = chunk_inputs(data.chunks, generator.context_chars, languages)
        keys = [cache_key(generator, chunk) for chunk in inputs]
    missing = {key: chunk for key, chunk in zip(keys, inputs, strict=True) if key not in data.cached}
    asked = generator.generate(list(missing.values())) if missing else []
    _raise_what_stops(asked)
    # a vendor's own exception may not survive the way to the worker
    answers = {
        key: answer if isinstance(answer, Generated | PipelineError) else UnexpectedError(str(answer))
        for key, answer in zip(missing, asked, strict=True)
    }
    return keys, answers


def _judge_all(
    by: Mapping[str, str],
    document_id: DocumentId,
    data: Data,
    ask: Callable[[Data, Sequence[str]], tuple[list[str], Answers]],
    words: bytes | None,
    echo_from: float | None,
    *,
    by_patterns: bool,
) -> StageResult[Rows]:
    languages = languages_of([chunk.text for chunk in data.chunks])
    keys, asked = ask(data, languages)
    answers = {**data.cached, **asked}
    missing = names_missing_in("\n".join(chunk.text for chunk in data.chunks)) if echo_from is not None else ()
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
        for key, chunk in zip(keys, data.chunks, strict=True)
    }
    places = Places(data.chunks)
    results = {chunk.chunk_id: _weighed(results[chunk.chunk_id], chunk, places, data, pages) for chunk in data.chunks}
    # what is left out asks nothing
    results = varied(results) if by_patterns else results
    new_answers = {key: answer for key, answer in asked.items() if isinstance(answer, Generated)}
    usage = sum((answer.usage for answer in new_answers.values()), Usage())
    spoken = dict(zip((chunk.chunk_id for chunk in data.chunks), languages, strict=True))
    said = [(fact.statement, spoken[at]) for at, result in results.items() for fact in result.facts]
    headings = {chunk.chunk_id: chunk.heading_path for chunk in data.chunks}
    # what costs nothing is not kept
    rows = Rows(results, headings, {} if by_patterns else new_answers, [local_key(*one) for one in said])
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
    staged: list[tuple[Document, ChunkId, tuple[str, ...], Fact]] = []
    keys: list[MatchKey] = []
    for item in done:
        rows = item.result.rows
        results |= rows.results
        answers |= rows.new_answers
        keys += rows.match_keys
        staged += [
            (item.document, chunk_id, rows.headings[chunk_id], fact)
            for chunk_id, result in rows.results.items() for fact in result.facts
        ]  # fmt: skip
    uow.staging.record_outcomes(results)
    if answers:
        uow.caches.put_facts(ctx.generator.name, answers, run_id=ctx.settings.run_id)
    questions = [
        NewQuestion(document.document_id, document.realm_id, chunk_id, headings, fact, ctx.generator.name, key)
        for (document, chunk_id, headings, fact), key in zip(staged, with_trigrams(uow.staging, keys), strict=True)
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
        return StageResult(Rows({}, {}, {}, []), (), no_facts.REPORT)
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
