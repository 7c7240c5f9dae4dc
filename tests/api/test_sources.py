"""Sources over HTTP: added, changed, planned, asked to be synced, and decided about."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import RefusedError, ServiceUnavailableError
from pipeline_core.domain.ids import RealmId, SourceId
from pipeline_core.domain.source_plans import kind_of
from pipeline_core.ports.source_schedules import SourceSchedule
from pipeline_core.services.plan_sync import PlanSync
from pipeline_core.services.source_schedules import FollowSchedule
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.folders import sync, write
from tests.support.published import text_of, who_says
from tests.support.two_users import ANN

PATH = "/api/v2/sources"
ALPHA = "The alpha office opens at 8 in the morning on Mondays."


class Schedules:
    """Those of a Prefect server that answers, or does not."""

    def __init__(self) -> None:
        self.there: dict[SourceId, SourceSchedule] = {}
        self.asked: list[SourceId] = []
        self.is_up = True

    def put(self, schedule: SourceSchedule) -> None:
        self._answer()
        self.there[schedule.source_id] = schedule

    def remove(self, source_id: SourceId) -> None:
        self._answer()
        self.there.pop(source_id, None)

    def ask(self, source_id: SourceId, realm_id: RealmId) -> UUID:
        self._answer()
        self.asked.append(source_id)
        return uuid4()

    def mend(self, schedules: Sequence[SourceSchedule]) -> int:
        raise NotImplementedError

    def _answer(self) -> None:
        if not self.is_up:
            raise ServiceUnavailableError("Prefect does not answer.")


@pytest.fixture
def schedules() -> Schedules:
    return Schedules()


@pytest.fixture
def pipeline(
    make_pipeline: Callable[..., Pipeline], tmp_path: Path, schedules: Schedules, monkeypatch: pytest.MonkeyPatch
) -> Pipeline:
    (tmp_path / "allowed").mkdir()
    changes = {**NO_LIMITS, "user_id": ANN, "source_roots": f"{tmp_path / 'allowed'}, s3://shared/team"}
    app = make_pipeline(changes=changes)
    monkeypatch.setitem(app.__dict__, "follow_schedule", FollowSchedule(schedules))
    return app


@pytest.fixture
def client(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


def add(client: TestClient, uri: str, **said: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"name": "docs", "uri": uri, **said})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_source_is_added_changed_and_removed(client: TestClient, schedules: Schedules, tmp_path: Path) -> None:
    folder = tmp_path / "allowed" / "docs"
    folder.mkdir()
    added = add(client, str(folder), every="PT1H", choices={"profile": "deep"}, exclude=["drafts/*"])
    source, source_id = added["source"], UUID(added["source"]["source_id"])
    assert (source["kind"], source["uri"], source["every"]) == ("folder", folder.as_uri(), "PT1H")
    assert (source["grace"], source["vanished"], source["choices"]) == ("P1D", "withdraw", {"profile": "deep"})
    assert added["note"] is None
    assert schedules.there[SourceId(source_id)].every.total_seconds() == 3600
    assert client.post(PATH, json={"name": "docs", "uri": str(folder)}).status_code == 409
    assert client.get(f"{PATH}/docs").json() == client.get(f"{PATH}/{source_id}").json() == source

    changed = client.patch(f"{PATH}/docs", json={"every": "PT6H", "paused": True, "name": "policies"}).json()["source"]
    assert (changed["every"], changed["name"], changed["exclude"]) == ("PT6H", "policies", ["drafts/*"])
    assert schedules.there[SourceId(source_id)].is_paused
    assert client.patch(f"{PATH}/policies", json={"every": None}).json()["source"]["every"] is None
    assert schedules.there == {}
    assert [one["name"] for one in client.get(PATH).json()] == ["policies"]
    assert client.delete(f"{PATH}/policies").status_code == 204
    assert client.get(PATH).json() == []
    assert client.get(f"{PATH}/policies").status_code == 404


def test_a_server_that_is_away_is_told_and_loses_nothing(client: TestClient, schedules: Schedules) -> None:
    schedules.is_up = False
    added = add(client, "https://example.org/a.pdf", every="P1D")
    assert "Prefect does not answer" in added["note"]
    assert client.post(f"{PATH}/docs/sync").status_code == 503
    schedules.is_up = True
    asked = client.post(f"{PATH}/docs/sync")
    assert (asked.status_code, asked.json().keys()) == (202, {"flow_run_id"})
    assert [str(one) for one in schedules.asked] == [added["source"]["source_id"]]


@pytest.mark.parametrize(
    ("uri", "is_allowed"),
    [
        ("{tmp}/allowed/docs", True),
        ("{tmp}/allowed/../secret", False),
        ("{tmp}/allowed-too", False),
        ("{tmp}/allowed/link", False),
        ("file://{tmp}/secret", False),
        ("/etc", False),
        ("s3://shared/team/claims", True),
        ("s3://shared/team-2", False),
        ("s3://shared", False),
        ("s3://shared/team?endpoint=http://127.0.0.1:1", False),
        ("https://example.org/", True),
    ],
)
def test_only_places_that_the_operator_allows(
    client: TestClient, tmp_path: Path, uri: str, is_allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    (tmp_path / "secret").mkdir()
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "secret")
    answer = client.post(PATH, json={"name": "docs", "uri": uri.format(tmp=tmp_path)})
    assert answer.status_code == (201 if is_allowed else 403), answer.text
    assert is_allowed or answer.json()["title"] == "Sources may not be made of this place here."
    if is_allowed:
        assert client.patch(f"{PATH}/docs", json={"uri": "file:///etc"}).status_code in (403, 422)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"uri": "ftp://example.org", "kind": "web"}, 422),
        ({"every": "PT1S"}, 422),
        ({"grace": "-P1D"}, 422),
        ({"choices": {"priority": 5}}, 422),
        ({"choices": {"other": 1}}, 422),
        ({"vanished": "delete"}, 422),
        ({"name": "\u200b"}, 422),
        ({"include": ["x" * 201]}, 422),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, said: dict[str, Any], status: int) -> None:
    answer = client.post(PATH, json={"name": "docs", "uri": "https://example.org/", **said})
    assert answer.status_code == status, answer.text
    assert client.get(PATH).json() == []


def test_a_span_that_is_none_is_told_by_an_example(client: TestClient) -> None:
    answer = client.post(PATH, json={"name": "docs", "uri": "https://example.org/", "every": "5x"})
    assert (answer.status_code, "PT6H" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(("uri", "told"), [("{tmp}/allowed/a.md", "is a file"), ("ftp://example.org/a", "s3://")])
def test_what_can_never_be_a_source_is_refused_at_once(pipeline: Pipeline, tmp_path: Path, uri: str, told: str) -> None:
    write(tmp_path / "allowed", {"a.md": text_of("A", ALPHA)})
    with pytest.raises(RefusedError) as refused:
        pipeline.sources.add(pipeline.realm_id, kind_of(uri), "docs", uri.format(tmp=tmp_path))
    assert told in str(refused.value)


def test_a_folder_that_is_away_is_added_with_a_warning(client: TestClient, tmp_path: Path) -> None:
    assert "cannot be seen" in add(client, str(tmp_path / "allowed" / "away"))["note"]


def test_a_plan_is_told_and_stores_nothing(client: TestClient, pipeline: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "allowed" / "docs"
    write(folder, {"a.md": text_of("A", ALPHA), "empty.md": ""})
    add(client, str(folder), grace="PT0S")
    told = client.post(f"{PATH}/docs/sync", json={"dry_run": True})
    assert told.status_code == 200
    assert told.json()["plan"] == {"new": 1, "refused": 1}
    assert {one["name"]: one["change"] for one in told.json()["files"]} == {"a.md": "new", "empty.md": "refused"}
    assert client.get(f"{PATH}/docs/runs").json() == client.get(f"{PATH}/docs/files").json() == []

    source = pipeline.sources.show(pipeline.realm_id, "docs")
    sync(pipeline, source)
    [run] = client.get(f"{PATH}/docs/runs").json()
    assert (run["outcome"], run["plan"]) == ("done", {"new": 1, "refused": 1})
    [file] = client.get(f"{PATH}/docs/files?state=unread").json()
    assert (file["name"], file["error"]["code"]) == ("empty.md", "empty_file")
    [first] = client.get(f"{PATH}/docs/files?limit=1").json()
    after = {"after_name": first["name"], "after_uri": first["uri"]}
    assert [one["name"] for one in client.get(f"{PATH}/docs/files", params=after).json()] == ["empty.md"]

    for path in folder.iterdir():
        path.unlink()
    sync(pipeline, source)
    assert client.get(f"{PATH}/docs").json()["missing"] == 1
    decided = client.post(f"{PATH}/docs/vanishing", json={"decision": "confirmed", "reason": "They were removed."})
    assert decided.json()["decision"] == "confirmed"
    assert client.post(f"{PATH}/docs/vanishing", json={"decision": "refused"}).status_code == 409
    pipeline.vanishing()
    assert who_says(pipeline, ALPHA) == []
    [gone] = client.get(f"{PATH}/docs/vanished").json()
    assert (gone["filename"], gone["decision"]) == ("a.md", "withdraw")


def test_a_plan_that_takes_too_long_is_refused(
    client: TestClient, pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "allowed", {"a.md": text_of("A", ALPHA)})
    add(client, str(tmp_path / "allowed"))
    monkeypatch.setattr("pipeline_core.bootstrap.users.PlanSync", lambda sync: PlanSync(sync, within_s=-1.0))
    answer = client.post(f"{PATH}/docs/sync", json={"dry_run": True})
    assert (answer.status_code, "too much to read" in answer.text) == (422, True)


def test_a_place_that_is_away_is_unavailable(client: TestClient, tmp_path: Path) -> None:
    add(client, str(tmp_path / "allowed" / "away"))
    assert client.post(f"{PATH}/docs/sync", json={"dry_run": True}).status_code == 503


def test_what_vanished_waits_for_a_reviewer_who_keeps_or_withdraws_it(
    client: TestClient, pipeline: Pipeline, tmp_path: Path
) -> None:
    folder = tmp_path / "allowed" / "docs"
    facts = (ALPHA, "The beta boiler needs a service each year.", "The gamma lift carries 12 people at most.")
    write(folder, {f"{name}.md": text_of(name, fact) for name, fact in zip("abc", facts, strict=True)})
    add(client, str(folder), vanished="review", grace="PT0S")
    source = pipeline.sources.show(pipeline.realm_id, "docs")
    sync(pipeline, source)
    (folder / "a.md").unlink()
    (folder / "b.md").unlink()
    sync(pipeline, source)
    assert client.get(f"{PATH}/docs").json()["to_decide"] == 2
    waiting = {row["filename"]: row for row in client.get("/api/v2/review/waiting?kind=vanished").json()["items"]}
    assert (waiting.keys(), waiting["a.md"]["published"]) == ({"a.md", "b.md"}, 1)
    gone = {row["filename"]: row for row in client.get(f"{PATH}/docs/vanished").json()}
    assert gone["a.md"]["job_id"] == waiting["a.md"]["id"]
    first, second = (f"/api/v2/documents/{gone[name]['document_id']}" for name in ("a.md", "b.md"))
    kept = client.post(f"{first}/keep", json={"reason": "It is still in force."})
    assert (kept.status_code, kept.json()["message"]) == (200, "a.md stays published, though its file has vanished.")
    assert client.post(f"{first}/keep").status_code == 409
    assert client.delete(second, params={"reason": "It is out of force.", "undo_window": 0.1}).status_code == 202
    assert client.get("/api/v2/review/waiting/count").json()["total"] == 0


def test_a_sync_that_waits_is_among_what_waits(client: TestClient, pipeline: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "allowed" / "docs"
    write(folder, {"a.md": text_of("A", ALPHA)})
    source_id = add(client, str(folder))["source"]["source_id"]
    source = pipeline.sources.show(pipeline.realm_id, "docs")
    sync(pipeline, source)
    (folder / "a.md").unlink()
    sync(pipeline, source)
    [row] = client.get("/api/v2/review/waiting").json()["items"]
    assert (row["kind"], row["id"], row["filename"], row["missing"]) == ("source", source_id, "docs", 1)
    assert row["why"] == "1 file is missing there: nothing vanishes until you decide."
    assert row["review_url"] == f"/sources/{source_id}"
    client.post(f"{PATH}/docs/vanishing", json={"decision": "refused"})
    assert client.get("/api/v2/review/waiting/count").json()["total"] == 0
