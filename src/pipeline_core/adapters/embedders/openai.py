"""Vectors from any OpenAI-compatible endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline_core.adapters.openai_api.client import OpenAIClient
from pipeline_core.adapters.openai_api.tokens import expected_tokens, most_tokens
from pipeline_core.domain.errors import AnswerLostError, OptionRefusedError, PipelineError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.spending import Price
from pipeline_core.ports.embedder import Embedded
from pipeline_core.ports.paid import Vector

if TYPE_CHECKING:
    from openai.types import CreateEmbeddingResponse

# https://platform.openai.com/docs/guides/embeddings
_LENGTHS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
LONGEST = 4000
"""Of the vectors that an index can hold."""
# these take the wanted length as an option
_SHORTENED = "text-embedding-3"


@dataclass(frozen=True, slots=True)
class RequestSize:
    """The most that goes into one request."""

    texts: int
    tokens: int


@dataclass(frozen=True, slots=True)
class EndpointModel:
    """A model: ``asked`` is its name at the endpoint, ``name`` that of its space, which has the length where it is not
    the model's own: vectors of two lengths cannot be compared."""

    name: str
    asked: str
    dims: int


def endpoint_model(name: str, dims: int | None = None) -> EndpointModel | None:
    """The model that is meant by ``NAME`` or ``NAME@LENGTH``; None: its length is not known, or too long.

    Args:
        name: The name of the space.
        dims: The length of its vectors, where somebody knows it.
    """
    asked, _, length = name.partition("@")
    known = dims or (int(length) if length.isdecimal() else _LENGTHS.get(asked))
    return EndpointModel(name, asked, known) if known and known <= LONGEST else None


REVISION = "openai-1"
"""Changes when the same text may get another vector."""


class OpenAIEmbedder:
    """Requests of many texts. Rows are scaled to unit length; a blank text is all zero and is not sent."""

    def __init__(self, client: OpenAIClient, *, model: EndpointModel, price: Price, size: RequestSize) -> None:
        self._client, self._price, self._size = client, price, size
        self._asked = model.asked
        self.model = model.name
        self.dims = dims = model.dims
        self.version = f"{REVISION}-{dims}"
        self.concurrency = client.options.concurrency
        self.deadline_s = client.options.deadline_s

    def split(self, texts: Sequence[str]) -> list[Sequence[str]]:
        requests: list[list[str]] = []
        tokens = 0
        for text in texts:
            size = expected_tokens(text)
            if not requests or len(requests[-1]) == self._size.texts or tokens + size > self._size.tokens:
                requests.append([])
                tokens = 0
            requests[-1].append(text)
            tokens += size
        return [*requests]

    def most(self, texts: Sequence[str]) -> Usage:
        return self._price.of(sum(most_tokens(text) for text in texts))

    def expected(self, texts: Sequence[str]) -> Usage:
        return self._price.of(sum(expected_tokens(text) for text in texts))

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts, in order; the result has shape (texts, dims).

        Raises:
            PipelineError: a request failed, or a text has no vector; see ``request``.
        """
        vectors = np.zeros((len(texts), self.dims), dtype=np.float32)
        usage = Usage()
        row = 0
        for part in self.split(texts):
            found, cost = self.request(part)
            usage += cost
            for vector in found:
                if isinstance(vector, PipelineError):
                    raise vector
                vectors[row] = vector
                row += 1
        return Embedded(vectors, usage)

    def request(self, texts: Sequence[str]) -> tuple[list[Vector | PipelineError], Usage]:
        """One request. A vector of another length than the settings say is an ``OptionRefusedError`` in its place.

        Raises:
            PipelineError: as ``OpenAIClient.call``.
            AnswerLostError: another number of vectors came back than texts were sent.
        """
        sent = [text for text in texts if text.strip()]
        if not sent:
            return [np.zeros(self.dims, dtype=np.float32) for _ in texts], Usage()
        answer = self._ask(sent)
        usage = self._price.of(answer.usage.prompt_tokens) if answer.usage else self.expected(sent)
        found = iter(self._rows(answer, len(sent)))
        rows = [next(found) if text.strip() else np.zeros(self.dims, dtype=np.float32) for text in texts]
        return rows, usage

    def _ask(self, texts: list[str]) -> "CreateEmbeddingResponse":
        import openai
        from openai.types import CreateEmbeddingResponse

        shorten: dict[str, Any] = {"dimensions": self.dims} if self._asked.startswith(_SHORTENED) else {}
        try:
            return self._client.call(
                lambda client: client.embeddings.with_raw_response.create(
                    input=texts, model=self._asked, encoding_format="float", **shorten
                ),
                CreateEmbeddingResponse,
                tokens=self.expected(texts).input_tokens,
            )
        except openai.BadRequestError as error:
            raise self._client.translate_error(error) from None

    def _rows(self, answer: "CreateEmbeddingResponse", count: int) -> list[Vector | PipelineError]:
        """The rows in the order of the texts: each says by its index which one it is of."""
        by_index = {row.index: row.embedding for row in answer.data or []}
        if sorted(by_index) != list(range(count)) or len(answer.data) != count:
            raise AnswerLostError(
                f"{count} texts were sent and {len(answer.data or [])} vectors came back.", where=self._client.where
            )
        return [self._row(by_index[at]) for at in range(count)]

    def _row(self, values: list[float]) -> Vector | PipelineError:
        vector = np.asarray(values, dtype=np.float32)
        if vector.shape != (self.dims,):
            return OptionRefusedError(
                f"{self.model} makes vectors of {vector.size} dimensions, but {self.dims} are expected.",
                where=self._client.where,
                action="Set UPLOAD_PIPELINE_OPENAI_EMBED_DIMS to the model's length, or name it with it (NAME@LENGTH).",
            )
        length = float(np.linalg.norm(vector))
        if not np.isfinite(vector).all() or not np.isfinite(length) or length == 0:
            return AnswerLostError("A vector came back that has no direction (NaN or zero).", where=self._client.where)
        return vector / np.float32(length)
