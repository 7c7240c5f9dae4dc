"""The API's own description (OpenAPI)."""

from functools import cache
from typing import Any

from fastapi.openapi.utils import get_openapi

from pipeline_core.api import problems
from pipeline_core.api.all_routes import all_routes

TITLE, VERSION = "Document pipeline", "2"
_ABOUT = """Documents in, reviewed knowledge out.

Every error is a problem (RFC 9457) with a stable `code`; lists are paged by `cursor`; a request over a limit gets
status 429 with `Retry-After` and the limit's name. Send `X-Correlation-ID` (a UUID) to find a request again in events
and logs."""


@cache
def description() -> dict[str, Any]:
    """Describe every route, once a process; nobody may change it.

    The schema of problems is in it once, and FastAPI's own for wrong requests is not.
    """
    schema = get_openapi(title=TITLE, version=VERSION, description=_ABOUT, routes=all_routes())
    schemas = schema["components"]["schemas"]
    problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs", {}), "Problem": problem}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _describe_broken_bodies(schema)
    return schema


def _describe_broken_bodies(schema: dict[str, Any]) -> None:
    """JSON that no parser takes is answered before its route is asked, in every route that takes JSON."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            if "application/json" in operation.get("requestBody", {}).get("content", {}):
                operation["responses"].update({str(status): one for status, one in problems.responses(400).items()})
