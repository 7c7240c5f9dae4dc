"""The Batch API: handed in once, collected later at half the price, resumed after a crash at any point."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.worker import Worker
from pipeline_core.domain.ids import DocumentId, user_id_for
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.services.batched_facts import BatchedFacts
from tests.paid_services import faults
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.batch_protocol import Batches
from tests.paid_services.server import Exchange, Handler, PaidServer
from tests.paid_services.texts import TEXT
from tests.support.through import needs_work, publish, receive, through, upload

MakePaid = Callable[..., Pipeline]
CHUNKS = 3
MODE = {"openai_batch_chunks": 2, "openai_batch_poll_s": 60.0}


@pytest.fixture
def batches(server: PaidServer) -> Batches:
    batches = Batches()
    batches.add_to(server)
    return batches


def start(app: Pipeline) -> DocumentId:
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))
    return document_id


def state(app: Pipeline, document_id: DocumentId) -> str:
    through(app, [document_id])
    return str(app.views.jobs(app.realm_id, document_ids=[document_id])[0]["state"])


def test_handed_in_parked_and_collected_at_half_the_price(
    make_paid: MakePaid, server: PaidServer, batches: Batches
) -> None:
    app = make_paid(**MODE)
    document_id = start(app)
    assert state(app, document_id) == "queued"
    [row] = app.views.jobs(app.realm_id)
    assert "A batch of 3 chunks is under way" in row["last_error"]["message"]
    assert server.paid == 0

    assert state(app, document_id) == "done"

    assert server.received["/v1/chat/completions"] == 0
    assert server.paid == CHUNKS
    assert len(batches.made) == 1
    # the passages do not stay there
    assert (batches.files, batches.deleted) == ({}, 2)
    price = app.prices.of("gpt-4.1-mini").of(3000, 300, batch=True)
    assert app.views.jobs(app.realm_id)[0]["cost_usd"] == pytest.approx(price.cost_usd)
    chunks = app.cost_views.document(app.realm_id, document_id)["chunks"]
    assert [chunk["cost_usd"] for chunk in chunks] == pytest.approx([price.cost_usd / CHUNKS] * CHUNKS)
    assert_accounts(app)


def test_an_estimate_expects_the_price_of_a_batch(make_paid: MakePaid, batches: Batches, tmp_path: Path) -> None:
    file = tmp_path / "manual.md"
    file.write_text(TEXT)
    usual, batched = (
        next(iter(app.estimate([file], realm_id=app.realm_id))) for app in (make_paid(), make_paid(**MODE))
    )
    assert batched.expected.cost_usd == pytest.approx(usual.expected.cost_usd / 2)
    # what the batch does not come to is asked one by one
    assert batched.most.cost_usd == usual.most.cost_usd


def test_two_users_with_the_same_chunks_share_one_batch(
    make_paid: MakePaid, server: PaidServer, batches: Batches
) -> None:
    apps = [make_paid(**MODE, user_id=user_id_for(name)) for name in ("ann", "bob")]
    ids = [start(app) for app in apps]
    assert [state(app, document_id) for app, document_id in zip(apps, ids, strict=True)] == ["queued", "done"]
    assert state(apps[0], ids[0]) == "done"
    assert (len(batches.made), server.paid_twice) == (1, {})
    assert_accounts(apps[0])


class _Killed(BaseException):
    """Ends the thread as a kill ends the process: no handler of the pipeline catches it."""


@pytest.mark.parametrize("at", ["submit", "submitted", "fetch"])
def test_killed_at_any_point_hands_in_once(
    make_paid: MakePaid, server: PaidServer, batches: Batches, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """``submit``: before it is sent; ``submitted``: sent, its id not kept yet; ``fetch``: before it is looked at."""
    first = make_paid(**MODE)
    document_id = start(first)
    batched: BatchedFacts = first.generator._batched  # type: ignore[attr-defined]
    inner = batched.batches

    def killed(*_: object) -> None:
        raise _Killed

    def killed_after(*arguments: object) -> None:
        type(inner).submit(inner, *arguments)  # type: ignore[arg-type]
        raise _Killed

    name, stub = {"submit": ("submit", killed), "submitted": ("submit", killed_after), "fetch": ("fetch", killed)}[at]
    with monkeypatch.context() as patch:
        patch.setattr(inner, name, stub)
        with pytest.raises(_Killed):
            through(first, [document_id])
    # its session lock goes with the process
    worker: Worker = first.worker
    worker.close()

    second = make_paid(**MODE)
    while state(second, document_id) != "done":
        pass

    assert len(batches.made) == 1
    assert server.paid == CHUNKS
    assert_accounts(second)


def test_what_a_batch_did_not_come_to_is_asked_one_by_one(
    make_paid: MakePaid, server: PaidServer, batches: Batches
) -> None:
    batches.status, batches.leave_out = "expired", 1
    app = make_paid(**MODE)
    document_id = start(app)
    assert state(app, document_id) == "queued"
    assert state(app, document_id) == "done"
    assert server.received["/v1/chat/completions"] == 1
    assert (server.paid, server.paid_twice) == (CHUNKS, {})


def test_a_refused_batch_is_a_dead_letter_that_says_why(make_paid: MakePaid, batches: Batches) -> None:
    batches.status = "failed"
    app = make_paid(**MODE)
    document_id = start(app)
    assert [state(app, document_id), state(app, document_id)] == ["queued", "deadletter"]
    assert "line 1 is wrong" in app.views.jobs(app.realm_id)[0]["last_error"]["message"]
    assert_accounts(app)


def test_a_fault_while_handing_in_is_tried_again(make_paid: MakePaid, server: PaidServer, batches: Batches) -> None:
    server.fail(faults.status(500), on=lambda exchange: (exchange.method, exchange.path) == ("POST", "/v1/batches"))
    app = make_paid(**MODE)
    document_id = start(app)
    assert [state(app, document_id) for _ in range(3)] == ["retryable", "queued", "done"]
    assert (len(batches.made), server.paid) == (1, CHUNKS)


def test_few_chunks_are_asked_directly(make_paid: MakePaid, server: PaidServer, batches: Batches) -> None:
    publish(make_paid(openai_batch_chunks=CHUNKS + 1), upload(text=TEXT))
    assert (len(batches.made), server.paid) == (0, CHUNKS)


def test_what_was_answered_before_the_claim_is_not_handed_in(
    make_paid: MakePaid, server: PaidServer, batches: Batches
) -> None:
    """Somebody answers everything between the look into the cache and the claim."""
    app = make_paid(**MODE)
    inner: BatchedFacts = app.generator._batched  # type: ignore[attr-defined]
    other = make_paid(user_id=user_id_for("bob"))

    class _Late(BatchedFacts):
        def _missing(self, todo: Mapping[str, ChunkInput]) -> dict[str, ChunkInput]:
            found = super()._missing(todo)
            other.generator.generate(list(todo.values()))
            return found

    values = {name: getattr(inner, name) for name in ("batches", "calls", "generator", "model", "least", "poll_s")}
    app.generator._batched = _Late(**values)  # type: ignore[attr-defined]
    document_id = start(app)
    assert state(app, document_id) == "done"
    assert (len(batches.made), server.paid, server.paid_twice) == (0, CHUNKS, {})
    assert_accounts(app)


def test_a_line_that_cannot_be_read_loses_no_other(make_paid: MakePaid, server: PaidServer, batches: Batches) -> None:
    batches.spoil = 1
    app = make_paid(**MODE)
    document_id = start(app)
    assert [state(app, document_id) for _ in range(2)] == ["queued", "done"]
    assert server.received["/v1/chat/completions"] == 1
    assert sorted(server.charged.values()) == [1, 1, 2]


def test_a_batch_that_is_gone_at_the_endpoint_is_given_up(
    make_paid: MakePaid, server: PaidServer, batches: Batches
) -> None:
    """Else its chunks would wait for it for ever. Nobody knows whether it was charged, so it counts whole."""
    app = make_paid(**MODE)
    document_id = start(app)
    assert state(app, document_id) == "queued"
    server.fail(faults.status(404), on=lambda exchange: "/batches/" in exchange.path)
    assert [state(app, document_id) for _ in range(2)] == ["queued", "done"]
    assert ("batch_gone", CHUNKS) in _outcomes(app)
    assert (len(batches.made), server.paid_twice) == (2, {})
    assert_accounts(app)


def _outcomes(app: Pipeline) -> list[tuple[str, int]]:
    with app.open_uow() as uow:
        return uow.session.connection.execute("SELECT outcome, items FROM paid_calls").fetchall()


def test_a_batch_that_never_ends_is_given_up_after_its_window(
    make_paid: MakePaid, server: PaidServer, batches: Batches
) -> None:
    batches.looks = 1000
    app = make_paid(**MODE)
    document_id = start(app)
    assert [state(app, document_id) for _ in range(2)] == ["queued", "queued"]
    with app.open_uow() as uow:
        uow.session.connection.execute("UPDATE paid_batches SET created_at = now() - interval '27 hours'")
        uow.commit()
    batches.looks = 0
    del batches.made["batch-0"]
    server.fail(_validating, on=lambda exchange: exchange.path.endswith("/batch-0"))
    assert state(app, document_id) == "done"
    assert ("batch_gone", CHUNKS) in _outcomes(app)
    assert_accounts(app)


def _validating(exchange: Exchange, _route: Handler) -> None:
    """A batch that has not ended."""
    head = {"object": "batch", "created_at": 0, "completion_window": "24h", "endpoint": "", "input_file_id": "f"}
    exchange.send(200, {"id": "batch-0", "status": "validating", **head})
