"""fact-generator: every chunk is asked for facts; every fact is proved by its chunk; everything is staged."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Protocol

import orjson

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.canaries import invented_name, names_missing_in
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.confidence import unknown_traits
from pipeline_core.domain.confidence_model import MODEL_VERSION
from pipeline_core.domain.contiguity import Pages, Piece
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
    AnswerOutcome,
    ChunkOutcome,
    ChunkResult,
    Evidence,
    Fact,
    FactCandidate,
    Generated,
    Usage,
    joined_quotes,
    present,
)
from pipeline_core.domain.fences import fences, spans_within
from pipeline_core.domain.ids import ChunkId, DocumentId, question_id_for
from pipeline_core.domain.jobs import OutputRow
from pipeline_core.domain.languages import languages_of, likely_language
from pipeline_core.domain.lifecycle import EventType, JobStage, Profile, StageName, stage_move
from pipeline_core.domain.lists import begins_in_list, list_at_end
from pipeline_core.domain.page_words import words_from_json
from pipeline_core.domain.place_traits import Places
from pipeline_core.domain.policy import Policy, Wished
from pipeline_core.domain.staging import NewQuestion
from pipeline_core.domain.tables import (
    MOST_ROWS,
    begins_in_table,
    paragraph_after_table,
    paragraphs_above_table,
    rows_at_end,
    table_at_end,
)
from pipeline_core.domain.titles import headings_of, naming_title, repeated_within
from pipeline_core.domain.unfinished import is_unfinished_at_end
from pipeline_core.duplicates.comparing import in_languages, match_keys
from pipeline_core.ports.fact_generator import ChunkInput, FactGenerator
from pipeline_core.ports.workers import InWorker
from pipeline_core.stages import evidence
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
from pipeline_core.stages.inputs import for_each, json_bytes, page_map, page_words, read_words, require, text_checksums
from pipeline_core.stages.standing import Prove, standing
from pipeline_core.stages.surroundings import Surroundings
from pipeline_core.stages.varied import varied
from pipeline_core.stages.weigh import together, weighed
from pipeline_core.validation.echo_rules import echoed_example


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
    """What became of each chunk, and the answers that are new."""

    results: dict[ChunkId, ChunkResult]
    chunks: list[Chunk]
    new_answers: dict[str, Generated]


def cache_key(generator: FactGenerator, chunk: ChunkInput) -> str:
    """Content, generator, version and parameters: whose document it is does not matter."""
    value = [generator.name, generator.version, generator.params, chunk.heading_path, chunk.text]
    if chunk.before or chunk.after:
        value.append([chunk.before, chunk.after])
    if chunk.table_before:
        value.append(["table", chunk.table_before])
    if chunk.table_is_full:
        value.append("table is full")
    if chunk.table_after:
        value.append(["table after", chunk.table_after])
    if chunk.table_above:
        value.append(["table above", chunk.table_above])
    if chunk.list_before or chunk.list_goes_on:
        value.append(["list", chunk.list_before, str(chunk.list_goes_on)])
    if chunk.sentence_is_open:
        value.append("sentence is open")
    if chunk.code:
        value.append(["code", str(chunk.code)])
    if chunk.language:
        value.append(["language", chunk.language])
    if chunk.title:
        value.append(["title", chunk.title])
    if chunk.repeated_headings:
        value.append(["repeated headings", *chunk.repeated_headings])
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def chunk_inputs(chunks: Sequence[Chunk], context_chars: int) -> list[ChunkInput]:
    """What a generator sees of a document's chunks, each with the ends of its neighbours."""
    texts = ["", *(chunk.text for chunk in chunks), ""]
    markdown = _text_of(chunks)
    code = fences(markdown)
    title, headings = naming_title(markdown), headings_of(markdown)
    languages = languages_of([chunk.text for chunk in chunks])
    if not any(languages):
        languages = [likely_language("\n".join(texts))] * len(chunks)
    inputs, table, above, rows, is_open = [], "", "", 0, False
    for at, chunk in enumerate(chunks):
        before, after = (texts[at][-context_chars:], texts[at + 2][:context_chars]) if context_chars else ("", "")
        table = table if begins_in_table(chunk.text) else ""
        above = above if begins_in_list(chunk.text) else ""
        rows = rows if table else 0
        table_above = "" if table else paragraphs_above_table(chunk.text, texts[at])
        with_caption = f"{table_above}\n\n{chunk.text}" if table_above else chunk.text
        in_table, in_list = table_at_end(with_caption, table), list_at_end(chunk.text, above)
        inputs.append(
            ChunkInput(
                chunk.text,
                chunk.heading_path,
                before,
                after,
                table_before=table,
                table_after=paragraph_after_table(texts[at + 2 :]) if in_table else "",
                table_above=table_above,
                table_is_full=rows >= MOST_ROWS,
                list_before=above,
                list_goes_on=bool(in_list) and begins_in_list(texts[at + 2]),
                sentence_is_open=is_open,
                code=spans_within(code, chunk.char_from, chunk.char_to),
                language=languages[at],
                title=title,
                repeated_headings=repeated_within(chunk.text, chunk.heading_path, headings),
            )
        )
        table, above, rows = in_table, in_list, rows_at_end(chunk.text, rows)
        is_open = is_unfinished_at_end(chunk.text, before=is_open)
    return inputs


def _text_of(chunks: Sequence[Chunk]) -> str:
    """The text that the chunks are of. What is in none of them is blank."""
    parts, at = [], 0
    for chunk in chunks:
        parts += ["\n" * (chunk.char_from - at), chunk.text[max(0, at - chunk.char_from) :]]
        at = max(at, chunk.char_to)
    return "".join(parts)


class OfDocument(Protocol):
    """What the stage reads of a job."""

    @property
    def document_id(self) -> DocumentId: ...

    @property
    def wished(self) -> Wished: ...


def fetch(ctx: StageContext, uow: UnitOfWork, jobs: Sequence[OfDocument]) -> Fetched[Data]:
    ids = [job.document_id for job in jobs]
    outputs = uow.stages.outputs(ids, ["chunks_json", "optimized_markdown", "markdown", "page_words"])
    staged = uow.staging.chunks(ids)
    inputs = {
        document_id: chunk_inputs([row.chunk for row in rows], ctx.generator.context_chars)
        for document_id, rows in staged.items()
    }
    keys = {
        document_id: [cache_key(ctx.generator, chunk) for chunk in chunks] for document_id, chunks in inputs.items()
    }
    wanted = [key for of_document in keys.values() for key in of_document]
    cached = uow.caches.facts(wanted, run_id=ctx.settings.run_id)
    kinds = ["optimized_markdown", "markdown"] if ctx.settings.optimizer_enabled else ["markdown"]

    def read(job: OfDocument) -> StageInput[Data]:
        of_document = outputs.get(job.document_id, {})
        markdown, own = require(of_document, *kinds), keys[job.document_id]
        chunks = [row.chunk for row in staged[job.document_id]]
        words = page_words(of_document)
        known = {key: cached[key] for key in own if key in cached}
        policy = job.wished.over(ctx.settings.policy)
        data = Data(chunks, inputs[job.document_id], own, known, markdown, words, policy)
        of_pages = (words.checksum,) if words else ()
        checksums = (require(of_document, "chunks_json").checksum, *text_checksums(markdown), *of_pages, str(policy))
        return StageInput(checksums, data)

    return for_each(jobs, read)


def run(ctx: StageContext, document: Document, data: Data) -> Computation[Rows]:
    return computation(ctx, document.document_id, data)


def not_cached(data: Data) -> int:
    """How many chunks the generator would be asked for."""
    return len(set(data.keys) - data.cached.keys())


def facts_of(result: StageResult[Rows]) -> list[Fact]:
    """The facts of a result of this stage."""
    return [fact for found in result.rows.results.values() for fact in found.facts]


def computation(ctx: StageContext, document_id: DocumentId, data: Data) -> Computation[Rows]:
    """Asks the generator, here or in the computation, and proves and weighs what it says."""
    echo_from = ctx.settings.validation_echo_similarity
    words = read_words(ctx.store, data.words)
    if isinstance(ctx.generator, InWorker):
        return partial(_ask_and_judge, ctx.generator, document_id, data, words, echo_from)
    by = {"name": ctx.generator.name, "version": ctx.generator.version}
    return partial(_judge_all, by, document_id, data, _ask(ctx.generator, data), words, echo_from)


def _ask_and_judge(
    generator: FactGenerator, document_id: DocumentId, data: Data, words: bytes | None, echo_from: float
) -> StageResult[Rows]:
    by = {"name": generator.name, "version": generator.version}
    # without a model questions are made by patterns
    return _judge_all(by, document_id, data, _ask(generator, data), words, echo_from, by_patterns=True)


def _ask(generator: FactGenerator, data: Data) -> dict[str, Generated | PipelineError]:
    """The generator's answers for what is not in the cache, by key.

    Raises:
        PipelineError: of any chunk, where it concerns the whole document; see ``_raise_what_stops``.
    """
    missing = {key: chunk for key, chunk in zip(data.keys, data.inputs, strict=True) if key not in data.cached}
    asked = generator.generate(list(missing.values())) if missing else []
    _raise_what_stops(asked)
    answers: dict[str, Generated | PipelineError] = {}
    for key, answer in zip(missing, asked, strict=True):
        # a vendor's own exception may not survive the way to the worker
        answers[key] = answer if isinstance(answer, Generated | PipelineError) else UnexpectedError(str(answer))
    return answers


def _judge_all(
    by: Mapping[str, str],
    document_id: DocumentId,
    data: Data,
    asked: Mapping[str, Generated | PipelineError],
    words: bytes | None,
    echo_from: float,
    *,
    by_patterns: bool = False,
) -> StageResult[Rows]:
    answers = {**data.cached, **asked}
    missing = names_missing_in("\n".join(chunk.text for chunk in data.chunks))
    pages = page_map(data.markdown)
    prove = _prover(pages, words)
    surroundings = Surroundings(_text_of(data.chunks))
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
        return weighed(fact, data.policy, place, one_chunk=len(data.chunks) == 1, doubt=pages.ocr_doubt)

    return replace(result, facts=together([*map(one, result.facts)]))


def _prover(pages: PageMap, words: bytes | None) -> Prove:
    shown = Pages(words_from_json(orjson.loads(words)) if words else {})

    @cache  # a header is proved once for all its rows
    def prove(quote: str, start: int, end: int) -> tuple[int | None, tuple[Piece, ...]]:
        return pages.page_shown(start), shown.scattered(quote, *pages.span(start, end))

    return prove


def _raise_what_stops(answers: Collection[Generated | Exception]) -> None:
    """A chunk may fail alone, but not for want of a service or a budget: then the document waits as a whole.

    Raises:
        PipelineError: the gravest of them, so that what cannot mend itself is not tried again.
    """
    for kind in (ServiceRefusedError, ParkedError, TransientError):
        for answer in answers:
            if isinstance(answer, kind):
                raise answer


def judge(
    chunk: Chunk,
    answer: Generated | PipelineError,
    *,
    cached: bool,
    prove: Prove,
    echo_from: float,
    missing: Sequence[str],
    surroundings: Surroundings | None = None,
) -> ChunkResult:
    """What an answer for a chunk is worth: its proved facts, or why it has none.

    It has failed where a generator says traits that are in no table: no weight and no reason would be found for them.
    """
    surroundings = surroundings or Surroundings(chunk.text, chunk.char_from)
    if isinstance(answer, Exception):
        return ChunkResult(ChunkOutcome.FAILED, reason=str(answer))
    if answer.outcome is not AnswerOutcome.ANSWERED:
        return ChunkResult(ChunkOutcome.FAILED, (), answer.reason, 0, cached, answer.usage)
    said = {name for candidate in answer.candidates for name in candidate.traits}
    if unknown := unknown_traits(said):
        return ChunkResult(
            ChunkOutcome.FAILED, (), f"The generator says traits that nobody knows: {', '.join(unknown)}.", 0, cached,
            answer.usage,
        )  # fmt: skip
    whole = [candidate for candidate in answer.candidates if candidate.is_whole]
    proved, refused = evidence.verify(whole, chunk.text)
    refused += len(answer.candidates) - len(whole)
    echoed = [
        candidate for candidate, proof in proved
        if echoed_example(present(candidate.answer, candidate.statement), joined_quotes(proof), echo_from)
        or invented_name(candidate.texts, missing)
    ]  # fmt: skip
    proved = [(candidate, proof) for candidate, proof in proved if candidate not in echoed]
    refused += len(echoed)
    placed = [(candidate, proof, surroundings.place(candidate.around, chunk)) for candidate, proof in proved]
    facts = tuple(_fact(chunk, candidate, proof, near, prove) for candidate, proof, near in placed if near is not None)
    refused += len(placed) - len(facts)
    if facts:
        return ChunkResult(ChunkOutcome.FACTS, facts, answer.reason, refused, cached, answer.usage)
    reason = answer.reason or (
        f"none of {refused} claims was proved by the text" if refused else "the generator found nothing"
    )
    return ChunkResult(ChunkOutcome.NOTHING_HERE, (), reason, refused, cached, answer.usage)


def _fact(chunk: Chunk, candidate: FactCandidate, proof: evidence.Proof, around: evidence.Proof, prove: Prove) -> Fact:
    spans: list[Evidence] = []
    scattered: list[Piece] = []
    own = [
        replace(span, char_from=chunk.char_from + span.char_from, char_to=chunk.char_from + span.char_to)
        for span in _own_first(candidate, proof)
    ]
    around = tuple(span for span in around if span not in own)
    for span in around:
        for part, pieces in standing(span, prove):
            spans.append(part)
            scattered += pieces
    around_row = len(spans)
    for span in own:
        page, pieces = prove(span.quote, span.char_from, span.char_to)
        spans.append(replace(span, page=page))
        scattered += pieces
    return Fact(
        question_id=question_id_for(chunk.chunk_id, candidate.question, candidate.statement, own[0].char_from),
        question=candidate.question,
        answer=candidate.answer,
        statement=candidate.statement,
        evidence=tuple(spans),
        scattered=tuple(scattered),
        traits=candidate.traits,
        around=around_row,
    )


def _own_first(candidate: FactCandidate, proof: evidence.Proof) -> evidence.Proof:
    """The proof with the heading that says what the fact is of behind the fact's own words: its place is theirs.

    A generator quotes the heading first, so that the words are looked up below it.
    """
    if len(proof) > 1 and candidate.traits.get("scoped") and candidate.statement.partition(": ")[0] in proof[0].quote:
        return (*proof[1:], proof[0])
    return proof


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


def save(ctx: StageContext, uow: UnitOfWork, done: Sequence[Saved[Rows]]) -> None:
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
    keys = in_languages(
        match_keys(uow.staging, [fact.statement for _, _, fact in staged]),
        [languages[chunk.chunk_id] for _, chunk, _ in staged],
    )
    questions = [
        NewQuestion(
            document.document_id, document.user_id, chunk.chunk_id, chunk.heading_path, fact, ctx.generator.name, key
        )
        for (document, chunk, fact), key in zip(staged, keys, strict=True)
    ]
    if ctx.profile is Profile.DEEP:
        for item in done:
            mine = [question for question in questions if question.document_id == item.document.document_id]
            uow.deep_scans.add_questions(item.document, mine)
        return
    uow.staging.replace_questions([item.document for item in done], questions)


STAGE = Stage(
    name=StageName.FACT_GENERATOR,
    version="3",
    fetch=fetch,
    run=run,
    save=save,
    leaves="facts_json",
    config=lambda ctx: {
        "generator": ctx.generator.name,
        "generator_version": ctx.generator.version,
        "params": ctx.generator.params,
        "echo_from": ctx.settings.validation_echo_similarity,
        "confidence": MODEL_VERSION,
        "publish_from": ctx.settings.policy.publish_from,
        "ask_from": ctx.settings.policy.ask_from,
    },
    begins=stage_move(
        "generating_facts",
        EventType.STAGE_STARTED,
        {JobStage.CHUNKED, JobStage.GENERATING_FACTS},
        JobStage.GENERATING_FACTS,
    ),
    ends=(stage_move("facts_staged", EventType.STAGE_DONE, {JobStage.GENERATING_FACTS}, JobStage.FACTS_STAGED),),
    done_at=JobStage.FACTS_STAGED,
    restarts_at=JobStage.GENERATING_FACTS,
    # a document of one chunk would else wait for the answer to the one before it
    threads=lambda settings: settings.openai_concurrency if settings.fact_generator == "openai" else 1,
)
