"""Whoever asks by SQL needs no search path of ours: views and functions name what they read."""

from pathlib import Path
from typing import Any

import psycopg

from pipeline_core.bootstrap import Pipeline
from tests.support.folders import add_folder, sync, write
from tests.support.published import rows, text_of

_FUNCTIONS = [
    "facts_as_of(now())",
    "passages_as_of(now())",
    "newest_job((SELECT document_id FROM upload_pipeline.documents LIMIT 1))",
    "open_facts((SELECT document_id FROM upload_pipeline.documents LIMIT 1))",
    "named_facts((SELECT document_id FROM upload_pipeline.documents LIMIT 1))",
]


def test_views_and_functions_are_read_without_our_search_path(app: Pipeline, tmp_path: Path) -> None:
    write(tmp_path / "docs", {"a.md": text_of("A", "The alpha office opens at 8 in the morning on Mondays.")})
    sync(app, add_folder(app, tmp_path / "docs"))
    views = rows(app, "SELECT table_name FROM information_schema.views WHERE table_schema = 'upload_pipeline'")
    wanted = [f"upload_pipeline.{name}" for (name,) in views] + [f"upload_pipeline.{one}" for one in _FUNCTIONS]
    with psycopg.connect(app.settings.database_url, autocommit=True) as anybody:
        anybody.execute("SET search_path = public")
        failed = [(one, str(error)) for one in wanted if (error := _error(anybody, one)) is not None]
    assert failed == []


def _error(connection: psycopg.Connection[Any], relation: str) -> Exception | None:
    try:
        connection.execute(f"SELECT * FROM {relation}".encode())
    except psycopg.Error as error:
        return error
    return None
