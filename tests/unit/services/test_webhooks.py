"""Endpoints of a user, and deliveries that are tried again until they are taken or given up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.errors import ConflictError, DatabaseUnavailableError, NotFoundError, RefusedError
from pipeline_core.domain.rows.webhooks import Webhook, WebhookEvent
from pipeline_core.ports.webhooks import TEST, Delivery, SendResult
from pipeline_core.services.webhooks import PAUSE_AFTER, WAITS_S, DeliverWebhooks, WebhookEndpoints, pause_after
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.jobs import REALM
from tests.support.rows import row_of

HOOK = UUID(int=0x40)
URL = "https://a.example/hook"
TAKEN, REFUSED = SendResult(200), SendResult(500, "it said 500")
GONE = SendResult(410, "it is gone", is_final=True)


class _Sender:
    def __init__(self, result: SendResult | Exception = TAKEN) -> None:
        self._result = result
        self.sent: list[Delivery] = []

    def send(self, delivery: Delivery) -> SendResult:
        self.sent.append(delivery)
        if isinstance(self._result, Exception):
            raise self._result
        return self._result

    def check(self, url: str) -> None:
        if not url.startswith("https://"):
            raise RefusedError("no address to send to")


def _delivery(number: int = 1, attempts: int = 1, kind: str = "job.done") -> Delivery:
    return Delivery(UUID(int=number), HOOK, REALM, attempts, URL, "whsec_x", {"type": kind})


def _webhook(**given: Any) -> Webhook:
    own = {"webhook_id": HOOK, "url": URL, "events": [], "state": "active", "failures": 0}
    return row_of(Webhook, **own | given)


def _endpoints(**answers: Any) -> tuple[WebhookEndpoints, FakeDatabase]:
    rows = [_webhook()]
    found = {
        "webhooks.endpoints": rows,
        "webhooks.add": True,
        "webhooks.remove": True,
        "webhooks.resume": True,
        "webhooks.try_out": UUID(int=5),
        "webhooks.log": [],
    }
    database = FakeDatabase(found | answers)
    return WebhookEndpoints(database, _Sender(), most=3), database


def test_an_endpoint_is_added_with_a_secret_of_its_own() -> None:
    endpoints, database = _endpoints()
    one, other = (endpoints.add(REALM, URL, [WebhookEvent.DONE]) for _ in range(2))
    assert one[1].startswith("whsec_")
    assert one[0] != other[0]
    assert one[1] != other[1]
    given = database.given("webhooks.add")[0]
    assert (given["webhook_id"], given["secret"], given["most"]) == (*one, 3)
    assert database.names[-1] == "commit"


def test_an_address_that_may_not_be_sent_to_is_refused_before_anything_is_written() -> None:
    endpoints, database = _endpoints()
    with pytest.raises(RefusedError):
        endpoints.add(REALM, "http://a.example", [WebhookEvent.DONE])
    assert database.names == []


@pytest.mark.parametrize(
    ("answers", "act", "error", "message"),
    [
        (
            {"webhooks.add": False},
            lambda e: e.add(REALM, URL, []),
            ConflictError,
            "There is already a webhook with this URL",
        ),
        ({"webhooks.remove": False}, lambda e: e.remove(REALM, HOOK), NotFoundError, f"There is no webhook {HOOK}"),
        ({"webhooks.endpoints": []}, lambda e: e.resume(REALM, HOOK), NotFoundError, f"There is no webhook {HOOK}"),
        ({"webhooks.endpoints": []}, lambda e: e.try_out(REALM, HOOK), NotFoundError, f"There is no webhook {HOOK}"),
        ({"webhooks.endpoints": []}, lambda e: e.log(REALM, HOOK, before=None, limit=5), NotFoundError, "no webhook"),
        ({"webhooks.try_out": None}, lambda e: e.try_out(REALM, HOOK), ConflictError, "is already waiting"),
        (
            {"webhooks.endpoints": [_webhook(state="disabled", disabled_because="it is gone")]},
            lambda e: e.try_out(REALM, HOOK),
            ConflictError,
            "The webhook is disabled: it is gone",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    answers: dict[str, Any], act: Callable[[WebhookEndpoints], object], error: type[Exception], message: str
) -> None:
    endpoints, database = _endpoints(**answers)
    with pytest.raises(error, match=message):
        act(endpoints)
    assert "commit" not in database.names


def test_an_endpoint_is_resumed_tried_and_removed() -> None:
    endpoints, database = _endpoints()
    assert endpoints.resume(REALM, HOOK).webhook_id == HOOK
    assert endpoints.try_out(REALM, HOOK) == UUID(int=5)
    endpoints.remove(REALM, HOOK)
    assert database.names.count("commit") == 3
    before = (datetime(2026, 11, 30, tzinfo=UTC), UUID(int=1))
    assert endpoints.log(REALM, HOOK, before=before, limit=5) == []
    assert database.given("webhooks.log")[0]["before"] == before


def _deliver(
    sender: _Sender, *due: list[Delivery], failures: int | None = 0, is_ours: bool = True, **answers: Any
) -> tuple[DeliverWebhooks, FakeDatabase]:
    claim = in_turn(*due, *[[]] * 20)
    database = FakeDatabase({"webhooks.claim": claim, "webhooks.lock": failures, "webhooks.settle": is_ours, **answers})
    return DeliverWebhooks(database, sender, send_s=5.0, per_realm=4), database


def test_what_is_due_is_sent_and_what_was_taken_is_counted() -> None:
    sender = _Sender()
    deliver, database = _deliver(sender, [_delivery(1), _delivery(2)])
    assert deliver() == 2
    assert {delivery.delivery_id.int for delivery in sender.sent} == {1, 2}
    claimed = database.given("webhooks.claim")[0]
    assert (claimed["limit"], claimed["lease_s"], claimed["per_realm"], claimed["per_endpoint"]) == (16, 35.0, 4, 2)
    assert {(one["status"], one["wait_s"]) for one in database.given("webhooks.settle")} == {("delivered", 0.0)}


def test_nothing_is_begun_once_the_time_is_over() -> None:
    sender = _Sender()
    deliver, database = _deliver(sender, [_delivery()])
    assert deliver(within_s=0.0) == 0
    assert (sender.sent, database.names) == ([], [])


@pytest.mark.parametrize(
    ("result", "delivery", "status", "wait_s"),
    [
        (REFUSED, _delivery(attempts=1), "pending", 5.0),
        (REFUSED, _delivery(attempts=2), "pending", 300.0),
        (REFUSED, _delivery(attempts=len(WAITS_S)), "pending", 86_400.0),
        (REFUSED, _delivery(attempts=len(WAITS_S) + 1), "failed", 0.0),
        # a message that tries an endpoint is sent once
        (REFUSED, _delivery(kind=TEST), "failed", 0.0),
        (GONE, _delivery(), "failed", 0.0),
    ],
)
def test_what_was_not_taken_is_tried_again_after_longer_and_longer_waits(
    result: SendResult, delivery: Delivery, status: str, wait_s: float
) -> None:
    deliver, database = _deliver(_Sender(result), [delivery])
    assert deliver() == 0
    [settled] = database.given("webhooks.settle")
    assert (settled["status"], settled["wait_s"]) == (status, wait_s)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(PAUSE_AFTER - 1, None), (PAUSE_AFTER, 60.0), (PAUSE_AFTER + 1, 120.0), (PAUSE_AFTER + 50, 3600.0)],
)
def test_an_endpoint_rests_longer_the_more_often_it_failed(failures: int, seconds: float | None) -> None:
    assert pause_after(failures) == seconds


@pytest.mark.parametrize(
    ("result", "failures", "counted", "others"),
    [
        (TAKEN, 0, [], []),
        (TAKEN, 2, [(0, None, None)], []),
        # it was paused: what waits for it is sent at once
        (TAKEN, PAUSE_AFTER, [(0, None, None)], ["webhooks.make_due"]),
        (REFUSED, 0, [(1, "it said 500", None)], []),
        (REFUSED, PAUSE_AFTER - 1, [(PAUSE_AFTER, "it said 500", 60.0)], []),
        (GONE, 0, [(1, "it is gone", None)], ["webhooks.disable"]),
    ],
)
def test_each_attempt_says_something_about_its_endpoint(
    result: SendResult, failures: int, counted: list[tuple[Any, ...]], others: list[str]
) -> None:
    deliver, database = _deliver(_Sender(result), [_delivery()], failures=failures)
    deliver()
    counts = database.given("webhooks.count_failures")
    assert [(one["failures"], one["error"], one["pause_s"]) for one in counts] == counted
    assert [name for name in database.names if name in ("webhooks.make_due", "webhooks.disable")] == others


@pytest.mark.parametrize(("failures", "is_ours"), [(None, True), (0, False)])
def test_an_endpoint_that_was_removed_or_a_delivery_of_others_is_left_alone(
    failures: int | None, is_ours: bool
) -> None:
    deliver, database = _deliver(_Sender(REFUSED), [_delivery()], failures=failures, is_ours=is_ours)
    deliver()
    assert ("webhooks.settle" in database.names) is (failures is not None)
    assert "webhooks.count_failures" not in database.names


def test_an_attempt_that_cannot_be_recorded_ends_the_sending() -> None:
    sender = _Sender()
    deliver, _ = _deliver(sender, [_delivery(1)], [_delivery(2)], **{"webhooks.lock": DatabaseUnavailableError()})
    with pytest.raises(DatabaseUnavailableError):
        deliver()
    assert len(sender.sent) == 1


@pytest.mark.parametrize(("days", "pruned"), [(30, 7), (0, 0)])
def test_what_has_waited_too_long_is_given_up_and_old_deliveries_forgotten(days: int, pruned: int) -> None:
    database = FakeDatabase({"webhooks.give_up": 2, "webhooks.prune": 7})
    assert DeliverWebhooks(database, _Sender(), send_s=5.0).prune(days) == pruned
    assert database.given("webhooks.give_up") == [{"days": 4}]
    assert ("webhooks.prune" in database.names) is (days > 0)
    assert database.names[-1] == "commit"


def test_messages_that_nobody_sends_are_overdue_after_a_minute() -> None:
    database = FakeDatabase({"webhooks.overdue": True})
    assert DeliverWebhooks(database, _Sender(), send_s=5.0).overdue()
    assert database.given("webhooks.overdue") == [{"by_s": 60.0}]


@pytest.mark.parametrize("base", ["", "https://pipeline.example.org"])
def test_a_page_is_told_by_its_whole_address(base: str) -> None:
    data = {"state": "awaiting_review", "review_url": "/validate/1"}
    due = replace(_delivery(), payload={"type": "job.review_needed", "data": data})
    sender = _Sender()
    deliver, _ = _deliver(sender, [due, _delivery(2)])
    assert replace(deliver, pages_at=base)() == 2
    assert {delivery.delivery_id.int: delivery.payload for delivery in sender.sent} == {
        1: {"type": "job.review_needed", "data": {**data, "review_url": f"{base}/validate/1"}},
        2: {"type": "job.done"},
    }
