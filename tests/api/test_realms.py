"""Realms over HTTP: who may do what by role, where a request goes, and that nothing is done where it may not be."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from fastapi.testclient import TestClient

from pipeline_core.api.app import create_app
from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import RealmId, UserId, user_id_for
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.webhooks import WebhookEvent
from pipeline_core.domain.sources import SourceKind
from tests.api.bodies import BANK, BODIES
from tests.api.conftest import HOST, NO_LIMITS, client_of
from tests.support.through import MANUAL, needs_work, through, upload
from tests.support.two_users import BOB

TEAM: dict[Role, UserId] = {role: user_id_for(role.value) for role in Role}
STRANGER = BOB
LEAST: dict[Role, set[str]] = {
    Role.CONTRIBUTOR: {
        "upload_document", "upload_markdown", "retry_job", "retry_all_jobs", "run_stage", "acknowledge_job",
        "sync_source",
    },
    Role.REVIEWER: {
        "approve_stage2", "return_to_matching", "override_validation", "reject_job", "undo_decision", "change_fact",
        "add_fact", "undo_fact", "undo_last", "undo_question", "undo_duplicate", "review_batch", "review_facts",
        "change_question", "resolve_batch", "compare_batch", "import_batch", "resolve_duplicate", "set_staging_status",
        "change_batch", "revert_document", "withdraw_document", "withdraw_documents", "decide_vanishing",
        "keep_document",
    },
    Role.ADMIN: {
        "create_webhook", "list_webhooks", "remove_webhook", "change_webhook", "test_webhook", "list_deliveries",
        "rename_realm", "put_member", "remove_member", "move_document", "erase", "list_erasures", "get_erasure",
        "add_source", "change_source", "remove_source",
    },
}  # fmt: skip
"""Operations by the least role that may do them; all others are for every member."""
OF_PAGES = {"page_image", "page_words", "page_marks"}
"""They show pages, which the document of these tests does not have."""
WITHOUT_REALM = {"health", "ready", "metrics", "list_realms", "create_realm"}
BODIES = {**BODIES, "set_staging_status": {"document_ids": [str(uuid4())], "status": "Maybe"}}


def least_of(operation: str) -> Role:
    return next((role for role, names in LEAST.items() if operation in names), Role.READER)


@pytest.fixture
def team(make_pipeline: Callable[..., Pipeline]) -> tuple[Pipeline, dict[str, str]]:
    """A realm with a member of each role, and one of each thing in it; by its name in a path."""
    admin = TEAM[Role.ADMIN]
    app = make_pipeline(changes={**NO_LIMITS, "user_id": admin})
    client = client_of(app, admin)
    realm = client.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    for role, user_id in TEAM.items():
        if role is not Role.ADMIN:
            client.put(f"/api/v2/realms/{realm}/members/{user_id}", json={"role": role, "name": role.title()})
    answer = client.post("/api/v2/upload", files={"file": ("a.md", MANUAL.encode())}, data={"realm": "team"})
    document_id = answer.json()["document_id"]
    through(app, [UUID(document_id)])
    manual = make_pipeline(changes={**NO_LIMITS, "user_id": admin, "workflow": "manual"})
    other = manual.intake.receive(
        [upload("other.md", "# Another\n\nThe lamp must be cleaned every 3 weeks by hand.\n")],
        realm_id=RealmId(UUID(realm)),
    )
    through(manual, needs_work(manual, other))
    bank = {"files": {"file": ("bank.md", BANK)}, "data": {"realm": realm}}
    batch_id = client.post("/api/upload-markdown", **bank).json()["batch_id"]
    client.post("/api/upload-markdown?realm=team", files={"file": ("again.md", BANK + b"\n\n")})
    list(app.bank_queue.drain())
    pairs = [
        pair
        for batch in client.get("/api/staging/batches?realm=team").json()["items"]
        for pair in client.get(f"/api/staging/duplicates/{batch['batch_id']}").json()
    ]
    webhook_id, realm_id = uuid4(), RealmId(UUID(realm))
    with app.open_uow() as uow:
        secret = f"whsec_{'A' * 44}"
        uow.webhooks.add(webhook_id, realm_id, "https://example.org/hook", secret, list(WebhookEvent), most=0)
        uow.commit()
    plan = client.post("/api/v2/erasures?realm=team", json={"whole_realm": True, "dry_run": True}).json()
    return app, {
        "erasure_id": plan["plan_id"],
        "realm_id": realm,
        "user_id": str(TEAM[Role.READER]),
        "document_id": document_id,
        "job_id": client.get("/api/job/next?realm=team").json()["job"]["job_id"],
        "batch_id": batch_id,
        "fact_id": client.get(f"/api/v2/documents/{document_id}/facts").json()["items"][0]["question_id"],
        "question_id": client.get(f"/api/staging/batches/{batch_id}/questions").json()["items"][0]["question_id"],
        "duplicate_id": pairs[0]["duplicate_id"],
        "webhook_id": str(webhook_id),
        "change_id": str(client.get("/api/v2/changes?realm=team").json()["items"][0]["change_id"]),
        "source_id": str(app.sources.add(realm_id, SourceKind.WEB, "site", "https://example.org/").source_id),
        "chunk_id": client.get(f"/api/v2/documents/{document_id}/chunks").json()["items"][0]["chunk_id"],
        "page": "1",
        "stage": "chunker",
        "name": "a.chunks.json",
    }


def test_every_endpoint_holds_to_the_role(team: tuple[Pipeline, dict[str, str]]) -> None:
    """What is not allowed is refused before anything else is looked at; a stranger does not learn that it is there."""
    app, ids = team
    paths = create_app(app).openapi()["paths"]
    names = {operation["operationId"] for methods in paths.values() for operation in methods.values()}
    assert set().union(*LEAST.values()) <= names
    clients = {role: client_of(app, user_id) for role, user_id in TEAM.items()}
    stranger = client_of(app, STRANGER)
    tried = 0
    for path, methods in paths.items():
        for method, operation in methods.items():
            name = operation["operationId"]
            if name in WITHOUT_REALM or "{realm_id}" in path or "/events" in path:
                continue
            url = re.sub(r"{(\w+)}", lambda match: ids[match[1]], path) + f"?realm={ids['realm_id']}"
            asked: dict[str, Any] = {"json": BODIES.get(name)}
            if name == "search":
                url += "&q=boiler"
            if name.startswith("upload_"):
                url, asked = path, {"files": {"file": ("x.md", b"# X")}, "data": {"realm": "team"}}
            for role, client in clients.items():
                if not role.includes(least_of(name)):
                    answer = client.request(method, url, **asked)
                    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), (
                        name,
                        role,
                        answer.text,
                    )
            for url_of_stranger in {url, url.partition("?")[0] if "{" in path else url}:
                answer = stranger.request(method, url_of_stranger, **asked)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (name, answer.text)
            if method == "get":
                least = clients[least_of(name)].request(method, url, **asked)
                assert least.status_code == (404 if name in OF_PAGES else 200), (name, least.text)
            tried += 1
    assert tried > 30


def test_members_share_what_is_there_and_lists_take_several(team: tuple[Pipeline, dict[str, str]]) -> None:
    app, ids = team
    reader, contributor = client_of(app, TEAM[Role.READER]), client_of(app, TEAM[Role.CONTRIBUTOR])
    own = publish_own(app, TEAM[Role.READER])
    assert {job["document_id"] for job in reader.get("/api/v2/jobs").json()["items"]} == {own}
    several = reader.get(f"/api/v2/jobs?realm=team&realm={TEAM[Role.READER]}").json()["items"]
    assert {(job["realm_id"], job["document_id"]) for job in several} >= {
        (str(TEAM[Role.READER]), own),
        (ids["realm_id"], ids["document_id"]),
    }
    hits = reader.get("/api/v2/search?q=boiler&realm=team&realm=personal").json()["hits"]
    assert {hit["document_id"] for hit in hits} == {own, ids["document_id"]}
    assert reader.get("/api/v2/search?q=boiler").json()["hits"][0]["document_id"] == own
    # without a realm, what the path names says which
    assert reader.get(f"/api/v2/jobs/{ids['job_id']}").status_code == 200
    assert reader.get(f"/api/v2/jobs/{ids['job_id']}?realm=personal").status_code == 404
    again = contributor.post("/api/v2/upload", files={"file": ("b.md", MANUAL.encode())}, data={"realm": "team"})
    assert again.json()["document_id"] == ids["document_id"]
    two = contributor.post("/api/v2/upload?realm=personal", files={"file": ("b.md", b"x")}, data={"realm": "team"})
    assert (two.status_code, two.json()["code"]) == (422, "refused")


def publish_own(app: Pipeline, user_id: UserId) -> str:
    [document_id] = app.intake.receive([upload("own.md", MANUAL)], realm_id=RealmId(user_id)).documents
    through(app, [document_id])
    return str(document_id)


def test_the_tokens_realm_is_where_requests_go(team: tuple[Pipeline, dict[str, str]]) -> None:
    app, ids = team
    client = TestClient(create_app(app), base_url=HOST, client=("127.0.0.1", 50000), raise_server_exceptions=False)
    token = local_token(app.settings.model_copy(update={"user_id": TEAM[Role.REVIEWER]}))
    claims = jwt.decode(token, options={"verify_signature": False})
    key = (app.settings.home / "api.key").read_bytes()
    for realm_id, status in ((ids["realm_id"], 200), (str(uuid4()), 404)):
        named = jwt.encode({**claims, "realm_id": realm_id, "name": "Rea Viewer"}, key, algorithm="HS256")
        answer = client.get("/api/v2/jobs", headers={"Authorization": f"Bearer {named}"})
        assert answer.status_code == status
    assert answer.json()["code"] == "not_found"


def test_the_record_says_who_by_id_and_name(team: tuple[Pipeline, dict[str, str]]) -> None:
    app, ids = team
    token = local_token(app.settings.model_copy(update={"user_id": TEAM[Role.REVIEWER], "reviewer": "Rea Viewer"}))
    client = client_of(app)
    client.headers["Authorization"] = f"Bearer {token}"
    decided = client.post(f"/api/job/{ids['job_id']}/reject", json={"reason": "Not ours.", "reviewer": "Somebody Else"})
    assert decided.status_code == 200
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT user_id, user_name, payload ->> 'by' FROM events WHERE code = 'document_rejected'"
        ).fetchall()
    reviewer = TEAM[Role.REVIEWER]
    assert rows == [(reviewer, "Rea Viewer", f"Rea Viewer ({reviewer})")]


def test_a_realm_keeps_an_admin(team: tuple[Pipeline, dict[str, str]]) -> None:
    app, ids = team
    admin, members = client_of(app, TEAM[Role.ADMIN]), f"/api/v2/realms/{ids['realm_id']}/members"
    me = f"{members}/{TEAM[Role.ADMIN]}"
    for answer in (admin.delete(me), admin.put(me, json={"role": "reader"})):
        assert (answer.status_code, answer.json()["code"]) == (422, "refused")
        assert "last admin" in answer.json()["detail"]
    assert admin.put(f"{members}/{TEAM[Role.REVIEWER]}", json={"role": "admin"}).status_code == 200
    gone = admin.delete(me)
    assert gone.status_code == 204, gone.text
    assert admin.get(members).status_code == 404
    left = client_of(app, TEAM[Role.READER])
    assert left.delete(f"{members}/{TEAM[Role.CONTRIBUTOR]}").status_code == 403
    assert left.delete(f"{members}/{TEAM[Role.READER]}").status_code == 204
    assert [realm["name"] for realm in left.get("/api/v2/realms").json()] == ["personal"]


def test_a_document_moves_for_an_admin_of_both(team: tuple[Pipeline, dict[str, str]]) -> None:
    app, ids = team
    admin = client_of(app, TEAM[Role.ADMIN])
    move = f"/api/v2/documents/{ids['document_id']}/move"
    moved = admin.post(move, json={"to": "personal"})
    assert (moved.status_code, moved.json()["realm_id"]) == (200, str(TEAM[Role.ADMIN]))
    assert client_of(app, TEAM[Role.READER]).get(f"/api/v2/documents/{ids['document_id']}").status_code == 404
    assert admin.post(move, json={"to": "nowhere"}).status_code == 404


def test_what_costs_or_asks_nobody_is_for_reviewers_to_choose(team: tuple[Pipeline, dict[str, str]]) -> None:
    app, _ = team
    files = {"file": ("new.md", b"# New\n\nThe fee is 3 EUR a year.\n")}
    contributor, reviewer = client_of(app, TEAM[Role.CONTRIBUTOR]), client_of(app, TEAM[Role.REVIEWER])
    for asked in ({"profile": "deep"}, {"workflow": "automatic"}):
        refused = contributor.post("/api/v2/upload", files=files, data={"realm": "team", **asked})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted"), asked
    assert contributor.post("/api/v2/upload", files=files, data={"realm": "team", "workflow": "manual"}).is_success
    asked = {"realm": "team", "workflow": "automatic", "profile": "deep"}
    kept = reviewer.post("/api/v2/upload", files=files, data=asked).json()["choices_kept"]
    assert [one["choice"] for one in kept] == ["profile"]
