"""Who is sent what, and when: turns for users, a rest for endpoints that fail, an end to what waits."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import RealmId, user_id_for
from pipeline_core.domain.rows.webhooks import WebhookEvent
from pipeline_core.ports.webhooks import Delivery, SendResult
from pipeline_core.services.webhooks import PAUSE_AFTER, DeliverWebhooks, pause_after
from tests.support.through import publish, upload

ANN, BOB = user_id_for("ann"), user_id_for("bob")
FAILED = SendResult(503, "It answered with 503.")


class ScriptedSender:
    """Takes everything at once, but for endpoints that are slow or answer otherwise; knows what it sends."""

    def __init__(self) -> None:
        self.slow_s: dict[str, float] = {}
        self.answers: dict[str, SendResult] = {}
        self.sent: list[tuple[str, UUID, float]] = []
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, delivery: Delivery) -> SendResult:
        names = (delivery.url, str(delivery.realm_id))
        with self._lock:
            self._now.update(names)
            self.most |= self._now
        time.sleep(self.slow_s.get(delivery.url, 0))
        with self._lock:
            self._now.subtract(names)
            self.sent.append((delivery.url, delivery.delivery_id, time.monotonic()))
        return self.answers.get(delivery.url, SendResult(200))

    def check(self, url: str) -> None: ...

    def to(self, url: str) -> int:
        return sum(sent == url for sent, _, _ in self.sent)


@pytest.fixture
def sender() -> ScriptedSender:
    return ScriptedSender()


@pytest.fixture
def deliver(app: Pipeline, sender: ScriptedSender) -> DeliverWebhooks:
    return DeliverWebhooks(app.open_uow, sender, send_s=15, per_realm=4)


def endpoint(app: Pipeline, realm_id: RealmId, url: str) -> UUID:
    webhook_id = uuid4()
    with app.open_uow() as uow:
        uow.webhooks.add(webhook_id, realm_id, url, f"whsec_{'A' * 44}", list(WebhookEvent), most=0)
        uow.commit()
    return webhook_id


def execute(app: Pipeline, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with app.open_uow() as uow:
        cursor = uow.session.connection.execute(statement.encode(), values)
        rows = cursor.fetchall() if cursor.description else []
        uow.commit()
    return rows


def wait_for(app: Pipeline, webhook_id: UUID, messages: int) -> None:
    execute(
        app,
        "INSERT INTO webhook_deliveries (webhook_id, realm_id, event, payload) "
        "SELECT webhook_id, realm_id, 'job.done', '{}' FROM webhook_endpoints, generate_series(1, %s) "
        "WHERE webhook_id = %s",
        messages,
        webhook_id,
    )


def shown(app: Pipeline, realm_id: RealmId) -> dict[str, Any]:
    with app.open_uow() as uow:
        [row] = uow.webhooks.endpoints(realm_id)
    return dict(row)


def events(app: Pipeline, realm_id: RealmId) -> list[tuple[Any, ...]]:
    told = (
        "SELECT type, severity, code, payload FROM events WHERE realm_id = %s AND code <> 'webhook_added' "
        "ORDER BY event_id"
    )
    return execute(app, told, realm_id)


def make_due(app: Pipeline) -> None:
    execute(app, "UPDATE webhook_deliveries SET next_attempt_at = now() WHERE status = 'pending'")
    execute(app, "UPDATE webhook_endpoints SET paused_until = now() WHERE paused_until IS NOT NULL")


def test_a_users_slow_receivers_hold_up_nobody_else(
    app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender
) -> None:
    """Ann's are due first, to nine endpoints that take half a second; Bob's are sent meanwhile."""
    for number in range(9):
        url = f"https://slow{number}.example/"
        sender.slow_s[url] = 0.5
        wait_for(app, endpoint(app, ANN, url), 2)
    wait_for(app, endpoint(app, BOB, "https://bob.example/"), 20)
    begun = time.monotonic()
    # two processes
    threads = [threading.Thread(target=deliver, kwargs={"within_s": 1.2}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bobs = [at for url, _, at in sender.sent if url == "https://bob.example/"]
    assert len(bobs) == 20
    assert max(bobs) - begun < 1.5
    assert sender.most[str(ANN)] == 4
    assert sender.most["https://bob.example/"] <= 2


def test_a_users_endpoints_take_turns(app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender) -> None:
    """An endpoint with a backlog does not hold up the user's other one."""
    sender.slow_s["https://slow.example/"] = 0.2
    wait_for(app, endpoint(app, ANN, "https://slow.example/"), 40)
    wait_for(app, endpoint(app, ANN, "https://quick.example/"), 6)
    deliver(within_s=0.5)
    assert sender.to("https://quick.example/") == 6
    assert sender.most["https://slow.example/"] == 2


def test_only_this_users(app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender) -> None:
    for user, url in ((ANN, "https://ann.example/"), (BOB, "https://bob.example/")):
        wait_for(app, endpoint(app, user, url), 1)
    assert deliver(realm_id=BOB) == 1
    assert [url for url, _, _ in sender.sent] == ["https://bob.example/"]


def test_an_endpoint_that_fails_rests_and_comes_back(
    app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender
) -> None:
    url = "https://ann.example/"
    wait_for(app, endpoint(app, ANN, url), 8)
    sender.answers[url] = FAILED
    deliver()
    tried = sender.to(url)
    # of those that were under way together the last may come after the pause began
    assert PAUSE_AFTER <= tried <= PAUSE_AFTER + 1
    assert (shown(app, ANN)["state"], shown(app, ANN)["failures"]) == ("paused", tried)
    assert deliver() == 0
    assert sender.to(url) == tried
    # half open: one message is tried, and its failure makes the pause longer
    make_due(app)
    deliver()
    assert sender.to(url) == tried + 1
    assert shown(app, ANN)["paused_until"] is not None
    assert shown(app, ANN)["last_error"] == "It answered with 503."
    # closed: one is taken, then all that waits
    del sender.answers[url]
    make_due(app)
    assert deliver() == 8
    assert (shown(app, ANN)["state"], shown(app, ANN)["failures"], shown(app, ANN)["last_error"]) == ("active", 0, None)
    assert [row[:3] for row in events(app, ANN)] == [
        ("webhook", "warning", "webhook_paused"),
        ("webhook", "info", "webhook_resumed"),
    ]
    assert events(app, ANN)[0][3]["failures"] == PAUSE_AFTER


def test_pauses_grow_and_have_an_end() -> None:
    assert [pause_after(failures) for failures in (0, 4, 5, 6, 7, 11, 1000)] == [
        None, None, 60.0, 120.0, 240.0, 3600.0, 3600.0,
    ]  # fmt: skip


def test_two_processes_try_a_paused_endpoint_once(
    app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender
) -> None:
    url = "https://ann.example/"
    webhook_id = endpoint(app, ANN, url)
    wait_for(app, webhook_id, 5)
    execute(app, "UPDATE webhook_endpoints SET failures = 9, paused_until = now(), last_error = 'No answer.'")
    sender.slow_s[url], sender.answers[url] = 0.3, FAILED
    threads = [threading.Thread(target=deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sender.to(url) == 1


def test_an_endpoint_that_now_and_then_answers_is_not_paused(
    app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender
) -> None:
    url = "https://ann.example/"
    webhook_id = endpoint(app, ANN, url)
    for _ in range(3):
        sender.answers[url] = FAILED
        wait_for(app, webhook_id, 3)
        deliver()
        sender.answers.clear()
        make_due(app)
        deliver()
    assert shown(app, ANN)["state"] == "active"
    assert events(app, ANN) == []


def test_a_sender_that_died_is_waited_for_no_longer_than_its_lease(
    app: Pipeline, deliver: DeliverWebhooks, sender: ScriptedSender
) -> None:
    wait_for(app, endpoint(app, ANN, "https://ann.example/"), 3)
    with app.open_uow() as uow:
        held = uow.webhooks.claim(9, lease_s=0.5, per_realm=2, per_endpoint=2, realm_id=None)
        uow.commit()
    assert len(held) == 2
    assert deliver() == 0  # two are under way to this endpoint
    time.sleep(0.6)
    assert deliver() == 3
    assert {one.delivery_id for one in held} <= {delivery_id for _, delivery_id, _ in sender.sent}
    # what the dead one would say now is not believed
    with app.open_uow() as uow:
        assert not uow.webhooks.settle(held[0], "pending", FAILED, wait_s=0)


def test_nobody_sends(app: Pipeline, deliver: DeliverWebhooks) -> None:
    """What is due for a minute, though nothing rests and nothing is under way, is overdue: somebody has to be asked."""
    webhook_id = endpoint(app, ANN, "https://ann.example/")
    wait_for(app, webhook_id, 1)
    assert not deliver.overdue()
    execute(app, "UPDATE webhook_deliveries SET next_attempt_at = now() - interval '2 minutes'")
    assert deliver.overdue()
    execute(
        app, "UPDATE webhook_endpoints SET failures = 5, paused_until = now() + interval '1 hour', last_error = '-'"
    )
    assert not deliver.overdue()


def test_what_waits_has_an_end(app: Pipeline, deliver: DeliverWebhooks) -> None:
    wait_for(app, endpoint(app, ANN, "https://ann.example/"), 2)
    execute(
        app,
        "UPDATE webhook_deliveries SET created_at = now() - interval '5 days', error = 'It answered with 503.' "
        "WHERE ctid = (SELECT min(ctid) FROM webhook_deliveries)",
    )
    deliver.prune()
    assert execute(app, "SELECT status, error FROM webhook_deliveries ORDER BY created_at") == [
        ("failed", "Given up after 4 days. It answered with 503."),
        ("pending", None),
    ]


def test_no_more_than_a_thousand_messages_of_a_user_wait(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={"user_id": ANN})
    webhook_id = endpoint(app, ANN, "https://ann.example/")
    wait_for(app, webhook_id, 999)
    publish(app, upload())
    publish(app, upload("b.md", "# B\n\nThe lamp must be cleaned every 3 weeks by hand.\n"))
    told = "SELECT status, error FROM webhook_deliveries WHERE event = 'job.done' ORDER BY created_at DESC LIMIT 2"
    assert execute(app, told) == [
        ("failed", "Not sent: 1000 messages of this realm waited already."),
        ("pending", None),
    ]
