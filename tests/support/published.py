"""What a database has in production and in staging, and what decisions do to it, for tests."""

from typing import Any

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request, Resolution
from tests.support.through import through

FACT = "Members must report a theft to the police within 24 hours of discovering it."
EVERY_LOSS = "Members must report every loss to the service office within thirty days."
EACH_LOSS = "Members must report each loss to the service office within thirty days."

UNDER_ITS_LEASE = b"""SELECT set_config('upload_pipeline.lease', lease_token::text, true) FROM upload_jobs
    WHERE state = 'working' LIMIT 1"""
"""Lets a transaction harm rows as only the holder of the lease could: the database refuses it to anybody else."""


def text_of(title: str, *facts: str) -> str:
    return f"# {title}\n\n" + "\n\n".join(facts) + "\n"


def rows(app: Pipeline, query: str, *values: object) -> list[tuple[Any, ...]]:
    with app.open_uow() as uow:
        return uow.session.connection.execute(query.encode(), values).fetchall()  # type: ignore[attr-defined,no-any-return]


def in_production(app: Pipeline) -> list[tuple[str, str]]:
    """(file, statement) of every published fact."""
    return rows(
        app,
        "SELECT d.filename, q.statement FROM all_questions q JOIN documents d USING (document_id) ORDER BY 1, 2",
    )


def who_says(app: Pipeline, statement: str) -> list[str]:
    """The files in production that say this."""
    return [name for name, said in in_production(app) if said == statement]


def staged(app: Pipeline, statement: str) -> list[tuple[str, str]]:
    """(file, status) of every staged fact that says this."""
    return rows(
        app,
        "SELECT d.filename, q.status FROM staged_questions q JOIN documents d USING (document_id) "
        "WHERE q.statement = %s ORDER BY 1, 2",
        statement,
    )


def standing(app: Pipeline, document_id: DocumentId) -> tuple[str, str, str | None]:
    """(state, stage, outcome) of the document's job."""
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return row["state"], row["stage"], row["outcome"]


def drain(app: Pipeline) -> None:
    """Run all that is queued, and what that queues, to the end."""
    for _ in range(5):
        if not (queued := [row["document_id"] for row in app.views.jobs(app.realm_id, states=["queued"], limit=1000)]):
            return
        through(app, queued)
    raise AssertionError("documents are queued again and again")


def decide(app: Pipeline, document_id: DocumentId, resolution: Resolution | None = None) -> None:
    """Approve the waiting document, deciding all its pairs alike, and take it on to the end."""
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id, reason="looked up"), resolution))
    through(app, [document_id])
