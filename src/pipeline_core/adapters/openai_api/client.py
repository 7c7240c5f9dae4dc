"""Calls to an OpenAI-compatible endpoint: one attempt is paid at most once, and no call outlasts its deadline."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipeline_core.adapters.openai_api.pace import Pace
from pipeline_core.adapters.paid_service import parked
from pipeline_core.adapters.retry_after import retry_after_s
from pipeline_core.domain.errors import ConfigurationError, PipelineError, RateLimitedError

if TYPE_CHECKING:
    import openai

T = TypeVar("T")
_FIRST_WAIT_S = 0.5
_MOST_WAIT_S = 30.0
# answered without having been worked on, so asking again pays nothing twice; every other failure is left to the
# stage's own retries, which find what was answered meanwhile
_WAIT_STATUS = frozenset({429, 503})


class Options(NamedTuple):
    """``timeout_s`` ends one request, ``deadline_s`` a call with its waits for the rate limit."""

    base_url: str
    timeout_s: float
    deadline_s: float
    concurrency: int


class OpenAIClient:
    """The ``openai`` client, made at the first call and shared by all threads."""

    def __init__(
        self,
        options: Options,
        api_key: SecretStr | None,
        pace: Pace,
        answered: Callable[[str], None] = lambda _host: None,
    ) -> None:
        """``answered`` is told the host whenever a call is answered. Raises ConfigurationError when there is no key."""
        if api_key is None or not api_key.get_secret_value().strip():
            raise ConfigurationError(
                "OPENAI_API_KEY is not set, and settings ask for an OpenAI-compatible endpoint.",
                action="Set OPENAI_API_KEY (any text for a local server that asks for none).",
            )
        self.options = options
        self.where = urlsplit(options.base_url).hostname or options.base_url
        self._key = api_key
        self._pace = pace
        self._answered = answered
        self._lock = threading.Lock()
        self._made: openai.OpenAI | None = None

    def _client(self) -> "openai.OpenAI":
        with self._lock:
            if self._made is None:
                import openai

                from pipeline_core.adapters.openai_api.deadline import http_client

                self._made = openai.OpenAI(
                    api_key=self._key.get_secret_value(),
                    base_url=self.options.base_url,
                    timeout=self.options.timeout_s,
                    max_retries=0,  # it would send again what may have been charged
                    http_client=http_client(self.options.base_url, self.options.concurrency + 1),
                )
            return self._made

    def call(self, send: Callable[["openai.OpenAI"], Any], kind: type[T], *, tokens: int) -> T:
        """Send a request (through ``with_raw_response``) in its turn; returns its parsed body.

        Args:
            kind: What the body must parse to.
            tokens: About how many tokens it takes of the rate limit.

        Raises:
            TransientError: the endpoint is away, slow, or wants us to wait longer than the deadline.
            ParkedError: the account has no quota.
            ServiceRefusedError: the key, the model or an option is wrong.
            openai.BadRequestError: the endpoint does not want this very request.
        """
        import openai

        from pipeline_core.adapters.openai_api.errors import QUOTA_CODES

        ends = time.monotonic() + self.options.deadline_s
        attempt = 0
        while True:
            with self._pace.turn(tokens, until=ends):
                try:
                    return self._once(send, kind, ends)
                except openai.BadRequestError:
                    raise
                except openai.APIStatusError as error:
                    told = self.translate_error(error)
                    if error.status_code not in _WAIT_STATUS or error.code in QUOTA_CODES:
                        raise told from None
                    asked = retry_after_s(error.response.headers)
                    wait = min(_FIRST_WAIT_S * 2**attempt, _MOST_WAIT_S) if asked is None else asked
                except PipelineError:
                    raise
                except Exception as error:
                    raise self.translate_error(error) from None
            if time.monotonic() + wait > ends:
                # else the stage's own retries try again
                raise told if asked is None else parked(told, asked)
            self._pace.hold(wait)
            attempt += 1

    def _once(self, send: Callable[["openai.OpenAI"], Any], kind: type[T], ends: float) -> T:
        from pipeline_core.adapters.openai_api.deadline import deadline

        left = ends - time.monotonic()
        if left <= 0:
            raise RateLimitedError("The deadline of a paid call was over before it was sent.", where=self.where)
        with deadline(min(self.options.timeout_s, left)):
            raw = send(self._client())
        self._pace.observe(raw.headers)
        body = raw.parse()
        if not isinstance(body, kind):
            raise TypeError(f"not a {kind.__name__}")
        self._answered(self.where)
        return body

    def ask(self, send: Callable[["openai.OpenAI"], Any]) -> Any:
        """``call`` for what costs nothing, with its errors all in the pipeline's words."""
        import openai

        try:
            return self.call(send, object, tokens=0)
        except openai.BadRequestError as error:
            raise self.translate_error(error) from None

    def check(self, model: str) -> str:
        """Ask which models there are, which costs nothing; returns a sentence.

        Raises:
            PipelineError: as ``call``.
        """
        import openai
        from openai.pagination import SyncPage
        from openai.types import Model

        try:
            page = self.call(lambda client: client.models.with_raw_response.list(), SyncPage[Model], tokens=0)
        except openai.BadRequestError as error:
            raise self.translate_error(error) from None
        names = {entry.id for entry in page.data}
        if model not in names:
            raise ConfigurationError(
                f"{self.where} has no model {model}.", action=f"It has: {', '.join(sorted(names)[:20])}."
            )
        return f"{self.where} accepts the key and has {model}"

    def translate_error(self, error: Exception) -> PipelineError:
        """An error of the ``openai`` client in the pipeline's words, without the key."""
        from pipeline_core.adapters.openai_api.errors import translate

        return translate(error, secret=self._key.get_secret_value(), where=self.where)
