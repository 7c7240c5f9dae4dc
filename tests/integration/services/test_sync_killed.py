"""kill -9 in the middle of a sync: the next one comes to the same end, and does nothing twice."""

from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import SourceId
from pipeline_core.settings import load_settings
from tests.support.folders import add_folder, sync, write
from tests.support.killing import Running, blocked_at, wait_until_blocked
from tests.support.published import in_production, rows, text_of

ALPHA = "The alpha office opens at 8 in the morning on Mondays."
BETA = "The beta boiler must be serviced every 12 months by an engineer."
GAMMA = "The gamma lift carries at most 12 people at a time."
DELTA = "Members must report a theft to the police within 24 hours of discovering it."
POINTS = [
    pytest.param(("documents", "true", "INSERT"), id="nothing-is-registered", marks=pytest.mark.chaos),
    pytest.param(("source_items", "true", "INSERT"), id="taken-in-and-not-noted"),
    pytest.param(
        ("source_items", "NEW.vanished_at IS NOT NULL", "UPDATE"), id="nothing-vanished", marks=pytest.mark.chaos
    ),
    pytest.param(
        ("source_runs", "NEW.outcome = 'done'", "UPDATE"), id="the-run-has-not-ended", marks=pytest.mark.chaos
    ),
    pytest.param(("withdrawals", "true", "INSERT"), id="not-withdrawn-yet", marks=pytest.mark.chaos),
]


def sync_there(url: str, home: Path, source_id: SourceId) -> None:
    app = Pipeline(load_settings(home=home, database_url=url, publish_from=0.0))
    try:
        app.sync_source(app.sources.show(app.realm_id, source_id))
    finally:
        app.close()


@pytest.mark.parametrize("point", POINTS)
def test_killed_in_the_middle_and_synced_again(
    app: Pipeline, database_url: str, tmp_path: Path, point: tuple[str, str, str]
) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "b.md": text_of("B", BETA), "c.md": text_of("C", GAMMA)})
    source = add_folder(app, folder)
    sync(app, source)
    write(folder, {"a.md": text_of("A", DELTA)})
    (folder / "b.md").rename(folder / "moved.md")
    (folder / "c.md").unlink()
    table, condition, change = point
    with blocked_at(database_url, table, condition, change=change) as connection:
        process = Running(sync_there, database_url, app.settings.home, source.source_id)
        wait_until_blocked(connection, process)
        process.kill()

    sync(app, source)

    assert in_production(app) == [("a.md", DELTA), ("moved.md", BETA)]
    assert sync(app, source).plan == {"unchanged": 2}
    assert {row.outcome for row in app.sources.runs(app.realm_id, "docs")} <= {"done", "failed"}
    assert rows(app, "SELECT count(*) FROM withdrawals") == [(1,)]
    published = "SELECT count(*) FROM events WHERE code = 'published' GROUP BY job_id"
    assert set(rows(app, published)) == {(1,)}, "nothing is published twice"
