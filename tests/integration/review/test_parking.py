"""Parked decisions: taken back until their time is over, carried out once after it, refused with their words."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    NotFoundError,
    PipelineError,
    RefusedError,
    StatementTimeoutError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.ids import DocumentId, JobId
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.review.decisions import Decision, Resolution
from tests.support.reviewing import CONTRADICTORY, REASON, ask, facts, near_duplicate, park, published, reviews, state
from tests.support.through import through
from tests.support.two_users import API

AT_ONCE = 0.02
"""Seconds: over before anybody looks."""


def job_of(app: Pipeline, document_id: DocumentId) -> JobId:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return JobId(row["job_id"])


def named(app: Pipeline, name: str) -> Reviewer:
    return Reviewer(app.realm_id, name)


def shown(app: Pipeline, document_id: DocumentId) -> Any:
    return app.views.job(app.realm_id, job_of(app, document_id))["parked"]


def due(app: Pipeline, document_id: DocumentId, decision: Decision = Decision.APPROVE, **more: Any) -> None:
    """A decision whose time is over."""
    app.parking.park(document_id, ask(app, decision, **more), AT_ONCE)
    time.sleep(2 * AT_ONCE)


def codes(app: Pipeline, document_id: DocumentId) -> list[str]:
    return [event["code"] for event in reviews(app, document_id)]


def test_a_parked_decision_changes_nothing_and_is_shown(manual: Pipeline) -> None:
    document_id = park(manual)
    before = (facts(manual, document_id), state(manual, document_id))
    kept, foreseen = manual.parking.park(document_id, ask(manual, Decision.APPROVE, reviewer="Ann"), 10)

    assert "approved" in foreseen.message
    assert kept.due_at - kept.taken_at == timedelta(seconds=10)
    assert (facts(manual, document_id), state(manual, document_id)) == before
    assert shown(manual, document_id) == ParkedShown("approve", "Ann", kept.taken_at, kept.due_at, None)
    assert manual.parking.carry_out_due() == []
    # nobody is sent to it meanwhile
    assert manual.review.next_waiting(manual.realm_id) is None


OTHERS: dict[str, Callable[[Pipeline, DocumentId], object]] = {
    "decide": lambda app, one: app.review.decide(one, ask(app, Decision.REJECT)),
    "park": lambda app, one: app.parking.park(one, ask(app, Decision.REJECT), 5),
    "one fact": lambda app, one: app.review.decide(
        one, ask(app, Decision.REJECT, question_ids=(facts(app, one)[0].question_id,))
    ),
    "edit": lambda app, one: app.review.edit(
        OfDocument(one), facts(app, one)[0].question_id, {"answer": "Another."}, by=named(app, "Bob")
    ),
    "undo of a fact": lambda app, one: app.review.undo_fact(
        OfDocument(one), facts(app, one)[0].question_id, by=named(app, "Bob")
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_meanwhile_other_decisions_are_refused_with_who_what_and_when(manual: Pipeline, other: str) -> None:
    document_id = park(manual)
    kept, _ = manual.parking.park(document_id, ask(manual, Decision.APPROVE, reviewer="Ann"), 10)
    with pytest.raises(AlreadyDecidedError) as refused:
        OTHERS[other](manual, document_id)
    for part in ("Ann", "approve", f"{kept.taken_at:%Y-%m-%d at %H:%M:%S}", f"{kept.due_at:%H:%M:%S}"):
        assert part in refused.value.message
    assert codes(manual, document_id) == ["decision_parked"]


def test_an_undone_decision_leaves_the_document_as_it_was_and_stays_on_record(manual: Pipeline) -> None:
    document_id = park(manual)
    before = facts(manual, document_id)
    manual.parking.park(document_id, ask(manual, Decision.REJECT, reviewer="Ann", reason="not ours"), 10)
    manual.parking.undo(document_id, by=replace(named(manual, "Bob"), reason="it is ours"))

    assert facts(manual, document_id) == before
    assert shown(manual, document_id) is None
    parked, undone = reviews(manual, document_id)
    assert (parked["code"], parked["payload"]["by"], parked["payload"]["reason"]) == (
        "decision_parked", "Ann", "not ours",
    )  # fmt: skip
    assert undone["code"] == "decision_undone"
    assert [undone["payload"][name] for name in ("by", "reason", "decided_by")] == ["Bob", "it is ours", "Ann"]
    with pytest.raises(AlreadyDecidedError, match="Bob took it back"):
        manual.parking.undo(document_id, by=named(manual, "Ann"))
    assert manual.review.decide(document_id, ask(manual, Decision.APPROVE)).goes_on


def test_what_is_due_is_carried_out_once_however_many_look(manual: Pipeline) -> None:
    document_id = park(manual)
    due(manual, document_id, reviewer="Ann", reason="read it")
    with ThreadPoolExecutor(3) as pool:
        went_on = [one for many in pool.map(lambda _: manual.parking.carry_out_due(), range(3)) for one in many]

    assert went_on == [document_id]
    assert codes(manual, document_id) == ["decision_parked", "matches_approved"]
    assert reviews(manual, document_id)[-1]["payload"]["by"] == "Ann"
    with pytest.raises(AlreadyDecidedError, match="it was carried out"):
        manual.parking.undo(document_id, by=named(manual, "Ann"))
    through(manual, [document_id])
    assert published(manual, document_id)


def test_too_late_is_by_the_clock_of_the_database_and_not_by_who_looks_first(manual: Pipeline) -> None:
    document_id = park(manual)
    due(manual, document_id)
    with pytest.raises(AlreadyDecidedError, match="its undo window is over"):
        manual.parking.undo(document_id, by=named(manual, "Ann"))


def test_a_restarted_process_carries_out_what_another_parked(
    make_pipeline: Callable[..., Pipeline], manual: Pipeline
) -> None:
    document_id = park(manual)
    due(manual, document_id)
    manual.close()
    assert make_pipeline(changes={"workflow": "manual"}).parking.carry_out_due() == [document_id]


def test_all_that_was_said_with_a_decision_is_carried_out(app: Pipeline) -> None:
    document_id = near_duplicate(app)
    [one, *_] = [fact.question_id for fact in facts(app, document_id)]
    due(app, document_id, duplicates=Resolution.KEEP_BOTH, approved=(one,), reason="both hold", reviewer="Ann")
    assert app.parking.carry_out_due() == [document_id]
    payload = reviews(app, document_id)[-1]["payload"]
    said = {name: payload[name] for name in ("by", "reason", "resolution", "approved_matches", "resolved_pairs")}
    assert said == {
        "by": "Ann", "reason": "both hold", "resolution": "keep_both", "approved_matches": [str(one)],
        "resolved_pairs": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "ends"),
    [(Decision.REJECT, "done"), (Decision.RETURN, "awaiting_review"), (Decision.OVERRIDE, "queued")],
)
def test_every_decision_can_be_parked(app: Pipeline, decision: Decision, ends: str) -> None:
    document_id = park(app, "costs.md", CONTRADICTORY)
    due(app, document_id, decision, reason=REASON)
    app.parking.carry_out_due()
    assert state(app, document_id)[0] == ends


def test_what_is_refused_is_refused_at_once_and_writes_nothing(app: Pipeline) -> None:
    document_id = near_duplicate(app)
    for refused, request, window_s in (
        (UndecidedDuplicatesError, ask(app, Decision.APPROVE), 5),
        (AlreadyDecidedError, ask(app, Decision.OVERRIDE, reason=REASON), 5),
        (RefusedError, ask(app, Decision.REJECT), 10.5),
        (RefusedError, ask(app, Decision.REJECT, question_ids=(facts(app, document_id)[0].question_id,)), 5),
    ):
        with pytest.raises(refused):
            app.parking.park(document_id, request, window_s)
    assert codes(app, document_id) == []
    with pytest.raises(NotFoundError):
        app.parking.undo(document_id, by=named(app, "Ann"))


def test_what_changed_meanwhile_is_refused_when_its_time_comes_and_is_shown(app: Pipeline) -> None:
    document_id = park(app, "costs.md", CONTRADICTORY)
    due(app, document_id, Decision.OVERRIDE, reason=REASON, reviewer="Ann")
    with app.open_uow() as uow:  # another finding than those that Ann saw
        uow.jobs.set_validation_results({job_of(app, document_id): {"critical": 9, "findings": []}})
        uow.commit()

    assert app.parking.carry_out_due() == []
    assert state(app, document_id) == ("awaiting_review", "validation_review")
    told = shown(app, document_id)
    assert "has changed since Ann decided “override”" in told["error"]["message"]
    refused = reviews(app, document_id)[-1]
    assert (refused["code"], refused["payload"]["error"]["message"]) == (
        "parked_decision_refused", told["error"]["message"],
    )  # fmt: skip
    assert app.review.next_waiting(app.realm_id) is not None
    app.review.decide(document_id, ask(app, Decision.RETURN))
    assert shown(app, document_id) is None


def test_one_that_cannot_be_had_now_holds_up_no_other(
    make_pipeline: Callable[..., Pipeline], database_url: str
) -> None:
    app = make_pipeline(changes={"workflow": "manual", "statement_timeout_s": 0.3})
    held, free = park(app), park(app, "other.md", "# Lamp\n\nThe lamp must be cleaned every 3 weeks by hand.\n")
    for document_id in (held, free):
        due(app, document_id)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT FROM upload_pipeline.upload_jobs WHERE document_id = %s FOR UPDATE", [held])
        with pytest.raises(StatementTimeoutError):
            app.parking.carry_out_due()
        assert state(app, free)[0] == "queued"
        assert state(app, held)[0] == "awaiting_review"
    assert app.parking.carry_out_due() == [held]


@pytest.mark.parametrize(
    "change",
    [
        "ended_at = now(), outcome = 'carried_out'",
        "taken_by = 'Bob'",
        "due_at = due_at + interval '1 second'",
        "ended_at = now(), outcome = 'refused', error = '{}'",
    ],
)
def test_the_database_holds_the_rule_too(manual: Pipeline, database_url: str, change: str) -> None:
    document_id = park(manual)
    manual.parking.park(document_id, ask(manual, Decision.REJECT), 10)
    with psycopg.connect(database_url) as owner, pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(f"UPDATE upload_pipeline.parked_decisions SET {change}".encode())
    with psycopg.connect(database_url) as owner, pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute(
            "INSERT INTO upload_pipeline.parked_decisions"
            " (job_id, document_id, realm_id, user_id, decision, fields, taken_by, seen, due_at)"
            " SELECT job_id, document_id, realm_id, user_id, decision, fields, taken_by, seen, now() + interval '1 s'"
            " FROM upload_pipeline.parked_decisions"
        )


def test_the_api_role_undoes_and_carries_nothing_out(manual: Pipeline, database_url: str) -> None:
    document_id = park(manual)
    due(manual, document_id)
    services = manual.for_user(manual.realm_id)
    with pytest.raises(PipelineError):
        services.parking.carry_out_due()
    with psycopg.connect(database_url) as connection:
        rights = "SELECT has_column_privilege(%s, 'upload_pipeline.parked_decisions', %s, 'UPDATE')"
        assert connection.execute(rights, [API, "error"]).fetchone() == (False,)
    assert state(manual, document_id)[0] == "awaiting_review"
