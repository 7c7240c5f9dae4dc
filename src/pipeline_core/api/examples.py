"""Examples of what is sent, for the API's description."""

from typing import Any

from pydantic import ConfigDict


def example(body: dict[str, Any]) -> ConfigDict:
    """For a model's ``model_config``: a body as a client may send it."""
    return ConfigDict(json_schema_extra={"examples": [body]})
