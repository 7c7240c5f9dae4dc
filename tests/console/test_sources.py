"""Sources in the console: added, planned, asked to be synced, decided about, changed and removed."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.realms import Person, Role
from pipeline_core.domain.rows.sources import SourceRow
from pipeline_core.domain.sources import SourceKind
from tests.console.conftest import NO_LIMITS
from tests.support.folders import sync, write
from tests.support.published import text_of as document
from tests.support.two_users import ANN, BOB
from tests.support.visiting import Visitor, text_of, visit

ALPHA = "The alpha office opens at 8 in the morning on Mondays."


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline], tmp_path: Path) -> Pipeline:
    write(tmp_path / "docs", {"a.md": document("A", ALPHA), "empty.md": ""})
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "source_roots": str(tmp_path)})


@pytest.fixture
def ann(pipeline: Pipeline) -> Visitor:
    return visit(pipeline)


def added(ann: Visitor, tmp_path: Path, **fields: str) -> httpx.Response:
    said = {"name": "Docs", "uri": str(tmp_path / "docs"), "vanished": "withdraw", "grace": "0", **fields}
    return ann.post("/sources", said)


def row(pipeline: Pipeline) -> SourceRow:
    [found] = pipeline.sources.list(pipeline.realm_id)
    return found


def test_a_source_is_added_and_its_plan_is_seen_before(pipeline: Pipeline, ann: Visitor, tmp_path: Path) -> None:
    assert "No sources yet." in text_of(ann.get("/sources"))
    page = text_of(added(ann, tmp_path, every="1h", exclude="drafts/*, *.tmp", profile="deep"))
    assert "Docs is added; nothing was read yet." in page
    assert "no Prefect server is set" in page
    source = row(pipeline)
    assert (source.exclude, source.choices) == (["drafts/*", "*.tmp"], {"profile": "deep"})
    at = f"/sources/{source.source_id}"
    plan = text_of(ann.get(at, plan="true"))
    assert "A sync would find: 1 new, 1 refused" in plan
    assert "The file is empty." in plan
    assert row(pipeline).items == 0

    sync(pipeline, source)
    assert "Files 2 Vanished 0 Not taken 1 Every 1h" in text_of(ann.get(at))
    assert "1 file not taken" in text_of(ann.get("/sources"))
    for path in (tmp_path / "docs").iterdir():
        path.unlink()
    sync(pipeline, source)
    assert "1 file is missing. Has it vanished?" in text_of(ann.get(at))
    assert "Nothing has vanished." in text_of(ann.post(f"{at}/vanishing", {"decision": "refused", "reason": "Away."}))
    late = ann.post(f"{at}/vanishing", {"decision": "confirmed"})
    assert (late.status_code, "waits for a decision" in text_of(late)) == (409, True)


def test_it_is_changed_paused_and_removed(pipeline: Pipeline, ann: Visitor, tmp_path: Path) -> None:
    added(ann, tmp_path, every="1h")
    source = row(pipeline)
    at = f"/sources/{source.source_id}"
    said = {"name": "Rules", "uri": source.uri, "vanished": "review", "grace": "12h", "every": "1d"}
    assert "Rules is changed." in text_of(ann.post(at, said))
    assert (row(pipeline).vanished, row(pipeline).grace.total_seconds()) == ("review", 43_200)
    assert "Its schedule rests." in text_of(ann.post(f"{at}/pause", {"paused": "true"}))
    assert row(pipeline).paused_at
    # what was typed stays
    wrong = ann.post(at, {**said, "name": "Typed", "every": "soon"})
    assert (wrong.status_code, "is no span of time" in text_of(wrong), 'value="Typed"' in wrong.text) == (
        422,
        True,
        True,
    )
    assert "is removed; its documents stay." in text_of(ann.post(f"{at}/remove", {"documents": "keep"}))
    assert pipeline.sources.list(pipeline.realm_id) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"uri": "/etc"}, "not among those that sources may be made of"),
        ({"uri": "s3://bucket"}, "not among those"),
        ({"name": " "}, "needs a name"),
        ({"grace": "soon"}, "is no span of time"),
        ({"grace": "999999w"}, "longer than ten years"),
    ],
)
def test_what_cannot_be_is_told_and_kept(
    pipeline: Pipeline, ann: Visitor, tmp_path: Path, said: dict[str, str], told: str
) -> None:
    answer = added(ann, tmp_path, include="*.typed", **said)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert "UPLOAD_PIPELINE" not in text_of(answer)
    assert 'value="*.typed"' in answer.text
    assert pipeline.sources.list(pipeline.realm_id) == []


def test_without_a_server_nobody_is_asked(pipeline: Pipeline, ann: Visitor, tmp_path: Path) -> None:
    added(ann, tmp_path)
    at = f"/sources/{row(pipeline).source_id}"
    assert "No Prefect server is set" in text_of(ann.post(f"{at}/sync"))

    (tmp_path / "docs").rename(tmp_path / "away")
    gone = ann.get(at, plan="true")
    assert (gone.status_code, "cannot be seen" in text_of(gone)) == (422, True)


def test_each_role_may_do_its_own(pipeline: Pipeline, ann: Visitor, tmp_path: Path) -> None:
    realm = pipeline.for_user(Person(ANN, "Ann")).realms.create("team")
    pipeline.for_user(Person(ANN, "Ann")).realms.put(realm.realm_id, BOB, Role.READER, name="Bob")
    own = pipeline.for_user(Person(ANN, "Ann"), realm_id=realm.realm_id)
    source = own.sources.add(realm.realm_id, SourceKind.WEB, "Site", "https://example.org/")
    bob = visit(pipeline, BOB, "Bob")
    at = f"/sources/{source.source_id}"
    page = text_of(bob.get(at))
    assert "Site" in page
    assert "Sync now" not in page
    assert "Change it" not in page
    for path, fields in (
        (at, {"name": "x"}),
        (f"{at}/sync", {}),
        (f"{at}/pause", {"paused": "true"}),
        (f"{at}/vanishing", {"decision": "refused"}),
        (f"{at}/remove", {"documents": "keep"}),
    ):
        assert bob.post(path, fields).status_code == 403, path


def test_a_vanished_document_is_kept_or_withdrawn_wherever_it_is_met(
    pipeline: Pipeline, ann: Visitor, tmp_path: Path
) -> None:
    write(tmp_path / "docs", {"b.md": document("B", "The beta boiler needs a service each year.")})
    added(ann, tmp_path, vanished="review")
    source = row(pipeline)
    sync(pipeline, source)
    (tmp_path / "docs" / "a.md").unlink()
    sync(pipeline, source)
    [gone] = pipeline.sources.vanished(pipeline.realm_id)
    asked = "Its file has vanished from the source “Docs”"
    assert asked in text_of(ann.get("/dashboard"))
    assert "1 document to keep or withdraw" in text_of(ann.get("/sources"))
    for at in (f"/sources/{source.source_id}", f"/jobs/{gone.job_id}"):
        page = ann.get(at)
        assert f'action="/jobs/{gone.job_id}/keep"' in page.text
        assert f'href="/jobs/{gone.job_id}/withdraw"' in page.text
        assert "waits for a reviewer" in text_of(page)
    assert asked in text_of(ann.get(f"/jobs/{gone.job_id}"))
    assert f'href="/jobs/{gone.job_id}"' in ann.get(f"/sources/{source.source_id}").text
    assert "stays published" in text_of(ann.post(f"/jobs/{gone.job_id}/keep"))
    assert "was kept by you" in text_of(ann.get(f"/jobs/{gone.job_id}"))
    assert "Keep</button>" not in ann.get(f"/sources/{source.source_id}").text


def test_a_source_that_waits_or_failed_is_seen_from_outside(pipeline: Pipeline, ann: Visitor, tmp_path: Path) -> None:
    added(ann, tmp_path)
    source = row(pipeline)
    sync(pipeline, source)
    for path in (tmp_path / "docs").iterdir():
        path.unlink()
    sync(pipeline, source)
    dashboard = ann.get("/dashboard")
    assert "1 file is missing there: nothing vanishes until you decide." in text_of(dashboard)
    assert f'href="/sources/{source.source_id}"' in dashboard.text
    ann.post(f"/sources/{source.source_id}/vanishing", {"decision": "refused"})
    (tmp_path / "docs").rename(tmp_path / "away")
    with pytest.raises(PipelineError):
        pipeline.sync_source(source)
    page = text_of(ann.get("/sources"))
    assert "cannot be seen" in page
    assert "nothing" not in page.split("What needs you")[1].split("Add a source")[0]
