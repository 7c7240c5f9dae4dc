"""LlamaCloud's errors in the pipeline's words. What it says is quoted, but never a key."""

import re
from typing import Any

import llama_cloud

from pipeline_core.adapters import paid_service
from pipeline_core.domain.errors import (
    AnswerLostError,
    ConversionRefusedError,
    KeyRefusedError,
    PipelineError,
    QuotaExhaustedError,
    RateLimitedError,
    ServiceRefusedError,
    ServiceUnavailableError,
    UnknownToServiceError,
)

UNTOUCHED = frozenset({429, 503})
"""Answered without having been worked on: whatever was asked for has not begun."""

_KEY_ACTION = "Set LLAMA_CLOUD_API_KEY to a key that is valid there."
_BY_STATUS: dict[int, tuple[type[PipelineError], str]] = {
    400: (ConversionRefusedError, ConversionRefusedError.action),
    401: (KeyRefusedError, _KEY_ACTION),
    402: (QuotaExhaustedError, QuotaExhaustedError.action),
    403: (KeyRefusedError, _KEY_ACTION),
    404: (UnknownToServiceError, "Correct UPLOAD_PIPELINE_LLAMA_CLOUD_BASE_URL."),
    408: (AnswerLostError, AnswerLostError.action),
    409: (ServiceUnavailableError, ServiceUnavailableError.action),
    413: (ConversionRefusedError, ConversionRefusedError.action),
    415: (ConversionRefusedError, ConversionRefusedError.action),
    422: (ConversionRefusedError, ConversionRefusedError.action),
    429: (RateLimitedError, RateLimitedError.action),
    503: (ServiceUnavailableError, ServiceUnavailableError.action),
}
# a key, whole or partly masked, as services repeat it in their complaints
_KEY = re.compile(r"\bllx-[\w*.…-]+|Bearer\s+\S+", re.IGNORECASE)


def scrubbed(text: str, secret: str) -> str:
    return paid_service.scrubbed(text, secret, _KEY)


def translate(error: Exception, *, secret: str, where: str) -> PipelineError:
    """Translate an error of the client. ``AnswerLostError``: the request may have been carried out."""
    if isinstance(error, llama_cloud.APIStatusError):
        kind, action = _BY_STATUS.get(error.status_code, (ServiceRefusedError, ServiceRefusedError.action))
        if error.status_code >= 500 and error.status_code not in UNTOUCHED:
            kind, action = AnswerLostError, AnswerLostError.action
        words = scrubbed(_words(error), secret)
        return kind(f"LlamaCloud answered {error.status_code}: {words}", where=where, action=action)
    if isinstance(error, llama_cloud.APITimeoutError):
        return AnswerLostError("LlamaCloud did not answer in time, and the request was cut off.", where=where)
    if isinstance(error, llama_cloud.APIConnectionError):
        return paid_service.not_connected(error, "LlamaCloud", where)
    return paid_service.unreadable(error, "LlamaCloud", where)


def _words(error: llama_cloud.APIStatusError) -> str:
    """Its reason: a sentence, or a list of what is wrong where."""
    body: Any = error.body
    detail = body.get("detail") or body.get("message") if isinstance(body, dict) else None
    if isinstance(detail, list):
        detail = "; ".join(str(row.get("msg", row)) if isinstance(row, dict) else str(row) for row in detail)
    return paid_service.as_sentence(str(detail or error.response.reason_phrase or "no reason given"))
