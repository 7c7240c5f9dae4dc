"""review-document on a real Prefect server: the form that people see, and what comes of it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import OfDocument
from pipeline_core.review.decisions import FIELDS, Decision, Resolution
from tests.support.reviewing import CONTRADICTORY
from tests.support.through import needs_work, receive, through, upload


@pytest.fixture(scope="module")
def review_document(prefect_api_url: str) -> Any:
    from pipeline_core.flows.review_document import review_document as flow

    return flow


@pytest.fixture
def wired(make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    app = make_pipeline(changes={"retry_base_s": 0.1})
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


def stopped(app: Pipeline) -> DocumentId:
    [document_id] = needs_work(app, receive(app, upload("costs.md", CONTRADICTORY)))
    through(app, [document_id])
    return document_id


def test_the_form_offers_the_decisions_and_says_what_they_do(review_document: Any) -> None:
    schema = review_document.parameters.model_dump()
    assert set(schema["required"]) == {"document", "decision"}
    assert schema["definitions"]["Decision"]["enum"] == [d.value for d in Decision]
    assert schema["definitions"]["Resolution"]["enum"] == [r.value for r in Resolution]
    fields = schema["properties"]
    # who fills in the form decides about what it finds
    assert fields.keys() == {"document", "decision", "go_on", "realm_id", *FIELDS} - {"expected", "expected_facts"}
    assert all(len(field["description"]) >= 20 for field in fields.values())
    assert "critical" in fields["decision"]["description"]
    assert fields["go_on"] | {"type": "boolean", "default": True} == fields["go_on"]
    assert {"type": "array", "items": {"type": "string", "format": "uuid"}} in fields["question_ids"]["anyOf"]


def test_a_decision_lets_the_document_go_on(review_document: Any, wired: Pipeline) -> None:
    document_id = stopped(wired)
    # as the UI sends it: strings
    state = review_document(
        document="costs.md", decision="override", reason="Two policy years.", reviewer="Ann", return_state=True
    )
    assert (state.name, state.message) == ("Completed", "1 done")
    [row] = wired.views.jobs(wired.realm_id, document_ids=[document_id])
    assert row["outcome"] == "published"
    events = wired.views.job(wired.realm_id, row["job_id"])["events"]
    [event] = [event for event in events if event["code"] == "validation_overridden"]
    assert (event["payload"]["by"], event["payload"]["reason"]) == (
        "Ann (via prefect, not verified)",
        "Two policy years.",
    )


def test_a_decision_can_leave_the_rest_for_later(review_document: Any, wired: Pipeline) -> None:
    document_id = stopped(wired)
    state = review_document(document=str(document_id), decision="return", return_state=True)
    assert state.name == "AwaitingReview"
    wrong = wired.review.facts(OfDocument(document_id), wired.realm_id)[1]
    for decision, more in (("reject", {"question_ids": [str(wrong.question_id)]}), ("approve", {"go_on": False})):
        state = review_document(document=str(document_id), decision=decision, return_state=True, **more)
    assert (state.name, state.message) == ("Completed", "1 queued")
    assert [row["document_id"] for row in wired.views.jobs(wired.realm_id, states=["queued"])] == [document_id]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decision": "override", "reason": "no"}, "an override needs 10"),
        ({"decision": "approve"}, "cannot be approved"),
        ({"decision": "approve", "document": "nothing.md"}, "No job, document or file is named nothing.md"),
        ({"decision": "reject", "question_ids": [str(uuid4())]}, "and pairs resolved, in matching review"),
        ({"decision": "publish"}, "'approve', 'reject', 'return', 'override', 'withdraw', 'revert' or 'keep'"),
    ],
)
def test_what_cannot_be_done_fails_with_what_to_do(
    review_document: Any, wired: Pipeline, given: dict[str, Any], said: str
) -> None:
    document_id = stopped(wired)
    state = review_document(**{"document": "costs.md", **given}, return_state=True)
    assert state.type.value == "FAILED"
    assert said in state.message
    [row] = wired.views.jobs(wired.realm_id, document_ids=[document_id])
    assert row["state"] == "awaiting_review"
