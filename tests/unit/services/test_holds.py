"""Jobs that wait for a missing part: what may be taken meanwhile, and when it goes on."""

from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from pipeline_core.db.missing_parts import FREE, MissingPart, Passage
from pipeline_core.domain.errors import RateLimitedError, StoreUnavailableError
from pipeline_core.domain.faults import EVERYTHING_NEEDS, SETTINGS
from pipeline_core.domain.lifecycle import HOLD, StageName
from pipeline_core.services.holds import Holds, record_held
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import LEASE, document_id, held_job, job_id


def _part(name: str, *, tries: int = 0, probe_in_s: float = 0.0, held: int = 1) -> MissingPart:
    return MissingPart(name, {}, datetime(2026, 11, 30, tzinfo=UTC), tries, probe_in_s, held)


def _holds(answers: dict[str, Any]) -> tuple[Holds, FakeDatabase]:
    database = FakeDatabase(answers)
    return Holds(Settings(retry_base_s=3.0, max_retries=3, hold_most_s=600.0), database, Event()), database


def test_a_held_job_says_what_to_mend_and_no_try_is_counted() -> None:
    database = FakeDatabase()
    error = RateLimitedError("slow down", where="api.example", remedy="Raise the limit.")
    with database() as uow:
        record_held(uow, Settings(), StageName.CHUNKER, {held_job(1): error}, lease=LEASE)
    # the move gives the lease up, so the stage is recorded before
    assert database.names == ["missing_parts.miss", "stages.park", "jobs.move"]
    [move] = database.given("jobs.move")
    payload = move["payloads"][job_id(1)]
    assert move["move"] is HOLD
    assert payload["part"] == "api.example"
    assert payload["error"]["code"] == "rate_limited"
    assert payload["error"]["action"] == "Raise the limit. Waiting work continues by itself once that is fixed."


def test_what_all_users_are_told_names_no_object_of_one_of_them() -> None:
    database = FakeDatabase()
    error = StoreUnavailableError(where="documents/secret.md")
    with database() as uow:
        record_held(uow, Settings(), StageName.CHUNKER, {held_job(1): error}, lease=LEASE)
    [given] = database.given("missing_parts.miss")
    assert given["errors"][EVERYTHING_NEEDS]["where"] is None


def test_without_held_jobs_nothing_is_recorded() -> None:
    database = FakeDatabase()
    with database() as uow:
        record_held(uow, Settings(), StageName.CHUNKER, {}, lease=LEASE)
    assert database.names == []


def test_with_every_part_there_everything_may_be_taken() -> None:
    holds, database = _holds({"missing_parts.all": []})
    with database() as uow:
        assert holds.passage(uow, [document_id(1)]) is FREE


def test_one_job_for_each_missing_part_tries_whether_it_is_back() -> None:
    holds, database = _holds(
        {
            "missing_parts.all": [_part(SETTINGS), _part("api.example")],
            "missing_parts.candidates": {SETTINGS: document_id(1), "api.example": document_id(2)},
            # somebody else tries the settings already
            "missing_parts.begin_probes": ["api.example"],
        }
    )
    with database() as uow:
        assert holds.passage(uow) == Passage([SETTINGS, "api.example"], False, [document_id(2)])
    assert database.given("missing_parts.begin_probes")[0]["most_s"] == 600.0


@pytest.mark.parametrize("by_name", [True, False])
def test_without_the_store_nothing_is_taken_and_those_asked_for_by_name_say_why(by_name: bool) -> None:
    holds, database = _holds(
        {
            "missing_parts.all": [_part(EVERYTHING_NEEDS)],
            "missing_parts.candidates": {},
            "missing_parts.begin_probes": [],
        }
    )
    with database() as uow:
        assert holds.passage(uow, [document_id(1)] if by_name else None).closed
    assert ("missing_parts.hold" in database.names) is by_name


def test_jobs_that_went_through_release_what_waits_for_their_parts() -> None:
    holds, database = _holds({"missing_parts.recover": [document_id(5)]})
    jobs = [held_job(1, held_for="b"), held_job(2, held_for="a"), held_job(3, held_for="a"), held_job(4)]
    assert holds.recovered(jobs) == [document_id(5)]
    assert database.given("missing_parts.recover") == [{"parts": ["a", "b"]}]
    assert database.names[-1] == "commit"


def test_jobs_that_waited_for_nothing_release_nothing() -> None:
    holds, database = _holds({})
    assert holds.recovered([held_job(1)]) == []
    assert database.names == []


def test_asking_for_documents_tries_their_parts_and_the_store_at_once() -> None:
    holds, database = _holds({"missing_parts.waiting": {document_id(1): "api.example", document_id(2): None}})
    holds.try_now([document_id(1), document_id(2)])
    assert database.given("missing_parts.probe_now") == [{"parts": ["api.example", EVERYTHING_NEEDS]}]


def test_what_is_left_of_held_documents_is_held_still_or_released_and_not_tried() -> None:
    ids = [document_id(n) for n in range(4)]
    holds, _ = _holds({"missing_parts.waiting": {ids[0]: "a", ids[1]: None, ids[2]: None}})
    assert holds.held(ids) == [ids[0]]
    assert holds.left(ids, {ids[2]}) == [ids[0], ids[1]]


@pytest.mark.parametrize(
    ("parts", "is_near"),
    [
        ([], False),
        ([_part("a", tries=3)], True),
        # it was tried more often than a document is: that is for a later run
        ([_part("a", tries=4)], False),
        ([_part("a", held=0)], False),
    ],
)
def test_a_part_is_waited_for_as_long_as_a_document_would_be(parts: list[MissingPart], is_near: bool) -> None:
    holds, _ = _holds({"missing_parts.all": parts})
    assert holds.wait() is is_near


@pytest.mark.parametrize(
    ("waits_for", "is_near"), [({}, False), ({1: "a"}, True), ({1: "far"}, False), ({1: None}, True)]
)
def test_only_parts_that_the_documents_wait_for_are_waited_for(waits_for: dict[int, str | None], is_near: bool) -> None:
    waiting = {document_id(number): part for number, part in waits_for.items()}
    holds, _ = _holds({"missing_parts.all": [_part("a"), _part("far", tries=9)], "missing_parts.waiting": waiting})
    assert holds.wait([document_id(1)]) is is_near


def test_waiting_ends_when_the_process_is_told_to_stop() -> None:
    holds, _ = _holds({"missing_parts.all": [_part("a", probe_in_s=60.0)]})
    holds.stopping.set()
    with pytest.raises(KeyboardInterrupt):
        holds.wait()
