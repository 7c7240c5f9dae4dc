"""Texts that the database cannot hold: refused wherever they come in, before anything looks at them."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError

from pipeline_core.domain.reasons import UNSTORABLE

KIND = "unstorable_text"
_SAYS = "It has a character that cannot be stored: NUL, or half of a character."
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
Place = tuple[str | int, ...]


async def refuse_unstorable(request: Request) -> None:
    """Refuse a request with such a character in its address, its body or its form.

    Of a body, what the route has read already is looked at; one that it reads as a stream is its own to look at, with
    ``require_storable``.

    Raises:
        RequestValidationError: names each text.
    """
    require_storable("query", request.query_params.multi_items())
    if request.scope["route"].body_field is None:
        return
    if request.headers.get("content-type", "").lower().startswith(_FORMS):
        require_storable("body", (await request.form()).multi_items())
        return
    try:
        sent = await request.json()
    except (ValueError, RecursionError):
        return  # the route says so itself
    require_storable("body", sent.items() if isinstance(sent, dict) else [("", sent)])


def require_storable(part: str, sent: Iterable[tuple[str | int, Any]]) -> None:
    """Require that every text in this part of a request can be stored, by name.

    Raises:
        RequestValidationError: names each that cannot.
    """
    if wrong := dict.fromkeys(place for name, value in sent for place in _unstorable((part, name), value)):
        raise RequestValidationError([{"type": KIND, "loc": place, "msg": _SAYS} for place in wrong])


def _unstorable(place: Place, sent: Any) -> Iterator[Place]:
    # no recursion: what is sent may be nested as deeply as it can be read
    left: list[tuple[Place, Any]] = [(place, sent)]
    while left:
        place, value = left.pop()
        if any(isinstance(text, str) and UNSTORABLE.search(text) for text in (place[-1], value)):
            yield place
        elif isinstance(value, dict):
            left += [((*place, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [((*place, at), inner) for at, inner in enumerate(value)]


RefuseUnstorable = Depends(refuse_unstorable)
