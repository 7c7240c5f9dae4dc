"""The endpoint's errors in the pipeline's words. What it says is quoted, but never a key."""

import re
from typing import Any

import openai

from pipeline_core.adapters import paid_service
from pipeline_core.domain.errors import (
    AnswerLostError,
    KeyRefusedError,
    OptionRefusedError,
    PipelineError,
    QuotaExhaustedError,
    RateLimitedError,
    ServiceRefusedError,
    ServiceUnavailableError,
    UnknownToServiceError,
)

QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
TOO_LONG_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})
OPTION_CODES = frozenset(
    {"unsupported_parameter", "unsupported_value", "unknown_parameter", "model_not_found", "invalid_model"}
)
"""Of a 400: the settings are at fault, and every other document would meet the same."""
FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})
_BY_STATUS: dict[int, tuple[type[PipelineError], str]] = {
    401: (KeyRefusedError, "Set OPENAI_API_KEY to a key that is valid there."),
    403: (KeyRefusedError, "Allow the key to use this model."),
    402: (QuotaExhaustedError, QuotaExhaustedError.action),
    404: (UnknownToServiceError, "Correct the model or UPLOAD_PIPELINE_OPENAI_BASE_URL."),
    408: (AnswerLostError, AnswerLostError.action),
    # a proxy did not wait for the endpoint, which may have done the work
    502: (AnswerLostError, AnswerLostError.action),
    504: (AnswerLostError, AnswerLostError.action),
    409: (ServiceUnavailableError, ServiceUnavailableError.action),
    429: (RateLimitedError, RateLimitedError.action),
}
# a key, whole or partly masked, as endpoints repeat it in their complaints
_KEY = re.compile(r"\b(?:sk|rk|pk)-[\w*.…-]+|Bearer\s+\S+", re.IGNORECASE)


def scrubbed(text: str, secret: str) -> str:
    return paid_service.scrubbed(text, secret, _KEY)


def translate(error: Exception, *, secret: str, where: str) -> PipelineError:
    """Translate an error of the client: try again, wait for quota, or correct the settings."""
    if isinstance(error, openai.APIStatusError):
        return _by_status(error, scrubbed(_words(error), secret), where)
    if isinstance(error, openai.APITimeoutError):
        return AnswerLostError("The endpoint did not answer in time, and the call was cut off.", where=where)
    if isinstance(error, openai.APIConnectionError):
        return paid_service.not_connected(error, "The endpoint", where)
    return paid_service.unreadable(error, "The endpoint", where)


def _by_status(error: openai.APIStatusError, words: str, where: str) -> PipelineError:
    if error.code in QUOTA_CODES:
        return QuotaExhaustedError(f"The account has no quota left: {words}", where=where)
    if error.code in OPTION_CODES and error.status_code == 400:
        return OptionRefusedError(f"The endpoint answered 400: {words}", where=where)
    other: type[PipelineError] = ServiceUnavailableError if error.status_code >= 500 else ServiceRefusedError
    kind, action = _BY_STATUS.get(error.status_code, (other, other.action))
    return kind(f"The endpoint answered {error.status_code}: {words}", where=where, action=action)


def _words(error: openai.APIStatusError) -> str:
    body: Any = error.body
    words = body.get("message") if isinstance(body, dict) else None
    return paid_service.as_sentence(str(words or error.response.reason_phrase or "no reason given"))
