"""Versions over HTTP: listed, compared, searched and exported as of a day, and gone back to."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.support.published import in_production
from tests.support.reviewing import be_due
from tests.support.statements import execute
from tests.support.through import publish, upload

FIRST = "The bicycle must be locked to a fixed object whenever it is left outside."
SECOND = "Members must report a theft to the police within 24 hours of discovering it."
WHY = "It was right as it was."


@pytest.fixture
def document(api_pipeline: Pipeline) -> tuple[str, datetime]:
    """A document with two versions, and a moment of the first."""
    [document_id] = publish(api_pipeline, upload("a.md", f"{FIRST}\n\n{SECOND}\n"))
    then = datetime.now(UTC)
    execute(api_pipeline, f"DELETE FROM all_questions WHERE statement = '{SECOND}'")
    execute(
        api_pipeline,
        f"UPDATE staged_questions SET status = 'rejected', reviewed_at = now() WHERE statement = '{SECOND}'",
    )
    return str(document_id), then


def test_they_are_listed_compared_and_gone_back_to(
    api_pipeline: Pipeline, ann: TestClient, document: tuple[str, datetime]
) -> None:
    url = f"/api/v2/documents/{document[0]}"
    listed = ann.get(f"{url}/versions").json()
    assert [(one["number"], one["origin"], one["ended"], one["facts"]) for one in listed] == [
        (2, "changed", None, 1),
        (1, "published", "changed", 2),
    ]
    diff = ann.get(f"{url}/diff").json()
    assert ([one["statement"] for one in diff["gone"]], diff["added"], diff["unchanged"]) == ([SECOND], [], 1)
    assert diff["gone"][0]["evidence"][0]["quote"] == SECOND
    assert ann.get(f"{url}/diff", params={"from": 9}).status_code == 404
    foreseen = ann.post(f"{url}/revert", json={"version": 1, "dry_run": True})
    assert (foreseen.json()["undecided"], foreseen.json()["instead_of"]) == ([], None)
    assert (foreseen.status_code, foreseen.json()["comes"], foreseen.json()["parked"]) == (200, 1, None)
    assert ann.post(f"{url}/revert", json={"version": 1, "reason": "short"}).json()["code"] == "reason_too_short"
    assert ann.post(f"{url}/revert", json={"version": 2, "reason": WHY}).status_code == 422
    no_number = ann.post(f"{url}/revert", json={"version": True, "reason": WHY})
    assert (no_number.status_code, no_number.json()["code"]) == (422, "invalid_request")
    parked = ann.post(f"{url}/revert", json={"version": 1, "reason": WHY})
    assert (parked.status_code, parked.json()["parked"]["decision"]) == (202, "revert")
    assert ann.post(parked.json()["parked"]["undo_url"]).json()["state"] == "done"
    assert ann.post(f"{url}/revert", json={"version": 1, "reason": WHY}).status_code == 202
    be_due(api_pipeline)
    assert len(in_production(api_pipeline)) == 2
    assert ann.get(f"{url}/versions").json()[0]["reverted_to"] == 1


def test_a_search_and_an_export_as_of_a_moment(ann: TestClient, document: tuple[str, datetime]) -> None:
    def found(**params: Any) -> list[dict[str, Any]]:
        answer = ann.get("/api/v2/search", params={"q": "When must a theft be reported to the police?", **params})
        assert answer.status_code == 200, answer.text
        return [fact for hit in answer.json()["hits"] for fact in hit["facts"] if fact["statement"] == SECOND]

    then = document[1].isoformat()
    assert found() == []
    [said] = found(as_of=then)
    assert (said["then"]["version"], said["then"]["approved_by"]) == (1, None)
    assert said["then"]["until"] is not None
    assert len(found(as_of=then, kind="fact")) == 0, "as a hit by itself"
    url = f"/api/v2/documents/{document[0]}/export"
    assert len(ann.get(url, params={"as_of": then}).json()["facts"]) == 2
    assert len(ann.get(url).json()["facts"]) == 1
    for wrong in ("yesterday", "", "9999-12-31", "2999-01-01T00:00:00Z"):
        assert ann.get(url, params={"as_of": wrong}).json()["code"] == "refused"
        assert ann.get("/api/v2/search", params={"q": "x", "as_of": wrong}).status_code == 422
    assert len(ann.get(url, params={"as_of": datetime.now(UTC).date().isoformat()}).json()["facts"]) == 1
    assert ann.get("/api/v2/search", params={"q": "x", "as_of": "2001-01-01"}).json()["code"] == "refused"
