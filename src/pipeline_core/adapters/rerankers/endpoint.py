"""Reranker: any endpoint that speaks the protocol of Cohere, Jina, vLLM and others: ``POST /rerank``."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from pipeline_core.domain.errors import (
    AnswerLostError,
    KeyRefusedError,
    OptionRefusedError,
    PipelineError,
    RateLimitedError,
    ServiceUnavailableError,
    ServiceUnreachableError,
)

if TYPE_CHECKING:
    import httpx2

_FAILURES = 3
_REST_S = 30.0
_CONNECTIONS = 4


class Judge(NamedTuple):
    """``url`` is the whole address; ``deadline_s`` ends a call, however slowly it is answered; ``model`` may be ""."""

    url: str
    model: str
    deadline_s: float


class _Result(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    index: int
    relevance_score: float


class _Answer(BaseModel):
    results: list[_Result]


class EndpointReranker:
    """One request a question, never sent again: whoever searches waits.

    After three failures in a row the endpoint is left alone for half a minute, so that no search waits for the deadline
    of a service that is down.
    """

    def __init__(self, options: Judge, api_key: SecretStr | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.model = options.model
        self.where = urlsplit(options.url).hostname or options.url
        self._options = options
        self._key = api_key
        self._clock = clock
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None
        self._failures = 0
        self._rests_until = 0.0

    def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        """The relevance of each text.

        Raises:
            ServiceUnavailableError: it did not answer in time, or lately failed again and again.
            RateLimitedError, KeyRefusedError, OptionRefusedError: it did not want the request.
            AnswerLostError: what it answered is no judgement of these texts.
        """
        if not texts:
            return []
        with self._lock:
            if self._clock() < self._rests_until:
                raise ServiceUnavailableError(
                    "The reranker has failed repeatedly and is skipped for now.", where=self.where
                )
        try:
            scores = self._scores(self._ask(question, list(texts)), len(texts))
        except PipelineError:
            self._count(failed=True)
            raise
        self._count(failed=False)
        return scores

    def _count(self, *, failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= _FAILURES:
                self._failures, self._rests_until = 0, self._clock() + _REST_S

    def _ask(self, question: str, texts: list[str]) -> bytes:
        import httpx2

        from pipeline_core.adapters.openai_api.deadline import deadline

        body: dict[str, Any] = {"query": question, "documents": texts, "top_n": len(texts), "return_documents": False}
        if self.model:
            body["model"] = self.model
        headers = {"authorization": f"Bearer {self._key.get_secret_value()}"} if self._key else {}
        try:
            with deadline(self._options.deadline_s):
                answer = self._http().post(
                    self._options.url, json=body, headers=headers, timeout=self._options.deadline_s
                )
        except httpx2.ConnectError as error:
            raise ServiceUnreachableError("The reranker cannot be reached.", where=self.where) from error
        except (httpx2.HTTPError, OSError) as error:
            raise ServiceUnavailableError(
                f"The reranker did not answer within {self._options.deadline_s:g} s, or the connection was lost.",
                where=self.where,
            ) from error
        self._refuse(answer.status_code)
        return answer.content

    def _refuse(self, status: int) -> None:
        if status in (401, 403):
            raise KeyRefusedError(
                f"The reranker refuses the key (HTTP {status}).",
                where=self.where,
                action="Set UPLOAD_PIPELINE_RERANK_API_KEY to one that it accepts.",
            )
        if status == 429:
            raise RateLimitedError("The reranker has had too many requests (HTTP 429).", where=self.where)
        if 400 <= status < 500:
            raise OptionRefusedError(
                f"The reranker refuses the request (HTTP {status}).",
                where=self.where,
                action="Check UPLOAD_PIPELINE_RERANK_URL, the whole address, and UPLOAD_PIPELINE_RERANK_MODEL.",
            )
        if not 200 <= status < 300:
            raise ServiceUnavailableError(f"The reranker failed (HTTP {status}).", where=self.where)

    def _scores(self, content: bytes, count: int) -> list[float]:
        try:
            results = _Answer.model_validate_json(content).results
        except ValidationError as error:
            raise AnswerLostError("The reranker's answer does not follow its protocol.", where=self.where) from error
        by_index = {result.index: result.relevance_score for result in results}
        if sorted(by_index) != list(range(count)) or len(results) != count:
            raise AnswerLostError(f"{count} texts were sent and {len(results)} judgements came back.", where=self.where)
        return [by_index[at] for at in range(count)]

    def _http(self) -> "httpx2.Client":
        from pipeline_core.adapters.openai_api.deadline import http_client

        with self._lock:
            if self._client is None:
                self._client = http_client(self._options.url, _CONNECTIONS)
            return self._client
