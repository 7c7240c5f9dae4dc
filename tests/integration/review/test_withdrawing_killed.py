"""kill -9 within the transaction of a withdrawal: nothing is half gone, and the same command ends the same."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.settings import load_settings
from tests.support.killing import Running, blocked_at, rows, wait_until_blocked
from tests.support.published import FACT, in_production, text_of
from tests.support.through import publish, upload

OPENS = "The alpha office opens at 8 in the morning on Mondays."
BOILER = "The beta boiler must be serviced every 12 months by an engineer."
POINTS = [
    pytest.param(("document_chunks", "true", "DELETE"), id="passages-are-still-there", marks=pytest.mark.chaos),
    pytest.param(("all_questions", "true", "INSERT"), id="its-copy-is-not-there-yet"),
    pytest.param(("withdrawals", "true", "INSERT"), id="nothing-says-why", marks=pytest.mark.chaos),
    pytest.param(("upload_jobs", "NEW.outcome = 'withdrawn'", "UPDATE"), id="its-job-has-not-ended"),
]


def withdraw(url: str, home: Path, document_ids: list[DocumentId]) -> None:
    app = Pipeline(load_settings(home=home, database_url=url, publish_from=0.0))
    try:
        app.withdraw(document_ids, by=Reviewer(app.realm_id, "Ann", "They were sent to us by mistake."))
    finally:
        app.close()


def everything(url: str) -> dict[str, list[Any]]:
    with psycopg.connect(url) as connection:
        told = connection.execute(
            "SELECT document_id, facts, chunks, reason FROM upload_pipeline.withdrawals ORDER BY 1"
        ).fetchall()
        return {**rows(connection), "withdrawals": told}


@pytest.mark.parametrize("point", POINTS)
def test_killed_in_the_middle_and_said_again(app: Pipeline, database_url: str, point: tuple[str, str, str]) -> None:
    [first] = publish(app, upload("a.md", text_of("Alpha", FACT, OPENS)))
    publish(app, upload("b.md", text_of("Beta", FACT, BOILER)))
    [third] = publish(app, upload("c.txt", "The attic is dry in summer.\n"))
    before = everything(database_url)
    table, condition, change = point
    with blocked_at(database_url, table, condition, change=change) as connection:
        process = Running(withdraw, database_url, app.settings.home, [first, third])
        wait_until_blocked(connection, process)
        process.kill()
    assert everything(database_url) == before, "all of it is there, or nothing"

    withdraw(database_url, app.settings.home, [first, third])

    assert in_production(app) == sorted([("b.md", FACT), ("b.md", BOILER)])
    after = everything(database_url)
    assert [row[0] for row in after["withdrawals"]] == sorted([first, third])
    assert sum("'withdrawn'" in job for job in after["upload_jobs"]) == 2
