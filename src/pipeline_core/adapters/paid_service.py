"""Shared parts of the clients of paid services: errors in the pipeline's words and without a key, and the proxy."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pipeline_core.domain.errors import AnswerLostError, ParkedError, PipelineError, ServiceUnreachableError

_MOST_QUOTED = 300
_UNREACHED = ("ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol")


def scrubbed(text: str, secret: str, keys: re.Pattern[str]) -> str:
    """The text without the key, or anything that looks like one of the ``keys``, whole or partly masked."""
    return keys.sub("(key hidden)", text.replace(secret, "(key hidden)") if secret else text)[:_MOST_QUOTED]


def not_connected(error: Exception, service: str, where: str) -> PipelineError:
    """Translate a failed connection: the request was never sent, or may have been worked on."""
    cause = type(error.__cause__).__name__
    if cause in _UNREACHED:
        return ServiceUnreachableError(f"{service} cannot be reached ({cause}).", where=where)
    return AnswerLostError(f"The connection broke before the answer was there ({cause}).", where=where)


def unreadable(error: Exception, service: str, where: str) -> AnswerLostError:
    """A body that is no JSON, or of another shape than the protocol's."""
    return AnswerLostError(f"{service}'s answer cannot be read ({type(error).__name__}).", where=where)


def as_sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!")) else f"{text}."


def parked(told: PipelineError, asked_s: float) -> ParkedError:
    """A service that says when to come back parks the work until then."""
    until = datetime.now(UTC) + timedelta(seconds=asked_s)
    return ParkedError(
        f"{told.message} It asks to wait until {until:%Y-%m-%d %H:%M} (UTC).",
        where=told.where,
        action="Run it again then; what was paid for is kept.",
        until=until,
    )


def proxy_of(base_url: str) -> str | None:
    """The environment's proxy for the service."""
    url = urlsplit(base_url)
    return None if proxy_bypass(url.hostname or "") else getproxies().get(url.scheme)
