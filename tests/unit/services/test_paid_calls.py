"""The shell around paid calls: claimed once, set aside before, settled with the answer, and never paid twice."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.errors import (
    AnswerLostError,
    BudgetExhaustedError,
    DatabaseUnavailableError,
    DataRejectedError,
    ParkedError,
    RateLimitedError,
    UnexpectedError,
)
from pipeline_core.domain.facts import Generated, Usage
from pipeline_core.domain.spending import Payer, PlannedCall
from pipeline_core.services.kept_answers import KeptFacts
from pipeline_core.services.paid_calls import PaidCalls, waits
from pipeline_core.services.pending_results import PREFIX, Ticket
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.jobs import REALM
from tests.support.paid import CALL, RUN_ID, TOKEN, paid_calls

TICKET = Ticket(CALL, TOKEN, ("key",))
ANSWER = KeptFacts("generator", RUN_ID, {"key": Generated(())})
SPENT = Usage(10, 2, 0.5)


def test_a_cost_is_set_aside_on_the_accounts_of_the_payer() -> None:
    calls, database, _ = paid_calls()
    call = PlannedCall("facts", "model", Payer(REALM), 1, SPENT)
    with database() as uow:
        assert calls.reserve(uow, TOKEN, ["key"], call, deadline_s=30.0) == TICKET
    [given] = database.given("spending.reserve")
    assert [account.scope for account in given["accounts"]] == ["day", "realm", "run"]
    # the reservation is there still when an answer comes at the deadline
    assert given["lease_s"] == 120.0


def test_a_budget_that_does_not_cover_the_call_is_raised() -> None:
    calls, database, _ = paid_calls({"spending.reserve": BudgetExhaustedError()})
    call = PlannedCall("facts", "model", Payer(REALM), 1, SPENT)
    with pytest.raises(BudgetExhaustedError), database() as uow:
        calls.reserve(uow, TOKEN, ["key"], call, deadline_s=30.0)


def test_keys_that_nobody_asks_for_are_claimed_under_a_token() -> None:
    calls, database, _ = paid_calls()
    with database() as uow:
        token, ours = calls.claim(uow, ["a", "b"], deadline_s=30.0)
    assert ours == {"a", "b"}
    [given] = database.given("spending.claim")
    assert (given["token"], given["worker"], given["lease_s"]) == (token, "worker-1", 120.0)


def test_an_answer_is_saved_before_its_keys_are_released_and_its_cost_settled() -> None:
    calls, database, store = paid_calls()
    calls.keep(TICKET, SPENT, ANSWER, outcome="answered")
    assert database.names == ["caches.put_facts", "spending.release", "spending.settle", "commit"]
    [settled] = database.given("spending.settle")
    assert (settled["call_id"], settled["usage"], settled["outcome"]) == (CALL, SPENT, "answered")
    assert store.objects == {}


def test_an_answer_waits_in_the_store_while_the_database_is_away_and_not_longer() -> None:
    calls, database, store = paid_calls()
    kept: list[list[str]] = []

    def away(*_args: Any, **_kwargs: Any) -> None:
        kept.append(list(store.objects))
        if len(kept) == 1:
            raise DatabaseUnavailableError

    database.answers["caches.put_facts"] = away
    calls.keep(TICKET, SPENT, ANSWER, outcome="answered")
    assert kept == [[], [f"{PREFIX}{CALL}.json"]]
    assert store.objects == {}


def test_a_database_that_stays_away_leaves_the_answer_in_the_store() -> None:
    calls, _, store = paid_calls({"caches.put_facts": DatabaseUnavailableError()}, save_s=0.0)
    with pytest.raises(DatabaseUnavailableError):
        calls.keep(TICKET, SPENT, ANSWER, outcome="answered")
    assert list(store.objects) == [f"{PREFIX}{CALL}.json"]


def test_an_answer_that_cannot_be_kept_was_paid_for_all_the_same() -> None:
    calls, database, _ = paid_calls({"caches.put_facts": DataRejectedError("a NUL")})
    with pytest.raises(DataRejectedError):
        calls.keep(TICKET, SPENT, ANSWER, outcome="answered")
    [settled] = database.given("spending.settle")
    assert (settled["usage"], settled["outcome"]) == (SPENT, "not_kept")
    assert database.names[-1] == "commit"


def test_what_waits_in_the_store_is_saved_by_whoever_comes_next() -> None:
    calls, _, store = paid_calls({"caches.put_facts": DatabaseUnavailableError()}, save_s=0.0)
    with pytest.raises(DatabaseUnavailableError):
        calls.keep(TICKET, SPENT, ANSWER, outcome="answered")
    other, database, _ = paid_calls(store=store)
    assert other.save_pending() == 1
    assert database.given("spending.settle")[0]["call_id"] == CALL
    assert store.objects == {}
    assert other.save_pending(now=True) == 0


def test_a_key_whose_holder_is_gone_may_have_its_answer_in_the_store() -> None:
    calls, _, store = paid_calls({"caches.put_facts": DatabaseUnavailableError()}, save_s=0.0)
    with pytest.raises(DatabaseUnavailableError):
        calls.keep(TICKET, SPENT, ANSWER, outcome="answered")
    other, database, _ = paid_calls({"spending.is_orphaned": True}, store=store)
    with database() as uow:
        other.claim(uow, ["key"], deadline_s=30.0)
    assert database.names.index("caches.put_facts") < database.names.index("spending.claim")


@pytest.mark.parametrize(
    ("error", "ended_by", "outcome"),
    [
        (RateLimitedError(), "spending.settle", "rate_limited"),
        # these may have been charged: the whole reservation counts as spent
        (AnswerLostError(), "spending.abandon", "answer_lost"),
        (UnexpectedError("defect"), "spending.abandon", "unexpected"),
    ],
)
def test_a_call_that_came_to_nothing_costs_nothing_unless_it_may_have_been_charged(
    error: Exception, ended_by: str, outcome: str
) -> None:
    calls, database, _ = paid_calls()
    calls.fail(TICKET, error)
    assert database.names == ["spending.release", ended_by, "commit"]
    [given] = database.given(ended_by)
    assert given["outcome"] == outcome
    assert given.get("usage", Usage()) == Usage()


def test_calls_of_dead_workers_are_abandoned_each_in_a_transaction_of_its_own() -> None:
    ids = [UUID(int=1), UUID(int=2)]
    calls, database, _ = paid_calls({"spending.dead": ids, "spending.abandon_dead": in_turn(1, 0)})
    assert calls.settle_dead() == 1
    assert database.names == [
        "spending.dead", "spending.abandon_dead", "commit", "spending.abandon_dead", "commit",
    ]  # fmt: skip


def _insist(calls: PaidCalls, database: FakeDatabase) -> Callable[[], None]:
    return lambda: calls.insist(lambda uow: uow.spending.release(["key"], token=TOKEN))


def test_work_is_insisted_on_only_while_the_database_is_away() -> None:
    calls, database, _ = paid_calls({"spending.release": DataRejectedError("no")})
    with pytest.raises(DataRejectedError):
        _insist(calls, database)()
    assert len(database.calls) == 1


def test_others_are_waited_for_no_longer_than_the_deadline() -> None:
    sleep = waits(0.06)
    sleep()
    with pytest.raises(
        ParkedError, match="Another process has been requesting the same content for more than 0 s"
    ) as parked:
        sleep()
    assert parked.value.until is not None
