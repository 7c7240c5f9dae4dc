"""kill -9 within the transaction that goes back to a version: nothing is half there, and once more it ends the same."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.settings import load_settings
from tests.support.killing import Running, blocked_at, rows, wait_until_blocked
from tests.support.published import drain, in_production
from tests.support.statements import execute
from tests.support.through import publish, upload

FIRST = "The alpha office opens at 8 in the morning on Mondays."
SECOND = "The beta boiler must be serviced every 12 months by an engineer."
POINTS = [
    pytest.param(("staged_questions", "NEW.status = 'approved'", "INSERT"), id="half-staged", marks=pytest.mark.chaos),
    pytest.param(("all_questions", "true", "INSERT"), id="its-facts-are-not-back", marks=pytest.mark.chaos),
    pytest.param(("reversions", "true", "INSERT"), id="nothing-says-why"),
]
REMEMBERED = {
    "published_versions": "document_id, number, valid_from, valid_to, origin, facts",
    "past_questions": "question_id, valid_from, valid_to",
    "knowledge_changes": "document_id, kind, version, facts_came, facts_went",
    "reversions": "document_id, version, reason",
}


def revert(url: str, home: Path, document_id: DocumentId) -> None:
    app = Pipeline(load_settings(home=home, database_url=url, publish_from=0.0))
    try:
        app.revert(document_id, 1, by=Reviewer(app.realm_id, "Ann", "It was right as it was."))
    finally:
        app.close()


def everything(url: str) -> dict[str, list[Any]]:
    with psycopg.connect(url) as connection:
        told = {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM upload_pipeline.{table}").fetchall()))
            for table, columns in REMEMBERED.items()
        }
        return {**rows(connection), **told}


@pytest.mark.parametrize("point", POINTS)
def test_killed_in_the_middle_and_said_again(app: Pipeline, database_url: str, point: tuple[str, str, str]) -> None:
    [document_id] = publish(app, upload("a.md", f"{FIRST}\n\n{SECOND}\n"))
    execute(
        app,
        "UPDATE staged_questions SET status = 'rejected', reviewed_at = now(), decided_by_itself = true "
        f"WHERE statement = '{SECOND}'",
    )
    app.retry(document_id, from_stage=None, by="Ann")
    drain(app)
    assert in_production(app) == [("a.md", FIRST)]
    before = everything(database_url)
    table, condition, change = point
    with blocked_at(database_url, table, condition, change=change) as connection:
        process = Running(revert, database_url, app.settings.home, document_id)
        wait_until_blocked(connection, process)
        process.kill()
    assert everything(database_url) == before, "all of it is there, or nothing"

    revert(database_url, app.settings.home, document_id)

    assert in_production(app) == [("a.md", FIRST), ("a.md", SECOND)]
    assert len(everything(database_url)["published_versions"]) == 3
