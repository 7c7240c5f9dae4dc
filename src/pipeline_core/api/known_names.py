"""The names that a request may use, by the API's own description: a name that is not known decides nothing."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

UNKNOWN = "unknown_name"
Schema = Mapping[str, Any]


class Body(BaseModel):
    """A request body. Unknown fields are refused, so that a misspelt name decides nothing."""

    model_config = ConfigDict(extra="forbid")


async def refuse_unknown_query(request: Request) -> None:
    """Refuse parameters that the endpoint does not have: a filter that is spelled wrong would let everything through.

    Raises:
        RequestValidationError: names each.
    """
    if not request.query_params:
        return
    # the description takes most of a second the first time that it is asked for
    operation = await run_in_threadpool(_operation, request)
    known = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    unknown = dict.fromkeys(name for name in request.query_params if name not in known)
    if unknown:
        raise unknown_names("query", list(unknown), known)


def unknown_names(place: str, names: Sequence[str], known: Sequence[str]) -> RequestValidationError:
    """Return the error that refuses unknown names in a part of a request (``query``, ``body``)."""
    return RequestValidationError(
        [{"type": UNKNOWN, "loc": (place, name), "msg": "", "ctx": {"known": known}} for name in names]
    )


RefuseUnknownQuery = Depends(refuse_unknown_query)


def known_fields(request: Request, place: Sequence[str | int]) -> list[str]:
    """The fields of the body's object at this place, such as ``("body", "items", 0)``."""
    content = _operation(request).get("requestBody", {}).get("content", {})
    found = [media["schema"] for media in content.values()]
    schemas = request.app.openapi()["components"]["schemas"]
    for part in place[1:]:
        found = [inner for one in found for inner in _inner(one, part, schemas)]
    return sorted({name for one in found for flat in _flat(one, schemas) for name in flat.get("properties", ())})


def _operation(request: Request) -> Schema:
    wanted = getattr(request.scope.get("route"), "name", None)
    return _operations(request.app).get(wanted, {}) if wanted else {}


@lru_cache(maxsize=1)
def _operations(app: FastAPI) -> Mapping[str, Schema]:
    """Every operation of the description by its id: each request asks for one."""
    of_paths = (methods.values() for methods in app.openapi()["paths"].values())
    return {operation["operationId"]: operation for operations in of_paths for operation in operations}


def _inner(schema: Schema, part: str | int, schemas: Schema) -> Iterator[Schema]:
    for flat in _flat(schema, schemas):
        inner = flat.get("items") if isinstance(part, int) else flat.get("properties", {}).get(part)
        if inner:
            yield inner


def _flat(schema: Schema, schemas: Schema) -> Iterator[Schema]:
    """The schema itself, or those that it stands for."""
    if "$ref" in schema:
        yield from _flat(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _flat(one, schemas)
    else:
        yield schema
