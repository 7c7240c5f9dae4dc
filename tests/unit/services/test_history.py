"""History is pruned in slices, and that it was is itself an event."""

import pytest

from pipeline_core.services.history import PruneHistory, forget_changes
from tests.support.fake_database import FakeDatabase, in_turn


def test_slices_go_on_where_the_last_one_ended() -> None:
    database = FakeDatabase({"upkeep.prune_events": in_turn((5000, 70), (0, 140), (3, None))})
    assert PruneHistory(database).events(work_days=30, audit_days=0) == 5003
    given = database.given("upkeep.prune_events")
    assert [one["after"] for one in given] == [0, 70, 140]
    assert {(one["work_days"], one["audit_days"]) for one in given} == {(30, 0)}
    assert database.names.count("commit") == 4
    assert database.given("upkeep.tell_pruned") == [
        {"code": "events_pruned", "payload": {"count": 5003, "work_days": 30, "audit_days": 0}}
    ]


def test_where_nothing_was_removed_nothing_is_told() -> None:
    database = FakeDatabase({"upkeep.prune_events": (0, None)})
    assert PruneHistory(database).events(work_days=0, audit_days=365) == 0
    assert "upkeep.tell_pruned" not in database.names


def test_a_call_ends_after_so_many_slices_and_the_next_one_goes_on() -> None:
    database = FakeDatabase({"upkeep.prune_events": (5000, 1)})
    assert PruneHistory(database).events(work_days=30, audit_days=30) == 400 * 5000


@pytest.mark.parametrize("days", [(0, 0)])
def test_nought_days_keep_for_ever(days: tuple[int, int]) -> None:
    database = FakeDatabase()
    assert PruneHistory(database).events(work_days=days[0], audit_days=days[1]) == 0
    assert database.names == []


def test_changes_that_cannot_be_undone_are_forgotten() -> None:
    database = FakeDatabase({"changes.forget": 1})
    forget_changes(database)
    assert database.names == ["changes.forget", "commit"]
