"""Facts from a language model behind any OpenAI-compatible endpoint, by structured output."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline_core.adapters.facts.model_answers import json_of, statement_logprobs
from pipeline_core.adapters.facts.prompt import load_prompt, user_message
from pipeline_core.adapters.openai_api.client import OpenAIClient
from pipeline_core.adapters.openai_api.tokens import expected_tokens, most_tokens
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import AnswerOutcome, FactCandidate, Generated, Usage
from pipeline_core.domain.spending import Price
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.fact_generator import ChunkInput

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion
    from openai.types.chat.chat_completion import Choice

log = structlog.stdlib.get_logger(__name__)
# measured on the examples: an answer is about as long as half of what it was made from
_EXPECTED_SHARE = 0.5
_EXPECTED_LEAST = 60


class FactRow(BaseModel):
    """A fact as the model writes it. A ``(row, …)`` of the answer's schema."""

    model_config = ConfigDict(extra="forbid")

    question: str | None = Field(description="A question that names its subject; null if none is natural")
    answer: str | None = Field(description="The complete answer; null if there is no question")
    statement: str = Field(description="The fact as one sentence that can be understood alone")
    quotes: list[str] = Field(
        description="The words of the passage that prove it, copied character for character: one quote, or several "
        "parts in order, such as a list's lead-in and an item, or a table's header and a row"
    )

    @model_validator(mode="before")
    @classmethod
    def _null_left_out(cls, value: Any) -> Any:
        """Models whose endpoint takes no notice of the schema leave out what is null."""
        return {"question": None, "answer": None, **value} if isinstance(value, dict) else value

    @property
    def candidate(self) -> FactCandidate:
        """Blank words are none: not every endpoint knows null."""
        question, answer = ((text and _storable(text).strip()) or None for text in (self.question, self.answer))
        return FactCandidate(question, answer, _storable(self.statement), tuple(map(_storable, self.quotes)))


class FactList(BaseModel):
    """The facts that the passage states."""

    model_config = ConfigDict(extra="forbid")

    facts: list[FactRow]
    nothing_here: str = Field(description="Why there is no fact; else empty")

    @model_validator(mode="before")
    @classmethod
    def _blank_left_out(cls, value: Any) -> Any:
        return {"nothing_here": "", **value} if isinstance(value, dict) else value


@dataclass(frozen=True, slots=True)
class Limits:
    """``max_output_tokens`` bounds the answer for a chunk; ``bound_by`` is the field in which the endpoint is told."""

    max_facts: int
    max_output_tokens: int
    context_chars: int
    options: dict[str, Any]
    bound_by: str = "max_completion_tokens"


class OpenAIFactGenerator:
    """One request a chunk, many at a time. A chunk that fails harms no other."""

    name = "openai"

    def __init__(self, client: OpenAIClient, *, model: str, price: Price, limits: Limits) -> None:
        self._client, self._price, self._limits = client, price, limits
        self._prompt = load_prompt()
        self._system = self._prompt.system(limits.max_facts)
        self.model = model
        self.version = self._prompt.version
        self.context_chars = limits.context_chars
        self.concurrency = client.options.concurrency
        self.deadline_s = client.options.deadline_s
        self.params: dict[str, object] = {
            "model": model,
            "max_facts": limits.max_facts,
            "max_output_tokens": limits.max_output_tokens,
            "context_chars": limits.context_chars,
            "options": limits.options,
        }

    def most(self, chunk: ChunkInput, *, batch: bool = False) -> Usage:
        inputs = most_tokens(self._system) + most_tokens(user_message(chunk)) + self._schema_tokens
        return self._price.of(inputs, self._limits.max_output_tokens, batch=batch)

    def expected(self, chunk: ChunkInput, *, batch: bool = False) -> Usage:
        inputs = expected_tokens(self._system + user_message(chunk)) + self._schema_tokens // 4
        outputs = max(_EXPECTED_LEAST, int(expected_tokens(chunk.text) * _EXPECTED_SHARE))
        return self._price.of(inputs, min(outputs, self._limits.max_output_tokens), batch=batch)

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        """One answer for each chunk, in order. Errors are returned, not raised; see ``OpenAIClient.call``."""
        if len(chunks) < 2:
            return [self._guarded(chunk) for chunk in chunks]
        with ThreadPoolExecutor(min(self.concurrency, len(chunks)), thread_name_prefix="facts") as pool:
            return list(pool.map(self._guarded, chunks))

    def _guarded(self, chunk: ChunkInput) -> Generated | Exception:
        try:
            return self._ask(chunk)
        except PipelineError as error:
            return error

    def _ask(self, chunk: ChunkInput) -> Generated:
        if not chunk.text.strip():
            return Generated((), reason="blank: no text")
        import openai
        from openai.types.chat import ChatCompletion

        expected, body = self.expected(chunk), self.body(chunk)
        try:
            completion = self._client.call(
                lambda client: client.chat.completions.with_raw_response.create(**body),
                ChatCompletion,
                tokens=expected.input_tokens + expected.output_tokens,
            )
        except openai.BadRequestError as error:
            if (useless := _of_no_use(error)) is not None:
                return useless
            # an option or the schema is what it does not want
            raise self._client.translate_error(error) from None
        return self.read(completion, chunk)

    def body(self, chunk: ChunkInput) -> dict[str, Any]:
        """The request's body."""
        return {
            "model": self.model,
            "messages": [
                {"role": "system", "content": self._system},
                {"role": "user", "content": user_message(chunk)},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "facts", "strict": True, "schema": self._schema},
            },
            self._limits.bound_by: self._limits.max_output_tokens,
            **self._limits.options,
        }

    @cached_property
    def _schema(self) -> dict[str, Any]:
        import openai

        # the client's own way from a Pydantic model to the strict subset of JSON Schema
        schema: Any = openai.pydantic_function_tool(FactList)["function"]["parameters"]
        return dict(schema)

    @cached_property
    def _schema_tokens(self) -> int:
        return most_tokens(str(self._schema))

    def read(self, completion: "ChatCompletion", chunk: ChunkInput, *, batch: bool = False) -> Generated:
        """Read the facts of a completion, and its usage.

        Raises:
            AnswerLostError: it is not what the protocol says; the client itself does not check.
        """
        try:
            return self._read(completion, self._usage(completion, chunk, batch))
        except (AttributeError, TypeError, ValueError) as error:
            raise self._client.translate_error(error) from None

    def _read(self, completion: "ChatCompletion", usage: Usage) -> Generated:
        if not completion.choices:
            return Generated((), "schema violation: an answer without choices", usage, AnswerOutcome.SCHEMA_VIOLATION)
        choice = completion.choices[0]
        message = choice.message
        if choice.finish_reason in _UNFINISHED:
            outcome, words = _UNFINISHED[choice.finish_reason]
            return Generated((), words.format(limit=self._limits.max_output_tokens), usage, outcome)
        if message.refusal:
            return Generated((), f"refused: {_storable(message.refusal)[:200]}", usage, AnswerOutcome.REFUSED)
        try:
            found = FactList.model_validate_json(json_of(_storable(message.content or "")), strict=True)
        except ValidationError as error:
            what = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, what["loc"])) or "the answer"
            return Generated((), f"schema violation: {place}: {what['msg']}", usage, AnswerOutcome.SCHEMA_VIOLATION)
        rows = tuple(_weighed(choice, message.content or "", found))
        said = _storable(found.nothing_here).strip()
        reason = None if rows else said or "the model found nothing and did not say why"
        return Generated(_first(rows, self._limits.max_facts), reason, usage)

    def _usage(self, completion: "ChatCompletion", chunk: ChunkInput, batch: bool) -> Usage:
        """Return the usage counted by the endpoint; the expected usage if it does not count."""
        if completion.usage is None:
            return self.expected(chunk)
        usage = completion.usage
        cached = (usage.prompt_tokens_details.cached_tokens or 0) if usage.prompt_tokens_details else 0
        return self._price.of(usage.prompt_tokens, usage.completion_tokens, cached_tokens=cached, batch=batch)


def _weighed(choice: "Choice", content: str, found: FactList) -> Iterator[FactCandidate]:
    """The facts, each with how sure the model was of it, where the endpoint says that."""
    try:
        logprobs = statement_logprobs(content, choice.logprobs.content if choice.logprobs else None)
    except (AttributeError, TypeError, ValueError) as error:
        # the answer itself is whole and paid for
        log.warning("logprobs_unreadable", error=describe_error(error))
        logprobs = []
    for row, mean in zip_longest(found.facts, logprobs[: len(found.facts)]):
        yield replace(row.candidate, traits={"written": 1.0} if mean is None else {"written": 1.0, "logprob": mean})


def _first(facts: Sequence[FactCandidate], most: int) -> tuple[FactCandidate, ...]:
    """The first facts of running text, and every item and row: a list or a table is said whole."""
    of_text = [fact for fact in facts if len(fact.quotes) == 1 and "|" not in fact.quotes[0]]
    dropped = set(map(id, of_text[most:]))
    return tuple(fact for fact in facts if id(fact) not in dropped)


_UNFINISHED = {
    "length": (
        AnswerOutcome.TRUNCATED,
        "truncated: the answer did not fit into {limit} tokens (UPLOAD_PIPELINE_OPENAI_MAX_OUTPUT_TOKENS)",
    ),
    "content_filter": (AnswerOutcome.CONTENT_FILTER, "content filter: the endpoint withheld the answer"),
}


def _of_no_use(error: "openai.BadRequestError") -> Generated | None:
    """A request that the endpoint does not want because of its text fails this chunk; None: any other fails all."""
    from pipeline_core.adapters.openai_api.errors import FILTER_CODES, TOO_LONG_CODES

    if error.code in TOO_LONG_CODES:
        return Generated((), "too long: the passage does not fit into the model", outcome=AnswerOutcome.TOO_LONG)
    if error.code in FILTER_CODES:
        return Generated(
            (), "content filter: the endpoint would not read the passage", outcome=AnswerOutcome.CONTENT_FILTER
        )
    return None


def _storable(text: str) -> str:
    """Without what JSON can say and no text in PostgreSQL can hold: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
