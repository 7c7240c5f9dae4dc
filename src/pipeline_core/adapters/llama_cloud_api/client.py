"""Requests to LlamaCloud: each is tried a few times, none outlasts its deadline, and none is paid for twice."""

import importlib.util
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipeline_core.adapters.deadline import deadline
from pipeline_core.adapters.paid_service import parked
from pipeline_core.adapters.retry_after import retry_after_s
from pipeline_core.domain.errors import (
    AnswerLostError,
    ConfigurationError,
    PipelineError,
    TransientError,
)

if TYPE_CHECKING:
    from llama_cloud import LlamaCloud

T = TypeVar("T")
_TRIES = 4


class Options(NamedTuple):
    """``timeout_s`` ends one request; ``wait_s`` is the first wait before another try, which doubles."""

    base_url: str
    timeout_s: float
    connections: int
    wait_s: float = 0.5


class LlamaCloudClient:
    """The ``llama_cloud`` client, made at the first request and shared by all threads."""

    def __init__(
        self, options: Options, api_key: SecretStr | None, answered: Callable[[str], None] = lambda _host: None
    ) -> None:
        """``answered`` is told the host whenever a request is answered.

        Raises:
            ConfigurationError: there is no key, or the package is not installed.
        """
        if importlib.util.find_spec("llama_cloud") is None:
            raise ConfigurationError(
                "Settings ask for LlamaParse, and the package llama-cloud is not installed.",
                action="pip install 'document-pipeline[llama-parse]', or set UPLOAD_PIPELINE_CONVERTER=local.",
            )
        if api_key is None or not api_key.get_secret_value().strip():
            raise ConfigurationError(
                "LLAMA_CLOUD_API_KEY is not set, and settings ask for LlamaParse.",
                action="Set LLAMA_CLOUD_API_KEY, or UPLOAD_PIPELINE_CONVERTER=local.",
            )
        self._options, self._key = options, api_key
        self._answered = answered
        self.timeout_s = options.timeout_s
        self.where = urlsplit(options.base_url).hostname or options.base_url
        self._lock = threading.Lock()
        self._made: LlamaCloud | None = None

    def _client(self) -> "LlamaCloud":
        with self._lock:
            if self._made is None:
                import llama_cloud

                from pipeline_core.adapters.llama_cloud_api.transport import http_client

                self._made = llama_cloud.LlamaCloud(
                    api_key=self._key.get_secret_value(),
                    base_url=self._options.base_url,
                    timeout=self._options.timeout_s,
                    max_retries=0,  # it would start again what may have been started, and paid for
                    http_client=http_client(self._options.base_url, self._options.connections),
                )
            return self._made

    def ask(self, send: Callable[["LlamaCloud"], T], kind: type[T], *, until: float, charged: bool = False) -> T:
        """Send a request and send it again after transient errors, a few times, as long as Retry-After asks.

        Args:
            kind: What the answer must be.
            until: ``time.monotonic()`` at which to give up.
            charged: It is paid for: it is not sent again where nobody knows whether it arrived.

        Raises:
            AnswerLostError: nobody knows whether it arrived.
            TransientError: the service is away or slow.
            ParkedError: it asks to wait for longer than ``until``, or the account has no quota.
            ServiceRefusedError, ConversionRefusedError: it does not want the key, or this very request.
        """
        for attempt in range(_TRIES):
            try:
                return self._once(send, kind, until)
            except Exception as error:
                told = self.translate_error(error)
                if not isinstance(told, TransientError) or (charged and isinstance(told, AnswerLostError)):
                    raise told from None
                asked = _asked_s(error)
            wait = self._options.wait_s * 2**attempt if asked is None else asked
            if time.monotonic() + wait > until:
                raise told if asked is None else parked(told, asked)
            if attempt < _TRIES - 1:
                time.sleep(wait)
        raise told

    def _once(self, send: Callable[["LlamaCloud"], T], kind: type[T], until: float) -> T:
        left = max(0.001, until - time.monotonic())
        with deadline(min(self._options.timeout_s, left)):
            answer = send(self._client())
        if not isinstance(answer, kind):  # the client hands on a body that is no JSON as it is
            raise TypeError(f"not a {kind.__name__}")
        self._answered(self.where)
        return answer

    def translate_error(self, error: Exception) -> PipelineError:
        """An error of the ``llama_cloud`` client in the pipeline's words, without the key."""
        from pipeline_core.adapters.llama_cloud_api.errors import translate

        if isinstance(error, PipelineError):
            return error
        return translate(error, secret=self._key.get_secret_value(), where=self.where)

    def quoted(self, text: str) -> str:
        """Make the service's text fit for messages: short, and without the key."""
        from pipeline_core.adapters.llama_cloud_api.errors import scrubbed

        return scrubbed(text, self._key.get_secret_value())


def _asked_s(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    return None if response is None else retry_after_s(response.headers)
