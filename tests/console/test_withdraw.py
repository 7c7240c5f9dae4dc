"""Withdrawing on the page of a job, without a browser."""

import re
from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from tests.console.conftest import NO_LIMITS
from tests.support.console import csrf, send, signed_in
from tests.support.published import FACT, in_production, text_of
from tests.support.reviewing import be_due
from tests.support.through import publish, upload
from tests.support.two_users import ANN

WHY = "It was sent to us by mistake."


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


def test_a_document_is_withdrawn_taken_back_and_published_again(pipeline: Pipeline) -> None:
    publish(pipeline, upload("a.md", text_of("Alpha", FACT)))
    publish(pipeline, upload("b.md", text_of("Beta", FACT)))
    client = signed_in(pipeline)
    [row] = [row for row in pipeline.views.jobs(ANN) if row.filename == "a.md"]
    job = f"/jobs/{row.job_id}"
    assert f'href="{job}/withdraw"' in client.get(job).text
    shown = client.get(f"{job}/withdraw").text
    assert "Withdraw a.md?" in shown
    assert "1 fact is said by other published documents as well, in the same words, and stays published" in shown
    refused = client.post(f"{job}/withdraw", data={"csrf": csrf(shown), "reason": "too short"})
    assert refused.status_code == 422
    assert "too short" in refused.text, "what was typed is kept"
    page = send(client, f"{job}/withdraw", page=job, reason=WHY)
    assert "You decided to withdraw it" in page
    page = send(client, f"{job}/take-back", page=job)
    assert "it stays published" in page
    send(client, f"{job}/withdraw", page=job, reason=WHY)
    be_due(pipeline)
    assert [name for name, _ in in_production(pipeline)] == ["b.md"]
    page = client.get(job).text
    assert "It was withdrawn" in page
    assert "Publish it again" in page
    assert "It was withdrawn from production" in page, "the event"
    assert client.get(f"{job}/withdraw").status_code == 422


def test_several_are_withdrawn_from_the_list(pipeline: Pipeline) -> None:
    for name in ("a.md", "b.md", "c.txt"):
        publish(pipeline, upload(name, text_of(name, FACT)))
    client = signed_in(pipeline)
    token = csrf(client.get("/documents").text)
    asked = {"csrf": token, "all_matching": "2", "filters": "type=md"}
    shown = client.post("/documents/withdrawal", data=asked).text
    assert "Withdraw 2 documents?" in shown
    assert "1 fact is said by other published documents as well" in shown
    ids = re.findall(r'name="document_id" value="([^"]+)"', shown)
    refused = client.post("/documents/withdraw", data={"csrf": token, "document_id": ids, "reason": "too short"})
    assert refused.status_code == 422
    page = send(client, "/documents/withdraw", page="/documents", document_id=ids, reason=WHY, filters="type=md")
    assert "2 documents are withdrawn: 1 fact would leave production" in page
    be_due(pipeline)
    assert [name for name, _ in in_production(pipeline)] == ["c.txt"]
