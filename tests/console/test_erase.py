"""Erasing in the console, without a browser: the plan first, a word that is typed, and the certificate."""

import re
from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from tests.console.conftest import NO_LIMITS
from tests.support.console import csrf, send, signed_in
from tests.support.erasing import WHY, places_of
from tests.support.published import FACT, text_of
from tests.support.through import publish, upload
from tests.support.two_users import ANN


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


def test_a_document_is_erased_from_its_own_page(pipeline: Pipeline, database_url: str) -> None:
    publish(pipeline, upload("quibberwick.md", text_of("Alpha", FACT)))
    client = signed_in(pipeline)
    [row] = pipeline.views.jobs(ANN)
    job = f"/jobs/{row.job_id}"
    assert f'action="{job}/erase"' in client.get(job).text
    shown = send(client, f"{job}/erase", page=job)
    assert "quibberwick.md" in shown
    assert shown.index("<td>documents") < shown.index("<td>records of the work") < shown.index("<td>staged passages")
    assert 'title="Type erase here"' in shown
    [path] = set(re.findall(r'action="(/erasures/[0-9a-f-]{36})"', shown))
    form = {"csrf": csrf(shown), "reason": WHY, "confirmed": "yes"}
    refused = client.post(path, data=form)
    assert refused.status_code == 422
    assert WHY in refused.text, "what was typed is kept"
    short = client.post(path, data={**form, "reason": "no", "confirmed": "erase"})
    assert short.status_code == 422
    begun = send(client, path, page=path, reason=WHY, confirmed="Erase")
    assert "It is being erased" in begun
    assert client.get(f"{path}/certificate").status_code == 422
    pipeline.carry_out_erasures.all()
    assert "Download the certificate" in client.get(f"{path}/state").text
    page = client.get(path).text
    assert "by the certificate" in page
    certificate = client.get(f"{path}/certificate")
    assert "attachment" in certificate.headers["Content-Disposition"]
    assert pipeline.find_erased.verify(certificate.json()).is_clean
    assert path in client.get("/erasures").text
    assert places_of(pipeline, database_url, "quibberwick") == []


def test_a_plan_that_is_not_true_any_more_is_refused(pipeline: Pipeline) -> None:
    publish(pipeline, upload("a.md", text_of("Alpha", FACT)))
    client = signed_in(pipeline)
    shown = send(client, "/erasures/realm", page="/erasures")
    [path] = set(re.findall(r'action="(/erasures/[0-9a-f-]{36})"', shown))
    publish(pipeline, upload("b.md", text_of("Beta", FACT)))
    form = {"csrf": csrf(shown), "reason": WHY, "confirmed": "erase"}
    refused = client.post(path, data=form)
    assert refused.status_code == 409
    assert "documents: 1 → 2" in refused.text


def test_a_plan_says_that_earlier_versions_go_along(pipeline: Pipeline) -> None:
    place = "file:///srv/alpha.md"
    publish(pipeline, upload("alpha.md", text_of("Alpha", FACT), place))
    newer = publish(pipeline, upload("alpha.md", text_of("Alpha", "Another boiler is serviced each May."), place))
    client = signed_in(pipeline)
    [job] = [row.job_id for row in pipeline.views.jobs(ANN) if row.document_id in newer]
    shown = send(client, f"/jobs/{job}/erase", page=f"/jobs/{job}")
    assert "Erase 1 document with 1 earlier version of it?" in shown
