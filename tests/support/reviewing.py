"""Documents that wait for a reviewer, and what their review has come to."""

from typing import Any

import psycopg

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import OfDocument, Reviewer, StagedFact
from pipeline_core.review.decisions import Decision, Request
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

FIRST = "# Rules\n\nMembers must report every loss to the service office within thirty days.\n"
SECOND = "# Rules\n\nMembers must report each loss to the service office within thirty days.\n"
CONTRADICTORY = (
    "# Costs\n\nThe annual deductible is $500 for each insured member.\n\n"
    "The annual deductible is $750 for each insured member.\n"
)


def park(app: Pipeline, name: str = "manual.md", text: str = MANUAL) -> DocumentId:
    [document_id] = needs_work(app, receive(app, upload(name, text)))
    through(app, [document_id])
    return document_id


def near_duplicate(app: Pipeline) -> DocumentId:
    publish(app, upload("first.md", FIRST))
    return park(app, "second.md", SECOND)


def ask(app: Pipeline, decision: Decision, *, reviewer: str = "", reason: str = "", **more: Any) -> Request:
    return Request(decision, Reviewer(app.realm_id, reviewer, reason), **more)


def facts(app: Pipeline, document_id: DocumentId) -> list[StagedFact]:
    return app.review.facts(OfDocument(document_id), app.realm_id)


def state(app: Pipeline, document_id: DocumentId) -> tuple[str, str]:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    return row["state"], row["stage"]


def reviews(app: Pipeline, document_id: DocumentId) -> list[dict[str, Any]]:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    events = app.views.job(app.realm_id, row["job_id"])["events"]
    return [event for event in reversed(events) if event["type"] == "review"]


REASON = "The second amount is next year's."


def published(app: Pipeline, document_id: DocumentId) -> list[dict[str, Any]]:
    return app.views.export(app.realm_id, document_id)["facts"]


def be_due(app: Pipeline) -> None:
    """Let the seconds be over in which parked decisions can be taken back, and carry them out."""
    with psycopg.connect(app.settings.database_url or "") as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE upload_pipeline.parked_decisions SET taken_at = now() - interval '10 s', due_at = now() "
            "WHERE ended_at IS NULL"
        )
    app.parking.carry_out_due()
