"""Retention of history: off unless asked for, and then only what nobody reads any more."""

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import DataRejectedError
from pipeline_core.domain.lifecycle import StageName
from tests.support.through import needs_work, publish, receive, through, upload

OPTIONS = "-c search_path=upload_pipeline,public"
WORK = {"claimed", "stage_started", "stage_done", "stage_reused", "stage_skipped", "retry", "parked"}


@pytest.fixture
def aged(app: Pipeline, database_url: str) -> Pipeline:
    """A document that was published, and one that is half done; all of it a hundred days ago."""
    publish(app, upload())
    [half] = needs_work(app, receive(app, upload("b.md", "# B\n\nThe valve opens at 3 bar.\n")))
    through(app, [half], until=StageName.CHUNKER)
    with psycopg.connect(database_url, options=OPTIONS) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE events SET ts = ts - interval '100 days'")
        connection.execute("UPDATE upload_jobs SET finished_at = finished_at - interval '100 days'")
    return app


def types(app: Pipeline, where: str = "true") -> list[str]:
    with app.open_uow() as uow:
        query = f"SELECT type FROM events e WHERE {where} ORDER BY event_id"
        return [kind for (kind,) in uow.session.connection.execute(query.encode()).fetchall()]


HALF = "document_id IN (SELECT document_id FROM documents WHERE filename = 'b.md')"


@pytest.mark.parametrize(("work_days", "audit_days"), [(0, 0), (101, 0), (0, 101), (101, 101)])
def test_nothing_goes_before_its_time(aged: Pipeline, work_days: int, audit_days: int) -> None:
    before = types(aged)
    assert aged.prune_history.events(work_days=work_days, audit_days=audit_days) == 0
    assert types(aged) == before


@pytest.mark.parametrize(("work_days", "audit_days"), [(-1, 0), (0, -9999)])
def test_days_to_come_are_refused(aged: Pipeline, work_days: int, audit_days: int) -> None:
    before = types(aged)
    with pytest.raises(DataRejectedError, match="for ever"), aged.open_uow() as uow:
        uow.session.connection.execute("SELECT prune_events(0, 100, %s, %s)", [work_days, audit_days])
    assert types(aged) == before


def test_events_of_the_work_go_and_the_audit_trail_stays(aged: Pipeline) -> None:
    audit = [kind for kind in types(aged) if kind not in WORK]
    half = types(aged, HALF)
    removed = aged.prune_history.events(work_days=99, audit_days=0)

    assert removed > 10
    assert not set(types(aged, f"NOT {HALF}")) & WORK
    # what is under way keeps all of its history
    assert types(aged, HALF) == half
    assert [kind for kind in types(aged) if kind not in {*WORK, "pruned"}] == audit
    assert types(aged, "code = 'events_pruned'") == ["pruned"]
    # and again: nothing is left to remove, and nothing is told
    assert aged.prune_history.events(work_days=99, audit_days=0) == 0
    assert types(aged, "type = 'pruned'") == ["pruned"]


def test_the_audit_trail_goes_only_when_the_operator_says_so(aged: Pipeline) -> None:
    aged.prune_history.events(work_days=0, audit_days=99)
    assert not [kind for kind in types(aged, f"NOT {HALF}") if kind not in {*WORK, "pruned"}]
    assert set(types(aged)) & WORK


def test_slices_come_to_the_end(aged: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = len(types(aged, f"type = ANY(ARRAY{sorted(WORK)!r}) AND NOT {HALF}"))
    monkeypatch.setattr("pipeline_core.services.history._SLICE", 3)
    assert aged.prune_history.events(work_days=99, audit_days=0) == expected


def test_status_and_work_go_on_after_it(aged: Pipeline) -> None:
    aged.prune_history.events(work_days=1, audit_days=1)
    for status in aged.views.jobs(aged.realm_id):
        assert aged.views.job(aged.realm_id, status["job_id"])["stages"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events",
        "UPDATE events SET code = 'x'",
        "SELECT set_config('upload_pipeline.pruning', 'on', true); DELETE FROM events",
        "SELECT set_config('upload_pipeline.pruning', 'on', true); UPDATE events SET code = 'x'",
    ],
)
def test_workers_remove_events_by_retention_only(aged: Pipeline, statement: str) -> None:
    with aged.open_uow() as uow, pytest.raises(InsufficientPrivilege):
        uow.session.connection.execute(statement.encode())


def test_even_the_owner_changes_no_event(aged: Pipeline, database_url: str) -> None:
    with psycopg.connect(database_url, options=OPTIONS) as connection:
        connection.execute("SELECT set_config('upload_pipeline.pruning', 'on', true)")
        with pytest.raises(RestrictViolation):
            connection.execute("UPDATE events SET code = 'x'")
