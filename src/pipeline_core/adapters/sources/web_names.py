"""Names of what websites show, and versions made of the headers that they answer with."""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode

import httpx

from pipeline_core.domain.filetypes import BY_MIME, FILE_TYPES

_KNOWN_ENDINGS = frozenset(ending for kind in FILE_TYPES for ending in kind.extensions)
_SETTLED_S = 60.0
"""A time of change says nothing of what changed within the same second: RFC 9110, 8.8.2.2."""
_MAX_CHARS = 1000


def name_of(url: httpx.URL, content_type: str = "") -> str:
    """Return the path, or the host where there is none; with an ending by the type where the path has none."""
    name = " ".join(url.path.strip("/").split()) or url.host
    ending = name.rpartition("/")[2].rpartition(".")[2].lower()
    kind = BY_MIME.get(content_type.partition(";")[0].strip().lower())
    return name if kind is None or ending in _KNOWN_ENDINGS else f"{name}.{kind.extensions[0]}"


def version_of(headers: Mapping[str, str]) -> str | None:
    """Return what makes the next request conditional, with the type, which 304 does not repeat.

    None where the site gives nothing to go by, or a time so fresh that another change may have it, too.
    """
    tag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if not tag and not _is_settled(modified, headers.get("date", "")):
        return None
    said = {"etag": tag, "modified": modified, "type": headers.get("content-type", "")}
    version = urlencode({name: value for name, value in said.items() if value})
    return version if len(version) <= _MAX_CHARS else None


def conditions_of(version: str) -> dict[str, str]:
    """Return the headers of a conditional request."""
    said = dict(parse_qsl(version))
    headers = {"If-None-Match": said.get("etag"), "If-Modified-Since": said.get("modified")}
    return {name: value for name, value in headers.items() if value}


def type_of(version: str) -> str:
    """Return the content type that a version was made with."""
    return dict(parse_qsl(version)).get("type", "")


def _is_settled(modified: str, answered: str) -> bool:
    try:
        now = parsedate_to_datetime(answered).timestamp() if answered else time.time()
        return now - parsedate_to_datetime(modified).timestamp() >= _SETTLED_S
    except (TypeError, ValueError, OverflowError):
        return False
