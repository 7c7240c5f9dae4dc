"""The table of faults, through the real client and the real stages."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.fault_table import CHUNKS, EMBEDDINGS, FACTS, Case, render, written
from tests.paid_services.openai_protocol import facts_of
from tests.paid_services.server import PaidServer
from tests.paid_services.texts import MARK, TEXT
from tests.support.drills import one_of_each
from tests.support.through import needs_work, receive, through, upload

MakePaid = Callable[..., Pipeline]


def to_rest(app: Pipeline, document_id: DocumentId) -> tuple[dict[str, Any], int]:
    """Run the document until it no longer wants to be tried again; its row, and how often it was."""
    retries = 0
    while True:
        through(app, [document_id])
        [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
        if row["state"] != "retryable":
            return row, retries
        retries += 1
        assert retries < 5


def charged_for_mark(server: PaidServer, kind: str) -> list[int]:
    return [count for content, count in server.charged.items() if content.startswith(kind) and MARK in content]


@pytest.mark.parametrize(
    "case", one_of_each(FACTS, lambda case: (case.rest, case.chunk, case.charged, case.retries), lambda case: case.name)
)
def test_a_fault_of_the_request_for_facts(make_paid: MakePaid, server: PaidServer, case: Case) -> None:
    app = make_paid(openai_timeout_s=case.timeout_s)
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))
    server.fail(case.fault, text=MARK)

    row, retries = to_rest(app, document_id)

    error = (row["last_error"] or {}).get("code") if row["state"] != "done" else None
    assert ((row["state"], error), retries) == (case.rest, case.retries)
    assert sum(charged_for_mark(server, "facts")) == case.charged
    # whatever became of the one chunk, the others were paid for once
    others = {content: count for content, count in server.charged.items() if MARK not in content}
    assert set(others.values()) <= {1}
    assert_ledger(app, document_id, case, row)
    assert_accounts(app)


def assert_ledger(app: Pipeline, document_id: DocumentId, case: Case, row: dict[str, Any]) -> None:
    """The chunk's line in the ledger, and its facts; or the error of a document that did not come so far."""
    if case.rest[0] in ("queued", "deadletter"):
        assert case.says in row["last_error"]["message"]
        assert row["last_error"]["action"]
        return
    with app.open_uow() as uow:
        chunks = uow.staging.chunks([document_id])[document_id]
        questions = uow.staging.questions([document_id])[document_id]
    assert len(chunks) == CHUNKS
    [chunk] = [c for c in chunks if MARK in c.chunk.text]
    assert (chunk.outcome, chunk.fact_count, chunk.refused_count) == (case.chunk, case.facts, case.refused)
    assert case.says in (chunk.reason or "")
    found = [q for q in questions if q.chunk_id == chunk.chunk.chunk_id]
    assert len(found) == case.facts
    for question in found:
        assert question.quote in chunk.chunk.text
    if case.match:
        assert case.match in {question.match for question in found}
    assert all(c.fact_count == len(facts_of(c.chunk.text)) for c in chunks if c is not chunk)


@pytest.mark.parametrize(
    "case", one_of_each(EMBEDDINGS, lambda case: (case.rest, case.charged, case.retries), lambda case: case.name)
)
def test_a_fault_of_a_request_for_vectors(make_paid: MakePaid, server: PaidServer, case: Case) -> None:
    app = make_paid(
        fact_generator="extractive", embedder="openai", openai_embed_texts=2, openai_timeout_s=case.timeout_s
    )
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))
    server.fail(case.fault, on=lambda exchange: exchange.path.endswith("/embeddings"))

    row, retries = to_rest(app, document_id)

    error = (row["last_error"] or {}).get("code") if row["state"] != "done" else None
    assert ((row["state"], error), retries) == (case.rest, case.retries)
    assert max(server.charged.values()) == case.charged
    assert server.received["/v1/embeddings"] > 2
    assert len(server.paid_twice) <= 2  # never more than the one request's texts
    if case.name.startswith("NaN"):
        assert len(server.paid_twice) == 1
    if case.rest[0] == "done":
        assert_vectors_are_their_texts(app, document_id)
    else:
        assert case.says in row["last_error"]["message"]
    assert_accounts(app)


def assert_vectors_are_their_texts(app: Pipeline, document_id: DocumentId) -> None:
    """Each chunk's vector is the one that the service makes of its text."""
    import numpy as np

    from tests.paid_services.openai_protocol import vector_of

    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT text, embedding FROM document_chunks WHERE document_id = %s", [document_id]
        ).fetchall()
    assert rows
    for text, vector in rows:
        right = np.array(vector_of(text))
        assert np.allclose(vector.to_numpy(), right / np.linalg.norm(right), rtol=1e-3, atol=1e-6)


def test_the_document_shows_this_table() -> None:
    assert written() == render(), "run python -m tests.paid_services.fault_table"
