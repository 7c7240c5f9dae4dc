"""The page of a job: where it stands, what was made, and the one thing to do; who may look and who may act."""

import re
from collections.abc import Callable

import psycopg
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from pipeline_core.api.console.templating import PHASES
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.realms import Role
from pipeline_core.review.decisions import Decision
from tests.console.conftest import NO_LIMITS, Console
from tests.support.console import csrf, send, signed_in
from tests.support.reviewing import CONTRADICTORY, REASON, ask, be_due, park
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB
from tests.support.visiting import text_of

BROKEN = "%PDF-1.4\nnothing that is a page\n%%EOF"


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def ann(pipeline: Pipeline) -> TestClient:
    return signed_in(pipeline)


def test_a_job_says_where_it_stands_and_gives_what_was_made(pipeline: Pipeline, ann: TestClient) -> None:
    [document_id] = publish(pipeline, upload("manual.md"))
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    page = ann.get(f"/jobs/{row.job_id}").text
    assert f"It is published with {row.facts} facts." in page
    assert page.count('class="done"') >= 8, "each stage has a bar"
    links = re.findall(rf'href="(/documents/{document_id}/outputs/[^"]+)"', page)
    assert len(links) >= 4
    for link in links:
        assert ann.get(link).status_code == 200
    markdown = ann.get(next(link for link in links if link.endswith("manual.md"))).text
    assert '<p class="heading level-1">Boiler manual</p>' in markdown
    download = ann.get(f"/documents/{document_id}/files/ingest/manual.md")
    assert download.headers["content-disposition"].startswith("attachment")
    assert b"# Boiler manual" in download.content
    assert ann.get(f"/documents/{document_id}/files/ingest/other.md").status_code == 404
    done = send(ann, f"/jobs/{row.job_id}/acknowledge", page=f"/jobs/{row.job_id}")
    assert "the last phase is complete" in done
    assert "acknowledged it on" in done


def test_a_document_without_facts_says_why_on_its_page(pipeline: Pipeline, ann: TestClient) -> None:
    [document_id] = publish(pipeline, upload("greeting.md", "# Hello\n\nHow are you? Fine, thanks!\n"))
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    found = pipeline.for_user(pipeline.person).views.findings(pipeline.realm_id, row.job_id).findings
    assert "no_facts" in {one.code for one in found}
    page = text_of(ann.get(f"/jobs/{row.job_id}"))
    assert "What validation found" in page
    for one in found:
        assert one.message in page


def test_a_finding_of_a_published_document_leads_to_what_it_is_about(pipeline: Pipeline, ann: TestClient) -> None:
    document_id = park(pipeline, "costs.md", CONTRADICTORY)
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    pipeline.review.decide(document_id, ask(pipeline, Decision.OVERRIDE, reason=REASON))
    be_due(pipeline)
    through(pipeline, [document_id])
    answer = ann.get(f"/jobs/{row.job_id}")
    page = answer.text.partition('id="findings"')[2].partition("</section>")[0]
    links = re.findall(r'href="(/facts/[^"]+)"', page)
    assert len(links) == 2, page
    assert "$500" in text_of(answer)
    assert all(ann.get(link).status_code == 200 for link in links)


def test_a_phone_has_the_present_phase_and_all_of_them_at_a_tap(
    pipeline: Pipeline, open_console: Callable[[Pipeline], Console]
) -> None:
    document_id = park(pipeline, "costs.md", CONTRADICTORY)
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    ann = open_console(pipeline).sign_in()
    ann.page.set_viewport_size({"width": 390, "height": 844})
    for path in (f"/jobs/{row.job_id}", f"/validate/{row.job_id}"):
        ann.page.goto(path)
        assert ann.page.locator("header.top nav").evaluate("e => e.scrollWidth <= e.clientWidth"), "all of the menu"
        expect(ann.page.locator(".phases:visible")).to_have_count(0)
        ann.page.get_by_text("Phase 4: Review").click()
        shown = ann.page.locator(".phases:visible").get_by_role("listitem")
        expect(shown).to_have_count(len(PHASES))
        assert [text.partition(",")[0].strip() for text in shown.all_inner_texts()] == list(PHASES)
        expect(shown.nth(4)).to_have_attribute("aria-current", "step")
        expect(shown.nth(0)).to_have_text("Upload, done")
        assert ann.axe() == []
    ann.page.set_viewport_size({"width": 1280, "height": 800})
    expect(ann.page.locator(".phases:visible").get_by_role("listitem")).to_have_text(
        [re.compile(rf"^{name}") for name in PHASES]
    )


def test_what_a_job_waits_for_is_its_one_action(pipeline: Pipeline, ann: TestClient) -> None:
    document_id = park(pipeline, "costs.md", CONTRADICTORY)
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    page = ann.get(f"/jobs/{row.job_id}").text
    assert f'class="button primary" href="/validate/{row.job_id}"' in page
    assert "Validation found 1 critical finding" in page
    assert "/retry" not in page


def test_the_link_to_prefect(
    pipeline: Pipeline, ann: TestClient, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    [document_id] = publish(pipeline, upload("manual.md"))
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    run = "0193b0b4-0000-7000-8000-000000000000"
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE upload_pipeline.upload_jobs SET flow_run_id = %s", [run])
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)  # of the server that tests share
    assert "in Prefect" not in ann.get(f"/jobs/{row.job_id}").text
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example:4200/api")
    page = ann.get(f"/jobs/{row.job_id}").text
    assert f'href="http://prefect.example:4200/v2/runs/flow-run/{run}"' in page
    assert "which asks for its own login" not in page
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "name:password")
    assert "which asks for its own login" in ann.get(f"/jobs/{row.job_id}").text
    cloud = "https://app.prefect.cloud/account/1/workspace/2"
    monkeypatch.setenv("PREFECT_UI_URL", cloud)
    assert f'href="{cloud}/runs/flow-run/{run}"' in ann.get(f"/jobs/{row.job_id}").text
    for hostile in ("javascript:alert(1)", "http://user:secret@prefect.example"):
        monkeypatch.setenv("PREFECT_UI_URL", hostile)
        assert "in Prefect" not in ann.get(f"/jobs/{row.job_id}").text


def test_strangers_see_nothing(pipeline: Pipeline, ann: TestClient) -> None:
    [document_id] = publish(pipeline, upload("manual.md"))
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    bob = signed_in(pipeline, BOB)
    assert "manual.md" not in bob.get("/documents").text
    for path in (f"/jobs/{row.job_id}", f"/documents/{document_id}/files/ingest/manual.md"):
        assert bob.get(path).status_code == 404
    page = bob.get("/documents").text
    form = {"csrf": csrf(page), "document_id": str(document_id), "status": "Archived"}
    assert bob.post("/documents/status", data=form).status_code == 422
    assert bob.post(f"/jobs/{row.job_id}/retry", data=form).status_code == 404


def test_a_reader_looks_and_changes_nothing(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    changes = {**NO_LIMITS, "user_id": ANN, "workflow": "manual"}
    own = make_pipeline(changes=changes)
    realms = own.for_user(own.person).realms
    realm_id = realms.create("team").realm_id
    realms.put(realm_id, BOB, Role.READER, name="Bob Osei")
    team = make_pipeline(changes={**changes, "realm_id": realm_id})
    document_id = park(team)
    through(team, needs_work(team, receive(team, upload("broken.pdf", BROKEN))))
    jobs = {row.filename: row.job_id for row in team.views.jobs(realm_id)}
    bob = signed_in(team, BOB)
    token = {"csrf": csrf(bob.get("/dashboard").text)}
    job = f"/jobs/{jobs['broken.pdf']}"
    page = bob.get(job).text
    assert "It failed for good" in page
    assert 'action="/jobs/' not in page
    for path, form in (
        (f"{job}/retry", {}),
        (f"{job}/acknowledge", {}),
    ):
        assert bob.post(path, data={**token, **form}).status_code == 403
    # of the realm that he works in, which is his own
    form = {"document_id": str(document_id), "status": "Archived"}
    assert bob.post("/documents/status", data={**token, **form}).status_code == 422
    assert bob.get(f"/documents/{document_id}/files/ingest/manual.md").status_code == 200


@pytest.mark.parametrize("scripts", [True, False])
def test_a_dead_letter_is_retried(console: Console, scripts: bool) -> None:
    app = console.pipeline
    through(app, needs_work(app, receive(app, upload("broken.pdf", BROKEN))))
    [row] = app.views.jobs(app.realm_id)
    person = console.sign_in(scripts=scripts)
    page = person.page
    page.goto(f"/jobs/{row.job_id}")
    expect(page.locator(".card.error")).to_contain_text(str(row.correlation_id))
    if scripts:
        page.keyboard.press("r")
    else:
        page.get_by_role("button", name="Retry").click()
    expect(page.locator("#notice")).to_contain_text("It is queued again")
    expect(page.locator(".stands")).to_contain_text("It waits for a worker.")
    assert app.views.jobs(app.realm_id)[0].state == "queued"
