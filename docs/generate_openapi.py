"""Writes ``docs/openapi.json``, the description that the API serves: ``python docs/generate_openapi.py``."""

import json
import tempfile
from pathlib import Path

from pipeline_core.api.app import create_app
from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import Settings

TARGET = Path(__file__).with_name("openapi.json")
_NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
"""Nothing is asked of a database for this."""


def render() -> str:
    """Sorted, so that a change of the code is a small difference here."""
    with tempfile.TemporaryDirectory() as home:
        pipeline = Pipeline(Settings.model_construct(home=Path(home), database_url=_NOWHERE, api_auth="local"))
        description = create_app(pipeline).openapi()
        pipeline.close()
    return json.dumps(description, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
